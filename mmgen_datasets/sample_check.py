"""Whether a table holds samples, told before anything is done with it."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from datasets import Dataset
from pyarrow import types

from mmgen_datasets.errors import UsageError
from mmgen_datasets.schema import MEDIA, SAMPLE, media_kinds, sample_features


def check_samples(samples: object) -> None:
    """Refuse what is no table of samples.

    A column may be wider or narrower than ours (``int64``, ``large_string``), or all null.

    Raises:
        UsageError: naming the type that is wrong, or the columns that are missing.
    """
    if not isinstance(samples, Dataset):
        raise UsageError(
            f"samples are a {type(samples).__name__}, not a Dataset",
            "load one split, without streaming: load_dataset(..., split='train')",
        )
    if missing := [name for name in SAMPLE if name not in samples.features]:
        raise UsageError(
            f"the samples lack the columns {', '.join(missing)}",
            "name a source, or a folder that 'mmgen prepare' wrote; the columns are those of"
            " mmgen_datasets.schema.SAMPLE",
        )
    wanted = sample_features(*media_kinds(samples.features)).arrow_schema
    for column in wanted:
        have = samples.features.arrow_schema.field(column.name).type
        for difference in _differences(column.name, have, column.type):
            table = "MEDIA" if column.name in MEDIA else "SAMPLE"
            cast = f"{column.name!r}, mmgen_datasets.schema.{table}[{column.name!r}]"
            raise UsageError(
                f"the samples' column {difference}", f"try: samples = samples.cast_column({cast})"
            )


def _differences(place: str, have: pa.DataType, want: pa.DataType) -> Iterator[str]:
    """Say where values of a type cannot be read as those of another."""
    have, want = _stored(have), _stored(want)
    if types.is_struct(want) and types.is_struct(have):
        for field in want:
            index = have.get_field_index(field.name)
            if index < 0:
                yield f"{place} has no {field.name!r}"
            else:
                inner = have.field(index).type
                yield from _differences(f"{place}.{field.name}", inner, field.type)
    elif _is_list(want) and _is_list(have):
        yield from _differences(place, have.value_type, want.value_type)
    elif not (have == want or types.is_null(have) or any(k(have) and k(want) for k in _KINDS)):
        yield f"{place} holds {have}, not {want}"


def _stored(of: pa.DataType) -> pa.DataType:
    """Lists of lists, in place of an array of `datasets`."""
    return of.storage_type if isinstance(of, pa.ExtensionType) else of


def _is_list(of: pa.DataType) -> bool:
    return bool(types.is_list(of) or types.is_large_list(of) or types.is_fixed_size_list(of))


def _is_text(of: pa.DataType) -> bool:
    return bool(types.is_string(of) or types.is_large_string(of))


def _is_bytes(of: pa.DataType) -> bool:
    return bool(types.is_binary(of) or types.is_large_binary(of))


_KINDS = (_is_text, _is_bytes, types.is_integer, types.is_floating, types.is_boolean)
