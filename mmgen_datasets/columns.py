"""Columns in the form of a schema, from what a source knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def column(known: Mapping[str, Any], field: pa.Field, num_rows: int) -> Any:
    """A column in the schema's form: null where nothing is known, a list empty."""
    if field.name in known:
        return known[field.name].cast(field.type)
    if pa.types.is_list(field.type):
        nothing = pa.array(np.zeros(num_rows + 1, np.int32))
        return pa.ListArray.from_arrays(nothing, pa.nulls(0, field.type.value_type))
    return pa.nulls(num_rows, field.type)


def structs(type: pa.DataType, known: Mapping[str, Any], num_rows: int) -> pa.StructArray:
    """Records of a type, from those of their fields that are known."""
    arrays = [column(known, field, num_rows) for field in type]
    whole = [a.combine_chunks() if isinstance(a, pa.ChunkedArray) else a for a in arrays]
    return pa.StructArray.from_arrays(whole, fields=[*type])


def numbers(column: Any) -> npt.NDArray[Any]:
    """A column of numbers for NumPy."""
    return np.asarray(column.to_numpy())
