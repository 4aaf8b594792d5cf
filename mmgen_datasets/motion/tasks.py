"""Instruction data about motions that stand in the text as tokens; no model is asked.

A clip with codes and captions becomes, for each task, a question and its answer::

    user       Act out this description as a motion: a man waves.
    assistant  <motion_id_512><motion_id_3>...<motion_id_513>

The tasks are those of MotionGPT, the words in ``tasks.yaml`` our own.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

import yaml
from datasets import Dataset

from mmgen_datasets.chance import random_of
from mmgen_datasets.errors import RowError, UnknownNameError, UsageError
from mmgen_datasets.motion.tasks_cuts import cut, flat_codes, hide
from mmgen_datasets.motion.token_patterns import TokenPattern
from mmgen_datasets.motion.tokens import write_codes
from mmgen_datasets.schema import CONVERSATION, PROVENANCE

_ROWS_A_BATCH = 1000
_COPIED = ("source", "split", "file_name", "license", "credit")


@dataclass(frozen=True)
class Task:
    """What is asked of a clip, and what is answered, in several wordings."""

    ask: tuple[str, ...]
    answer: tuple[str, ...]

    @property
    def needs(self) -> frozenset[str]:
        """What of a clip stands in them: ``caption``, ``motion``, ``frames``, ...

        Example:
            >>> sorted(load_tasks()["text_to_motion"].needs)
            ['caption', 'motion']
        """
        parsed = (string.Formatter().parse(text) for text in (*self.ask, *self.answer))
        return frozenset(name for parts in parsed for _, name, _, _ in parts if name)


@cache
def load_tasks() -> Mapping[str, Task]:
    """Every task by name."""
    text = Path(__file__).with_name("tasks.yaml").read_text(encoding="utf-8")
    return {
        name: Task(tuple(rows["ask"]), tuple(rows["answer"]))
        for name, rows in yaml.safe_load(text).items()
    }


@dataclass(frozen=True)
class MotionTasks:
    """What `motion_conversations` makes of a clip.

    Raises:
        UnknownNameError: a task does not exist.
        UsageError: there is none, or one hides codes and the pattern has no mask.
    """

    how: TokenPattern
    """How codes are written."""
    tasks: tuple[str, ...] = ("text_to_motion", "motion_to_text", "prediction")
    every_caption: bool = False
    """Ask once for each caption of a clip, and not once for one that is drawn."""
    codes: str = "codes"
    """The column with the codes; those that begin with its name tell what made them
    (``codes_tokenizer``, kept in ``provenance.model``), or why there are none (``codes_error``)."""
    frames_per_code: int = 4
    """For the length of clips that do not tell their ``num_frames``."""
    fps: float = 20.0
    """Frames a second of clips that do not tell their ``fps``."""
    seed: int = 0
    """Of the choice of wordings and captions."""

    def __post_init__(self) -> None:
        known = load_tasks()
        for name in self.tasks:
            if name not in known:
                raise UnknownNameError(
                    f"no motion task is called {name!r}", f"use {', '.join(known)}"
                )
            if "masked" in known[name].needs and not self.how.mask:
                raise UsageError(
                    f"the task {name!r} hides codes, and the pattern has no mask for them",
                    "use the pattern 'motion_id', or a TokenPattern with a mask",
                )
        if not self.tasks:
            raise UsageError("there is no task", f"name one of {', '.join(known)}")

    def rows(self, sample: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The conversations about a clip; one that it does not allow says why in ``error``."""
        captions = [said for text in sample["captions"] or () if (said := text.strip())]
        for name in self.tasks:
            task = load_tasks()[name]
            number = len(captions) if self.every_caption and "caption" in task.needs else 1
            for place in range(max(1, number)):
                some = [captions[place]] if number > 1 else captions
                ending = f"-{place}" if number > 1 else ""
                yield self._row(sample, name, some, ending)

    def _row(
        self, sample: Mapping[str, Any], name: str, captions: Sequence[str], ending: str
    ) -> dict[str, Any]:
        task, messages, error = load_tasks()[name], [], None
        rng = random_of(self.seed, sample["source"], sample["id"], name + ending)
        asked, answered = rng.choice(task.ask), rng.choice(task.answer)
        try:
            words = {need: _WORDS[need](self, sample) for need in sorted(task.needs - {"caption"})}
            if "caption" in task.needs:
                words["caption"] = _one_of(captions, rng)
            messages = [
                {"role": "user", "content": asked.format_map(words)},
                {"role": "assistant", "content": answered.format_map(words)},
            ]
        except RowError as problem:
            error = problem.problem
        own = {"recipe": f"motion/{name}", "seed": self.seed}
        own["model"] = sample.get(f"{self.codes}_tokenizer")
        return {
            "id": f"{sample['source']}-{sample['id']}-{name}{ending}",
            "sample_id": sample["id"],
            **{column: sample.get(column) for column in _COPIED},
            "messages": messages,
            "kind": name,
            "provenance": {
                **dict.fromkeys(PROVENANCE),
                **own,
                "library_version": version("mmgen-datasets"),
            },
            "checks": [],
            "scores": [],
            "error": error,
        }


