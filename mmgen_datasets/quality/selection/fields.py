"""What conversations can be chosen by: read from columns of a batch, without any row as Python.

One row may have several values, as of categories, or none. So a field is read as two arrays
of one length: the rows, and a value of each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.licence import Use, code_of, is_allowed, name_of
from mmgen_datasets.missing_media import MEDIA_COLUMNS, missing_media
from mmgen_datasets.publish.licence import terms_of

Rows: TypeAlias = npt.NDArray[np.int64]

CATEGORIES = "categories"
"""Column of lists of strings that `mmgen_datasets.quality.selection.categories` lays beside."""

# Arrow's \s is the white space of ASCII, but for some.
_WORD = r"[^\s\v\x1c-\x1f\x{85}\pZ]+"


class Cells(NamedTuple):
    """What the rows of a batch have of a field."""

    rows: Rows
    """Places in the batch, ascending."""
    values: pa.Array
    """Strings, or float32 of a number; as many as rows, none of them null."""


Read: TypeAlias = Callable[[pa.Table], Cells]


@dataclass(frozen=True)
class Field:
    """Something that a conversation can be chosen by."""

    summary: str
    columns: tuple[str, ...]
    """Of the conversations, that it is read from."""
    read: Read
    known: Read | None = None
    """What may be asked for, where that is more than the values which rows have."""
    is_number: bool = False
    if_there: tuple[str, ...] = ()
    """Columns that it is read from as well, where the conversations have them."""
    is_group: bool = False
    """Whether a selection can be balanced by it."""

    @property
    def reads_annotations(self) -> bool:
        """Whether it needs the samples that conversations are about."""
        return CATEGORIES in self.columns


def score_field(name: str, judge: str) -> Field:
    """The scores that a judge gave for something."""

    def read(table: pa.Table) -> Cells:
        rows, found = _flat(table["scores"])
        names, judges = pc.struct_field(found, "name"), pc.struct_field(found, "judge")
        values = pc.struct_field(found, "value")
        is_it = pc.and_(pc.equal(names, name), pc.equal(pc.fill_null(judges, ""), judge))
        return _kept(rows, values, pc.and_(is_it, pc.is_valid(values)))

    return Field(f"the score {name} of {judge}", ("scores",), read, is_number=True)


def _flat(column: pa.ChunkedArray) -> tuple[Rows, pa.Array]:
    """The elements of lists, and the rows that they stand in."""
    lists = column.combine_chunks()
    rows = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    return rows.astype(np.int64), pc.list_flatten(lists)


def _kept(rows: Rows, values: pa.Array, wanted: pa.Array) -> Cells:
    wanted = pc.fill_null(wanted, False)
    return Cells(rows[wanted.to_numpy(zero_copy_only=False)], values.filter(wanted))


def _checks(table: pa.Table, passed: bool | None = None) -> Cells:
    """Checks that passed, that failed, or that are there at all."""
    rows, found = _flat(table["checks"])
    names, verdicts = pc.struct_field(found, "name"), pc.struct_field(found, "passed")
    return _kept(rows, names, pc.is_valid(names) if passed is None else pc.equal(verdicts, passed))


def _text(table: pa.Table, column: str, field: str | None = None) -> Cells:
    values = table[column].combine_chunks()
    if field is not None:
        values = pc.struct_field(values, field)
    return _kept(np.arange(len(values)), values, pc.is_valid(values))


def _texts(table: pa.Table, column: str, field: str | None = None) -> Cells:
    lists = table[column].combine_chunks()
    rows, values = _flat(pa.chunked_array([pc.struct_field(lists, field) if field else lists]))
    return _kept(rows, values, pc.is_valid(values))


def _licences(table: pa.Table) -> Cells:
    """What the licence of each row is called, and the uses that it allows."""
    names, sources = table["license"].to_pylist(), table["source"].to_pylist()
    told = [
        _told_by(source, tuple((terms or {}).items()))
        for terms, source in zip(names, sources, strict=True)
    ]
    rows = np.repeat(np.arange(len(told)), [len(words) for words in told])
    return Cells(rows, pa.array([word for words in told for word in words], pa.string()))


@lru_cache(maxsize=4096)  # a run has a handful
def _told_by(source: str | None, license: tuple[tuple[str, object], ...]) -> tuple[str, ...]:
    terms = terms_of(dict(license), source)
    uses = [use for use in get_args(Use) if use != "any" and is_allowed(terms, use)]
    named = (code_of(terms.get("url") or ""), name_of(terms), terms.get("id"), *uses)
    return tuple(dict.fromkeys(word for word in named if word))


def _all_uses(table: pa.Table) -> Cells:
    """What licences are called, and every use, be it allowed or not."""
    rows, values = _licences(table)
    uses = pa.array([use for use in get_args(Use) if use != "any"], pa.string())
    return Cells(
        np.concatenate([np.zeros(len(uses), np.int64), rows]), pa.concat_arrays([uses, values])
    )


def _turns(table: pa.Table) -> Cells:
    counts = pc.fill_null(pc.list_value_length(table["messages"].combine_chunks()), 0)
    return Cells(np.arange(len(counts)), counts.cast(pa.float32()))


def _words(table: pa.Table) -> Cells:
    rows, messages = _flat(table["messages"])
    answers = pc.equal(pc.struct_field(messages, "role"), "assistant")
    rows, texts = _kept(rows, pc.struct_field(messages, "content"), answers)
    counts = pc.count_substring_regex(pc.fill_null(texts, ""), _WORD)
    sums = np.bincount(rows, weights=counts.to_numpy(), minlength=table.num_rows)
    return Cells(np.arange(table.num_rows), pa.array(sums, pa.float32()))


def _missing(table: pa.Table) -> Cells:
    rows = {kind: np.flatnonzero(missing_media(table, kind)) for kind in get_args(MediaKind)}
    kinds = [kind for kind, found in rows.items() for _ in found]
    return Cells(np.concatenate([*rows.values()]), pa.array(kinds, pa.string()))


def _all_media(table: pa.Table) -> Cells:
    kinds = get_args(MediaKind)
    return Cells(np.zeros(len(kinds), np.int64), pa.array(kinds))


def _made(summary: str, field: str) -> Field:
    read = partial(_text, column="provenance", field=field)
    return Field(summary, ("provenance",), read, is_group=True)


FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "failed": Field(
            "a check that it failed, as 'mmgen checks' names them",
            ("checks",),
            partial(_checks, passed=False),
            known=_checks,
        ),
        "passed": Field(
            "a check that it was judged by, and passed",
            ("checks",),
            partial(_checks, passed=True),
            known=_checks,
        ),
        "kind": Field(
            "its kind: conversation, detail, grounded, ...",
            ("kind",),
            partial(_text, column="kind"),
            is_group=True,
        ),
        "category": Field(
            "a category that annotators saw in its picture",
            ("sample_id", CATEGORIES),
            partial(_texts, column=CATEGORIES),
            is_group=True,
        ),
        "family": Field(
            "a family of questions in it, of the recipe grounded",
            ("provenance",),
            partial(_texts, column="provenance", field="families"),
            is_group=True,
        ),
        "licence": Field(
            "what the licence allows (commercial, research), or its short name (cc-by-2.0), whole"
            " name or number",
            ("license", "source"),
            _licences,
            known=_all_uses,
        ),
        "source": Field(
            "the source of its sample", ("source",), partial(_text, column="source"), is_group=True
        ),
        "split": Field(
            "the split of its sample", ("split",), partial(_text, column="split"), is_group=True
        ),
        "recipe": _made("the recipe that asked for it", "recipe"),
        "model": _made("the model that wrote it", "model"),
        "keyword": _made("the subgroup of a task that it was made for", "keyword"),
        "missing": Field(
            "a file that it is about and that is not there: image, video, audio, motion",
            ("messages",),
            _missing,
            known=_all_media,
            if_there=MEDIA_COLUMNS,
        ),
        "turns": Field(
            "the number of its messages, of both sides", ("messages",), _turns, is_number=True
        ),
        "words": Field(
            "the number of words in its answers, all together",
            ("messages",),
            _words,
            is_number=True,
        ),
    }
)
"""By the name that a condition begins with."""
