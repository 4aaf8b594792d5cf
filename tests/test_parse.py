"""Replies of models, read as questions and answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.chat import Exchange
from mmgen_datasets.errors import RowError
from mmgen_datasets.prompts.parse import draw_instruction, read_reply
from mmgen_datasets.prompts.task import Task


def _task(**changes: Any) -> Task:
    plain = {"name": "t", "inputs": ("captions",), "system": "Write.", "reply": "turns"}
    return Task.model_validate(plain | changes)


TURNS = _task()
JSON = _task(reply="json")
ANSWER = _task(reply="answer", instructions=("Describe it.", "What is it?", "Tell me more. "))


def _read(task: Task, text: str) -> list[Exchange]:
    return read_reply(task, text, seed=0, sample_id="1")


TWO = [Exchange("What?", "That."), Exchange("Where?", "There.")]

GOOD_TURNS = {
    "as asked": "Question:\nWhat?\n===\nAnswer:\nThat.\n===\n"
    "Question:\nWhere?\n===\nAnswer:\nThere.",
    "without labels": "What?\n===\nThat.\n===\nWhere?\n===\nThere.",
    "separators at the ends": "===\nWhat?\n===\nThat.\n===\nWhere?\n===\nThere.\n===\n\n",
    "labels in bold": "**Question:** What?\n===\n**Answer:** That.\n===\n"
    "**Question**: Where?\n===\n**Answer**\nThere.",
    "labels as headings": "### Question\nWhat?\n===\n### Answer\nThat.\n===\n"
    "### Question: Where?\n===\n### Answer: There.",
    "short labels": "Q: What?\n===\nA: That.\n===\nQ: Where?\n===\nA: There.",
    "numbered labels": "Question 1: What?\n===\nAnswer 1: That.\n===\nQ2: Where?\n===\nA2: There.",
    "labels in small letters": "question: What?\n===\nanswer: That.\n===\nWhere?\n===\nThere.",
    "Windows line ends": "Question:\r\nWhat?\r\n===\r\nAnswer:\r\nThat.\r\n===\r\nWhere?\r\n===\r\n"
    "There.\r\n",
    "all in a line": "Question: What? === Answer: That. === Question: Where? === Answer: There.",
    "in a line without labels": "What? === That. === Where? === There.",
    "longer separators": "What?\n=====\nThat.\n====\nWhere?\n===\nThere.",
    "a code fence": "```\nWhat?\n===\nThat.\n===\nWhere?\n===\nThere.\n```",
    "spaces around separators": "What?\n  ===\t\nThat.\n ===\nWhere?\n===\nThere.",
    "labels without separators": "Question: What?\nAnswer: That.\n\n"
    "Question: Where?\nAnswer: There.",
}


@pytest.mark.parametrize("text", GOOD_TURNS.values(), ids=GOOD_TURNS)
def test_sloppy_turns_are_read(text: str) -> None:
    assert _read(TURNS, text) == TWO


BAD_TURNS = {
    "empty": ("  \n", "the reply is empty"),
    "separators only": ("===\n===\n", "holds no question"),
    "a question alone": ("Question: What?", r"odd number of turns \(1\)"),
    "an answer missing": ("What?\n===\nThat.\n===\nWhere?", r"odd number of turns \(3\)"),
    "an empty turn": ("What?\n===\n \n===\nWhere?\n===\nThere.", "turn 2 of 4 is empty"),
    "a label alone": ("Question: What?\n===\nAnswer:\n", "turn 2 of 2 is empty"),
    "answer first": ("Answer: That.\n===\nQuestion: What?", "'Answer:' stands where a question"),
    "two questions": ("Question: a\n===\nQuestion: b", "'Question:' stands where an answer"),
    "a preamble": ("Sure!\nQuestion: What?\n===\nAnswer: That.", "words before the label"),
}


@pytest.mark.parametrize(("text", "reason"), BAD_TURNS.values(), ids=BAD_TURNS)
def test_turns_that_do_not_pair_are_refused(text: str, reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        _read(TURNS, text)


def test_a_separator_within_an_answer_stays_in_it() -> None:
    text = "Question:\nIs it equal?\n===\nAnswer:\nIn code, a === b.\r\n\r\nAnswer: yes"
    [exchange] = _read(TURNS, text)
    assert exchange.answer == "In code, a === b.\r\n\r\nAnswer: yes"


def test_a_label_within_a_turn_stays_in_it() -> None:
    text = "What does it say?\n===\nIt says Question: who? Answer: me."
    assert _read(TURNS, text)[0].answer == "It says Question: who? Answer: me."


def test_only_one_label_is_taken_off() -> None:
    assert _read(TURNS, "Say A.\n===\nAnswer: A: apple")[0].answer == "A: apple"


def test_a_letter_may_be_an_answer() -> None:
    assert _read(TURNS, "Which?\n===\nA\n\nIt is red.")[0].answer == "A\n\nIt is red."


PROSE = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="="), min_size=1)
TURN = PROSE.map(lambda text: f"x{text}x")


@given(st.lists(st.tuples(TURN, TURN), min_size=1, max_size=4))
def test_what_is_written_as_asked_is_read_unchanged(pairs: list[tuple[str, str]]) -> None:
    turns = [text for q, a in pairs for text in (f"Question:\n{q}", f"Answer:\n{a}")]
    assert [exchange[:2] for exchange in _read(TURNS, "\n===\n".join(turns))] == pairs


@given(st.text(st.sampled_from("Qq*#=:A1 \r\nQuestion:{}[]\"',")))
@pytest.mark.parametrize("task", [TURNS, JSON, ANSWER])
def test_any_reply_is_read_or_refused(task: Task, text: str) -> None:
    try:
        exchanges = _read(task, text)
    except RowError:
        return
    assert all(exchange.question and exchange.answer for exchange in exchanges)


def test_separator_and_labels_can_be_chosen() -> None:
    task = _task(separator="---", labels=("Frage:", "Antwort:"))
    assert _read(task, "Frage: Was?\n---\nAntwort: Das.") == [Exchange("Was?", "Das.")]


def test_a_single_answer_gets_an_instruction() -> None:
    [exchange] = _read(ANSWER, "\n**Answer:** A cat.\n\nA dog.\n")
    assert exchange.question in ("Describe it.", "What is it?", "Tell me more.")
    assert exchange.answer == "A cat.\n\nA dog."


def test_a_question_in_place_of_a_description_is_refused() -> None:
    with pytest.raises(RowError, match="'Question:' stands where an answer is due"):
        _read(ANSWER, "Question: What is it?")


def test_an_instruction_is_drawn_by_seed_sample_and_task() -> None:
    """Fixed for good: another draw would change everyone's data."""
    drawn = [draw_instruction(ANSWER, seed=0, sample_id=str(n)) for n in range(6)]
    assert drawn == [draw_instruction(ANSWER, seed=0, sample_id=str(n)) for n in range(6)]
    assert drawn != [draw_instruction(ANSWER, seed=1, sample_id=str(n)) for n in range(6)]
    other = _task(name="u", reply="answer", instructions=ANSWER.instructions)
    assert drawn != [draw_instruction(other, seed=0, sample_id=str(n)) for n in range(6)]


