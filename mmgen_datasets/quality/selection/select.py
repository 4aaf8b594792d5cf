"""Choose conversations to train on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.chance import draw_of
from mmgen_datasets.errors import UnknownNameError, UsageError
from mmgen_datasets.quality.selection.balance import Ints, draw, rarest, shares
from mmgen_datasets.quality.selection.batches import Memberships, Reading
from mmgen_datasets.quality.selection.categories import read_categories
from mmgen_datasets.quality.selection.fields import FIELDS, Field
from mmgen_datasets.quality.selection.matching import Term, terms_of_conditions
from mmgen_datasets.quality.selection.selected import KEPT, Group, Reasons, Selected
from mmgen_datasets.quality.selection.where import parse_condition

NO_GROUP = "(none)"
"""What conversations are counted under that belong to no group."""

_ERROR = "has no messages"


def select(
    conversations: Dataset,
    where: Sequence[str] = (),
    *,
    samples: Dataset | None = None,
    balance: str | None = None,
    total: int | None = None,
    seed: int = 0,
) -> Selected:
    """Choose conversations by what was found about them, and draw a number of those.

    Media are not touched. The same rows and the same seed give the same choice, in whatever
    order the rows stand. Of more rows mostly the same are drawn, and of a larger total all that
    are drawn of a smaller one.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`; those with an error are
            never chosen.
        where: conditions, all of which must hold: ``"failed != any"``. See
            `mmgen_datasets.quality.selection.where` for how they are written, and
            `mmgen_datasets.quality.selection.fields.FIELDS` for what they can be about.
        samples: what the conversations were made from, in any order, where categories are asked
            for.
        balance: share the total out evenly among the groups of this field, such as ``"kind"`` or
            ``"category"``; what small groups cannot give is shared among the others.
        total: draw so many; all, if there are no more.
        seed: of the draw.

    Raises:
        UsageError: a condition cannot be read or cannot be meant, or nothing is left.

    Example::

        chosen = select(load_run("runs/llava"), ["failed != any", "words >= 5"], total=10_000)
        chosen.dropped  # {"failed != any": 812, "words >= 5": 96, "total 10000": 2304}
    """
    if total is not None and total < 1:
        raise UsageError(f"the total is {total}", "give a number of at least 1")
    group = _group(balance or "kind")
    terms = terms_of_conditions(list(dict.fromkeys(map(parse_condition, where))), conversations)
    about = [term.field for term in terms]
    reading = _reading(conversations, samples, [*about, group])
    look = _look(reading, terms, group, seed=None if total is None else seed)
    candidates = np.flatnonzero(look.reasons == KEPT)
    rows, places, names = look.members.of(look.reasons == KEPT)
    groups = rarest(rows, places, len(candidates), len(names))
    sizes = np.bincount(groups, minlength=len(names) + 1)
    if balance is not None and total is None and len(candidates):
        raise _no_total(balance, sizes[sizes > 0])
    if total is not None:
        quotas = _quotas(names, sizes, total, seed) if balance else [total]
        among = groups if balance else np.zeros_like(groups)
        is_drawn = draw(look.keys[candidates], among, quotas)
        look.reasons[candidates[~is_drawn]] = len(terms)
        groups = groups[is_drawn]
    reasons = Reasons(
        look.reasons,
        [*(str(term.condition) for term in terms), _draw_text(balance, total), _ERROR],
        [*about, group] if balance else about,
    )
    dropped = _dropped(reasons, len(terms))
    if not len(groups):
        raise _nothing_left(len(conversations), dropped)
    counts = np.bincount(groups, minlength=len(sizes))
    return Selected(
        conversations.select(np.flatnonzero(look.reasons == KEPT)),
        len(conversations),
        dropped,
        balance or "kind",
        _groups([*names, NO_GROUP], sizes, counts),
        reasons,
        reading,
    )


class _Look(NamedTuple):
    """What one pass over the conversations found."""

    reasons: npt.NDArray[np.int16]
    """The first condition that each does not meet."""
    members: Memberships
    keys: npt.NDArray[np.uint64]
    """By which they are drawn; empty where they are not."""


def _look(reading: Reading, terms: Sequence[Term], group: Field, *, seed: int | None) -> _Look:
    reasons, keys = [np.zeros(0, np.int16)], [np.zeros(0, np.uint64)]
    members = Memberships()
    known: list[set[str]] = [set() for _ in terms]
    unchecked = [0] * len(terms)
    for start, table in reading.batches([*(term.field for term in terms), group], "error", "id"):
        reason = np.full(table.num_rows, KEPT, np.int16)
        has_error = pc.is_valid(table["error"]).to_numpy()
        reason[has_error] = len(terms) + 1
        for number, term in enumerate(terms):
            cells = term.field.read(table)
            reason[(reason == KEPT) & ~term.holds(cells, table.num_rows)] = number
            there = term.known(table, cells)
            unchecked[number] += int((term.is_unchecked(there, table.num_rows) & ~has_error).sum())
            if not term.field.is_number:
                known[number].update(pc.unique(there.values).to_pylist())
        rows, values = group.read(table)
        members.add(rows + start, values)
        reasons.append(reason)
        if seed is not None:
            drawn = [draw_of(seed, name) for name in table["id"].to_pylist()]
            keys.append(np.array(drawn, np.uint64))
    if len(reading.conversations):  # of none, nothing is known that could be meant
        total = int(np.count_nonzero(np.concatenate(reasons) != len(terms) + 1))
        for term, values, number in zip(terms, known, unchecked, strict=True):
            term.refuse_unknown(values)
            term.refuse_unchecked(number, total)
    return _Look(np.concatenate(reasons), members, np.concatenate(keys))


def _group(name: str) -> Field:
    if name in FIELDS and FIELDS[name].is_group:
        return FIELDS[name]
    known = ", ".join(name for name, field in FIELDS.items() if field.is_group)
    raise UnknownNameError(f"nothing can be balanced by {name!r}", f"use one of {known}")


def _reading(conversations: Dataset, samples: Dataset | None, fields: Sequence[Field]) -> Reading:
    if not any(field.reads_annotations for field in fields):
        return Reading(conversations)
    if samples is None:
        raise UsageError("a category is asked for, and no samples are given", "give their samples")
    return Reading(conversations, read_categories(samples))


def _quotas(names: Sequence[str], sizes: Ints, total: int, seed: int) -> list[int]:
    """How many to draw of each group, and of what has none.

    Chance decides which of them get one more where a total cannot be shared evenly.
    """
    order = sorted(range(len(sizes)), key=lambda group: draw_of(seed, [*names, NO_GROUP][group]))
    shared = shares([int(sizes[group]) for group in order], total)
    return [share for _, share in sorted(zip(order, shared, strict=True))]


def _draw_text(balance: str | None, total: int | None) -> str:
    return f"total {total}" if balance is None else f"balance {balance}, total {total}"


def _dropped(reasons: Reasons, num_conditions: int) -> dict[str, int]:
    """Count the reasons in the order in which they apply; conditions that dropped none too."""
    *conditions, drawn, error = reasons.counts().items()
    return dict(
        [
            *(each for each in [error] if each[1]),
            *conditions[:num_conditions],
            *(each for each in [drawn] if each[1]),
        ]
    )


def _groups(names: Sequence[str], sizes: Ints, selected: Ints) -> list[Group]:
    """The groups that any conversation belongs to, the largest first."""
    counts = zip(names, selected.tolist(), sizes.tolist(), strict=True)
    found = [Group(*each) for each in counts if each[2]]
    return sorted(found, key=lambda group: (-group.of, group.name))


def _no_total(balance: str, sizes: Ints) -> UsageError:
    smallest = int(sizes.min())
    return UsageError(
        f"balance is {balance!r}, and no total is given, so there is nothing to share",
        f"give one: the smallest of {len(sizes):,} groups has {smallest:,}, so that up to"
        f" {smallest * len(sizes):,} all give the same; of {int(sizes.sum()):,} all are taken",
    )


def _nothing_left(number: int, dropped: dict[str, int]) -> UsageError:
    told = "; ".join(f"{count:,} dropped by '{reason}'" for reason, count in dropped.items())
    return UsageError(
        f"no conversation is left of {number:,}" + (f": {told}" if told else ""),
        "leave out a condition, or ask for less",
    )
