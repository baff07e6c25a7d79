"""The commands that run without a window."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from fer_desktop.core.models import CardFigures
from fer_desktop.core.paths import Paths

if TYPE_CHECKING:
    from fer_desktop.core.models.library import InstalledModel
    from fer_desktop.core.pipeline.settings import PipelineSettings


def run(options: argparse.Namespace, paths: Paths) -> int:
    """Runs the command of parsed arguments, returns its exit code. Raises FerDesktopError."""
    commands = {
        "analyse": _analyse,
        "export": _export,
        "cameras": _cameras,
        "models": _models,
        "benchmark": _benchmark,
    }
    return commands[options.command](options, paths)


def _analyse(options: argparse.Namespace, paths: Paths) -> int:
    from fer_desktop.cli.analyse_command import run_analyse

    return run_analyse(options, _settings(options, paths))


def _export(options: argparse.Namespace, paths: Paths) -> int:
    from fer_desktop.cli.export_command import run_export

    return run_export(options)


def _benchmark(options: argparse.Namespace, paths: Paths) -> int:
    from fer_desktop.core.benchmark.run import as_json, as_text, run_benchmark

    report = run_benchmark(
        options.input, _settings(options, paths), frames=options.frames, live_seconds=options.seconds
    )
    _write(json.dumps(as_json(report), indent=2) if options.json else as_text(report))
    return 0


def _cameras(options: argparse.Namespace, paths: Paths) -> int:
    from fer_desktop.core.sources.discovery import list_cameras

    cameras = list_cameras()
    if options.json:
        _write(
            json.dumps(
                [{"key": item.key, "name": item.name, "path": item.path} for item in cameras], indent=2
            )
        )
    elif cameras:
        _write("\n".join(f'{item.name}\n  --camera "{item.key}"' for item in cameras))
    else:
        _write("No camera was found. Connect one and run this again.")
    return 0


def _models(options: argparse.Namespace, paths: Paths) -> int:
    from fer_desktop.core.models.library import list_models

    models = list_models(paths)
    if options.json:
        _write(json.dumps([_model_values(model) for model in models], indent=2))
    elif models:
        _write("\n".join(_model_lines(model) for model in models))
    else:
        _write(f"No model was found. A model card with its weights goes into {paths.models}")
    return 0


def _model_values(model: InstalledModel) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": model.name,
        "path": str(model.path),
        "bundled": model.bundled,
        "problem": model.problem,
    }
    if model.card is not None:
        values |= {"architecture": model.card.architecture, "metrics": model.card.metrics}
    return values


def _model_lines(model: InstalledModel) -> str:
    if model.card is None:
        return f"{model.name}\n  cannot be used: {model.problem}"
    figures = CardFigures.of(model.card.metrics)
    lines = [f"{model.name} ({'bundled' if model.bundled else model.path}, {model.card.architecture})"]
    for title, values in (("natural ", figures.natural), ("balanced", figures.balanced)):
        if {"accuracy", "macro_recall"} <= values.keys():
            accuracy, recall = values["accuracy"], values["macro_recall"]
            lines.append(
                f"  {title}  accuracy {accuracy:.1%}, macro recall {recall:.1%} ({figures.rows} rows)"
            )
    return "\n".join(lines if len(lines) > 1 else [*lines, "  no figures on its card"])


def _settings(options: argparse.Namespace, paths: Paths) -> PipelineSettings:
    """The pipeline settings of the options; missing options take the defaults."""
    from fer_desktop.core.pipeline.settings import PipelineSettings

    given = {
        "device": options.device,
        "detector": options.detector,
        "detector_model": options.detector_model,
        "tau": getattr(options, "tau", None),
        "detection_interval_s": getattr(options, "detection_interval", None),
        "min_face": getattr(options, "min_face", None),
    }
    return PipelineSettings(
        model=options.model or paths.default_model,
        smoothing=not getattr(options, "no_smoothing", False),
        **{name: value for name, value in given.items() if value is not None},
    )


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
