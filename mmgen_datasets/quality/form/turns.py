"""Whether the sides take turns, and each says something."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault

_SIDES = ("user", "assistant")


def find(case: Case) -> Iterator[Fault]:
    """Find turns of the wrong side, empty ones, and an end without an answer.

    A system's turn may stand before the first question.
    """
    roles = [message["role"] for message in case.messages]
    begin = 1 if roles[:1] == ["system"] else 0
    for turn, role in enumerate(roles[begin:], begin):
        due = _SIDES[(turn - begin) % 2]
        if role != due:
            yield Fault(turn, "", f"is of the role {role!r} where {due!r} is due")
            return  # all that follow are out of step
    for said in sorted([*case.questions, *case.answers]):
        if not said.text:
            yield Fault(said.turn, "", "is empty")
    if roles[begin:][-1:] != ["assistant"]:
        yield Fault(max(0, len(roles) - 1), "", "is the last, and no answer follows")
