"""Yes and no to the same question."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.grounding import answer_sign
from mmgen_datasets.quality.reading.cues import NEGATIONS, VIEWS
from mmgen_datasets.quality.reading.sentences import worded

_EMPTY = (
    frozenset(
        "a an the is are was were be do does did can could you see spot find make there any "
        "some and so but also in on of this that visible tell me show shows have has".split()
    )
    | VIEWS
)


def clashes(case: Case) -> Iterator[Fault]:
    """Find questions with the same words of substance that are answered with yes and with no."""
    signs: dict[tuple[str, ...], bool] = {}
    for question, answer in case.exchanges:
        sign, asked = answer_sign(answer.text), _substance(question.text)
        if sign is None or not asked:
            continue
        if signs.setdefault(asked, sign) != sign:
            words = answer.text.split(",")[0].split(".")[0]
            yield Fault(answer.turn, words, "answers the same question the other way")


def _substance(question: str) -> tuple[str, ...]:
    """The words of its last sentence in order; none if it is no question or a negative one."""
    last = worded(question)[-1:]
    if not last or not last[0].is_question or not NEGATIONS.isdisjoint(last[0].words):
        return ()
    return tuple(word for word in last[0].words if word not in _EMPTY and word[0].isalnum())
