"""Small generated videos with a real face whose place is known in every frame."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from fer_desktop.core.types import Box, Image

TICKS = 90_000
"""Presentation times are stored in this many parts of a second."""

AUDIO_RATE = 44_100


@functools.cache
def _head() -> tuple[Image, Box]:
    """A real head with hair and shoulders, BGR, and the box of its face in it."""
    from skimage.data import astronaut

    left, top, right, bottom = 115, 0, 335, 250
    image = np.ascontiguousarray(astronaut()[top:bottom, left:right, ::-1])
    return image, Box(172 - left, 62 - top, 108, 118)


def face_picture(size: tuple[int, int], *, faces: int = 1, phase: float = 0.0) -> tuple[Image, list[Box]]:
    """A picture (height, width, 3) BGR with faces side by side on a plain slope, and the boxes of the faces.

    phase: the faces move around a small circle, once from 0 to 1.
    """
    width, height = size
    slope = np.linspace(70, 150, width, dtype=np.float32)
    image = np.ascontiguousarray(np.broadcast_to(slope[None, :, None], (height, width, 3)).astype(np.uint8))
    if not faces:
        return image, []
    head, face = _head()
    lane = width / faces
    scale = 0.8 * min(lane / head.shape[1], height / head.shape[0])
    patch = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    patch_height, patch_width = patch.shape[:2]
    boxes = []
    for number in range(faces):
        angle = 2 * math.pi * (phase + number / faces)
        x = round(number * lane + (lane - patch_width) * (0.5 + 0.4 * math.cos(angle)))
        y = round((height - patch_height) * (0.5 + 0.4 * math.sin(angle)))
        image[y : y + patch_height, x : x + patch_width] = patch
        boxes.append(Box(x + face.x * scale, y + face.y * scale, face.width * scale, face.height * scale))
    return image, boxes


def write_face_video(
    path: Path,
    *,
    seconds: float = 1.0,
    fps: float = 25.0,
    size: tuple[int, int] = (320, 240),
    faces: int = 1,
    gaps: Sequence[tuple[float, float]] = (),
    audio: bool = False,
    pts: Sequence[float] | None = None,
    rotation: int = 0,
) -> list[list[Box]]:
    """Writes an H.264 video of slowly moving faces; returns the boxes of the faces for each frame.

    gaps: spans (start, end) in seconds, the end left out, in which nobody is seen. audio: adds a tone.
    pts: the frames' times in seconds, rising, in place of an even rate.
    rotation: 0, 90, 180 or -90; the pictures are stored turned, with a display matrix that turns them back by
    so many degrees counterclockwise. size and boxes are those of the upright picture.
    """
    times = list(pts) if pts is not None else [index / fps for index in range(round(seconds * fps))]
    pictures = []
    known: list[list[Box]] = []
    for time_s in times:
        visible = not any(start <= time_s < end for start, end in gaps)
        image, boxes = face_picture(size, faces=faces if visible else 0, phase=time_s / 4)
        pictures.append(image)
        known.append(boxes)
    write_video(path, pictures, pts=times, fps=fps, audio=audio, rotation=rotation)
    return known


def write_video(
    path: Path,
    pictures: Iterable[Image],
    *,
    pts: Sequence[float] | None = None,
    fps: float = 25.0,
    audio: bool = False,
    rotation: int = 0,
    hflip: bool = False,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
) -> None:
    """Encodes upright BGR pictures (height, width, 3) of one size in the format that the name's ending says.

    rotation, hflip: the display matrix: turned counterclockwise by 0, 90, 180 or -90 degrees, then mirrored.
    options: of the encoder and the container; the default is quick, with a key frame every 10 frames.
    """
    stored = [_stored(picture, rotation, hflip) for picture in pictures]
    times = pts if pts is not None else [index / fps for index in range(len(stored))]
    quick = {"preset": "ultrafast", "crf": "18", "g": "10"} if codec == "libx264" else {}
    with av.open(str(path), "w", options={"movflags": "faststart", **(options or {})}) as container:
        stream = container.add_stream(
            codec, rate=Fraction(fps).limit_denominator(1001), options={**quick, **(options or {})}
        )
        stream.height, stream.width = stored[0].shape[:2]
        stream.pix_fmt = pix_fmt
        if codec == "libx264":
            stream.time_base = Fraction(1, TICKS)
            stream.codec_context.time_base = Fraction(1, TICKS)
        if rotation or hflip:
            stream.set_display_rotation(rotation, hflip=hflip)
        sound = container.add_stream("aac", rate=AUDIO_RATE, layout="mono") if audio else None
        for picture, time_s in zip(stored, times, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.time_base = Fraction(1, TICKS)
            frame.pts = round(time_s * TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if sound is not None:
            container.mux(sound.encode(_tone(times[-1] + 1 / fps)))
            container.mux(sound.encode())


def damage_packets(path: Path, start: int = 0, stop: int | None = None) -> None:
    """Overwrites some packets of the video stream with zeros, from the packet start to before stop."""
    with av.open(str(path)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    for position, size in packets[start:stop]:
        data[position : position + size] = bytes(size)
    path.write_bytes(data)


def _stored(picture: Image, rotation: int, hflip: bool) -> Image:
    """The picture as it lies in the file, before the display matrix is applied."""
    mirrored = picture[:, ::-1] if hflip else picture
    return np.ascontiguousarray(np.rot90(mirrored, -rotation // 90))


def _tone(seconds: float) -> av.AudioFrame:
    moments = np.arange(round(seconds * AUDIO_RATE)) / AUDIO_RATE
    samples = (0.2 * np.sin(2 * np.pi * 440 * moments)).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="fltp", layout="mono")
    frame.sample_rate = AUDIO_RATE
    frame.pts = 0
    return frame


def heads_picture(
    size: tuple[int, int], centres: Sequence[tuple[float, float]], *, scale: float = 0.7
) -> tuple[Image, list[Box]]:
    """A picture (height, width, 3) BGR with the faces' centres at these pixels, and the boxes of the faces.

    A later head hides an earlier one behind it. A head may reach beyond the picture.
    """
    image, _ = face_picture(size, faces=0)
    head, face = _head()
    patch = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    boxes = []
    for x, y in centres:
        left, top = round(x - face.centre[0] * scale), round(y - face.centre[1] * scale)
        right, bottom = left + patch.shape[1], top + patch.shape[0]
        inside = slice(max(top, 0), min(bottom, size[1])), slice(max(left, 0), min(right, size[0]))
        image[inside] = patch[
            inside[0].start - top : inside[0].stop - top, inside[1].start - left : inside[1].stop - left
        ]
        boxes.append(
            Box(left + face.x * scale, top + face.y * scale, face.width * scale, face.height * scale)
        )
    return image, boxes
