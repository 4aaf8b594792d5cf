"""Join the tables of COCO's files into one row per image.

All of it is arithmetic on columns: an annotation's image is looked up by its id, a
stable sort brings the annotations of an image together without changing their order, and the
lists are cut by offsets. No Python runs per row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mmgen_datasets.errors import SourceError
from mmgen_datasets.licence import license_from_url
from mmgen_datasets.vocabulary import COCO

from . import coco_json
from .coco_files import Pictures

Ints: TypeAlias = npt.NDArray[np.int64]
"""``(N,)``."""
Floats: TypeAlias = npt.NDArray[np.float64]
"""``(N, 4)`` unless said otherwise."""

SLACK = 1.0
"""Pixels by which official boxes reach over their image's border; such a box is clipped."""

_IMAGES = {"images": coco_json.ImageRecord, "licenses": coco_json.LicenseRecord}
_KINDS: dict[str, dict[str, Any]] = {
    "instances": {
        **_IMAGES,
        "annotations": coco_json.ObjectRecord,
        "categories": coco_json.CategoryRecord,
    },
    "captions": {**_IMAGES, "annotations": coco_json.CaptionRecord},
    "person_keypoints": {
        **_IMAGES,
        "annotations": coco_json.PoseRecord,
        "categories": coco_json.CategoryRecord,
    },
}


def read_rows(files: Mapping[str, str], schema: pa.Schema, **constants: str) -> pa.Table:
    """Read a split's annotation files into rows of the sample schema, without pictures.

    Args:
        files: ``instances``, ``captions``, ``person_keypoints`` to their files; at least one.
        schema: the columns wanted, `mmgen_datasets.schema.sample_features` as Arrow.
        constants: columns that hold one value in every row.

    Raises:
        SourceError: a file holds what COCO's do not: see `coco_json`, and any id that stands
            twice or that nothing has, or a box outside its image.
    """
    tables = {kind: coco_json.read_tables(url, _KINDS[kind]) for kind, url in files.items()}
    images = _all_images({files[kind]: parts["images"] for kind, parts in tables.items()})
    licenses = pa.concat_tables([parts["licenses"] for parts in tables.values()])
    columns = _image_columns(images, licenses, schema)
    for kind, url in files.items():
        # Each file's records are let go as soon as their columns stand.
        columns |= _READERS[kind](tables.pop(kind), images, schema, url)
    columns |= {name: pa.repeat(value, images.num_rows) for name, value in constants.items()}
    return pa.table([_column(columns, field, images.num_rows) for field in schema], schema=schema)


def picture_column(file_names: pa.ChunkedArray, pictures: Pictures, type: pa.DataType) -> pa.Array:
    """Say where each picture is; null where there is none."""
    there = pc.is_in(file_names, value_set=pa.array(pictures.names, pa.string()))
    paths = pc.binary_join_element_wise(pictures.prefix, file_names, pictures.suffix, "")
    paths = pc.if_else(there, paths, None).combine_chunks()
    nowhere = pa.nulls(len(paths), type.field("bytes").type)
    columns = {"bytes": nowhere, "path": paths}
    arrays = [columns[field.name].cast(field.type) for field in type]
    return pa.StructArray.from_arrays(arrays, fields=[*type], mask=pc.is_null(paths))


def _all_images(by_file: Mapping[str, pa.Table]) -> pa.Table:
    """The images of all files, each once, in the order of the first file."""
    for url, images in by_file.items():
        _refuse_repeated(images, f"{url}: the image id")
    images = pa.concat_tables(by_file.values())
    if not images.num_rows:
        raise SourceError(f"coco: {next(iter(by_file))} lists no images", "give it some images")
    _, first = np.unique(_numbers(images["id"]), return_index=True)
    return images.take(np.sort(first)).combine_chunks()


def _image_columns(images: pa.Table, licenses: pa.Table, schema: pa.Schema) -> dict[str, pa.Array]:
    return {
        "id": pc.cast(images["id"], pa.string()),
        "file_name": images["file_name"],
        "width": images["width"],
        "height": images["height"],
        "license": _licenses(licenses, schema.field("license").type).take(
            pc.index_in(images["license"].combine_chunks(), licenses["id"].combine_chunks())
        ),
        "credit": _structs(
            schema.field("credit").type, {"original_url": images["flickr_url"]}, images.num_rows
        ),
    }


