"""Makes the annotated video of stored results, without running the model again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from fer_desktop.core.errors import OutputError, SourceError
from fer_desktop.core.exports.drawn_names import drawn_name
from fer_desktop.core.exports.episodes import frame_spans
from fer_desktop.core.exports.hiding import boxes_to_hide
from fer_desktop.core.overlay import OverlayStyle, blur_boxes, blur_faces, draw_result
from fer_desktop.core.results import StoredAnalysis
from fer_desktop.core.sinks import PictureSink, Sink, VideoSink
from fer_desktop.core.sources import ImageSource, VideoSource
from fer_desktop.core.types import Frame, FrameResult, Image, Timings

AS_IT_IS = OverlayStyle(boxes=False, labels=False, bars=False)
"""A style for sinks that draw nothing: their frames are already drawn."""


def write_annotated(
    stored: StoredAnalysis,
    path: Path,
    *,
    blur: bool = False,
    on_progress: Callable[[float], None] = lambda fraction: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Path | None, tuple[str, ...]]:
    """Writes an MP4 file of the part that was analysed, with its sound; for pictures, a folder of annotated
    copies.

    Every frame of the part is in the file. A frame that was not analysed shows the results of the last one
    that was. blur: all faces are unrecognisable, also those of ignored people. A stopped export keeps what
    was written before.
    Returns the file or folder, None for nothing, and warnings. Raises SourceError where the recording is not
    found or cannot be read, and OutputError.
    """
    if not stored.table.frames:
        raise OutputError(f"{stored.path}: no frame was analysed, so there is none to draw into")
    recording = stored.source_path()
    if recording is None:
        raise SourceError(
            f"{stored.path}: its recording '{stored.name}' is not found; put it beside the results, or open "
            "them in the window and show where it is"
        )
    if stored.facts["source"]["kind"] == "images":
        pictures = ImageSource(recording)
        sink: Sink = PictureSink(path, pictures, style=AS_IT_IS)
        return _write(pictures, sink, _pictures(stored, pictures, blur), on_progress, should_stop)
    start_s, end_s = _part(stored)
    video = VideoSource(recording, start_s=start_s, end_s=end_s)
    sink = VideoSink(path, style=AS_IT_IS, start_s=start_s, end_s=end_s)
    return _write(video, sink, _frames(stored, video, blur), on_progress, should_stop)


def _write(
    source: VideoSource | ImageSource,
    sink: Sink,
    frames: Iterator[tuple[Frame, float]],
    on_progress: Callable[[float], None],
    should_stop: Callable[[], bool],
) -> tuple[Path | None, tuple[str, ...]]:
    complete = False
    with source:
        sink.open(source.info)
        try:
            while not should_stop():
                frame, fraction = next(frames, (None, 1.0))
                if frame is None:
                    complete = True
                    break
                sink.write(frame, _nothing(frame))
                on_progress(fraction)
        finally:
            written = sink.close(complete=complete)
    return written, tuple(sink.warnings)


def _part(stored: StoredAnalysis) -> tuple[float | None, float | None]:
    """Returns when the analysed part begins and ends, in seconds; None for the recording's start and end."""
    times = frame_spans(stored)
    start_s = float(times.start_s[0]) or None
    if stored.facts.get("state") != "complete":
        return start_s, float(times.end_s[-1])
    return start_s, stored.facts.get("settings", {}).get("end_s")


def _frames(stored: StoredAnalysis, video: VideoSource, blur: bool) -> Iterator[tuple[Frame, float]]:
    """Yields the frames with the results drawn in, and the fraction that is done after each."""
    names = _names(stored)
    first_s, last_s = float(stored.table.pts_s[0]), float(stored.table.pts_s[-1])
    for frame in video:
        position = stored.table.at(frame.pts_s)
        image = blur_boxes(frame.image, boxes_to_hide(stored.table, frame.pts_s)) if blur else frame.image
        if position is not None:
            image = draw_result(image, stored.result(position), names=names)
        done = (frame.pts_s - first_s) / (last_s - first_s) if last_s > first_s else 1.0
        yield replace(frame, image=image), min(max(done, 0.0), 1.0)


def _pictures(stored: StoredAnalysis, pictures: ImageSource, blur: bool) -> Iterator[tuple[Frame, float]]:
    """Yields the analysed pictures only. A result of one picture does not hold for the next."""
    names = _names(stored)
    positions = {index: position for position, index in enumerate(stored.table.frame.tolist())}
    for frame in pictures:
        if frame.index not in positions:
            continue
        position = positions[frame.index]
        everybody = stored.table.result(position)
        if everybody.size != frame.size or len(pictures.paths) != stored.facts["source"]["duration_s"]:
            raise SourceError(
                f"{pictures.paths[frame.index].parent}: the pictures are not those that were "
                "analysed; analyse them again"
            )
        image: Image = blur_faces(frame.image, everybody) if blur else frame.image
        image = draw_result(image, stored.result(position), names=names)
        yield replace(frame, image=image), (frame.index + 1) / len(pictures.paths)


def _names(stored: StoredAnalysis) -> dict[int, str]:
    return {person.id: drawn_name(person) for person in stored.shown_people}


def _nothing(frame: Frame) -> FrameResult:
    timings = Timings(detect_s=None, classify_s=0.0, total_s=0.0)
    return FrameResult(frame.index, frame.pts_s, frame.wall_time, frame.captured_at, frame.size, (), timings)
