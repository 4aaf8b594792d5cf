"""Conversations that repeat earlier ones, word for word or nearly.

What is compared is told in `mmgen_datasets.quality.repeats.passages`, how in
`mmgen_datasets.quality.repeats.similar_text`. Of those that say the same the first row stays; known
tables come before the one that is checked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from datasets import Dataset
from datasets.utils import tqdm

from mmgen_datasets.errors import UsageError
from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.detail import write_detail
from mmgen_datasets.quality.repeats.banding import crowded
from mmgen_datasets.quality.repeats.linking import link
from mmgen_datasets.quality.repeats.passages import Passage, beginning, passages
from mmgen_datasets.quality.repeats.pictures import Pictures
from mmgen_datasets.quality.repeats.rare_shingles import by_rare_shingles
from mmgen_datasets.quality.repeats.similar_text import (
    SIMILAR,
    Shingles,
    comparing,
    fold,
    shingle_set,
    text_keys,
    within,
)
from mmgen_datasets.quality.repeats.together import Together, put_findings, together


class _Repeat(NamedTuple):
    row: int
    turn: int | None
    of: int
    """The row that said it before."""
    similarity: float


def check_duplicates(
    conversations: Dataset,
    *,
    known: Mapping[str, Dataset] | None = None,
    pictures: Pictures | None = None,
    similarity: float = SIMILAR,
) -> Dataset:
    """Check for conversations that say what an earlier one says: `duplicate`, `near_duplicate`.

    Whole conversations are compared where they are about the same sample, answers of at least 20
    words wherever they stand. One that is the same but for case and white space fails the check
    `duplicate`; of any other at least so similar the check `near_duplicate`. The detail names
    the conversation that is repeated.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        known: other tables, by name, which count as earlier.
        pictures: those of all these tables; where given, samples that show the same picture are
            one.
        similarity: the share of shingles that two have in common, of all that they have; above
            0, at most 1.

    Returns:
        The same rows, in the same order.

    Raises:
        UsageError: there is no such similarity.
    """
    if not 0 < similarity <= 1:
        raise UsageError(f"the similarity is {similarity}", "give one above 0 and at most 1")
    tables = together(conversations, known)
    subjects = pictures.subjects if pictures else tables.samples
    exact, near = _repeats(tables, subjects, similarity)
    begin = tables.own.start
    found = {
        name: {row - begin: detail for row, detail in _details(tables, repeats).items()}
        for name, repeats in (("duplicate", exact), ("near_duplicate", near))
    }
    return put_findings(conversations, found, desc="duplicates")


def _repeats(
    tables: Together, subjects: npt.NDArray[np.int64], similarity: float
) -> tuple[list[_Repeat], list[_Repeat]]:
    """What repeats something word for word, and what does nearly."""
    exact: list[_Repeat] = []
    distinct: list[tuple[int, int | None]] = []
    keys = []
    first: dict[bytes, int] = {}
    for start, batch in tqdm(tables.batches("messages"), "texts", unit=" batches"):
        fresh: list[Passage] = []
        for passage in _of_batch(batch["messages"], start, subjects):
            text = fold(passage.text)
            digest = blake2b(f"{passage.scope} {text}".encode(), digest_size=16).digest()
            row = first.setdefault(digest, passage.row)
            if row == passage.row:
                fresh.append(passage)
            else:
                exact.append(_Repeat(passage.row, passage.turn, row, 1.0))
        distinct += [(passage.row, passage.turn) for passage in fresh]
        scopes = np.array([passage.scope for passage in fresh], np.int64)
        keys.append(within(text_keys([p.text for p in fresh], similarity), scopes))
    if not keys:
        return exact, []
    return exact, _near(tables, subjects, distinct, np.concatenate(keys), similarity)


def _of_batch(
    conversations: Sequence[Sequence[Mapping[str, str]]],
    start: int,
    subjects: npt.NDArray[np.int64],
) -> Iterator[Passage]:
    for row, messages in enumerate(conversations, start):
        yield from passages(row, messages or (), int(subjects[row]))


def _near(
    tables: Together,
    subjects: npt.NDArray[np.int64],
    distinct: Sequence[tuple[int, int | None]],
    keys: npt.NDArray[np.uint64],
    similarity: float,
) -> list[_Repeat]:
    """Passages, of those whose texts differ, that are nearly an earlier one."""
    chosen = np.flatnonzero(crowded(keys))  # most have nothing like them, and are not read again
    said = [distinct[place] for place in chosen.tolist()]
    sets = _shingle_sets(tables, subjects, said)
    compare, closely = comparing(sets, similarity), by_rare_shingles(sets, similarity)

    found = []
    for place, near in sorted(link(keys[chosen], compare, similarity, closely).links.items()):
        (row, turn), (of, _) = said[place], said[near.other]
        if row != of:
            found.append(_Repeat(row, turn, of, near.similarity))
    return found


def _shingle_sets(
    tables: Together, subjects: npt.NDArray[np.int64], said: Sequence[tuple[int, int | None]]
) -> list[Shingles]:
    places = {passage: place for place, passage in enumerate(said)}
    sets: dict[int, Shingles] = {}
    for row, messages in tables.messages({row for row, _ in said}):
        for passage in passages(row, messages, int(subjects[row])):
            place = places.get((row, passage.turn))
            if place is not None:
                sets[place] = shingle_set(passage.text, passage.scope)
    return [sets[place] for place in range(len(said))]


def _details(tables: Together, repeats: Sequence[_Repeat]) -> dict[int, str]:
    """What to tell of each of the rows that are checked."""
    of_row: dict[int, list[_Repeat]] = defaultdict(list)
    for repeat in repeats:
        if repeat.row in tables.own:
            of_row[repeat.row].append(repeat)
    return {
        row: _detail(tables, messages, of_row[row]) for row, messages in tables.messages(of_row)
    }


def _detail(tables: Together, messages: Any, repeats: Sequence[_Repeat]) -> str:
    """The conversation as a whole, which is no turn's fault, or else its answers."""
    whole = [repeat for repeat in repeats if repeat.turn is None]
    if whole:
        return "\n".join(f"as a whole, repeats {_original(tables, repeat)}" for repeat in whole)
    answers = {said.turn: said.text for said in Case(messages).answers}
    return write_detail(
        Fault(turn, beginning(answers[turn]), f"repeats an answer of {_original(tables, repeat)}")
        for repeat in repeats
        if (turn := repeat.turn) is not None
    )


def _original(tables: Together, repeat: _Repeat) -> str:
    likeness = "" if repeat.similarity == 1.0 else f" (similarity {repeat.similarity:.2f})"
    return f"{tables.tell(repeat.of)}{likeness}"
