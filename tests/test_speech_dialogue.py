"""EMOVA's spoken dialogue is built and read without loss."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.errors import RowError
from mmgen_datasets.speech.base import Emotion, Pitch, Voice
from mmgen_datasets.speech.dialogue import (
    DIALOGUE,
    SpokenAnswer,
    Utterance,
    dialogue,
    read_answer,
    read_dialogue,
    recognition,
    synthesis,
    write_answer,
)
from mmgen_datasets.speech.units import write_units

SAID = {
    "user question text": "What is this?",
    "user question emotion": "neutral",
    "user question pitch": "normal",
    "assistant response text": "A dog!",
    "assistant response emotion": "happy",
    "assistant response pitch": "high",
    "assistant response speech": "<|speech_12|><|speech_845|>",
}
ANSWER = SpokenAnswer(
    Utterance("What is this?"),
    Utterance("A dog!", "happy", "high"),
    "<|speech_12|><|speech_845|>",
)

units = st.lists(st.integers(0, 4095), min_size=1, max_size=20).map(write_units)
utterances = st.builds(
    Utterance,
    st.text(min_size=1).filter(str.strip),
    st.sampled_from(get_args(Emotion)),
    st.sampled_from(get_args(Pitch)),
)
answers = st.builds(SpokenAnswer, utterances, utterances, units)


def test_a_known_answer() -> None:
    assert write_answer(ANSWER) == json.dumps(SAID)
    assert read_answer(json.dumps(SAID)) == ANSWER


@given(answers)
def test_an_answer_is_read_as_it_was_written(answer: SpokenAnswer) -> None:
    assert read_answer(write_answer(answer)) == answer


@given(units, answers, st.booleans())
def test_a_dialogue_is_read_as_it_was_built(
    speech: str, answer: SpokenAnswer, with_image: bool
) -> None:
    messages = dialogue(speech, answer, with_image=with_image)
    assert read_dialogue(messages) == (speech, answer)
    assert messages[0]["content"].startswith("<image>\n") is with_image


def test_the_instruction_is_emovas_to_the_letter() -> None:
    assert "\n" not in DIALOGUE
    assert DIALOGUE.count(r"\n") == 7
    assert '"assistant response pitch": ""，"assistant response speech": ""' in DIALOGUE
    asked = dialogue("<|speech_1|>", ANSWER)[0]["content"]
    assert asked.endswith("user question speech:<|speech_1|>")
    shown = DIALOGUE[DIALOGUE.index("{") : DIALOGUE.index("}") + 1].replace("，", ", ")
    assert [*json.loads(shown)] == [*SAID]


def test_letters_of_any_language_stay_letters() -> None:
    answer = SpokenAnswer(Utterance("这是什么？"), Utterance("一只狗"), "<|speech_1|>")
    assert "这是什么？" in write_answer(answer)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is no JSON"),
        ("A dog.", "is no JSON"),
        (json.dumps(SAID)[:-1], "is no JSON"),
        (json.dumps(SAID) + "!", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no JSON object"),
        ("[1]", "is no JSON object"),
        ('"text"', "is no JSON object"),
        ("null", "is no JSON object"),
        ("{}", "lacks, repeats or invents 'assistant response emotion'"),
        (json.dumps(SAID)[:-1] + ', "x": 1}', "invents 'x'"),
        (json.dumps(SAID)[:-1] + ', "user question pitch": "low"}', "'user question pitch'"),
        (json.dumps(SAID | {"user question text": 3}), "is 3, not a text"),
        (json.dumps(SAID | {"user question text": [["a", "b"]]}), "not a text"),
        (json.dumps(SAID | {"user question text": " "}), "text of an utterance is empty"),
        (
            json.dumps(SAID | {"user question emotion": "Happy"}),
            "emotion of an utterance is 'Happy",
        ),
        (
            json.dumps(SAID | {"assistant response pitch": "fast"}),
            "pitch of an utterance is 'fast'",
        ),
        (json.dumps(SAID | {"assistant response speech": ""}), "no speech unit at character 0"),
        (json.dumps(SAID | {"assistant response speech": "12 845"}), "no speech unit"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(RowError) as error:
        read_answer(text)
    assert problem in error.value.problem


def test_other_messages_are_no_dialogue() -> None:
    good = dialogue("<|speech_1|>", ANSWER)
    for messages in ([], good[:1], good[::-1], good * 2):
        with pytest.raises(RowError, match="no question and answer"):
            read_dialogue(messages)
    with pytest.raises(RowError, match="another instruction"):
        read_dialogue([{"role": "user", "content": "Hello"}, good[1]])
    with pytest.raises(RowError, match="no speech unit"):
        dialogue("hello", ANSWER)


def test_what_is_said_tells_how_to_speak_it() -> None:
    assert ANSWER.response.voice(gender="male") == Voice("male", "happy", "normal", "high")


def test_speech_is_written_down_and_text_is_spoken() -> None:
    speech = "<|speech_1|>"
    assert [turn["content"] for turn in recognition(speech, "Hi")] == [
        "Please recognize the text corresponding to the follwing speech.\n<|speech_1|>",
        "Hi",
    ]
    assert [turn["content"] for turn in synthesis("Hi", speech)] == [
        "Please synthesize the speech corresponding to the follwing text.\nHi",
        "<|speech_1|>",
    ]
