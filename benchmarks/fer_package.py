"""The PyPI package fer with its Haar detector on a video, in an environment of its own.

It needs TensorFlow, moviepy before 2 and setuptools before 80, none of which this project wants. This file is
also what runs in that environment, so it imports nothing of the project.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import venv
from pathlib import Path

PACKAGE = "fer==25.10.3"
NEEDED = (
    *("tensorflow-cpu<3", "setuptools<80", "moviepy<2"),
    *("opencv-python-headless<5", "pandas", "requests", "tqdm", "Pillow"),
)
"""What the Haar detector needs; fer also asks for PyTorch, for a detector that is not used here."""


def environment(folder: Path) -> Path:
    """The Python of an environment with fer, made on the first call. SystemExit tells why it cannot be."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    made, content = folder / "made.txt", "\n".join((PACKAGE, *NEEDED))
    if made.exists() and made.read_text() == content:
        return python
    print(f"{folder}: making an environment for {PACKAGE}, about 2 GB", file=sys.stderr, flush=True)
    install = [str(python), "-m", "pip", "install", "--quiet"]
    try:
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([*install, *NEEDED], check=True)
        subprocess.run([*install, "--no-deps", PACKAGE], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(
            f"{folder}: the environment for {PACKAGE} cannot be made ({error}). It needs network and room; "
            "--without-fer leaves fer out."
        ) from None
    made.write_text(content)
    return python


def measure(python: Path, video: Path, frames: int) -> dict[str, float]:
    """frames, with_faces, seconds and cpu_s of the first frames of a video; the model is loaded before."""
    command = [str(python), __file__, str(video), str(frames)]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"fer failed on {video}:\n{run.stderr}")
    return dict(json.loads(run.stdout.splitlines()[-1]))


def _run(video: str, frames: int) -> None:
    import cv2
    from fer.fer import FER

    detector = FER(mtcnn=False)
    capture = cv2.VideoCapture(video)
    detector.detect_emotions(capture.read()[1])
    capture = cv2.VideoCapture(video)
    read = with_faces = 0
    started, cpu = time.perf_counter(), time.process_time()
    while read < frames:
        there, image = capture.read()
        if not there:
            break
        read += 1
        with_faces += bool(detector.detect_emotions(image))
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    print(json.dumps({"frames": read, "with_faces": with_faces, "seconds": seconds, "cpu_s": cpu_s}))


if __name__ == "__main__":
    _run(sys.argv[1], int(sys.argv[2]))
