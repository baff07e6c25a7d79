"""Copies the sound of a source into an annotated video."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError, InvalidDataError
from av.packet import Packet

MP4_CODECS = frozenset({"aac", "ac3", "alac", "eac3", "flac", "mp3", "opus"})
AAC_RATES = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000})
PRIMING_S = 0.1
"""Sound up to this far before the origin stays. Encoders start with sound that players skip."""
SEEK_BEYOND_S = 1.0


def copy_sound(
    source: InputContainer, output: OutputContainer, *, origin_s: float, warn: Callable[[str], None]
) -> AudioTrack | None:
    """Adds the source's main sound to the output. Returns None where there is none that can be read.

    origin_s: the time of the container that becomes 0. Sound well before it is left out.
    """
    stream = cast(AudioStream | None, source.streams.best("audio"))
    if stream is None:
        return None
    if stream.codec_context is None:
        warn("the sound is left out: its compression is not supported")
        return None
    try:
        return AudioTrack(source, stream, output, origin_s=origin_s, warn=warn)
    except (FFmpegError, ValueError) as error:
        warn(f"the sound is left out: it cannot be read ({error})")
        return None


class AudioTrack:
    """One sound track. It is copied, or encoded as AAC with at most two channels where MP4 cannot hold it.

    The track has to be added before the first packet of the file is written. Damage in the source is skipped.
    Errors in writing are raised as FFmpegError.
    """

    def __init__(
        self,
        source: InputContainer,
        stream: AudioStream,
        output: OutputContainer,
        *,
        origin_s: float,
        warn: Callable[[str], None],
    ) -> None:
        self._copied = stream.codec_context.codec.canonical_name in MP4_CODECS
        self._warn = warn
        self._output = output
        self._stream = (
            output.add_stream_from_template(stream) if self._copied else _aac_stream(output, stream)
        )
        self._time_base = cast(Fraction, stream.time_base)
        self._offset = round(origin_s / self._time_base)
        if origin_s > SEEK_BEYOND_S:
            source.seek(int(origin_s * av.time_base))
        self._items = self._read(source, stream)
        self._next = next(self._items, None)

    def write_until(self, time_s: float) -> None:
        """Writes the sound that begins before a time of the output, in seconds."""
        while self._next is not None and cast(int, self._next.pts) * self._time_base < time_s:
            self._write(self._next)
            self._next = next(self._items, None)

    def finish(self) -> None:
        """Writes the sound that the encoder still holds."""
        if not self._copied:
            self._output.mux(self._stream.encode(None))

    def _write(self, item: Packet | AudioFrame) -> None:
        if isinstance(item, Packet):
            item.stream = self._stream
            self._output.mux(item)
        else:
            self._output.mux(self._stream.encode(item))

    def _read(self, source: InputContainer, stream: AudioStream) -> Iterator[Packet | AudioFrame]:
        """Yields packets to copy or frames to encode, on the output's clock."""
        earliest = -PRIMING_S / self._time_base
        try:
            for packet in source.demux(stream):
                for item in [packet] if self._copied else _decoded(packet):
                    if item.pts is None or item.pts - self._offset < earliest:
                        continue
                    item.pts -= self._offset
                    if isinstance(item, Packet) and item.dts is not None:
                        item.dts -= self._offset
                    yield item
        except IndexError:  # PyAV at the end of a file in which another stream appeared late
            return
        except FFmpegError as error:
            self._warn(f"the sound ends early: it cannot be read further ({error})")


def _decoded(packet: Packet) -> list[AudioFrame]:
    """Returns the frames of a packet; none where it is damaged."""
    try:
        return cast(list[AudioFrame], packet.decode())
    except InvalidDataError:
        return []


def _aac_stream(output: OutputContainer, source: AudioStream) -> AudioStream:
    stream = output.add_stream("aac", rate=source.rate if source.rate in AAC_RATES else 48_000)
    stream.codec_context.layout = "mono" if source.channels == 1 else "stereo"
    return stream
