"""Which pictures of conversations stand in benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from mmgen_datasets.quality.repeats.benchmark import Benchmark
from mmgen_datasets.quality.repeats.matching import match
from mmgen_datasets.quality.repeats.picture_hash import look_keys
from mmgen_datasets.quality.repeats.pictures import (
    LEAST_SIMILARITY,
    Pictures,
    Seen,
    comparing,
    likeness,
    looks_of,
    unjudged,
)

BenchmarkRows: TypeAlias = Sequence[tuple[Benchmark, int]]
"""Rows of benchmarks."""


def same_pictures(
    pictures: Pictures, benchmarks: Sequence[Benchmark]
) -> tuple[dict[int, BenchmarkRows], dict[int, str]]:
    """Find the pictures of conversations in benchmarks.

    Returns:
        Row of the last of the tables to the rows of benchmarks that show its picture, the likest
        first; and to what to tell of it, also where nothing could be told.
    """
    theirs = [
        (benchmark, place) for benchmark in benchmarks for place in range(len(benchmark.pictures))
    ]
    seen = [benchmark.pictures[place] for benchmark, place in theirs]
    alike = _alike(seen, pictures.seen)
    rows = {
        place: [(theirs[t][0], row) for t in near for row in theirs[t][0].shown[theirs[t][1]]]
        for place, near in alike.items()
    }
    details = unjudged(pictures.seen) | {
        place: f"shows the picture of {rows[place][0][0].tell(rows[place][0][1])}:"
        f" {likeness(pictures.seen[place], seen[near[0]])}"
        for place, near in alike.items()
    }
    begin = pictures.tables.own.start
    places = dict(enumerate(pictures.place[begin:].tolist()))
    return (
        {row: rows[place] for row, place in places.items() if place in rows},
        {row: details[place] for row, place in places.items() if place in details},
    )


def _alike(known: Sequence[Seen], own: Sequence[Seen]) -> dict[int, list[int]]:
    """Place of each picture in `own` to those in `known` that are like it, the likest first."""
    by_file: dict[bytes | None, list[int]] = {}
    for place, one in enumerate(known):
        by_file.setdefault(one.digest, []).append(place)
    found = {
        place: dict.fromkeys(by_file.get(one.digest, ()), 1.0)
        for place, one in enumerate(own)
        if one.digest
    }
    theirs = [place for place, one in enumerate(known) if one.look is not None]
    ours = [place for place, one in enumerate(own) if one.look is not None]
    looks = looks_of([*(known[place] for place in theirs), *(own[place] for place in ours)])
    near = match(look_keys(looks), len(theirs), comparing(looks), LEAST_SIMILARITY)
    for item, links in near.items():
        for place, similarity in links.items():
            found[ours[item - len(theirs)]].setdefault(theirs[place], similarity)
    return {
        place: [known for _, known in sorted((-similarity, of) for of, similarity in links.items())]
        for place, links in found.items()
        if links
    }
