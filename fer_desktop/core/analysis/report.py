"""The report: a JSON file that says what was analysed, with what, and with which result."""

from __future__ import annotations

import dataclasses
import json
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import cv2
import onnxruntime

from fer_desktop import __version__
from fer_desktop.core.analysis.options import AnalysisOptions
from fer_desktop.core.analysis.summary import AnalysisSummary
from fer_desktop.core.files import write_whole
from fer_desktop.core.pipeline import Pipeline, PipelineSettings

REPORT_FORMAT = 1


def report_of(
    summary: AnalysisSummary, facts: dict[str, Any], recording: dict[str, Any], error: str | None = None
) -> dict[str, Any]:
    """The report as JSON values. facts: see ``facts_of``. recording: its path and fingerprint."""
    source = summary.source
    rate = summary.frames_analysed / summary.elapsed_s if summary.elapsed_s else 0.0
    width, height = source.size or (None, None)
    return {
        "format": REPORT_FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "complete": summary.complete,
        "error": error,
        "source": {
            "name": source.name,
            **recording,
            "kind": source.kind,
            "width": width,
            "height": height,
            "fps": source.fps,
            "duration_s": source.duration_s,
        },
        **facts,
        "frames": {
            "read": summary.frames_read,
            "analysed": summary.frames_analysed,
            "with_faces": summary.frames_with_faces,
        },
        "faces": {"total": summary.faces, "ids": summary.ids},
        "first_pts_s": summary.first_pts_s,
        "last_pts_s": summary.last_pts_s,
        "timings": {
            "elapsed_s": round(summary.elapsed_s, 3),
            "frames_per_s": round(rate, 2),
            "milliseconds": {name: timing.as_milliseconds() for name, timing in summary.timings.items()},
        },
        "outputs": [path.name for path in summary.outputs],
        "warnings": list(summary.warnings),
    }


def facts_of(pipeline: Pipeline, settings: PipelineSettings, options: AnalysisOptions) -> dict[str, Any]:
    """What decides the results, as JSON values: model, detector, settings with the options, versions."""
    return {
        "model": _model(pipeline),
        "detector": pipeline.detector.name,
        "settings": settings_facts(settings, options),
        "versions": versions(),
    }


def settings_facts(settings: PipelineSettings, options: AnalysisOptions) -> dict[str, Any]:
    """The settings of the pipeline and the options of the analysis, as JSON values."""
    values = dataclasses.asdict(settings) | dataclasses.asdict(options)
    return {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}


def versions() -> dict[str, str]:
    """The versions of the program and of the packages that decide its results."""
    return {
        "fer-desktop": __version__,
        "python": platform.python_version(),
        "opencv": cv2.__version__,
        "onnxruntime": onnxruntime.__version__,
        "pyav": av.__version__,
        "ffmpeg": av.ffmpeg_version_info,
    }


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Writes it as JSON, whole or not at all. Raises OutputError."""
    write_whole(path, (json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode())


def _model(pipeline: Pipeline) -> dict[str, Any]:
    classifier = pipeline.classifier
    card = classifier.card
    weights = card.files["onnx" if classifier.runtime == "onnx" else "safetensors"]
    return {
        "name": card.name,
        "architecture": card.architecture,
        "file": weights["name"],
        "sha256": weights["sha256"],
        "runtime": classifier.runtime,
        "device": classifier.device,
        "notice": classifier.notice,
        "metrics": card.metrics,
    }
