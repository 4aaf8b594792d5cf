r"""A mode: how new data are asked for, and what is made of the items of a reply.

::

    shows_examples: true
    shows_picture: true
    system: |
      You write questions for a test: {task}
    instruction: |
      Write {count} about the last picture.
    keys:
      question: the question
      answer: the answer
    records:
      - question: "{question}\nAnswer briefly."
        answer: "{answer}"

``{task}`` stands for the description of the task and ``{count}`` for "exactly 3 items"; the words
of a record may hold the keys. The model is told by itself to reply in JSON with these keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from mmgen_datasets.chat import Sampling
from mmgen_datasets.prompts.document import FileModel, find_template, read_document, refusal
from mmgen_datasets.prompts.task import Drawing, Prose
from mmgen_datasets.targeting.modes import MODES

ITEMS = "items"
"""The key that the list of items has in a reply."""
_FOLDER = Path(__file__).with_name("modes")
_FIELD = re.compile(r"\{(\w+)\}")


class Record(FileModel):
    """What becomes a conversation of each item."""

    name: Prose | None = None
    """Ends the ids of its conversations, where there are several records an item."""
    question: Prose
    answer: Prose


class ModeFile(FileModel):
    """What a mode file holds."""

    shows_examples: bool
    shows_picture: bool
    """Whether the candidate is shown; without it the conversations are text only."""
    system: Prose
    instruction: Prose
    """Goes behind the pictures."""
    examples_note: Prose | None = None
    """Goes between the examples and the candidate; left out where there are no examples."""
    keys: Annotated[dict[str, Prose], Field(min_length=1)]
    """What an item holds: key to description."""
    records: Annotated[tuple[Record, ...], Field(min_length=1)]
    item: Prose = "item"
    """What an item is called in the instruction."""
    sampling: Drawing = Sampling(max_tokens=1024, max_tokens_if_cut=4096)

    @model_validator(mode="after")
    def _records_know_their_keys(self) -> ModeFile:
        for index, record in enumerate(self.records):
            for place in ("question", "answer"):
                for name in _FIELD.findall(getattr(record, place)):
                    if name not in self.keys:
                        hint = f"use one of: {', '.join(self.keys)}"
                        raise refusal(f"no key {name!r}", hint, ("records", index, place))
        return self


class Mode(ModeFile):
    """How new data are asked for, and the file that says so."""

    name: str
    sha256: str
    """Digest of the file's bytes, in hexadecimal."""


def load_mode(name_or_path: str | Path) -> Mode:
    """Read a mode of the library or of a file.

    Raises:
        UnknownNameError: neither a name of `MODES` nor the path of a YAML file.
        RecipeError: the file does not say what a mode must say.

    Example:
        >>> list(load_mode("vqa").keys)
        ['question', 'reasoning', 'answer']
    """
    path = find_template("mode", name_or_path, MODES, _FOLDER)
    document = read_document(path)
    content = document.validate(ModeFile, document.value)
    return Mode(name=path.stem, sha256=document.sha256, **vars(content))


def instruction(mode: Mode, count: int) -> str:
    """What the model is told behind the pictures.

    Args:
        mode: the way.
        count: how many items are wanted.
    """
    return f"{fill(mode.instruction, {'count': _counted(mode, count)})}\n{form(mode, count)}"


def form(mode: Mode, count: int) -> str:
    """Describe the JSON that a reply must be."""
    item = {key: f"<{words}>" for key, words in mode.keys.items()}
    shape = json.dumps({ITEMS: [item]}, ensure_ascii=False)
    return (
        f"Reply with one JSON object of this form and nothing else, with {_counted(mode, count)}"
        f' in the list "{ITEMS}":\n{shape}'
    )


def schema(mode: Mode, count: int) -> str:
    """The JSON schema of a reply, as text."""
    item = {
        "type": "object",
        "properties": {
            key: {"type": "string", "description": words} for key, words in mode.keys.items()
        },
        "required": list(mode.keys),
        "additionalProperties": False,
    }
    items = {"type": "array", "items": item, "minItems": count, "maxItems": count}
    whole = {
        "type": "object",
        "properties": {ITEMS: items},
        "required": [ITEMS],
        "additionalProperties": False,
    }
    return json.dumps(whole)


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Put values in the place of ``{name}``; other braces, and those in values, stay.

    Example:
        >>> fill("{a} and {b} {", {"a": "{b}", "b": 2})
        '{b} and 2 {'
    """
    return _FIELD.sub(lambda found: str(values.get(found[1], found[0])), text).strip()


def _counted(mode: Mode, count: int) -> str:
    return f"exactly {count} {mode.item}{'' if count == 1 else 's'}"
