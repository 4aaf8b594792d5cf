"""The same picture under several names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from datasets import Dataset
from datasets.utils import tqdm

from mmgen_datasets.errors import RowError
from mmgen_datasets.media import read_media
from mmgen_datasets.quality.repeats.banding import Compare, Places
from mmgen_datasets.quality.repeats.kept_looks import kept_looks
from mmgen_datasets.quality.repeats.linking import Groups, Link, link
from mmgen_datasets.quality.repeats.picture_hash import (
    NUM_BITS,
    SAME,
    Look,
    distances,
    look_keys,
    look_of,
)
from mmgen_datasets.quality.repeats.together import NOT_JUDGED, Together, put_findings, together

LEAST_SIMILARITY = 1 - SAME / NUM_BITS
"""Share of bits that two files of one picture have in common."""

_FILES_AT_ONCE = 64


class Seen(NamedTuple):
    """What is known of a picture."""

    digest: bytes | None = None
    """SHA-256 of its file; None where there is none to read."""
    look: Look | None = None
    """None also where it is of one colour."""
    problem: str | None = None
    """Why it cannot be judged."""


@dataclass(frozen=True)
class Pictures:
    """The pictures of the samples of tables, each looked at once."""

    tables: Together

    @cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        """The first row of each sample, rising."""
        return np.unique(self.tables.samples)

    @cached_property
    def place(self) -> npt.NDArray[np.int64]:
        """For each row which of the samples it is about."""
        return np.searchsorted(self.rows, self.tables.samples)

    @cached_property
    def seen(self) -> list[Seen]:
        """The picture of each sample."""
        images = self.tables.rows.select_columns(["image"]).select(self.rows)
        values = (row["image"] for row in images)
        return list(tqdm(see(values), "pictures", total=len(images), unit=" pictures"))

    @cached_property
    def groups(self) -> Groups:
        """Which samples show the same picture."""
        return same_pictures(self.seen)

    @property
    def subjects(self) -> npt.NDArray[np.int64]:
        """A number for each row; the same where the same picture is shown."""
        return self.groups.firsts[self.place]


def check_pictures(
    conversations: Dataset,
    *,
    known: Mapping[str, Dataset] | None = None,
    pictures: Pictures | None = None,
) -> Dataset:
    """Check for samples that show the picture of an earlier sample: `picture_duplicate`.

    Files are compared byte for byte and, for those that were saved anew, scaled or slightly cut, by
    `mmgen_datasets.quality.repeats.picture_hash`. All conversations about the later sample fail.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        known: other tables, by name, which count as earlier.
        pictures: those of all these tables, where they were looked at already.

    Returns:
        The same rows, in the same order; as they are where there are no pictures.
    """
    if "image" not in conversations.column_names:
        return conversations
    pictures = pictures or Pictures(together(conversations, known))
    tables = pictures.tables
    details = {
        place: f"shows the picture of {tables.tell_sample(int(pictures.rows[near.other]))}:"
        f" {likeness(pictures.seen[place], pictures.seen[near.other])}"
        for place, near in pictures.groups.links.items()
    } | unjudged(pictures.seen)
    begin = tables.own.start
    found = {
        row - begin: details[place]
        for row, place in enumerate(pictures.place[begin:].tolist(), begin)
        if place in details
    }
    return put_findings(conversations, {"picture_duplicate": found}, desc="pictures")


def see(values: Iterable[Mapping[str, Any] | None]) -> Iterator[Seen]:
    """Look at pictures, several at once, in their order.

    Args:
        values: as an undecoded column has them.
    """
    waiting = iter(values)
    with ThreadPoolExecutor(os.cpu_count()) as threads, kept_looks() as kept:
        while some := list(islice(waiting, _FILES_AT_ONCE)):
            files = list(threads.map(_read, some))
            known = kept.find([file.digest for file in files if file.digest])
            seen = list(threads.map(partial(_see, known), files))
            kept.keep({s.digest: s.look for s in seen if s.digest and s.digest not in known})
            yield from seen


def same_pictures(seen: Sequence[Seen]) -> Groups:
    """Which pictures are the same, by their files or by how they look."""
    first: dict[bytes, int] = {}
    files = [
        place if one.digest is None else first.setdefault(one.digest, place)
        for place, one in enumerate(seen)
    ]
    shown = [place for place in first.values() if seen[place].look is not None]
    looks = looks_of(seen[place] for place in shown)
    near = link(look_keys(looks), comparing(looks), LEAST_SIMILARITY)
    firsts = np.array(files, np.int64)
    firsts[shown] = np.array(shown, np.int64)[near.firsts]
    copies = {place: Link(of, 1.0) for place, of in enumerate(files) if of != place}
    links = {shown[p]: Link(shown[of.other], of.similarity) for p, of in near.links.items()}
    return Groups(firsts[files], links | copies)


def looks_of(seen: Iterable[Seen]) -> npt.NDArray[np.uint64]:
    """The looks of pictures, ``(N, 3)``, all of which have one."""
    return np.array([one.look for one in seen], np.uint64).reshape(-1, 3)


def comparing(looks: npt.NDArray[np.uint64]) -> Compare:
    """The similarity of pictures, by their places in `looks`."""

    def compare(left: Places, right: Places) -> npt.NDArray[np.float64]:
        return 1 - distances(looks, left, right) / NUM_BITS

    return compare


def unjudged(seen: Sequence[Seen]) -> dict[int, str]:
    """What to tell of those of which nothing can be told."""
    return {place: f"{NOT_JUDGED}{one.problem}" for place, one in enumerate(seen) if one.problem}


def likeness(one: Seen, other: Seen) -> str:
    """How like two pictures are, in words."""
    if one.digest == other.digest:
        return "the same file"
    [distance] = distances(looks_of([one, other]), np.array([0]), np.array([1])).tolist()
    return f"{distance} of {NUM_BITS} bits differ"


class _File(NamedTuple):
    data: bytes = b""
    digest: bytes | None = None
    problem: str | None = None


def _read(value: Mapping[str, Any] | None) -> _File:
    if value is None:
        return _File(problem="there is no picture")
    try:
        data = read_media(value)
    except RowError as error:
        return _File(problem=error.problem)
    return _File(data, sha256(data).digest())


def _see(known: Mapping[bytes, Look | None], file: _File) -> Seen:
    if file.digest is None:
        return Seen(problem=file.problem)
    try:
        look = known[file.digest] if file.digest in known else look_of(file.data)
    except RowError as error:
        return Seen(problem=error.problem)
    return Seen(file.digest, look)
