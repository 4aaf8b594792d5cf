"""All that a card tells of one push."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from mmgen_datasets.errors import UsageError
from mmgen_datasets.generation.command import command_line
from mmgen_datasets.licence import Use
from mmgen_datasets.parquet import embedded_size
from mmgen_datasets.publish.facts import Facts, gather
from mmgen_datasets.publish.making import Making
from mmgen_datasets.publish.metadata import Part
from mmgen_datasets.publish.pushable import Pushable

CARD = "README.md"
"""The name of a card's file."""


@dataclass(frozen=True)
class About:
    """What is pushed, and where to."""

    repo: str
    part: Part
    facts: Facts
    making: Making | None
    """None where the rows come from no run folder."""
    push_command: str | None
    licence: Use
    not_allowed: Counter[str]
    """Licence to number of rows that it kept out."""
    language: str


def refuse_config(config: str) -> None:
    """See that a configuration can have a name.

    Raises:
        UsageError: it cannot.
    """
    if not re.fullmatch(r"\w[\w.-]*", config) or config == "data":
        raise UsageError(
            f"{config!r} cannot be the name of a configuration",
            "use letters, digits, '-', '_' and '.', and another word than 'data'",
        )


def about(
    what: Pushable, repo: str, *, config: str = "default", licence: Use = "any", language: str
) -> About:
    """Count and name what a card is to tell.

    Args:
        what: the rows.
        repo: ``OWNER/NAME``.
        config: of the repository.
        licence: that the rows were chosen by.
        language: of the conversations, ISO 639.
    """
    part = Part(
        config,
        what.split,
        what.rows.features,
        rows=len(what.rows),
        num_bytes=embedded_size(what.rows),
    )
    return About(
        repo,
        part,
        gather(what.rows),
        what.making,
        _push_command(what, repo, config, licence),
        licence,
        what.not_allowed,
        language,
    )


def _push_command(what: Pushable, repo: str, config: str, licence: Use) -> str | None:
    if what.folder is None:
        return None
    options = [
        ("config", None if config == "default" else config),
        ("split", None if what.split == what.own_split else what.split),
        ("licence", None if licence == "any" else licence),
    ]
    return command_line(["mmgen", "push", f"runs/{what.folder.resolve().name}", repo], options)
