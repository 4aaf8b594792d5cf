"""Known answers of the checks that read a conversation alone."""

from __future__ import annotations

import pytest

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.check import resolve_check

ASK, ANSWER = ("user", "<image>\nWhat is it?"), ("assistant", "A dog.")


def faults(check: str, *turns: tuple[str, str], **known: object) -> list[Fault]:
    messages = [{"role": role, "content": content} for role, content in turns]
    return list(resolve_check(check)(Case(messages, **known)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("turns", "found"),
    [
        ((ASK, ANSWER), []),
        ((("system", "Be brief."), ASK, ANSWER), []),
        ((ASK, ANSWER, ASK), [(2, "is the last, and no answer follows")]),
        ((ASK, ("assistant", " \n")), [(1, "is empty")]),
        ((("user", "<image>\n"), ANSWER), [(0, "is empty")]),
        ((ANSWER, ASK), [(0, "is of the role 'assistant' where 'user' is due")]),
        ((ASK, ASK, ANSWER), [(1, "is of the role 'user' where 'assistant' is due")]),
        ((), [(0, "is the last, and no answer follows")]),
    ],
)
def test_turns(turns: tuple[tuple[str, str], ...], found: list[tuple[int, str]]) -> None:
    assert [(fault.turn, fault.problem) for fault in faults("turns", *turns)] == found


def test_a_placeholder_stands_once_in_the_first_question() -> None:
    assert not faults("placeholders", ASK, ANSWER)
    twice = faults("placeholders", ("user", "<image><image>What?"), ANSWER)
    assert [fault.words for fault in twice] == ["<image>"]
    late = faults("placeholders", ("user", "Hi"), ANSWER, ASK, ANSWER)
    assert [(fault.turn, fault.words) for fault in late] == [(2, "<image>"), (0, "")]
    other = faults("placeholders", ("user", "<image><audio>What?"), ANSWER)
    assert [fault.words for fault in other] == ["<audio>"]
    assert not faults("placeholders", ("user", "<audio>What?"), ANSWER, media=("audio",))
