"""A task: one thing that is asked about every sample, and how its reply is read."""

from __future__ import annotations

import json
from dataclasses import fields
from math import inf
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from mmgen_datasets.chat import EXAMPLES_KEPT, Sampling
from mmgen_datasets.prompts.document import FileModel, known_keys, refusal
from mmgen_datasets.prompts.reply_schema import fault_of_schema

Input: TypeAlias = Literal[
    "captions",
    "boxes",
    "boxes_openimages",
    "relations",
    "labels",
    "motion",
    "conversation",
    "image",
]
"""What a model gets of a sample: its texts, its boxes without or with flags, what its things do
to one another, what is verified to be there or not, what can be read off its motion, what was said
of it already, its pixels."""


def _not_blank(text: str) -> str:
    if not text.strip():
        raise refusal("there is no text", "write at least a word")
    return text


def _box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box
    if not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
        raise refusal(
            f"{list(box)} is not a box",
            "write [x1, y1, x2, y2] with 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1",
        )
    return box


def _sampling(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    settings = dict(known_keys([field.name for field in fields(Sampling)], value))
    if isinstance(schema := settings.get("json_schema"), dict):
        settings["json_schema"] = json.dumps(schema)  # in its own order, which the reply will keep
    return Sampling(**settings)


def _sensible(sampling: Sampling) -> Sampling:
    for name, lowest, highest in _RANGES:
        value = getattr(sampling, name)
        if value is not None and not (lowest <= value <= highest and value < inf):
            bounds = f"{lowest} or more" if highest == inf else f"{lowest} to {highest}"
            raise refusal(f"{value} is out of range", f"give {bounds}", (name,))
    if sampling.json_schema is not None and (fault := fault_of_schema(sampling.json_schema)):
        raise refusal(f"no JSON schema: {fault}", "correct it", ("json_schema",))
    first, second = sampling.max_tokens, sampling.max_tokens_if_cut
    if second is not None and (first is None or second <= first):
        hint = "give more than max_tokens, or leave it out"
        raise refusal(f"{second} is no more than the first attempt's", hint, (_IF_CUT,))
    return sampling


_IF_CUT = "max_tokens_if_cut"
_RANGES = (("max_tokens", 1, inf), (_IF_CUT, 1, inf), ("temperature", 0, inf), ("top_p", 0, 1))


Prose = Annotated[str, AfterValidator(_not_blank)]
Drawing = Annotated[Sampling, BeforeValidator(_sampling), AfterValidator(_sensible)]
Box = Annotated[tuple[float, float, float, float], AfterValidator(_box)]


class ExampleObject(FileModel):
    """A thing in the picture of an example, with the words of `mmgen_datasets.schema.OBJECT`."""

    category: Prose
    bbox: Box
    is_crowd: bool | None = None
    confidence: float | None = None
    is_occluded: bool | None = None
    is_truncated: bool | None = None
    is_group_of: bool | None = None
    is_depiction: bool | None = None
    is_inside: bool | None = None


class ExampleRelation(FileModel):
    """What a thing of an example does to another, or, by ``is``, what it is like."""

    subject: Prose
    predicate: Prose
    object: Prose


class ExampleLabel(FileModel):
    """What an annotator found to be in the picture of an example, or not."""

    name: Prose
    present: bool
    verified: bool = True


class ExampleFacts(FileModel):
    """What is read off the motion of an example; see `mmgen_datasets.schema.FACTS`."""

    seconds: Annotated[float, Field(gt=0)]
    path: Annotated[float, Field(ge=0)]
    bearing: float | None = None
    turned: float = 0.0
    first_foot: Literal["left", "right"] | None = None
    jumps: Annotated[int, Field(ge=0)] = 0


class ExampleExchange(FileModel):
    """A question and its answer."""

    question: Prose
    answer: Prose


class Example(FileModel):
    """A sample and the reply that a model should give to it.

    Both are put into text by what does so for real samples and reads real replies.
    """

    captions: tuple[Prose, ...] = ()
    objects: tuple[ExampleObject, ...] = ()
    relations: tuple[ExampleRelation, ...] = ()
    labels: tuple[ExampleLabel, ...] = ()
    facts: ExampleFacts | None = None
    exchanges: tuple[ExampleExchange, ...] = ()
    answer: Prose | None = None


class Written(FileModel):
    """An example that is sent as it is written."""

    input: Prose
    output: Prose


def _form_of_example(value: Any) -> str | None:
    """The tag of an example's form; None for what is no example."""
    if isinstance(value, FileModel):
        value = dict(value)
    if not isinstance(value, dict):
        return None
    return "written" if "input" in value else "structured"


AnyExample: TypeAlias = Annotated[
    Annotated[Example, Tag("structured")] | Annotated[Written, Tag("written")],
    Discriminator(_form_of_example),
]


class Task(FileModel):
    """One thing that is asked about every sample."""

    name: Prose
    kind: Prose = Field(default_factory=lambda task: str(task["name"]))
    """The ``kind`` of its conversations: conversation, detail, complex_reasoning, or any other."""
    inputs: Annotated[tuple[Input, ...], Field(min_length=1)]
    max_image_side: Annotated[int, Field(ge=1)] | None = None
    """Larger pictures are shrunk until their longer side has so many pixels; None sends all as
    they are."""
    system: Prose
    reply: Literal["turns", "answer", "json"]
    """Turns between separators; one answer to a drawn instruction; or JSON exchanges."""
    separator: Prose = "==="
    labels: tuple[Prose, ...] = ("Question:", "Answer:", "Q:", "A:")
    """What a turn may begin with; it is taken off. Examples carry the first two."""
    instructions: tuple[Prose, ...] = ()
    """For ``answer``: the questions that one is drawn from."""
    examples: tuple[AnyExample, ...] = ()
    drop_examples: bool = False
    """Whether examples may be left out of a chat that is too long for the model, from the middle;
    the first and the last stay."""
    sampling: Drawing = Sampling()
    layout: Literal["tidy", "verbatim"] = "tidy"
    """How a sample is put into text; see `mmgen_datasets.prompts.context.LAYOUTS`."""

    @model_validator(mode="after")
    def _instructions_are_for_answers(self) -> Task:
        if self.reply == "answer" and not self.instructions:
            raise refusal("an answer needs a question", "list some under `instructions`")
        if self.reply != "answer" and self.instructions:
            hint = "leave them out: the reply brings its own questions"
            raise refusal(f"`reply: {self.reply}` uses no instructions", hint, ("instructions",))
        return self

    @model_validator(mode="after")
    def _limits_are_for_pictures(self) -> Task:
        if self.max_image_side is not None and "image" not in self.inputs:
            hint = "add `image` to `inputs`, or leave it out"
            raise refusal("no picture is sent that could be shrunk", hint, ("max_image_side",))
        return self

    @model_validator(mode="after")
    def _some_examples_can_be_dropped(self) -> Task:
        if self.drop_examples and len(self.examples) <= EXAMPLES_KEPT:
            found = f"of {len(self.examples)} examples none could be left out"
            hint = "leave it out: the first example and the last always stay"
            raise refusal(found, hint, ("drop_examples",))
        return self

    @model_validator(mode="after")
    def _examples_need_two_labels(self) -> Task:
        structured = any(isinstance(example, Example) for example in self.examples)
        if self.reply == "turns" and structured and len(self.labels) < 2:
            hint = "give one for questions and one for answers"
            raise refusal(f"{list(self.labels)} are too few labels", hint, ("labels",))
        return self

    @model_validator(mode="after")
    def _examples_fit_the_reply(self) -> Task:
        key = "answer" if self.reply == "answer" else "exchanges"
        for index, example in enumerate(self.examples):
            given = {"answer", "exchanges"} & example.model_fields_set
            if isinstance(example, Example) and given != {key}:
                raise refusal(
                    f"with `reply: {self.reply}` an example has `{key}`, this one has "
                    + (" and ".join(sorted(given)) or "no reply"),
                    f"give its reply as `{key}`, and nothing else",
                    ("examples", index),
                )
        return self
