"""The arithmetic that puts annotations beside their images.

An annotation's image is looked up by its id, a stable sort brings the annotations of an image
together without changing their order, and the lists are cut by offsets: no Python runs per row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mmgen_datasets.columns import numbers
from mmgen_datasets.errors import SourceError

Ints: TypeAlias = npt.NDArray[np.int64]
"""``(N,)``."""
Floats: TypeAlias = npt.NDArray[np.float64]
"""``(N, 2)`` where it holds the width and height of an image."""
Bools: TypeAlias = npt.NDArray[np.bool_]
"""``(N,)``."""


@dataclass(frozen=True)
class Part:
    """One of a split's files."""

    url: str
    tables: Mapping[str, pa.Table]
    images: pa.Table
    """The images of all files of the split, one for each row that is made."""


def by_image(part: Part) -> tuple[pa.Table, pa.Array, Ints]:
    """Bring the annotations of each image together, in the order of the images.

    Returns:
        The annotations, where each image's begin in them (one more at the end), and the row of
        the image of each.

    Raises:
        SourceError: an id stands twice, or an image is not there.
    """
    annotations = part.tables["annotations"]
    refuse_repeated(annotations, f"{part.url}: the annotation id")
    rows, found = positions(annotations["image_id"], part.images["id"])
    refuse(
        annotations,
        ~found,
        lambda row: (
            f"{part.url}: annotation {row['id']} is of image {row['image_id']}, which no file has"
        ),
        "add the image to 'images', or leave out its annotations",
    )
    order = np.argsort(rows, kind="stable")
    offsets = offsets_of(rows, part.images.num_rows)
    return annotations.take(order).combine_chunks(), offsets, rows[order]


def positions(wanted: pa.ChunkedArray, ids: pa.ChunkedArray) -> tuple[Ints, Bools]:
    """Where each wanted id stands among the ids, and whether it does."""
    places = pc.index_in(wanted, value_set=ids.combine_chunks())
    return numbers(pc.fill_null(places, 0)).astype(np.int64), numbers(pc.is_valid(places))


def offsets_of(owners: Ints, num_lists: int) -> pa.Array:
    """Where each list begins, by the list that each item belongs to."""
    counts = np.bincount(owners, minlength=num_lists)
    return pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())


def refuse(
    records: pa.Table, wrong: Any, describe: Callable[[dict[str, Any]], str], hint: str
) -> None:
    """Raise for the first record that is wrong.

    Args:
        records: annotations or images.
        wrong: true where one is.
        describe: what is wrong with one, given as a dictionary.
        hint: what to do about it.
    """
    wrong = np.asarray(wrong)
    if wrong.any():
        [row] = records.slice(int(wrong.argmax()), 1).to_pylist()
        raise SourceError(f"coco: {describe(row)}", f"{hint} ({int(wrong.sum())} such)")


def refuse_repeated(records: pa.Table, what: str, field: str = "id") -> None:
    """Raise where a field holds a value twice; `what` names it."""
    counts = records[field].value_counts()
    repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if len(repeated):
        raise SourceError(
            f"coco: {what} {repeated[0].as_py()!r} stands more than once",
            "give each record one of its own",
        )
