"""Tasks with less in them, to see what each part of the method is worth."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from mmgen_datasets.errors import UsageError
from mmgen_datasets.targeting.task import Subgroup, Task

T = TypeVar("T")


def without_partition(task: Task, keyword: str = "all") -> Task:
    """The task as one subgroup.

    Args:
        task: with any subgroups.
        keyword: of the only one.
    """
    references = (index for group in task.subgroups for index in group.reference_sample_idx)
    candidates = (path for group in task.subgroups for path in group.candidates)
    group = Subgroup(keyword, tuple(sorted(set(references))), tuple(dict.fromkeys(candidates)))
    return replace(task, subgroups=(group,))


def first_references(task: Task, most: Mapping[str, int]) -> Task:
    """Keep the first references of some subgroups: an imbalanced reference set.

    Args:
        task: with subgroups.
        most: keyword to number of references.

    Raises:
        UsageError: no subgroup has such a keyword.
    """
    return _cut(
        task,
        most,
        lambda group, count: replace(
            group, reference_sample_idx=group.reference_sample_idx[:count]
        ),
    )


def first_candidates(task: Task, most: Mapping[str, int]) -> Task:
    """Keep the first candidates of some subgroups; as `first_references`."""
    return _cut(
        task,
        most,
        lambda group, count: replace(group, candidate_image_paths=group.candidates[:count]),
    )


def share_of_references(task: Task, share: float, seed: int = 0) -> Task:
    """Keep a share of each subgroup's references, rounded up: a small reference set.

    Args:
        task: with subgroups.
        share: above 0, up to 1.
        seed: of the draw.

    Raises:
        UsageError: no such share.
    """
    if not 0 < share <= 1:
        raise UsageError(f"the share of references is {share}", "give a number above 0, up to 1")
    groups = []
    for group in task.subgroups:
        have = group.reference_sample_idx
        count = math.ceil(round(share * len(have), 9))  # 0.1 * 30 is a bit above 3
        kept = _drawn(have, count, f"{seed} references {group.keyword}")
        groups.append(replace(group, reference_sample_idx=kept))
    return replace(task, subgroups=tuple(groups))


def captions_per_image(task: Task, count: int, seed: int = 0) -> Task:
    """Keep one of so many candidates, so that with the same total each is used so often.

    Args:
        task: with subgroups.
        count: how often.
        seed: of the draw.

    Raises:
        UsageError: less than 1.
    """
    if count < 1:
        raise UsageError(f"captions_per_image is {count}", "give a number from 1 on")
    groups = []
    for group in task.subgroups:
        kept = max(min(1, len(group.candidates)), len(group.candidates) // count)
        drawn = _drawn(group.candidates, kept, f"{seed} captions {group.keyword}")
        groups.append(replace(group, candidate_image_paths=drawn))
    return replace(task, subgroups=tuple(groups))


def _drawn(things: tuple[T, ...], count: int, seed: str) -> tuple[T, ...]:
    """Some of them at random, in their order."""
    places = random.Random(seed).sample(range(len(things)), count)
    return tuple(things[place] for place in sorted(places))


def _cut(task: Task, most: Mapping[str, int], cut: Callable[[Subgroup, int], Subgroup]) -> Task:
    keywords = [group.keyword for group in task.subgroups]
    for keyword, count in most.items():
        if keyword not in keywords:
            names = ", ".join(map(repr, keywords))
            raise UsageError(f"no keyword of the task is {keyword!r}", f"use one of {names}")
        if count < 0:
            raise UsageError(f"{keyword}={count} is no number to keep", "give one from 0 on")
    return replace(
        task,
        subgroups=tuple(
            cut(group, most[group.keyword]) if group.keyword in most else group
            for group in task.subgroups
        ),
    )
