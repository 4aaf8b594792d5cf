"""Rows of the sample schema from what the files of Open Images say of some images."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mmgen_datasets.columns import column, numbers, structs
from mmgen_datasets.errors import SourceError
from mmgen_datasets.licence import license_from_url

from .open_images_ids import Keys, texts_of
from .open_images_lists import in_turn, lists_of
from .open_images_merge import Block

SLACK = 0.01
"""By how much of the picture a box may reach over its border; it is clipped."""

_FLAGS = {
    "is_occluded": "IsOccluded",
    "is_truncated": "IsTruncated",
    "is_group_of": "IsGroupOf",
    "is_depiction": "IsDepiction",
    "is_inside": "IsInside",
}
_CREDIT = {
    "author": "Author",
    "title": "Title",
    "landing_url": "OriginalLandingURL",
    "original_url": "OriginalURL",
}
_LICENCE = re.compile(
    r"creativecommons\.org/(?:licenses/([a-z-]+)|publicdomain/zero)/([0-9.]+)", re.IGNORECASE
)


def make_rows(
    keys: Keys, parts: Mapping[str, Block], schema: pa.Schema, given: Mapping[str, Any]
) -> pa.Table:
    """Lay annotations out beside their images.

    Args:
        keys: the images, in order.
        parts: kinds of files to their rows of these images, classes by name.
        schema: the columns wanted.
        given: columns that stand already, and values that are the same in every row.

    Raises:
        SourceError: a box does not lie in its picture, or an image stands twice in the metadata.
    """
    ids = texts_of(keys)
    known: dict[str, Any] = {"id": ids, "file_name": pc.binary_join_element_wise(ids, ".jpg", "")}
    known |= {
        name: pa.repeat(value, len(keys)) if isinstance(value, str) else value
        for name, value in given.items()
    }
    for kind, make in _LISTS.items():
        if kind in parts and (name := _COLUMN[kind]) in schema.names:
            items = make(parts[kind], schema.field(name).type.value_type)
            lists = lists_of(keys, parts[kind], items)
            known[name] = in_turn(known[name], lists) if name in known else lists
    if "metadata" in parts:
        known |= _metadata(keys, parts["metadata"], schema)
    return pa.table([column(known, field, len(keys)) for field in schema], schema=schema)


def _objects(block: Block, type: pa.StructType) -> pa.StructArray:
    rows = block.rows
    known = {name: _flag(rows[title]) for name, title in _FLAGS.items()}
    known |= {
        "category": rows["LabelName"],
        "bbox": _boxes(block),
        "confidence": rows["Confidence"],
        "method": rows["Source"],
    }
    return structs(type, known, rows.num_rows)


def _verified(block: Block, type: pa.StructType) -> pa.StructArray:
    rows = block.rows
    known = {
        "name": rows["LabelName"],
        "present": _flag(rows["Confidence"]),
        "verified": pa.repeat(True, rows.num_rows),
    }
    return structs(type, known, rows.num_rows)


def _guessed(block: Block, type: pa.StructType) -> pa.StructArray:
    rows = block.rows
    known = {
        "name": rows["LabelName"],
        "present": pa.repeat(True, rows.num_rows),
        "verified": pa.repeat(False, rows.num_rows),
        "confidence": rows["Confidence"],
    }
    return structs(type, known, rows.num_rows)


def _relations(block: Block, type: pa.StructType) -> pa.StructArray:
    rows = block.rows
    is_attribute = pc.equal(rows["RelationshipLabel"], "is").combine_chunks()
    # The file repeats the thing's own box for its attribute, which has none.
    object_boxes = pc.if_else(is_attribute, None, _boxes(block, suffix="2"))
    known = {
        "subject": rows["LabelName1"],
        "predicate": rows["RelationshipLabel"],
        "object": rows["LabelName2"],
        "subject_bbox": _boxes(block, suffix="1"),
        "object_bbox": object_boxes,
    }
    return structs(type, known, rows.num_rows)


def _narratives(block: Block, type: pa.StructType) -> pa.StructArray:
    rows = block.rows
    return structs(type, {"text": rows["text"], "words": rows["words"]}, rows.num_rows)


def _masks(block: Block, type: pa.StructType) -> pa.StructArray:
    rows = block.rows
    known = {
        "category": rows["LabelName"],
        "bbox": _boxes(block, prefix="Box"),
        "path": rows["MaskPath"],
        "predicted_iou": rows["PredictedIoU"],
    }
    return structs(type, known, rows.num_rows)


def _points(block: Block, type: pa.StructType) -> pa.StructArray:
    rows = block.rows
    votes = {"yes_votes": "YesVotes", "no_votes": "NoVotes", "unsure_votes": "UnsureVotes"}
    answers = pc.utf8_lower(rows["EstimatedYesNo"])
    known = {
        "name": pc.coalesce(rows["TextLabel"], rows["Label"]),
        "x": rows["X"],
        "y": rows["Y"],
        "present": pc.if_else(
            pc.is_in(answers, pa.array(["yes", "no"])), pc.equal(answers, "yes"), None
        ),
        **{name: rows[title] for name, title in votes.items()},
    }
    return structs(type, known, rows.num_rows)


_LISTS: dict[str, Callable[[Block, pa.StructType], pa.StructArray]] = {
    "boxes": _objects,
    "labels": _verified,
    "machine_labels": _guessed,
    "relations": _relations,
    "narratives": _narratives,
    "masks": _masks,
    "points": _points,
}
_COLUMN = {
    "boxes": "objects",
    "labels": "labels",
    "machine_labels": "labels",
    "relations": "relations",
    "narratives": "narratives",
    "masks": "masks",
    "points": "points",
}


def _metadata(keys: Keys, block: Block, schema: pa.Schema) -> dict[str, pa.Array]:
    counts = np.diff(block.starts)
    if (counts > 1).any():
        [twice] = texts_of(block.keys[counts > 1][:1]).to_pylist()
        raise SourceError(
            f"open_images_v7: {block.place}: image {twice} stands more than once",
            "leave in one line for each image",
        )
    places = np.searchsorted(block.keys, keys)
    there = np.isin(keys, block.keys)
    rows = block.rows.combine_chunks().take(pa.array(places, mask=~there))
    credit = structs(
        schema.field("credit").type,
        {name: rows[title] for name, title in _CREDIT.items()},
        len(keys),
    )
    degrees = numbers(rows["Rotation"])
    return {
        "license": _licenses(rows["License"], schema.field("license").type),
        "credit": pc.if_else(pa.array(there), credit, None),
        "rotation": pa.array(degrees, mask=np.isnan(degrees)).cast(pa.int32()),
        "original_md5": rows["OriginalMD5"],
    }


def _licenses(urls: pa.ChunkedArray, type: pa.StructType) -> pa.Array:
    coded = urls.combine_chunks().dictionary_encode()
    terms = [
        asdict(license_from_url(url, _title(url), url)) for url in coded.dictionary.to_pylist()
    ]
    return pa.array(terms, type).take(coded.indices)


def _title(url: str) -> str:
    """The usual short name of a licence.

    Example:
        >>> _title("https://creativecommons.org/licenses/by/2.0/")
        'CC BY 2.0'
    """
    found = _LICENCE.search(url)
    if not found:
        return ""
    return f"CC {found[1].upper()} {found[2]}" if found[1] else f"CC0 {found[2]}"


def _flag(values: pa.ChunkedArray) -> pa.Array:
    """1 is true, 0 false, and all else, as -1, is not known."""
    found = numbers(pc.fill_null(values, -1))
    return pa.array(found == 1, mask=(found != 0) & (found != 1))


def _boxes(block: Block, *, prefix: str = "", suffix: str = "") -> pa.FixedSizeListArray:
    titles = [f"{prefix}{edge}{suffix}" for edge in ("XMin", "YMin", "XMax", "YMax")]
    edges = np.stack([numbers(block.rows[title]) for title in titles], axis=1)  # (N, 4)
    # A comparison with what is not a number is false.
    right = (edges >= -SLACK) & (edges <= 1 + SLACK)
    right[:, :2] &= edges[:, :2] <= edges[:, 2:]
    if not right.all():
        row = int((~right.all(axis=1)).argmax())
        owner = block.keys[np.searchsorted(block.starts, row, "right") - 1 :][:1]
        raise SourceError(
            f"open_images_v7: {block.place}: image {texts_of(owner)[0]} has a box with "
            f"{', '.join(f'{t} {e:g}' for t, e in zip(titles, edges[row], strict=True))}",
            "correct it: edges are shares of the picture, from 0 to 1, the smaller first",
        )
    return pa.FixedSizeListArray.from_arrays(pa.array(edges.clip(0, 1).ravel()), 4)
