"""Join COCO's files into one row per image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mmgen_datasets.columns import column, numbers, structs
from mmgen_datasets.errors import SourceError
from mmgen_datasets.licence import license_from_url

from .coco_boxes import objects, poses
from .coco_files import Pictures
from .coco_join import Part, by_image, refuse, refuse_repeated
from .coco_json import read_tables
from .coco_records import (
    CaptionRecord,
    CategoryRecord,
    ImageRecord,
    LicenseRecord,
    ObjectRecord,
    PoseRecord,
)

_IMAGES = {"images": ImageRecord, "licenses": LicenseRecord}
_KINDS: dict[str, dict[str, Any]] = {
    "instances": {**_IMAGES, "annotations": ObjectRecord, "categories": CategoryRecord},
    "captions": {**_IMAGES, "annotations": CaptionRecord},
    "person_keypoints": {**_IMAGES, "annotations": PoseRecord, "categories": CategoryRecord},
}

_NO_NAME = r"^$|^/|^[A-Za-z]:|(^|/)\.\.(/|$)|[\\\x00]"
"""What a ``file_name`` must not be: empty, absolute here or on Windows, a way out, or two names."""


def read_rows(files: Mapping[str, str], schema: pa.Schema, **constants: str) -> pa.Table:
    """Read a split's annotation files into rows of the sample schema, without pictures.

    Args:
        files: ``instances``, ``captions``, ``person_keypoints`` to their files; at least one.
        schema: the columns wanted, `mmgen_datasets.schema.sample_features` as Arrow.
        constants: columns that hold one value in every row.

    Raises:
        SourceError: a file is not of the form of COCO's, has an id or a file name twice, names
            an id that is not there, has a file name that may lead out of the folder, or a box or
            an area that its image cannot have.
    """
    tables = {kind: read_tables(url, _KINDS[kind]) for kind, url in files.items()}
    images = _all_images({files[kind]: parts["images"] for kind, parts in tables.items()})
    licenses = pa.concat_tables([parts["licenses"] for parts in tables.values()])
    columns = _image_columns(images, licenses, schema)
    for kind, url in files.items():
        # Each file's records are let go as soon as their columns stand.
        columns |= _COLUMNS[kind](Part(url, tables.pop(kind), images), schema)
    columns |= {name: pa.repeat(value, images.num_rows) for name, value in constants.items()}
    return pa.table([column(columns, field, images.num_rows) for field in schema], schema=schema)


def picture_column(file_names: pa.ChunkedArray, pictures: Pictures, type: pa.DataType) -> pa.Array:
    """Say where each picture is; null where there is none."""
    there = pc.is_in(file_names, value_set=pa.array(pictures.names, pa.string()))
    paths = pc.binary_join_element_wise(pictures.prefix, file_names, pictures.suffix, "")
    paths = pc.if_else(there, paths, None).combine_chunks()
    images = structs(type, {"path": paths}, len(paths))
    return pc.if_else(pc.is_valid(paths), images, None)


def _all_images(by_file: Mapping[str, pa.Table]) -> pa.Table:
    """The images of all files, each once, in the order of the first file."""
    for url, images in by_file.items():
        refuse_repeated(images, f"{url}: the image id")
        _refuse_bad_names(images, url)
    images = pa.concat_tables(by_file.values())
    if not images.num_rows:
        # `datasets` would say only that a split without rows is not there.
        raise SourceError(
            f"coco: {next(iter(by_file))} lists no images", "look for the file that lists them"
        )
    _, first = np.unique(numbers(images["id"]), return_index=True)
    images = images.take(np.sort(first)).combine_chunks()
    refuse_repeated(images, f"{', '.join(by_file)}: the file_name", "file_name")
    return images


def _refuse_bad_names(images: pa.Table, url: str) -> None:
    refuse(
        images,
        pc.match_substring_regex(images["file_name"], _NO_NAME),
        lambda row: (
            f"{url}: image {row['id']} has the file_name {row['file_name']!r}, which may lead out "
            "of the folder of pictures or to no file"
        ),
        "correct it: a name as in 000000397133.jpg, or folder/name",
    )


def _image_columns(images: pa.Table, licenses: pa.Table, schema: pa.Schema) -> dict[str, pa.Array]:
    credit, license = schema.field("credit").type, schema.field("license").type
    urls = images["flickr_url"]
    index = pc.index_in(images["license"].combine_chunks(), licenses["id"].combine_chunks())
    return {
        **{name: images[name] for name in ("id", "file_name", "width", "height")},
        "license": _licenses(licenses, license).take(index),
        "credit": structs(
            credit, {"original_url": pc.if_else(pc.equal(urls, ""), None, urls)}, images.num_rows
        ),
    }


def _licenses(licenses: pa.Table, type: pa.DataType) -> pa.Array:
    rows = zip(*licenses.to_pydict().values(), strict=True)
    return pa.array([asdict(license_from_url(str(id), *rest)) for id, *rest in rows], type)


def _captions(part: Part, schema: pa.Schema) -> dict[str, pa.Array]:
    captions, offsets, _ = by_image(part)
    return {"captions": pa.ListArray.from_arrays(offsets, captions["caption"].combine_chunks())}


_COLUMNS: dict[str, Callable[[Part, pa.Schema], dict[str, pa.Array]]] = {
    "instances": objects,
    "captions": _captions,
    "person_keypoints": poses,
}
