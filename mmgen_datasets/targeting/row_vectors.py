"""What conversations are about, as vectors: their pictures and their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from datasets import Dataset, Image, List

from mmgen_datasets.targeting.clip import Clip, embed_texts
from mmgen_datasets.targeting.embeddings import embed, vectors_of
from mmgen_datasets.targeting.vectors import Vectors, units

_TEXTS_AT_ONCE = 256


class RowVectors(NamedTuple):
    """Vectors of rows, and the rows without one."""

    places: list[int]
    vectors: Vectors
    """Of each place, ``(N, D)``."""
    bad: dict[str, str]
    """Path of a picture to what is wrong with it."""


def vectors_of_rows(
    rows: Dataset, clip: Clip, index: Path, on_progress: Callable[[int], None] | None = None
) -> RowVectors:
    """A vector for each conversation: what its pictures show, and what is said, in equal parts.

    Args:
        rows: with ``messages`` and ``images``; these are files.
        clip: the model; it cuts long texts.
        index: folder of the vectors of pictures.
        on_progress: called with the number of pictures that were looked at, now and then.
    """
    plain = list(rows.cast_column("images", List(Image(decode=False))))
    paths = [[picture["path"] for picture in row["images"]] for row in plain]
    distinct = dict.fromkeys(path for several in paths for path in several)
    found = embed([Path(path) for path in distinct], clip, index, on_progress)
    of_path = dict(zip(found.rows["path"], vectors_of(found.rows), strict=True))
    places = [n for n, several in enumerate(paths) if all(path in of_path for path in several)]
    said = _said([plain[place] for place in places], clip)
    for text, place in zip(said, places, strict=True):
        if seen := [of_path[path] for path in paths[place]]:
            text += units(np.mean(seen, axis=0, keepdims=True))[0]
    return RowVectors(places, units(said), found.bad)


def _said(rows: Sequence[Mapping[str, Any]], clip: Clip) -> Vectors:
    texts = [
        " ".join(turn["content"].replace("<image>", "").strip() for turn in row["messages"])
        for row in rows
    ]
    batches = range(0, len(texts), _TEXTS_AT_ONCE)
    found = [embed_texts(clip, texts[start : start + _TEXTS_AT_ONCE]) for start in batches]
    return np.concatenate(found) if found else np.zeros((0, 1), np.float32)
