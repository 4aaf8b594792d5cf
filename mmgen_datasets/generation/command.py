"""Commands as they are told to those who give them again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence


def command_line(words: Sequence[str], options: Iterable[tuple[str, object]]) -> str:
    """Write a command for a shell.

    Args:
        words: what it begins with.
        options: names without dashes, with their values; what is None or False is left out, and of
            what is True only the name is told.

    Example:
        >>> command_line(["mmgen", "check"], [("check", "my own"), ("limit", None), ("all", True)])
        "mmgen check --check 'my own' --all"
    """
    told = list(words)
    for name, value in options:
        if value is not None and value is not False:
            told += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return shlex.join(told)
