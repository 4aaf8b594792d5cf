"""A fault of each kind, planted into conversations that have none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from datasets import Dataset, Image, concatenate_datasets

from mmgen_datasets.grounded.scene import read_scene
from mmgen_datasets.media import undecoded
from mmgen_datasets.nouns import noun
from mmgen_datasets.quality.repeats.benchmark import Benchmark, benchmark_of
from mmgen_datasets.schema import media_kinds

Row = dict[str, Any]
LONG = (
    "The colours are warm, the light comes from the left, and everything seems to be at its place, "
    "as it is on a calm morning in the early summer."
)


def said(*turns: str) -> list[dict[str, str]]:
    """Turns of user and assistant about a picture."""
    roles = ("user", "assistant")
    texts = [f"<image>\n{turns[0]}", *turns[1:]]
    return [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]


def _named(sample: Mapping[str, Any], part: str) -> str | None:
    names = list(getattr(read_scene(sample), part))
    return next((name for name in names if noun(name).is_counted), None)


def _numbers(sample: Mapping[str, Any]) -> list[dict[str, str]] | None:
    name = _named(sample, "single")
    if name is None:
        return None
    many = noun(name).many
    return said(f"How many {many} are there?", f"There are seven {many} in the picture.")


def _unsupported(sample: Mapping[str, Any]) -> list[dict[str, str]] | None:
    absent = [name for name in read_scene(sample).absent if noun(name).is_counted]
    if sample["vocabulary"] is None or not absent:
        return None
    return said("What is in the foreground?", f"There is {noun(absent[-1]).a} in the foreground.")


def _denied(sample: Mapping[str, Any]) -> list[dict[str, str]] | None:
    name = _named(sample, "denied")
    if name is None:
        return None
    return said("What else is there?", f"On the left there is {noun(name).a}.")


_REFUSES = "I'm sorry, but as an AI language model I cannot view images."
_PLACE = "It is in the corner: [0.12, 0.30, 0.55, 0.91]."
_GERMAN = "Auf dem Bild sind viele bunte Formen vor einem hellen Hintergrund zu sehen."
_OPTIONS = "Which season is it? Choose one: A. spring B. summer"
_KINDS = {"length": "detail"}
PLANTED: dict[str, Callable[[Mapping[str, Any]], list[dict[str, str]] | None]] = {
    "turns": lambda _: said("What do you see?", "A calm place.", "Is it day?"),
    "placeholders": lambda _: said("What do you see?", "The <image> shows a calm place."),
    "leftovers": lambda _: said("What do you see?", "Answer: A calm place."),
    "cut_short": lambda _: said("What do you see?", "It is a calm place, and behind it is the"),
    "refusal": lambda _: said("What do you see?", _REFUSES),
    "hidden_context": lambda _: said("Is it calm?", "Yes, as the first caption says, it is calm."),
    "coordinates": lambda _: said("Where is it?", _PLACE),
    "language": lambda _: said("What do you see?", _GERMAN),
    "length": lambda _: said("Describe the picture in detail.", "It is a calm place."),
    "repetition": lambda _: said("Is it calm?", "Yes, it is.", "Is it calm?", "Yes, it is."),
    "options": lambda _: said(_OPTIONS, "C. winter"),
    "unanswered": lambda _: said("What colour is the sky?", "What a lovely question!"),
    "numbers": _numbers,
    "unsupported": _unsupported,
    "denied": _denied,
    "contradiction": lambda _: said(
        "Is it day?", "Yes, it is day.", "Is it day?!", "No, it isn't."
    ),
}
"""What to say about a sample to fail a check; None where it does not lend itself."""

_QUESTION = "Which of the many shapes that stand on the shelf would fall first, and why?"


def plant(conversations: Dataset, samples: Dataset) -> tuple[Dataset, Benchmark]:
    """Put a conversation for each check behind others.

    Returns:
        The table, in which ``planted-NAME`` is to fail the check NAME, if the samples lend
        themselves to it; and a benchmark that it is contaminated with.
    """
    clean = list(undecoded(conversations))
    annotated = {row["id"]: row for row in samples.remove_columns(media_kinds(samples.features))}
    planted = []

    def add(name: str, row: Row, **changes: Any) -> None:
        planted.append({**row, "id": f"planted-{name}", **changes})

    for name, words in PLANTED.items():
        for row in clean[2:]:
            if messages := words(annotated[row["sample_id"]]):
                add(name, row, messages=messages, kind=_KINDS.get(name, "conversation"))
                break
    clean[0]["messages"] = said("Describe it.", LONG)
    first, second = clean[:2]
    add("duplicate", first)
    add("picture_duplicate", first, sample_id="another", messages=said("Is it calm?", "It is."))
    add("near_duplicate", second, messages=said("Describe it.", LONG.replace("calm", "quiet")))
    seen = Dataset.from_list([{"question": "What is it?", "image": second["image"]}])
    asked = Dataset.from_list([{"question": _QUESTION, "image": None}])
    add("benchmark_picture", second, messages=said("Is it calm?", "It is."))
    add("benchmark_question", clean[2], messages=said(_QUESTION, "The blue one would."))
    table = Dataset.from_list([*clean, *planted], features=conversations.features)
    return table, benchmark_of(
        concatenate_datasets([seen, asked]).cast_column("image", Image()), "b"
    )
