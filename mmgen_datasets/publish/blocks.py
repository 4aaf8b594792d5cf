"""The parts of a card that this library writes, among what others wrote.

Each stands between two comments, so that a later push replaces it and leaves the rest alone::

    <!-- mmgen part default/train {"license": ["cc-by-4.0"]} -->
    ...
    <!-- mmgen end -->
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_BLOCK = re.compile(
    r"<!-- mmgen (?P<kind>\w+) (?P<name>\S+) (?P<about>\{.*?\}) -->\n"
    r"(?P<text>.*?)\n<!-- mmgen end -->\n",
    re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A part of a card."""

    kind: str
    name: str
    """Of what it is about; without white space."""
    text: str
    about: Mapping[str, list[str]] = field(default_factory=dict)
    """What is to be remembered of it."""

    def __str__(self) -> str:
        about = json.dumps(self.about, sort_keys=True).replace(">", "\\u003e")
        head = f"<!-- mmgen {self.kind} {self.name} {about} -->"
        return f"{head}\n{self.text.strip()}\n<!-- mmgen end -->\n"


def blocks_of(text: str) -> list[Block]:
    """The blocks of a card, in order."""
    return [
        Block(match["kind"], match["name"], match["text"], json.loads(match["about"]))
        for match in _BLOCK.finditer(text)
    ]


def put(text: str, block: Block) -> str:
    """Put a block into a card: in its own place, after the last one of its kind, or at the end."""
    found = list(_BLOCK.finditer(text))
    for match in found:
        if (match["kind"], match["name"]) == (block.kind, block.name):
            return text[: match.start()] + str(block) + text[match.end() :]
    ends = [match.end() for match in found if match["kind"] == block.kind]
    end = ends[-1] if ends else len(text)
    before, after = text[:end].rstrip("\n"), text[end:].lstrip("\n")
    parts = [part for part in (before, str(block).rstrip("\n"), after.rstrip("\n")) if part]
    return "\n\n".join(parts) + "\n"
