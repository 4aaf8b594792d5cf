"""The records of COCO's files, and the columns they become.

Format from https://cocodataset.org/#format-data. Only the fields that are read are declared;
those with a default may be absent, as they are in many files that only resemble COCO's.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any, TypeAlias

import msgspec
import pyarrow as pa

Id: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Pixels: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Box: TypeAlias = tuple[float, float, float, float]


class ImageRecord(msgspec.Struct, gc=False):
    """An image; the same in every file of a split."""

    id: Id
    width: Pixels
    height: Pixels
    file_name: str
    license: Id | None = None
    flickr_url: str | None = None


class ObjectRecord(msgspec.Struct, gc=False):
    """A thing in an image; `bbox` is x, y, width, height and `area` square pixels."""

    id: Id
    image_id: Id
    category_id: Id
    bbox: Box
    area: float | None = None
    iscrowd: Id | None = None


class CaptionRecord(msgspec.Struct, gc=False):
    """A sentence about an image."""

    id: Id
    image_id: Id
    caption: str


class PoseRecord(ObjectRecord, gc=False, kw_only=True):
    """A thing with its joints: x, y in pixels and 0 (not marked), 1 (hidden) or 2 (seen)."""

    keypoints: list[float]


class CategoryRecord(msgspec.Struct, gc=False):
    """A kind of thing; `keypoints` names its joints."""

    id: Id
    name: str
    keypoints: list[str] = []


class LicenseRecord(msgspec.Struct, gc=False):
    """Terms that images are under."""

    id: Id
    name: str = ""
    url: str = ""


_COLUMN_TYPES: dict[Any, pa.DataType] = {
    Id: pa.int64(),
    Id | None: pa.int64(),
    Pixels: pa.int32(),
    float | None: pa.float64(),
    Box: pa.list_(pa.float64(), 4),
    list[float]: pa.list_(pa.float64()),
    list[str]: pa.list_(pa.string()),
    str: pa.string(),
    str | None: pa.string(),
}


def schema_of(kind: type[msgspec.Struct]) -> pa.Schema:
    """The columns of a kind of record, in the order of its fields."""
    return pa.schema([(f.name, _COLUMN_TYPES[f.type]) for f in msgspec.structs.fields(kind)])


def columns_of(records: list[Any], schema: pa.Schema) -> pa.RecordBatch:
    """Turn records into columns."""
    columns = [
        pa.array(list(map(attrgetter(name), records)), type)
        for name, type in zip(schema.names, schema.types, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
