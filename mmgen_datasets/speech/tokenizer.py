"""Speech units as columns: the function to give to ``Dataset.map``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from mmgen_datasets.content import content_digest
from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.mapped import cells, with_columns
from mmgen_datasets.registry import resolve
from mmgen_datasets.speech import CODECS
from mmgen_datasets.speech.audio import read_clip, resampled
from mmgen_datasets.speech.base import Clip, Codec, Codes, Voice
from mmgen_datasets.speech.units import flatten, read_units, special_tokens, unflatten, write_units

_DEFAULT_MAX_SECONDS = 60.0


class Row(NamedTuple):
    """What becomes of a recording."""

    speech: str | None
    """Its units, as text."""
    seconds: float | None
    """How long it lasts, where it could be read."""
    error: str | None
    """Why there are no units."""


_TYPES = (pa.string(), pa.float32(), pa.string())  # as in `Row`


@dataclass(frozen=True)
class SpeechTokenizer:
    """Turn the recordings of a column into units, the text that a language model reads of them.

    ``samples.map(SpeechTokenizer("mimi"), batched=True)`` adds the columns ``speech`` (the units,
    null where there are none), ``speech_seconds`` and ``speech_error`` (null, or why there are
    none). The recordings stay as they are stored. It holds names and numbers only; the model is
    loaded once in a process, when it is first used.

    Raises:
        UsageError: a setting cannot be meant.
    """

    codec: str
    """A name of `CODECS`, or ``"module:attribute"`` of a function that takes these settings and
    gives a `Codec`."""
    model: str | None = None
    """A folder, or a name on the hub. None: the codec's own."""
    _: KW_ONLY
    num_codebooks: int | None = None
    """How many of the codec's codebooks are used, the coarsest first. None: all."""
    column: str = "audio"
    into: str = "speech"
    """What the new columns are called, or begin with."""
    max_seconds: float = _DEFAULT_MAX_SECONDS
    """Longer recordings are refused, since memory grows with their length."""
    revision: str | None = None
    """Branch, tag or commit of a model on the hub. None: the newest."""
    device: str | None = None
    """Such as ``cpu`` or ``cuda:1``. None: a GPU where there is one."""
    trust_remote_code: bool = False
    """Whether code that comes with the model may run in this process."""
    content: str | None = field(init=False, repr=False)
    """Digest of a folder's files, so that a model which is replaced does not answer from
    `datasets`' cache."""

    def __post_init__(self) -> None:
        if not self.max_seconds > 0:
            raise UsageError(f"max_seconds is {self.max_seconds!r}", "give a number above 0")
        is_folder = self.model is not None and Path(self.model).is_dir()
        object.__setattr__(self, "content", _content(Path(self.model or "")) if is_folder else None)

    def __call__(self, batch: Mapping[str, Any]) -> pa.Table | dict[str, list[Any]]:
        """Encode a batch, of a ``Dataset.map`` or by itself; `datasets` decodes no recording."""
        rows = self.rows(cells(batch, self.column, pa.ChunkedArray.to_pylist))
        columns = dict(zip(self._columns(), map(list, zip(*rows, strict=True)), strict=True))
        return with_columns(batch, columns, _TYPES)

    def _columns(self) -> tuple[str, str, str]:
        return self.into, f"{self.into}_seconds", f"{self.into}_error"

    def rows(self, recordings: Sequence[Any]) -> list[Row]:
        """Encode recordings, each a path or what `datasets` has of one.

        Raises:
            UsageError: the settings fit no codec.
            StopError: the codec cannot be loaded.
        """
        codec = self.open()
        read = [self._read(recording, codec) for recording in recordings]
        waves = [clip.wave for clip in read if isinstance(clip, Clip)]
        encoded = iter(codec.encode(waves))
        return [
            _row(clip, next(encoded), codec) if isinstance(clip, Clip) else clip for clip in read
        ]

    def _read(self, recording: Any, codec: Codec) -> Clip | Row:
        """A recording as the codec takes it, or the row that says why not."""
        try:
            clip = read_clip(recording, max_seconds=self.max_seconds)
        except RowError as error:
            return Row(None, None, error.problem)
        if clip.seconds < codec.frame_s:
            short = f"the recording lasts {clip.seconds:.3f} s, less than a frame of {self.codec!r}"
            return Row(None, clip.seconds, f"{short} ({codec.frame_s:.3f} s)")
        return resampled(clip, codec.rate)

    def decode(self, speech: str, voice: Voice | None = None) -> Clip:
        """The sound of units.

        Args:
            speech: as in the column.
            voice: for a codec that leaves the voice out of the units, as ``"emova"`` does.

        Raises:
            RowError: these are no units of this codec.
            UsageError: a voice is given, and the units hold one already.
        """
        codec = self.open()
        codes = unflatten(read_units(speech), codec.codebook_size, codec.num_codebooks)
        return codec.decode(codes, voice)

    def special_tokens(self) -> list[str]:
        """The tokens that a vocabulary needs to write units of this codec, in their order.

        No weights are loaded for that.
        """
        codec = self.open()
        return special_tokens(codec.num_codebooks * codec.codebook_size)

    def open(self) -> Codec:
        """The codec, the same one in a process for all tokenizers that differ in columns only.

        Raises:
            UnknownNameError: no such codec.
            MissingExtraError: what it needs is not installed.
            StopError: it cannot be loaded.
        """
        return _opened(
            replace(self, column="audio", into="speech", max_seconds=_DEFAULT_MAX_SECONDS)
        )


def _row(clip: Clip, codes: Codes | RowError, codec: Codec) -> Row:
    if isinstance(codes, RowError):
        return Row(None, clip.seconds, codes.problem)
    return Row(write_units(flatten(codes, codec.codebook_size)), clip.seconds, None)


def _content(folder: Path) -> str:
    return content_digest(sorted(path for path in folder.iterdir() if path.is_file()))


@lru_cache(maxsize=2)
def _opened(settings: SpeechTokenizer) -> Codec:
    codec: Codec = resolve("codec", CODECS, settings.codec)(settings)
    return codec
