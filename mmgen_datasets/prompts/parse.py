"""A model's reply, read as questions and answers.

The form may be sloppy: separators at the ends, labels in bold, code fences and broken
JSON, Windows line ends. The content may not: a reply that does not split into
questions each followed by its answer is refused with the reason, and nothing of it is
dropped, save labels and white space around a turn.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache

from mmgen_datasets.chat import Exchange
from mmgen_datasets.errors import RowError
from mmgen_datasets.prompts.reply_json import read_json, unfenced
from mmgen_datasets.prompts.reply_schema import refuse_misfit
from mmgen_datasets.prompts.task import Task

_SPEAKERS = {"question": 0, "q": 0, "answer": 1, "a": 1}
"""Whose turn a label begins, 0 the one who asks; labels in other words do not tell."""

_SIDES = ("a question", "an answer")


def read_reply(task: Task, text: str, *, seed: int, sample_id: str) -> list[Exchange]:
    """Read what a model replied to a task.

    Args:
        task: what was asked.
        text: the reply.
        seed: of the run; with the sample and the task it decides which instruction is drawn.
        sample_id: which sample it was about.

    Raises:
        RowError: the reply cannot be read; the problem says why.
    """
    if not text.strip():
        raise RowError("the reply is empty")
    if task.sampling.json_schema:
        body = text if task.reply == "answer" else unfenced(text)
        refuse_misfit(body, task.sampling.json_schema)
    if task.reply == "json":
        return _paired(read_json(text))
    if task.reply == "turns":
        return _paired(
            [
                _unlabelled(task, turn, side=n % 2)
                for n, turn in enumerate(_split(task, unfenced(text)))
            ]
        )
    question = draw_instruction(task, seed=seed, sample_id=sample_id)
    return _paired([question, _unlabelled(task, text, side=1)])


def draw_instruction(task: Task, *, seed: int, sample_id: str) -> str:
    """Choose one of a task's instructions, the same one in every run with the same seed."""
    digest = hashlib.sha256(f"{seed}\0{sample_id}\0{task.name}".encode()).digest()
    return task.instructions[int.from_bytes(digest[:8]) % len(task.instructions)].strip()


def _paired(turns: Sequence[str]) -> list[Exchange]:
    if not turns:
        raise RowError("the reply holds no question")
    for number, turn in enumerate(turns, 1):
        if not turn:
            raise RowError(f"turn {number} of {len(turns)} is empty")
    if len(turns) % 2:
        raise RowError(f"an odd number of turns ({len(turns)}): a question lacks its answer")
    return [Exchange(*pair) for pair in zip(turns[::2], turns[1::2], strict=True)]


def _split(task: Task, text: str) -> list[str]:
    """Cut a reply into turns.

    A separator counts on a line of its own or right before a label, as "===" may well stand
    within an answer about code. Where none does, each one counts: small models write all in
    a line. Where there is none at all, labels that begin a line do the work.
    """
    separator = task.separator.strip()
    mark = f"{re.escape(separator)}{re.escape(separator[-1])}*"  # "=====" will do as well
    label = _label(task.labels)
    ways = (rf"^[ \t]*{mark}[ \t]*\r?$|{mark}(?=\s*{label})", mark, rf"^(?={label})")
    for way in ways:
        if re.search(way, text, re.MULTILINE | re.IGNORECASE):
            turns = re.split(way, text, flags=re.MULTILINE | re.IGNORECASE)
            return _without_blank_ends(turns)
    return [text]


def _without_blank_ends(turns: list[str]) -> list[str]:
    kept = [number for number, turn in enumerate(turns) if turn.strip()]
    return turns[kept[0] : kept[-1] + 1] if kept else []


def _unlabelled(task: Task, turn: str, *, side: int) -> str:
    found = re.match(rf"\s*({_label(task.labels)})", turn, re.IGNORECASE)
    if found:
        if _side(found[1], side) != side:
            raise RowError(f"{found[1].strip()!r} stands where {_SIDES[side]} is due")
        return turn[found.end() :].strip()
    late = re.finditer(rf"^{_label(task.labels)}", turn, re.MULTILINE | re.IGNORECASE)
    if side == 0 and any(_side(label[0], 1) == 0 for label in late):
        raise RowError(f"there are words before the label of a question: {turn.strip()[:80]!r}")
    return turn.strip()


def _side(label: str, default: int) -> int:
    return _SPEAKERS.get(re.sub(r"[\W\d_]", "", label).lower(), default)


@cache
def _label(labels: tuple[str, ...]) -> str:
    """A pattern for the labels, plain, numbered ("Question 2:"), in bold or as a heading.

    Bold and headings need no colon where they fill their line. The pattern takes in no white
    space before the label; case is for the caller to ignore.
    """
    return "(?:" + "|".join(map(_one_label, labels)) + ")" if labels else r"(?!)"


def _one_label(label: str) -> str:
    if not label.strip().endswith(":"):
        return re.escape(label.strip())
    word = re.escape(label.strip()[:-1]) + r"(?:[ \t]*\d+)?"
    decorated = rf"(?:#+[ \t]*[*_]*|[*_]+){word}[*_]*[ \t]*(?::[*_]*|(?=\r?\n))"
    return rf"{decorated}|{word}[ \t]*:"
