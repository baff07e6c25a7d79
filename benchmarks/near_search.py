"""Searching near the known faces between whole searches, against whole searches only, on recordings."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.detection.cascade import CascadeDetector
from fer_desktop.core.detection.detector import DEFAULT_MIN_FACE
from fer_desktop.core.pipeline import pipeline as pipeline_module
from fer_desktop.core.pipeline.pipeline import Pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.sources.video import VideoSource
from fer_desktop.core.types import FrameResult, Image

WAYS = {"whole": 0.0, "near, whole every 0.5 s": 0.5, "near, whole every 1 s": 1.0}


class NoClassifier:
    """The time of the network is of no interest here."""

    class card:  # noqa: N801
        crop_margin = 0.0

    def classify(self, crops: list[Image]) -> NDArray[np.float32]:
        return np.full((len(crops), 7), 1 / 7, np.float32)


def run(path: Path, whole_search_s: float) -> tuple[list[FrameResult], float]:
    """The results of a recording, and milliseconds of CPU for each detection."""
    pipeline_module.WHOLE_SEARCH_S = whole_search_s
    pipeline = Pipeline(
        CascadeDetector(min_face=DEFAULT_MIN_FACE),
        NoClassifier(),  # type: ignore[arg-type]
        PipelineSettings(Path("model.json")),
    )
    results, cpu_s, searches = [], 0.0, 0
    with VideoSource(path) as source:
        for frame in source:
            before = time.process_time()
            result = pipeline.process(frame)
            if result.timings.detect_s is not None:
                cpu_s += time.process_time() - before
                searches += 1
            results.append(result)
    return results, 1000 * cpu_s / searches


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", nargs="+", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print(
        "| video | search | ms CPU a search | faces | frames with as many as whole | IoU with whole | ids |"
    )
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for path in options.videos:
        whole: list[FrameResult] = []
        for name, seconds in WAYS.items():
            results, milliseconds = run(path, seconds)
            whole = whole or results
            pairs = list(zip(whole, results, strict=True))
            same = np.mean([len(first.faces) == len(second.faces) for first, second in pairs])
            ious = [
                max(face.box.iou(other.box) for other in second.faces)
                for first, second in pairs
                for face in first.faces
                if second.faces
            ]
            faces = sum(len(result.faces) for result in results)
            ids = len({face.id for result in results for face in result.faces})
            print(
                f"| {path.name} | {name} | {milliseconds:.1f} | {faces} | {100 * same:.1f} % "
                f"| {np.mean(ious) if ious else float('nan'):.3f} | {ids} |"
            )


if __name__ == "__main__":
    main()
