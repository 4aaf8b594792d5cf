"""What is said of a thing that is tied to another, and of all that are tied to one."""

from __future__ import annotations

from mmgen_datasets.grounded.geometry import overlap
from mmgen_datasets.grounded.ties import SAME, Tie
from mmgen_datasets.hierarchy import broader
from mmgen_datasets.nouns import counted, noun, plain
from mmgen_datasets.predicates import DEEDS, PLACES


def words_for(tie: Tie) -> str | None:
    """What comes between "the man is" and "the guitar"; None if nothing should be asked.

    Example:
        >>> from mmgen_datasets.grounded.geometry import Box
        >>> box = Box(0, 0, 1, 1)
        >>> words_for(Tie("Man", "plays", "Guitar", box, box))
        'playing'
    """
    if tie.predicate == "plays" and "musical instrument" not in broader(tie.object):
        return "playing with"
    return DEEDS.get(tie.predicate) or PLACES.get(tie.predicate)


def is_person(category: str) -> bool:
    """Whether one asks "who" of it."""
    return "person" in broader(category) | {plain(category)}


def are_apart(ties: list[Tie], *, by_subject: bool) -> bool:
    """Whether the subjects, or the objects, are all different things, each named once."""
    boxes = [tie.subject_box if by_subject else tie.object_box for tie in ties]
    known = [box for box in boxes if box is not None]
    return all(overlap(a, b) < SAME for i, a in enumerate(known) for b in known[:i])


def enumerate_things(categories: list[str]) -> str:
    """List things, each category with its number.

    Example:
        >>> enumerate_things(["Guitar", "Book", "Book", "Glasses"])
        'a guitar, two books and glasses'
    """
    numbers = {category: categories.count(category) for category in categories}
    names = [
        noun(category).a
        if number == 1 or noun(category).has_no_number
        else counted(category, number)
        for category, number in numbers.items()
    ]
    start = ", ".join(names[:-1])
    return f"{start} and {names[-1]}" if start else names[-1]
