"""A sample as the text that a model reads, and the chat around it.

A model without eyes gets the captions, a blank line, and a line for each object::

    A cat sleeps beside a dog.
    Two animals share a rug.

    cat: [0.123, 0.2, 0.3, 0.988]
    dog: [0.41, 0.187, 0.902, 0.95]

The numbers are x_min, y_min, x_max, y_max as shares of the width and height. The layout is
that of LLaVA's prompts (Liu et al., NeurIPS 2023) in the spelling of multimodal-instruct. What
Open Images knows besides follows in paragraphs of its own, see
`mmgen_datasets.prompts.findings`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmgen_datasets.chat import Chat, Media, Text, Turn, text_turn
from mmgen_datasets.prompts.findings import (
    conversation_lines,
    label_lines,
    motion_lines,
    relation_lines,
    said,
)
from mmgen_datasets.prompts.task import AnyExample, Example, Task, Written

FLAGS = ("is_occluded", "is_truncated", "is_group_of", "is_depiction", "is_inside")
"""The flags of Open Images, in the order of its columns."""


@dataclass(frozen=True)
class Layout:
    """A way to put things into text."""

    render: Callable[[Mapping[str, Any], Collection[str]], str]
    """A sample and the inputs wanted of it, to text."""
    prose: Callable[[str], str]
    """The text of a recipe as the file has it, to what is sent."""


def render(sample: Mapping[str, Any], inputs: Collection[str]) -> str:
    r"""Put a sample into text exactly as multimodal-instruct does.

    Captions are not stripped, and narratives are captions; where objects come without captions,
    the text begins with two newlines; ``boxes`` goes before ``boxes_openimages`` where both are
    asked for, and names are in lower case with the latter.

    Args:
        sample: a row of `mmgen_datasets.schema.SAMPLE`.
        inputs: which of ``captions``, ``boxes`` and ``boxes_openimages`` to show.

    Example:
        >>> cat = {"category": "cat", "bbox": [0.1234, 0.2, 0.3, 1.0]}
        >>> render({"captions": ["A cat."], "objects": [cat]}, ["captions", "boxes"])
        'A cat.\n\ncat: [0.123, 0.2, 0.3, 1.0]'
    """
    captions = "\n".join(said(sample)) if "captions" in inputs else ""
    line = next((line for name, line in _BOX_LINES.items() if name in inputs), None)
    objects = [line(thing) for thing in sample["objects"] or ()] if line else []
    return captions + ("\n\n" + "\n".join(objects) if objects else "")


def render_tidy(sample: Mapping[str, Any], inputs: Collection[str]) -> str:
    """Put a sample into text as our own recipes do.

    As `render`, but white space around captions goes, with captions that hold nothing else;
    the text begins with its first line; and an object that stands for several, a crowd, says
    so, for a model that counts lines would count it as one. ``relations`` and ``labels`` follow
    where they are asked for.
    """
    captions = [caption.strip() for caption in said(sample)]
    objects = [_marked(thing) for thing in sample["objects"] or ()]
    tidy = {"captions": [caption for caption in captions if caption], "objects": objects}
    findings = [lines(sample) for name, lines in _FINDINGS.items() if name in inputs]
    paragraphs = [render(tidy, inputs), *("\n".join(lines) for lines in findings)]
    return "\n\n".join(text for text in paragraphs if text).strip("\n")


_FINDINGS = {
    "relations": relation_lines,
    "labels": label_lines,
    "motion": motion_lines,
    "conversation": conversation_lines,
}


LAYOUTS = {"tidy": Layout(render_tidy, str.strip), "verbatim": Layout(render, str)}
"""The layouts by the name that a task gives: ours, and that of multimodal-instruct."""


def chat_for(task: Task, sample: Mapping[str, Any], media: Sequence[Media] = ()) -> Chat:
    """Build what is sent to a model to put a task about a sample to it.

    Args:
        task: what is asked.
        sample: a row of `mmgen_datasets.schema.SAMPLE`.
        media: the sample's media; those that the task's inputs name go before the text. One
            that is wanted and not given leaves its placeholder, ``<image>``, so that a chat
            can be looked at and counted before any file is opened.

    Returns:
        the system's turn, two turns for each example, and the query.
    """
    layout = LAYOUTS[task.layout]
    turns = [text_turn("system", layout.prose(task.system))]
    for example in task.examples:
        turns.append(text_turn("user", _query_of(task, example)))
        turns.append(text_turn("assistant", reply_of(task, example)))
    text = layout.render(sample, task.inputs)
    query = (*_media_parts(task, media), *([Text(text)] if text else ()))
    return (*turns, Turn("user", query))


def reply_of(task: Task, example: AnyExample) -> str:
    """Write an example's reply in the form that the task reads.

    Example:
        >>> from mmgen_datasets.prompts.recipe import load_recipe
        >>> task = load_recipe("llava").tasks[0]
        >>> reply_of(task, task.examples[0]).splitlines()[0]
        'Question:'
    """
    if isinstance(example, Written):
        return example.output
    return _REPLIES[task.reply](task, example)


def _query_of(task: Task, example: AnyExample) -> str:
    if isinstance(example, Written):
        return example.input
    return LAYOUTS[task.layout].render(example.model_dump(), task.inputs)


def _media_parts(task: Task, media: Sequence[Media]) -> Iterator[Media | Text]:
    wanted = [medium for medium in media if medium.kind in task.inputs]
    yield from wanted
    if "image" in task.inputs and not wanted:
        yield Text("<image>\n")


def _turns(task: Task, example: Example) -> str:
    turns = [
        f"{label}\n{text.strip()}"
        for exchange in example.exchanges
        for label, text in zip(task.labels[:2], (exchange.question, exchange.answer), strict=True)
    ]
    return f"\n{task.separator}\n".join(turns)


def _answer(task: Task, example: Example) -> str:
    return (example.answer or "").strip()


def _json(task: Task, example: Example) -> str:
    exchanges = [exchange.model_dump() for exchange in example.exchanges]
    return json.dumps(exchanges, ensure_ascii=False, indent=1)


_REPLIES = {"turns": _turns, "answer": _answer, "json": _json}


def _marked(thing: Mapping[str, Any]) -> Mapping[str, Any]:
    several = thing.get("is_crowd") or thing.get("is_group_of")
    return {**thing, "category": f"{thing['category']} (several)"} if several else thing


def _box_line(thing: Mapping[str, Any]) -> str:
    return f"{thing['category']}: {[round(_shortest(edge), 3) for edge in thing['bbox']]}"


def _box_line_openimages(thing: Mapping[str, Any]) -> str:
    confidence = thing.get("confidence")
    known = None if confidence is None else _shortest(confidence)
    lower = {**thing, "category": thing["category"].lower()}
    return f"{_box_line(lower)} {[known, *(thing.get(flag) for flag in FLAGS)]}"


_BOX_LINES = {"boxes": _box_line, "boxes_openimages": _box_line_openimages}


def _shortest(value: float) -> float:
    """The decimal number that a float32 was rounded from; any other value as it is.

    Columns are float32, and 0.1235 read back as 0.12350000441 would round up where the
    number in the source's file rounds down. Seven digits tell float32 numbers apart.
    """
    value = float(value)
    [single] = struct.unpack("f", struct.pack("f", value))
    return float(f"{value:.7g}") if single == value else value
