"""What annotators found besides boxes, as text: narratives, relations and verified labels.

After the boxes, each in a paragraph of its own::

    A man is playing a guitar.
    A table is made of wood.

    Verified to be in the picture: guitar, man, table.
    Verified not to be in the picture: piano, violin.

Only labels that a person has verified are told: a machine's are guesses. What was said of a sample
already, where its source is one of conversations, comes last::

    Conversation:
    User: What is the man playing?
    Assistant: He is playing a guitar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.motion.wording import fact_lines
from mmgen_datasets.nouns import is_speakable, noun, plain
from mmgen_datasets.predicates import sentence_end

_PLACEHOLDER = re.compile(rf"<({'|'.join(get_args(MediaKind))})>\n?")


def said(sample: Mapping[str, Any]) -> list[str]:
    """The texts of a sample: its captions, and what was told of it aloud."""
    narratives = [narrative["text"] for narrative in sample.get("narratives") or ()]
    return [*(sample["captions"] or ()), *narratives]


def relation_lines(sample: Mapping[str, Any]) -> list[str]:
    """A sentence for each relation, each once.

    Example:
        >>> relation_lines(
        ...     {"relations": [{"subject": "Cat", "predicate": "inside_of", "object": "Box"}]}
        ... )
        ['A cat is inside a box.']
    """
    return list(dict.fromkeys(_sentence(row) for row in sample.get("relations") or ()))


def label_lines(sample: Mapping[str, Any]) -> list[str]:
    """What is verified to be there, and not to be there, by the alphabet."""
    lines = []
    for words, present in (("to be", True), ("not to be", False)):
        labels = [i for i in sample.get("labels") or () if i["verified"]]
        names = sorted({plain(i["name"]) for i in labels if i["present"] is present})
        if names:
            lines.append(f"Verified {words} in the picture: {', '.join(names)}.")
    return lines


def motion_lines(sample: Mapping[str, Any]) -> list[str]:
    """What people said of parts of a clip, and what can be read off its motion."""
    clip = sample.get("clip")
    is_part = clip is not None and clip["recording"] != sample["id"]  # times are the whole's
    parts = [
        f"From {part['start_s']:.1f} to {part['end_s']:.1f} seconds: {part['text'].strip()}"
        for part in sample.get("descriptions") or ()
        if not is_part and None not in (part["start_s"], part["end_s"])
    ]
    return [*parts, *fact_lines(sample.get("facts"))]


def conversation_lines(sample: Mapping[str, Any]) -> list[str]:
    r"""What was said of a sample, a turn each under a heading, without placeholders of media.

    Example:
        >>> conversation_lines({"messages": [{"role": "user", "content": "<image>\nWhat is it?"}]})
        ['Conversation:', 'User: What is it?']
    """
    turns = [
        f"{message['role'].capitalize()}: {_PLACEHOLDER.sub('', message['content']).strip()}"
        for message in sample.get("messages") or ()
    ]
    return ["Conversation:", *turns] if turns else []


def _sentence(row: Mapping[str, Any]) -> str:
    subject, predicate, thing = row["subject"], row["predicate"], row["object"]
    end = sentence_end(predicate, thing, _article(thing))
    if end is None:
        return f"{_capital(plain(subject))} - {plain(predicate)} - {plain(thing)}."
    be = noun(subject).be if is_speakable(subject) else "is"
    return f"{_capital(_article(subject))} {be} {end}."


def _article(category: str) -> str:
    return noun(category).a if is_speakable(category) else plain(category)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
