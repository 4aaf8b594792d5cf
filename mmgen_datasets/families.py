"""The table of question families, which recipes name and `mmgen_datasets.grounded` asks.

It stands apart so that a recipe's names can be checked without importing any family.
"""

from __future__ import annotations

from mmgen_datasets.registry import Entry

_HERE = "mmgen_datasets.grounded"

FAMILIES: dict[str, Entry] = {
    "choice": Entry(f"{_HERE}.choice:ask", "which one of three is there"),
    "claim": Entry(f"{_HERE}.claim:ask", "true or false: is it there, as annotators found"),
    "count_check": Entry(f"{_HERE}.count_check:ask", "is a number the right one"),
    "counting": Entry(f"{_HERE}.counting:ask", "how many there are"),
    "depiction": Entry(f"{_HERE}.depiction:ask", "is it real or only depicted"),
    "either": Entry(f"{_HERE}.either:ask", "which of two is there, if any"),
    "extreme": Entry(f"{_HERE}.extreme:ask", "which of three lies furthest to a side"),
    "false_premise": Entry(f"{_HERE}.false_premise:ask", "asks about what is not there"),
    "group": Entry(f"{_HERE}.group:ask", "is there one or a group"),
    "half": Entry(f"{_HERE}.half:ask", "is it in a named half of the picture"),
    "inside": Entry(f"{_HERE}.inside:ask", "was the picture taken inside of it"),
    "interaction": Entry(f"{_HERE}.interaction:ask", "what it does, and to what"),
    "interaction_check": Entry(f"{_HERE}.interaction_check:ask", "does it do what is named"),
    "largest": Entry(f"{_HERE}.largest:ask", "which of three takes up most or least"),
    "missing": Entry(f"{_HERE}.missing:ask", "which one of three is not there"),
    "more": Entry(f"{_HERE}.more:ask", "of which of two there are more"),
    "motion_direction": Entry(f"{_HERE}.motion_direction:ask", "which way a person goes"),
    "motion_distance": Entry(f"{_HERE}.motion_distance:ask", "how far a person goes"),
    "motion_duration": Entry(f"{_HERE}.motion_duration:ask", "how long a motion lasts"),
    "motion_first_foot": Entry(f"{_HERE}.motion_first_foot:ask", "which foot steps first"),
    "motion_jumps": Entry(f"{_HERE}.motion_jumps:ask", "how often both feet leave the ground"),
    "motion_turn": Entry(f"{_HERE}.motion_turn:ask", "how far a person turns, to which side"),
    "nearest": Entry(f"{_HERE}.nearest:ask", "which of two is closer to a third"),
    "position": Entry(f"{_HERE}.position:ask", "where in the picture it is"),
    "presence": Entry(f"{_HERE}.presence:ask", "is there one at all"),
    "relation": Entry(f"{_HERE}.relation:ask", "on which side of another it is"),
    "relation_check": Entry(f"{_HERE}.relation_check:ask", "is it on a named side of another"),
    "size": Entry(f"{_HERE}.size:ask", "which of two takes up more of the picture"),
    "size_check": Entry(f"{_HERE}.size_check:ask", "does it take up more than another"),
    "state": Entry(f"{_HERE}.state:ask", "what it is made of, or doing"),
    "visibility": Entry(f"{_HERE}.visibility:ask", "is it hidden or cut off"),
}
"""The question families by name."""
