"""What things do to others, and what they are like, as annotators confirmed it.

Open Images names both in its relationships: a man who ``holds`` a guitar, and a table that
``is`` wooden. Nobody looked for all of them, so that what is not listed may hold as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mmgen_datasets.grounded.boxes import Found, read_box
from mmgen_datasets.grounded.geometry import Box, Thing, overlap
from mmgen_datasets.nouns import plain

SAME = 0.8
"""Intersection over union from which two boxes are taken to be the same thing's."""


class Tie(NamedTuple):
    """A relation between two things of which each has one box, or an attribute of one."""

    subject: str
    predicate: str
    """Lower case: ``"holds"``, ``"inside of"``; ``"is"`` where `object` is an attribute."""
    object: str
    """A category, or the attribute, lower case."""
    subject_box: Box
    object_box: Box | None
    """None for an attribute."""


def read_ties(
    relations: Iterable[Mapping[str, Any]],
    found: Mapping[str, Found],
    single: Mapping[str, Thing],
) -> list[Tie]:
    """Collect the relations of which one side at least is a thing that is alone of its kind.

    The boxes must be those of things that are annotated by themselves, not of groups or
    drawings.
    """
    ties = []
    for row in relations:
        subject, predicate = row["subject"], plain(row["predicate"])
        subject_box = _thing_at(row["subject_bbox"], found.get(subject))
        if subject_box is None:
            continue
        if predicate == "is":
            if subject in single:
                attribute = plain(row["object"])
                ties.append(Tie(subject, "is", attribute, subject_box, None))
            continue
        object_box = _thing_at(row["object_bbox"], found.get(row["object"]))
        is_named = subject in single or row["object"] in single
        if object_box is not None and is_named and subject_box != object_box:
            ties.append(Tie(subject, predicate, row["object"], subject_box, object_box))
    return list(dict.fromkeys(ties))


def _thing_at(bbox: Sequence[float] | None, found: Found | None) -> Box | None:
    box = read_box(bbox)
    if box is None or found is None:
        return None
    shares = {thing.box: overlap(thing.box, box) for thing in found.things}
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= SAME else None