def motion_conversations(samples: Dataset, settings: MotionTasks) -> Dataset:
    """Write conversations about clips, their motions as tokens in the text.

    Args:
        samples: rows of `mmgen_datasets.schema.SAMPLE` with a column of codes, each (T',), or
            (1, T') as T2M-GPT has them. ``num_frames`` and ``fps`` are used where they are there.
        settings: which tasks, and how codes are written.

    Returns:
        Rows of `mmgen_datasets.schema.CONVERSATION` without media columns, for each clip one a
        task, in their order.

    Raises:
        UsageError: the samples have no such column.
    """
    if settings.codes not in samples.column_names:
        raise UsageError(
            f"the samples have no column {settings.codes!r}",
            "encode them with a motion tokenizer first, or name the column",
        )
    about = (settings.codes, f"{settings.codes}_error", f"{settings.codes}_tokenizer")
    wanted = ["id", "captions", *_COPIED, *about, "num_frames", "fps"]
    return (
        samples.select_columns([name for name in wanted if name in samples.column_names])
        .with_format(None)
        .map(
            _Mapped(settings),
            batched=True,
            batch_size=_ROWS_A_BATCH,
            remove_columns=[name for name in wanted if name in samples.column_names],
            features=CONVERSATION,
            desc="conversations",
        )
    )


@dataclass(frozen=True)
class _Mapped:
    """The function given to ``Dataset.map``."""

    settings: MotionTasks

    def __call__(self, batch: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        samples = (dict(zip(batch, row, strict=True)) for row in zip(*batch.values(), strict=True))
        rows = [row for sample in samples for row in self.settings.rows(sample)]
        return {name: [row[name] for row in rows] for name in CONVERSATION}


def _one_of(captions: Sequence[str], rng: Random) -> str:
    if not captions:
        raise RowError("the clip has no caption")
    return rng.choice(captions)


def _frames(settings: MotionTasks, sample: Mapping[str, Any]) -> int:
    told = sample.get("num_frames")
    return int(told) if told else len(_codes(settings, sample)) * settings.frames_per_code


def _codes(settings: MotionTasks, sample: Mapping[str, Any]) -> list[int]:
    if why := sample.get(f"{settings.codes}_error"):
        raise RowError(str(why))
    return flat_codes(sample[settings.codes])


def _seconds(settings: MotionTasks, sample: Mapping[str, Any]) -> str:
    return f"{_frames(settings, sample) / (sample.get('fps') or settings.fps):.1f}"


_WORDS: dict[str, Callable[[MotionTasks, Mapping[str, Any]], object]] = {
    "motion": lambda it, sample: write_codes(_codes(it, sample), it.how),
    "head": lambda it, sample: cut(_codes(it, sample), it.how)[0],
    "rest": lambda it, sample: cut(_codes(it, sample), it.how)[1],
    "masked": lambda it, sample: hide(_codes(it, sample), it.how),
    "frames": _frames,
    "seconds": _seconds,
}
"""What may stand in a wording besides a caption, and how it is had of a clip."""