def test_every_instruction_is_drawn_about_as_often() -> None:
    drawn = [draw_instruction(ANSWER, seed=0, sample_id=str(n)) for n in range(3000)]
    assert all(900 < drawn.count(text) < 1100 for text in set(drawn))


PAIRS = [{"question": "What?", "answer": "That."}, {"question": "Where?", "answer": "There."}]
MESSAGES = [
    {"role": role, "content": text}
    for pair in TWO
    for role, text in (("user", pair.question), ("assistant", pair.answer))
]
GOOD_JSON = {
    "a list": json.dumps(PAIRS),
    "an object around a list": json.dumps({"conversation": PAIRS}, indent=2),
    "messages": json.dumps(MESSAGES),
    "messages in an object": json.dumps({"messages": MESSAGES}),
    "a code fence": f"```json\n{json.dumps(PAIRS)}\n```",
    "a code fence with Windows line ends": f"```\r\n{json.dumps(PAIRS)}\r\n```\r\n",
    "words around it": f"Here you are:\n{json.dumps(PAIRS)}\nAnything else?",
    "JSON lines": "\n".join(map(json.dumps, PAIRS)),
    "a comma too many": json.dumps(PAIRS).replace("}]", "},]"),
    "single quotes": str(PAIRS),
    "a comma missing": json.dumps(PAIRS).replace("}, {", "} {"),
    "keys without quotes": json.dumps(PAIRS).replace('"question"', "question"),
}


@pytest.mark.parametrize("text", GOOD_JSON.values(), ids=GOOD_JSON)
def test_sloppy_json_is_read(text: str) -> None:
    assert _read(JSON, text) == TWO


BAD_JSON = {
    "none": ("What? That.", "no JSON"),
    "an empty list": ("[]", "holds no question"),
    "broken off": (json.dumps(PAIRS)[:-9], "breaks off"),
    "an answer missing": ('[{"question": "What?"}]', "is no question and answer"),
    "an empty answer": ('[{"question": "What?", "answer": " "}]', "turn 2 of 2 is empty"),
    "a number": ('[{"question": "How many?", "answer": 3}]', "is no question and answer"),
    "something else besides": (json.dumps([PAIRS[0] | {"why": "x"}]), "is no question and answer"),
    "answer first": (json.dumps(MESSAGES[1:]), "turn 1 of 3 is not by"),
    "the last answer missing": (json.dumps(MESSAGES[:3]), "odd number of turns"),
    "an unknown role": ('[{"role": "narrator", "content": "x"}]', "'narrator'"),
    "nested without end": ("[" * 100_000, "nested too deeply|breaks off|no question"),
    "words in between": (f"{json.dumps(PAIRS)} and {json.dumps(PAIRS)}", "JSON, words, and JSON"),
}


@pytest.mark.parametrize(("text", "reason"), BAD_JSON.values(), ids=BAD_JSON)
def test_json_without_exchanges_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        _read(JSON, text)


def test_quotes_and_line_breaks_in_json_are_kept() -> None:
    text = '[{"question": "What?", "answer": "It says \\"hi\\"\nand \\u00e9 \\\\ {x}."}]'
    assert _read(JSON, text)[0].answer == 'It says "hi"\nand é \\ {x}.'


@given(st.lists(st.tuples(TURN, TURN), min_size=1, max_size=4))
def test_exchanges_in_json_are_read_unchanged(pairs: list[tuple[str, str]]) -> None:
    written = json.dumps([{"question": q, "answer": a} for q, a in pairs])
    assert [exchange[:2] for exchange in _read(JSON, written)] == pairs


@given(st.integers(2, 44))
def test_json_that_breaks_off_is_never_read_as_less(length: int) -> None:
    text = json.dumps(PAIRS[:1])[:-length]
    with pytest.raises(RowError):
        _read(JSON, text)
