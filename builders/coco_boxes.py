"""Boxes and joints: from COCO's pixels to shares of the picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mmgen_datasets.columns import numbers, structs
from mmgen_datasets.vocabulary import COCO

from .coco_join import Floats, Part, by_image, offsets_of, positions, refuse

SLACK = 1.0
"""Pixels by which official boxes reach over their image's border; such a box is clipped."""


def objects(part: Part, schema: pa.Schema) -> dict[str, pa.Array]:
    """The columns ``objects`` and, where the categories are COCO's own, ``vocabulary``."""
    boxes, offsets, rows = by_image(part)
    sizes = _sizes(part.images)[rows]
    known = {**_box_columns(part, boxes, sizes), "area": _areas(part, boxes, sizes)}
    things = structs(schema.field("objects").type.value_type, known, boxes.num_rows)
    columns = {"objects": pa.ListArray.from_arrays(offsets, things)}
    if {*part.tables["categories"]["name"].to_pylist()} == {category.name for category in COCO}:
        columns["vocabulary"] = pa.repeat("coco", part.images.num_rows)
    return columns


def poses(part: Part, schema: pa.Schema) -> dict[str, pa.Array]:
    """The column ``poses``."""
    persons, offsets, rows = by_image(part)
    sizes = _sizes(part.images)[rows]
    type = schema.field("poses").type.value_type
    known = _box_columns(part, persons, sizes)
    known["keypoints"] = _joints(part, persons, sizes, type=type.field("keypoints").type)
    return {"poses": pa.ListArray.from_arrays(offsets, structs(type, known, persons.num_rows))}


def _box_columns(part: Part, boxes: pa.Table, sizes: Floats) -> dict[str, pa.Array]:
    """What objects and poses share. ``sizes``: of the image of each."""
    categories = part.tables["categories"]
    index, found = positions(boxes["category_id"], categories["id"])
    refuse(
        boxes,
        ~found,
        lambda row: (
            f"{part.url}: annotation {row['id']} is of category {row['category_id']}, "
            "which the file does not have"
        ),
        "add the category to 'categories', or leave out its annotations",
    )
    return {
        "category": categories["name"].combine_chunks().take(pa.array(index)),
        "bbox": _shares(part, boxes, sizes),
        "is_crowd": pc.not_equal(boxes["iscrowd"], 0),
    }


def _shares(part: Part, boxes: pa.Table, sizes: Floats) -> pa.Array:
    """Turn x, y, width, height in pixels into corners as shares of the image."""
    pixels = _flat(boxes["bbox"]).reshape(-1, 4)
    shares = np.empty(pixels.shape, np.float32)
    wrong = np.zeros(len(pixels), np.bool_)
    for axis in (0, 1):
        start, length, size = pixels[:, axis], pixels[:, axis + 2], sizes[:, axis]
        end = start + length
        wrong |= (length < 0) | (start < -SLACK) | (end > size + SLACK)
        shares[:, axis], shares[:, axis + 2] = start / size, end / size
    refuse(
        boxes,
        wrong,
        lambda row: (
            f"{part.url}: the box {row['bbox']} of annotation {row['id']} is not in its image "
            f"{row['image_id']} of {'{:.0f} x {:.0f}'.format(*sizes[wrong.argmax()])} pixels"
        ),
        "correct or leave out this annotation: boxes are x, y, width, height in pixels from the "
        "upper left corner",
    )
    return pa.FixedSizeListArray.from_arrays(pa.array(shares.clip(0, 1, out=shares).ravel()), 4)


def _areas(part: Part, boxes: pa.Table, sizes: Floats) -> pa.Array:
    """Turn square pixels into shares of the image; null where the file gives none."""
    areas = pc.divide(boxes["area"], pa.array(sizes.prod(axis=1)))
    wrong = pc.or_(pc.less(areas, 0), pc.greater(areas, 1.01))
    refuse(
        boxes,
        pc.fill_null(wrong, False),
        lambda row: (
            f"{part.url}: the area {row['area']} of annotation {row['id']} is not one of its "
            f"image {row['image_id']}"
        ),
        "correct or leave out the area: it is in square pixels, at most those of the image",
    )
    return pc.min_element_wise(areas, 1.0, skip_nulls=False)


def _joints(part: Part, persons: pa.Table, sizes: Floats, *, type: pa.DataType) -> pa.Array:
    """The joints that are marked, of each person; one beyond the border is put on it."""
    categories = part.tables["categories"]
    index = pc.index_in(persons["category_id"], value_set=categories["id"].combine_chunks())
    names = categories["keypoints"].combine_chunks().take(index.combine_chunks())
    num_joints = numbers(pc.fill_null(pc.list_value_length(names), 0))
    refuse(
        persons,
        numbers(pc.list_value_length(persons["keypoints"])) != 3 * num_joints,
        lambda row: (
            f"{part.url}: annotation {row['id']} has {len(row['keypoints'])} numbers for its "
            "joints, not three for each that its category names"
        ),
        "correct or leave out this annotation: joints are x, y and 0, 1 or 2",
    )
    points = _flat(persons["keypoints"]).reshape(-1, 3)  # (sum of num_joints, 3)
    marked = points[:, 2] > 0
    shares = np.clip(points[:, :2] / np.repeat(sizes, num_joints, axis=0), 0, 1)[marked]
    owners = np.repeat(np.arange(len(num_joints)), num_joints)[marked]
    known = {
        "name": names.flatten().filter(pa.array(marked)),
        "x": pa.array(shares[:, 0]),
        "y": pa.array(shares[:, 1]),
        "is_visible": pa.array(points[marked, 2] == 2),
    }
    joints = structs(type.value_type, known, len(owners))
    return pa.ListArray.from_arrays(offsets_of(owners, len(num_joints)), joints)


def _sizes(images: pa.Table) -> Floats:
    """Width and height, (N, 2)."""
    return np.stack([numbers(images["width"]), numbers(images["height"])], axis=1) * 1.0


def _flat(lists: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    return numbers(lists.combine_chunks().flatten())
