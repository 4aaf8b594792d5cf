r"""EMOVA's spoken dialogue: the instruction before a spoken question, and its answer in JSON.

A row of EMOVA's data (Chen et al., CVPR 2025; ``docs/Data.md`` of its repository)::

    human  <image>\nPlease recognize the texts, ... user question speech:<|speech_12|>...
    gpt    {"user question text": "What is this?", "user question emotion": "neutral", ...}

Instructions stand here to the letter, as EMOVA's models were trained with them: ``\n`` is a
backslash and an n, one comma is a Chinese one, "follwing" lacks an o.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, get_args

from mmgen_datasets.errors import RowError
from mmgen_datasets.speech.base import Emotion, Pitch, Voice
from mmgen_datasets.speech.units import read_units

DIALOGUE = (
    r"Please recognize the texts, emotion and pitch from the user question speech units and "
    r"provide the texts, emotion, pitch and speech units for the assistant response. "
    r'\nEmotion should be chosen from ["neutral", "happy", "sad", "angry", "surprised", '
    r'"disgusted", "fearful"]. '
    r'\nPitch should be chosen from ["low", "normal", "high"].'
    r"\nYour output should be in json format."
    r'\nAn output example is:\n{"user question text": "", "user question emotion": "", '
    r'"user question pitch": "", "assistant response text": "", "assistant response emotion": "", '
    r'"assistant response pitch": ""，"assistant response speech": ""}\n\nuser question speech:'
)
RECOGNITION = "Please recognize the text corresponding to the follwing speech.\n"
SYNTHESIS = "Please synthesize the speech corresponding to the follwing text.\n"

_KEYS = tuple(
    f"{side} {part}"
    for side, parts in (
        ("user question", ("text", "emotion", "pitch")),
        ("assistant response", ("text", "emotion", "pitch", "speech")),
    )
    for part in parts
)
_CHOICES = {"emotion": get_args(Emotion), "pitch": get_args(Pitch)}


@dataclass(frozen=True)
class Utterance:
    """What one side says, and how.

    Raises:
        RowError: there are no words, or the emotion or pitch is none of EMOVA's.
    """

    text: str
    emotion: Emotion = "neutral"
    pitch: Pitch = "normal"

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise RowError(f"the text of an utterance is empty: {self.text!r}")
        for name, words in _CHOICES.items():
            if (word := getattr(self, name)) not in words:
                raise RowError(
                    f"the {name} of an utterance is {word!r}", f"choose from {', '.join(words)}"
                )

    def voice(self, **others: Any) -> Voice:
        """How a codec is to speak it; `others` are the fields ``gender`` and ``speed``."""
        return Voice(emotion=self.emotion, pitch=self.pitch, **others)


@dataclass(frozen=True)
class SpokenAnswer:
    """What the assistant makes of a spoken question.

    Raises:
        RowError: `speech` is something else than units.
    """

    question: Utterance
    """As it was understood."""
    response: Utterance
    speech: str
    """The units of the response."""

    def __post_init__(self) -> None:
        read_units(self.speech)


def write_answer(answer: SpokenAnswer) -> str:
    """Write an answer as the JSON that EMOVA is trained on; letters stay letters."""
    sides = (answer.question, answer.response)
    values = [value for side in sides for value in (side.text, side.emotion, side.pitch)]
    return json.dumps(dict(zip(_KEYS, [*values, answer.speech], strict=True)), ensure_ascii=False)


def read_answer(text: str) -> SpokenAnswer:
    """Read an answer that a model or a dataset gave. Nothing is mended or filled in.

    Raises:
        RowError: it is no JSON object of the seven texts, once each, or one of them is none that
            EMOVA knows.
    """
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise RowError(f"the answer is no JSON: {error}") from error
    is_object = isinstance(pairs, list) and all(isinstance(pair, tuple) for pair in pairs)
    if not is_object or not text.lstrip().startswith("{"):
        raise RowError(f"the answer is no JSON object: {text[:80]!r}")
    names = [name for name, _ in pairs]
    if sorted(names) != sorted(_KEYS):
        odd = {*names} ^ {*_KEYS} or {name for name in names if names.count(name) > 1}
        raise RowError(f"the answer lacks, repeats or invents {min(odd)!r}")
    values = dict(pairs)
    if wrong := [name for name in _KEYS if not isinstance(values[name], str)]:
        raise RowError(f"{wrong[0]!r} of the answer is {values[wrong[0]]!r}, not a text")
    parts = [values[name] for name in _KEYS]
    return SpokenAnswer(Utterance(*parts[:3]), Utterance(*parts[3:6]), parts[6])


def dialogue(
    speech: str, answer: SpokenAnswer, *, with_image: bool = False
) -> list[dict[str, str]]:
    """The turns of a spoken dialogue, as a conversation keeps them.

    Args:
        speech: units of the question.
        answer: to it.
        with_image: whether it is about a picture.

    Raises:
        RowError: the question is something else than units.
    """
    read_units(speech)
    image = "<image>\n" if with_image else ""
    return _turns(image + DIALOGUE + speech, write_answer(answer))


def read_dialogue(messages: list[dict[str, str]]) -> tuple[str, SpokenAnswer]:
    """The units of the question, and the answer, of what `dialogue` made.

    Raises:
        RowError: these are other messages.
    """
    if [message["role"] for message in messages] != ["user", "assistant"]:
        raise RowError(f"{len(messages)} messages are no question and answer")
    asked = messages[0]["content"].removeprefix("<image>\n")
    if not asked.startswith(DIALOGUE):
        raise RowError(f"the question has another instruction: {asked[:80]!r}")
    speech = asked.removeprefix(DIALOGUE)
    read_units(speech)
    return speech, read_answer(messages[1]["content"])


def recognition(speech: str, text: str) -> list[dict[str, str]]:
    """The turns of a task to write down what was said."""
    read_units(speech)
    return _turns(RECOGNITION + speech, text)


def synthesis(text: str, speech: str) -> list[dict[str, str]]:
    """The turns of a task to say what is written."""
    read_units(speech)
    return _turns(SYNTHESIS + text, speech)


def _turns(question: str, answer: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
