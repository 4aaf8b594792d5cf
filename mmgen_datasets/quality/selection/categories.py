"""The categories that annotators saw in samples, to be laid beside conversations about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.errors import UsageError
from mmgen_datasets.quality.selection.fields import CATEGORIES

_ROWS_A_BATCH = 10_000
_READ = ("id", "objects", "labels")


@dataclass(frozen=True)
class Categories:
    """The categories of each sample: those of its boxes, and of labels that people confirmed.

    A million samples take some tens of megabytes.
    """

    ids: pa.Array
    codes: pa.ListArray
    """Of each sample, the places of its categories among the names, ascending."""
    names: pa.Array

    def beside(self, table: pa.Table) -> pa.Table:
        """Add their column to a batch of conversations; null where there is no such sample."""
        places = pc.index_in(table["sample_id"].combine_chunks(), value_set=self.ids)
        codes = self.codes.take(places)
        names = self.names.take(pc.list_flatten(codes))
        lengths = pc.fill_null(pc.list_value_length(codes), 0).to_numpy()
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
        return table.append_column(CATEGORIES, pa.ListArray.from_arrays(offsets, names))


def read_categories(samples: Dataset) -> Categories:
    """Read them from samples, in batches; media are not touched.

    Args:
        samples: rows of `mmgen_datasets.schema.SAMPLE`.

    Raises:
        UsageError: they have no such columns.
    """
    if missing := [name for name in _READ if name not in samples.column_names]:
        raise UsageError(
            f"the samples have no column {missing[0]!r}, so no categories are known",
            "choose by something else, or give samples as a source has them",
        )
    rows, names, start = [], [], 0
    columns = samples.select_columns(list(_READ)).with_format("arrow")
    for table in columns.iter(_ROWS_A_BATCH):
        for column, field in (("objects", "category"), ("labels", "name")):
            lists = table[column].combine_chunks()
            found = pc.list_flatten(lists)
            wanted = pc.is_valid(pc.struct_field(found, field))
            if column == "labels":
                seen = pc.and_(
                    pc.struct_field(found, "present"), pc.struct_field(found, "verified")
                )
                wanted = pc.fill_null(pc.and_(wanted, seen), False)
            rows.append(pc.add(pc.list_parent_indices(lists).filter(wanted), start))
            names.append(pc.struct_field(found, field).filter(wanted).dictionary_encode())
        start += table.num_rows
    ids = samples.select_columns(["id"]).with_format("arrow")[:]["id"]  # all at once, alone
    return _grouped(ids.combine_chunks(), rows, names)


def _grouped(ids: pa.Array, rows: list[pa.Array], names: list[pa.Array]) -> Categories:
    encoded = pa.chunked_array(names, pa.dictionary(pa.int32(), pa.string())).unify_dictionaries()
    known = encoded.chunk(0).dictionary if encoded.num_chunks else pa.array([], pa.string())
    places = np.concatenate([np.zeros(0, np.int64), *(np.asarray(each) for each in rows)])
    codes = [np.asarray(chunk.indices) for chunk in encoded.chunks]
    width = max(len(known), 1)
    pairs = np.unique(places * width + np.concatenate([np.zeros(0, np.int64), *codes]))
    counts = np.bincount(pairs // width, minlength=len(ids))
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    return Categories(ids, pa.ListArray.from_arrays(offsets, pa.array(pairs % width)), known)
