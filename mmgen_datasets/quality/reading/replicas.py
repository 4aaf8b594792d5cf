"""Things that only have the form of others: a stuffed elephant, a horse of bronze, a paper boat."""

from __future__ import annotations

from mmgen_datasets.hierarchy import broader
from mmgen_datasets.quality.reading.clauses import Clause
from mmgen_datasets.quality.reading.phrases import Phrase

_TOYS = frozenset("stuffed plastic paper origami plush inflatable cardboard toy chocolate".split())
_MATERIALS = _TOYS | frozenset(
    "wooden bronze ceramic porcelain stone marble carved knitted rubber clay glass metal brass "
    "wood lego felt crystal cast papier".split()
)
"""What no living being is made of."""


def is_replica(around: Clause, phrase: Phrase) -> bool:
    """Whether the words that belong to a name say that it is made by hand."""
    said = {*around.words[phrase.start : phrase.name]}
    if around.after[:2] in (("made", "of"), ("of",), ("cut", "from")):
        said |= {*around.after[:3]}
    above = frozenset[str]().union(*(broader(kind) for kind in phrase.sense.kinds))
    if "animal" in above or not {"person", "horse", "cow"}.isdisjoint(phrase.sense.kinds):
        return not _MATERIALS.isdisjoint(said)
    return "vehicle" in above and not _TOYS.isdisjoint(said)