def _licenses(licenses: pa.Table, type: pa.DataType) -> pa.Array:
    rows = zip(*licenses.to_pydict().values(), strict=True)
    return pa.array([asdict(license_from_url(str(id), *rest)) for id, *rest in rows], type)


def _captions(
    tables: Mapping[str, pa.Table], images: pa.Table, schema: pa.Schema, url: str
) -> dict[str, pa.Array]:
    captions, offsets, _ = _by_image(tables["annotations"], images, url)
    return {"captions": pa.ListArray.from_arrays(offsets, captions["caption"].combine_chunks())}


def _objects(
    tables: Mapping[str, pa.Table], images: pa.Table, schema: pa.Schema, url: str
) -> dict[str, pa.Array]:
    boxes, offsets, rows = _by_image(tables["annotations"], images, url)
    sizes = _sizes(images)[rows]
    names = tables["categories"]["name"]
    known = _box_columns(boxes, sizes, tables["categories"], url)
    known["area"] = pc.divide(boxes["area"], pa.array(sizes.prod(axis=1)))
    _refuse(
        boxes,
        pc.fill_null(pc.or_(pc.less(known["area"], 0), pc.greater(known["area"], 1.01)), False),
        lambda row: (
            f"{url}: the area {row['area']} of annotation {row['id']} is not one of its "
            f"image {row['image_id']}"
        ),
    )
    known["area"] = pc.min_element_wise(known["area"], 1.0, skip_nulls=False)
    objects = _structs(schema.field("objects").type.value_type, known, boxes.num_rows)
    columns = {"objects": pa.ListArray.from_arrays(offsets, objects)}
    if {*names.to_pylist()} == {category.name for category in COCO}:
        columns["vocabulary"] = pa.repeat("coco", images.num_rows)
    return columns


def _poses(
    tables: Mapping[str, pa.Table], images: pa.Table, schema: pa.Schema, url: str
) -> dict[str, pa.Array]:
    poses, offsets, rows = _by_image(tables["annotations"], images, url)
    sizes = _sizes(images)[rows]
    type = schema.field("poses").type.value_type
    known = _box_columns(poses, sizes, tables["categories"], url)
    joints = tables["categories"]["keypoints"].take(known.pop("index")).combine_chunks()
    known["keypoints"] = _joints(poses, joints, sizes, type.field("keypoints").type, url)
    return {"poses": pa.ListArray.from_arrays(offsets, _structs(type, known, poses.num_rows))}


_READERS: dict[str, Callable[..., dict[str, pa.Array]]] = {
    "instances": _objects,
    "captions": _captions,
    "person_keypoints": _poses,
}


def _by_image(annotations: pa.Table, images: pa.Table, url: str) -> tuple[pa.Table, pa.Array, Ints]:
    """Bring the annotations of each image together, in the order of the images.

    Returns:
        The annotations, where each image's begin in them (one more at the end), and the row of
        the image of each.
    """
    _refuse_repeated(annotations, f"{url}: the annotation id")
    rows, found = _positions(annotations["image_id"], images["id"])
    _refuse(
        annotations,
        ~found,
        lambda row: (
            f"{url}: annotation {row['id']} is of image {row['image_id']}, which no file has"
        ),
    )
    order = np.argsort(rows, kind="stable")
    counts = np.bincount(rows, minlength=images.num_rows)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return annotations.take(order).combine_chunks(), pa.array(offsets), rows[order]


def _box_columns(
    boxes: pa.Table, sizes: Floats, categories: pa.Table, url: str
) -> dict[str, pa.Array]:
    """What objects and poses share. ``sizes``: width and height of each one's image, (N, 2)."""
    index, found = _positions(boxes["category_id"], categories["id"])
    _refuse(
        boxes,
        ~found,
        lambda row: (
            f"{url}: annotation {row['id']} is of category {row['category_id']}, "
            "which the file does not have"
        ),
    )
    crowd = boxes["iscrowd"]
    return {
        "category": categories["name"].combine_chunks().take(pa.array(index)),
        "bbox": _shares(boxes, sizes, url),
        "is_crowd": pc.not_equal(crowd, 0),
        "index": pa.array(index),
    }


