"""Checks of conversations: what is wrong with them, in the words that are at fault.

A check reads one conversation at a time (a `mmgen_datasets.quality.case.Case`) and yields the
faults that it finds. `mmgen_datasets.quality.check.check` runs them over a table and writes the
column ``checks``. What looks at many conversations at once, such as duplicates, writes into the
same column.
"""

from __future__ import annotations

from dataclasses import dataclass

from mmgen_datasets.registry import Entry

_HERE = "mmgen_datasets.quality"
_FORM, _CLAIMS = f"{_HERE}.form", f"{_HERE}.claims"


@dataclass(frozen=True)
class CheckEntry(Entry):
    """A row of the table of checks."""

    reads_annotations: bool = False
    """Whether it needs the sample that a conversation is about; without it, nothing is judged."""


CHECKS: dict[str, CheckEntry] = {
    "turns": CheckEntry(f"{_FORM}.turns:find", "user and assistant alternate, and none is empty"),
    "placeholders": CheckEntry(
        f"{_FORM}.placeholders:find",
        "each medium's placeholder stands once: in the first turn, of several in any question",
    ),
    "leftovers": CheckEntry(
        f"{_FORM}.leftovers:find",
        "no labels, separators, special tokens or open slots of a prompt",
    ),
    "cut_short": CheckEntry(
        f"{_FORM}.cut_short:find",
        "answers end where they should, and were not stopped at a limit",
    ),
    "refusal": CheckEntry(
        f"{_FORM}.refusal:find",
        "the assistant does not decline, and does not speak of itself as a model",
    ),
    "hidden_context": CheckEntry(
        f"{_FORM}.hidden_context:find",
        "nobody speaks of captions, boxes or texts that only annotators had",
    ),
    "coordinates": CheckEntry(
        f"{_FORM}.coordinates:find",
        "places are not given as bare figures, unless they are asked for",
    ),
    "language": CheckEntry(f"{_FORM}.language:find", "turns are in the language that is expected"),
    "length": CheckEntry(
        f"{_FORM}.length:find",
        "answers are as long as their kind asks for, and no turn is endless",
    ),
    "repetition": CheckEntry(
        f"{_FORM}.repetition:find",
        "no question, sentence or stretch of words comes again and again",
    ),
    "options": CheckEntry(
        f"{_FORM}.options:find", "the answer to a multiple choice is one of its options"
    ),
    "unanswered": CheckEntry(
        f"{_FORM}.unanswered:find",
        "answers take a stance, give a number, a colour or a choice as asked",
    ),
    "numbers": CheckEntry(
        f"{_CLAIMS}.numbers:find", "numbers of things agree with the boxes", reads_annotations=True
    ),
    "unsupported": CheckEntry(
        f"{_CLAIMS}.unsupported:find",
        "annotations hint at each thing that is named, of those looked for",
        reads_annotations=True,
    ),
    "denied": CheckEntry(
        f"{_CLAIMS}.denied:find",
        "nothing is named that annotators said is absent",
        reads_annotations=True,
    ),
    "contradiction": CheckEntry(
        f"{_CLAIMS}.contradiction:find", "no answer contradicts another, or itself"
    ),
}
"""The checks of one conversation, by name."""

SET_CHECKS: dict[str, Entry] = {
    "duplicate": Entry(
        f"{_HERE}.repeats.duplicates:check_duplicates", "no earlier conversation says the same"
    ),
    "near_duplicate": Entry(
        f"{_HERE}.repeats.duplicates:check_duplicates",
        "no earlier conversation says nearly the same",
    ),
    "picture_duplicate": Entry(
        f"{_HERE}.repeats.pictures:check_pictures", "no earlier sample shows the same picture"
    ),
    "benchmark_picture": Entry(
        f"{_HERE}.repeats.contamination:check_contamination",
        "no benchmark (--benchmark) has its picture",
    ),
    "benchmark_question": Entry(
        f"{_HERE}.repeats.contamination:check_contamination",
        "no benchmark (--benchmark) asks its questions",
    ),
}
"""The checks that compare conversations with one another, and with benchmarks, by name."""
