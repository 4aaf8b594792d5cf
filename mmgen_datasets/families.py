"""The table of question families, which recipes name and `mmgen_datasets.grounded` asks.

It stands apart so that a recipe's names can be checked without importing any family.
"""

from __future__ import annotations

from dataclasses import dataclass

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.registry import Entry


@dataclass(frozen=True)
class QuestionFamily(Entry):
    """A row of the table of question families."""

    about: MediaKind = "image"
    """The medium whose annotations answer its questions."""


_HERE = "mmgen_datasets.grounded"

FAMILIES: dict[str, QuestionFamily] = {
    "choice": QuestionFamily(f"{_HERE}.choice:ask", "which one of three is there"),
    "claim": QuestionFamily(
        f"{_HERE}.claim:ask", "true or false: is it there, as annotators found"
    ),
    "count_check": QuestionFamily(f"{_HERE}.count_check:ask", "is a number the right one"),
    "counting": QuestionFamily(f"{_HERE}.counting:ask", "how many there are"),
    "depiction": QuestionFamily(f"{_HERE}.depiction:ask", "is it real or only depicted"),
    "either": QuestionFamily(f"{_HERE}.either:ask", "which of two is there, if any"),
    "extreme": QuestionFamily(f"{_HERE}.extreme:ask", "which of three lies furthest to a side"),
    "false_premise": QuestionFamily(f"{_HERE}.false_premise:ask", "asks about what is not there"),
    "group": QuestionFamily(f"{_HERE}.group:ask", "is there one or a group"),
    "half": QuestionFamily(f"{_HERE}.half:ask", "is it in a named half of the picture"),
    "inside": QuestionFamily(f"{_HERE}.inside:ask", "was the picture taken inside of it"),
    "interaction": QuestionFamily(f"{_HERE}.interaction:ask", "what it does, and to what"),
    "interaction_check": QuestionFamily(
        f"{_HERE}.interaction_check:ask", "does it do what is named"
    ),
    "largest": QuestionFamily(f"{_HERE}.largest:ask", "which of three takes up most or least"),
    "missing": QuestionFamily(f"{_HERE}.missing:ask", "which one of three is not there"),
    "more": QuestionFamily(f"{_HERE}.more:ask", "of which of two there are more"),
    "motion_direction": QuestionFamily(
        f"{_HERE}.motion_direction:ask", "which way a person goes", about="motion"
    ),
    "motion_distance": QuestionFamily(
        f"{_HERE}.motion_distance:ask", "how far a person goes", about="motion"
    ),
    "motion_duration": QuestionFamily(
        f"{_HERE}.motion_duration:ask", "how long a motion lasts", about="motion"
    ),
    "motion_first_foot": QuestionFamily(
        f"{_HERE}.motion_first_foot:ask", "which foot steps first", about="motion"
    ),
    "motion_jumps": QuestionFamily(
        f"{_HERE}.motion_jumps:ask", "how often both feet leave the ground", about="motion"
    ),
    "motion_turn": QuestionFamily(
        f"{_HERE}.motion_turn:ask", "how far a person turns, to which side", about="motion"
    ),
    "nearest": QuestionFamily(f"{_HERE}.nearest:ask", "which of two is closer to a third"),
    "position": QuestionFamily(f"{_HERE}.position:ask", "where in the picture it is"),
    "presence": QuestionFamily(f"{_HERE}.presence:ask", "is there one at all"),
    "relation": QuestionFamily(f"{_HERE}.relation:ask", "on which side of another it is"),
    "relation_check": QuestionFamily(
        f"{_HERE}.relation_check:ask", "is it on a named side of another"
    ),
    "size": QuestionFamily(f"{_HERE}.size:ask", "which of two takes up more of the picture"),
    "size_check": QuestionFamily(f"{_HERE}.size_check:ask", "does it take up more than another"),
    "state": QuestionFamily(f"{_HERE}.state:ask", "what it is made of, or doing"),
    "visibility": QuestionFamily(f"{_HERE}.visibility:ask", "is it hidden or cut off"),
}
"""The question families by name."""
