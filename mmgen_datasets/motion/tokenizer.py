"""Codes of motion as columns: the function to give to ``Dataset.map``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from mmgen_datasets.errors import RowError
from mmgen_datasets.mapped import cells, with_columns
from mmgen_datasets.motion.tokenizer_files import digest
from mmgen_datasets.registry import Entry, resolve

if TYPE_CHECKING:
    from mmgen_datasets.motion.tokenizer_codec import MotionCodec


@dataclass(frozen=True)
class MotionTokenizer:
    """Turn the clips of a column into codes.

    ``clips.map(MotionTokenizer.from_pretrained("tokenizer"), batched=True)`` adds the columns
    ``codes`` (null where there are none), ``codes_error`` (null, or why there are none) and
    ``codes_tokenizer`` (which tokenizer they are of). It holds names only; the network is loaded
    once in a process, when it is first used, and a tokenizer whose files change does not answer
    from the cache of `datasets`.
    """

    folder: str
    """Of a tokenizer; see `mmgen_datasets.motion.tokenizer_folder`."""
    _: KW_ONLY
    column: str = "motion"
    """Clips, not normalised: (T, D) features or (T, J, 3) joints, as the tokenizer takes them."""
    into: str = "codes"
    """What the new columns are called, or begin with."""
    device: str | None = None
    """Such as ``cpu`` or ``cuda:1``. None: a GPU where there is one."""
    content: str = field(init=False, repr=False)
    """Digest of the folder's files."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "content", digest(Path(self.folder)))

    @classmethod
    def from_pretrained(cls, folder: Path | str, **settings: Any) -> MotionTokenizer:
        """Name a folder that `save_pretrained` wrote; the settings are those of the class."""
        return cls(str(folder), **settings)

    def save_pretrained(self, folder: Path | str) -> None:
        """Write the tokenizer into another folder."""
        self.open().save_pretrained(folder)

    def open(self) -> MotionCodec:
        """The tokenizer itself, the same in a process for all that name this folder.

        Raises:
            SourceError: the folder holds no tokenizer.
        """
        return _opened(self.folder, self.content, self.device)

    def __call__(self, batch: Mapping[str, Any]) -> pa.Table | dict[str, list[Any]]:
        """Encode a batch, of a ``Dataset.map`` or by itself."""
        clips = cells(batch, self.column, arrays)
        codec = self.open()
        found = codec.encode([_clip(clip) for clip in clips])
        columns: dict[str, list[Any]] = {
            self.into: [None if isinstance(one, RowError) else one.tolist() for one in found],
            f"{self.into}_error": [
                one.problem if isinstance(one, RowError) else None for one in found
            ],
            f"{self.into}_tokenizer": [self.content] * len(found),
        }
        codes = pa.list_(pa.int64())
        if len(codec.network.settings.frame) > 1:
            codes = pa.list_(codes)
        return with_columns(batch, columns, (codes, pa.string(), pa.string()))


def arrays(column: pa.ChunkedArray) -> list[np.ndarray | None]:
    """The cells of a column of nested lists as arrays, without a Python number in between.

    A cell whose lists differ in length becomes an array of one dimension.
    """
    found = []
    for chunk in column.chunks:
        storage = chunk.storage if isinstance(chunk, pa.ExtensionArray) else chunk
        found += [_array(storage[row]) for row in range(len(storage))]
    return found


def _array(cell: Any) -> np.ndarray | None:
    if not cell.is_valid:
        return None
    values, shape = cell.values, [len(cell.values)]
    while pa.types.is_nested(values.type):
        inner = values.flatten()
        shape.append(len(inner) // max(len(values), 1))
        values = inner
    flat = np.asarray(values.to_numpy(zero_copy_only=False))
    return flat.reshape(shape) if flat.size == np.prod(shape) else flat


def _clip(clip: Any) -> np.ndarray:
    if clip is None:
        return np.zeros(0, np.float32)
    try:
        return np.asarray(clip, np.float32)
    except (TypeError, ValueError):
        return np.zeros(0, np.float32)


@lru_cache(maxsize=2)
def _opened(folder: str, content: str, device: str | None) -> MotionCodec:
    kind = resolve("class", _CLASSES, "MotionTokenizer")
    codec: MotionCodec = kind.from_pretrained(folder, device)
    return codec


_CLASSES = {
    "MotionTokenizer": Entry(
        "mmgen_datasets.motion.tokenizer_codec:MotionCodec",
        "what a tokenizer is when it is loaded",
        extra="motion",
    )
}