def _shares(boxes: pa.Table, sizes: Floats, url: str) -> pa.Array:
    """Turn x, y, width, height in pixels into corners as shares of the image."""
    pixels = _flat(boxes["bbox"]).reshape(-1, 4)
    shares = np.empty(pixels.shape, np.float32)
    wrong = np.zeros(len(pixels), np.bool_)
    for axis in (0, 1):
        start, length, size = pixels[:, axis], pixels[:, axis + 2], sizes[:, axis]
        end = start + length
        wrong |= (length < 0) | (start < -SLACK) | (end > size + SLACK)
        shares[:, axis], shares[:, axis + 2] = start / size, end / size
    _refuse(
        boxes,
        wrong,
        lambda row: (
            f"{url}: the box {row['bbox']} of annotation {row['id']} is not in its image "
            f"{row['image_id']} of {'{:.0f} x {:.0f}'.format(*sizes[wrong.argmax()])} pixels"
        ),
    )
    return pa.FixedSizeListArray.from_arrays(pa.array(shares.clip(0, 1, out=shares).ravel()), 4)


def _joints(
    poses: pa.Table, names: pa.Array, sizes: Floats, type: pa.DataType, url: str
) -> pa.Array:
    """The joints that are marked, of each pose. ``names``: of all joints, for each pose."""
    num_joints = pc.list_value_length(names).to_numpy()
    _refuse(
        poses,
        pc.list_value_length(poses["keypoints"]).to_numpy() != 3 * num_joints,
        lambda row: (
            f"{url}: annotation {row['id']} has {len(row['keypoints'])} numbers for its "
            "joints, not three for each"
        ),
    )
    points = _flat(poses["keypoints"]).reshape(-1, 3)  # (sum of num_joints, 3)
    marked = points[:, 2] > 0
    shares = np.clip(points[:, :2] / np.repeat(sizes, num_joints, axis=0), 0, 1)
    owner = np.repeat(np.arange(len(poses)), num_joints)
    counts = np.bincount(owner[marked], minlength=len(poses))
    known = {
        "name": names.flatten().filter(pa.array(marked)),
        "x": pa.array(shares[marked, 0]),
        "y": pa.array(shares[marked, 1]),
        "is_visible": pa.array(points[marked, 2] == 2),
    }
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    joints = _structs(type.value_type, known, int(marked.sum()))
    return pa.ListArray.from_arrays(pa.array(offsets), joints)


def _positions(wanted: pa.ChunkedArray, ids: pa.ChunkedArray) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Where each wanted id stands among the ids, and whether it does."""
    places = pc.index_in(wanted, value_set=ids.combine_chunks())
    return _numbers(pc.fill_null(places, 0)).astype(np.int64), _numbers(pc.is_valid(places))


def _refuse(table: pa.Table, wrong: Any, describe: Callable[[dict[str, Any]], str]) -> None:
    """Raise for the first row that is wrong."""
    wrong = np.asarray(wrong)
    if wrong.any():
        [row] = table.slice(int(wrong.argmax()), 1).to_pylist()
        raise SourceError(
            f"coco: {describe(row)}",
            f"correct or leave out this annotation ({int(wrong.sum())} such); boxes are x, y, "
            "width, height in pixels from the upper left corner",
        )


def _refuse_repeated(table: pa.Table, what: str) -> None:
    ids = np.sort(_numbers(table["id"]))
    repeated = ids[1:][ids[1:] == ids[:-1]]
    if len(repeated):
        raise SourceError(
            f"coco: {what} {repeated[0]} stands more than once",
            "give each record an id of its own",
        )


def _column(columns: Mapping[str, Any], field: pa.Field, num_rows: int) -> Any:
    """A column in the schema's form: null where nothing is known, a list empty."""
    if field.name in columns:
        return columns[field.name].cast(field.type)
    if pa.types.is_list(field.type):
        nothing = pa.array(np.zeros(num_rows + 1, np.int32))
        return pa.ListArray.from_arrays(nothing, pa.nulls(0, field.type.value_type))
    return pa.nulls(num_rows, field.type)


def _structs(type: pa.DataType, known: Mapping[str, Any], num: int) -> pa.StructArray:
    arrays = [_column(known, field, num) for field in type]
    flat = [a.combine_chunks() if isinstance(a, pa.ChunkedArray) else a for a in arrays]
    return pa.StructArray.from_arrays(flat, fields=[*type])


def _sizes(images: pa.Table) -> Floats:
    """Width and height, (N, 2)."""
    return np.stack([_numbers(images["width"]), _numbers(images["height"])], axis=1) * 1.0


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    return np.asarray(column.to_numpy())


def _flat(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    return np.asarray(column.combine_chunks().flatten().to_numpy())
