"""Conditions that conversations are chosen by: ``failed != refusal,cut_short``.

They are written ``NAME OP VALUE[,VALUE]``: what a conversation has (a name of
`mmgen_datasets.quality.selection.fields.FIELDS`, or a score, with its judge where there are
several: ``correctness@gpt-5-mini``), one of six signs, and values of which one has to be met. White
space around them does not count. A value with a comma in it, or one that begins with a sign, stands
in double quotes; in there, a double quote is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mmgen_datasets.errors import UsageError

SIGNS = ("=", "!=", ">=", "<=", ">", "<")

_CONDITION = re.compile(
    r"\s*(?P<name>[^=<>!@]*[^=<>!@\s])\s*(?:@(?P<judge>[^=<>!]*[^=<>!\s])\s*)?"
    r"(?P<sign>!=|>=|<=|=|>|<)(?P<values>.*)",
    re.DOTALL,
)
_VALUE = re.compile(
    r"\s*(?:\"(?P<quoted>(?:[^\"]|\"\")*)\"|(?P<bare>[^\s\",=<>!](?:[^,]*[^\s,])?))\s*(?:,|$)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Condition:
    """Something that a conversation has, compared with values."""

    name: str
    sign: str
    """One of `SIGNS`."""
    values: tuple[str, ...]
    judge: str | None = None
    """Of a score."""

    @property
    def subject(self) -> str:
        """The name, with the judge."""
        return self.name if self.judge is None else f"{self.name}@{self.judge}"

    def __str__(self) -> str:
        return f"{self.subject} {self.sign} {','.join(map(written, self.values))}"


def parse_condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        UsageError: it has another form.

    Example:
        >>> parse_condition("correctness@gpt-5-mini>=4")
        Condition(name='correctness', sign='>=', values=('4',), judge='gpt-5-mini')
        >>> print(parse_condition('category=hot dog ,"stop, sign"'))
        category = hot dog,"stop, sign"
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise UsageError(
            f"the condition {text!r} does not compare a name with a value",
            f"write NAME OP VALUE with {' '.join(SIGNS)}, and put it in quotes, as a shell takes"
            " > and < for itself: 'correctness >= 4'",
        )
    values = tuple(_values(text, match["values"]))
    if len(values) > 1 and match["sign"] not in ("=", "!="):
        raise UsageError(
            f"the condition {text!r} compares with {len(values)} values",
            f"give one for {match['sign']}; only = and != take several",
        )
    return Condition(match["name"].strip(), match["sign"], values, match["judge"])


def _values(condition: str, text: str) -> Iterator[str]:
    end = 0
    while end < len(text) or not end or text[end - 1] == ",":
        match = _VALUE.match(text, end)
        if match is None:
            rest = text[end:].strip()
            raise UsageError(
                f"the condition {condition!r} has no value where {rest!r} stands",
                "write a single ="
                if rest.startswith("=")
                else f"write VALUE or VALUE,VALUE after one of {' '.join(SIGNS)}; put a value of"
                " other signs in double quotes",
            )
        quoted = match["quoted"]
        yield match["bare"] if quoted is None else quoted.replace('""', '"')
        end = match.end()


def written(value: str) -> str:
    """A value as a condition has it, in double quotes where it needs them.

    Example:
        >>> print(written("hot dog"), written("stop, sign"))
        hot dog "stop, sign"
    """
    match = _VALUE.fullmatch(value)
    if match and match["bare"] == value:
        return value
    return '"' + value.replace('"', '""') + '"'
