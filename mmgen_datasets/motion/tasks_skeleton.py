"""Instruction data about skeletons: from a video, from what came before, from words.

The tasks and their styles are those of llamafactory-multimodal; the words, in
``tasks_skeleton.yaml``, are our own. An `Asked` still has ``<video>`` and ``<skeleton>`` in it,
which a trainer that knows them fills in; `inline` writes the tokens there, for any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from datasets import Dataset

from mmgen_datasets.chance import random_of
from mmgen_datasets.errors import RowError, UnknownNameError, UsageError
from mmgen_datasets.motion.skeleton import SKELETONS
from mmgen_datasets.motion.token_patterns import TokenPattern
from mmgen_datasets.motion.tokens import Codes
from mmgen_datasets.motion.tokens_grid import find_style, groups_of, write_grid

STYLE_OF = {
    "fixed": "woBodyPart",
    "simple": "woBodyPart",
    "bodypart_aware": "wBodyPart",
    "BodypartAwareExplicit": "wBodyPart",
    "BodypartAwareExplicit_text": "wTextualBodyPart_SplitByFrame",
    "JointAwareExplicit": "wJoint",
}
"""The style of the tokens that goes with each style of asking."""

SKELETON, VIDEO = "<skeleton>", "<video>"


@cache
def load_templates() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The wordings by task and style of asking."""
    text = Path(__file__).with_name("tasks_skeleton.yaml").read_text(encoding="utf-8")
    return {
        task: {style: tuple(asks) for style, asks in styles.items()}
        for task, styles in yaml.safe_load(text).items()
    }


@dataclass(frozen=True)
class SkeletonTask:
    """What is asked, and how the tokens are written.

    Raises:
        UnknownNameError: no such task, template, style or skeleton.
    """

    how: TokenPattern
    task: str = "Vid2Skel"
    """``Vid2Skel``, ``SkelPred`` or ``Text2Skel``."""
    template: str = "simple"
    """A name of `STYLE_OF`."""
    style: str | None = None
    """A name of `mmgen_datasets.motion.tokens_grid.STYLES`; null for what goes with the
    template."""
    skeleton: str = "h36m"
    codes: str = "codes"
    """The column with the codes (T', J)."""
    seed: int = 0
    """Of the choice of wordings and captions."""

    def __post_init__(self) -> None:
        for what, name, names in (
            ("skeleton task", self.task, load_templates()),
            ("template", self.template, STYLE_OF),
            ("skeleton", self.skeleton, SKELETONS),
        ):
            if name not in names:
                raise UnknownNameError(f"no {what} is called {name!r}", f"use {', '.join(names)}")
        find_style(self.token_style)

    @property
    def token_style(self) -> str:
        """The style of the tokens."""
        return self.style or STYLE_OF[self.template]


class Asked(NamedTuple):
    """A question and its answer about one or two clips."""

    id: str
    question: str
    answer: str
    clips: tuple[int, ...]
    """The rows whose skeletons stand for ``<skeleton>``, in the order of the text."""
    error: str | None = None
    """Null, or why there is no question."""


def ask(samples: Dataset, settings: SkeletonTask) -> Iterator[Asked]:
    """Ask about each clip; one that does not allow it says why.

    Of a prediction the future is the clip of the same recording that begins where the other ends.

    Args:
        samples: rows of the source ``skeletons`` with a column of codes.
        settings: what to ask.

    Raises:
        UsageError: the samples have no such column.
    """
    check_columns(samples, settings)
    needed = ["id", "source", "file_name", "captions", "clip", "frame_files", settings.codes]
    known = [name for name in (f"{settings.codes}_error",) if name in samples.column_names]
    light = samples.select_columns([*needed, *known]).with_format(None)
    after = _after(light) if settings.task == "SkelPred" else {}
    for row, sample in enumerate(light):
        try:
            yield _ask(sample, row, after, settings)
        except RowError as error:
            yield Asked(sample["id"], "", "", (), error.problem)


def check_columns(samples: Dataset, settings: SkeletonTask) -> None:
    """See that samples are of the source ``skeletons``, with codes.

    Raises:
        UsageError: they lack a column.
    """
    for name in (settings.codes, "clip", "frame_files", "view"):
        if name not in samples.column_names:
            raise UsageError(
                f"the samples have no column {name!r}",
                "load the source 'skeletons' and encode it with a tokenizer first",
            )


def inline(asked: Asked, codes: Sequence[Codes], settings: SkeletonTask) -> tuple[str, str]:
    """The question and the answer with the tokens in the place of ``<skeleton>``.

    Args:
        asked: of `ask`.
        codes: those of its clips (T', J).
        settings: those that it was asked with.

    Raises:
        RowError: the codes are not those of the skeleton.
    """
    question, answer = asked.question, asked.answer
    texts = [
        write_grid(np.asarray(some), settings.how, style, SKELETONS[settings.skeleton])
        for some, style in zip(codes, _styles(settings), strict=True)
    ]
    *given, wanted = texts
    for text in given:
        question = question.replace(SKELETON, text)
    return question, answer.replace(SKELETON, wanted)


def _styles(settings: SkeletonTask) -> list[str]:
    style = settings.token_style
    if settings.task != "SkelPred":
        return [style]
    if style == "wTextualBodyPart_SplitByFrame":
        return [f"{style}_history", f"{style}_future"]
    return [style, style]


def _ask(
    sample: Mapping[str, Any],
    row: int,
    after: Mapping[tuple[Any, ...], int],
    settings: SkeletonTask,
) -> Asked:
    if not sample[settings.codes]:
        raise RowError(sample.get(f"{settings.codes}_error") or "the clip has no codes")
    rng = random_of(settings.seed, sample["source"], sample["id"], settings.task, settings.template)
    wording = rng.choice(load_templates()[settings.task][settings.template])
    words = _form(settings)
    if settings.task == "Text2Skel":
        captions = [said for text in sample["captions"] if (said := text.strip())]
        if not captions:
            raise RowError("the clip has no caption")
        words["caption"] = rng.choice(captions)
    if settings.task == "Vid2Skel" and not sample["frame_files"]:
        raise RowError("there are no pictures of its frames")
    clips: tuple[int, ...] = (row,)
    if settings.task == "SkelPred":
        following = after.get((sample["file_name"], *_end(sample["clip"])))
        if following is None:
            raise RowError("no clip follows on it in the same recording")
        clips = (row, following)
    return Asked(sample["id"], wording.format_map(words), SKELETON, clips)


def _form(settings: SkeletonTask) -> dict[str, str]:
    """What a wording may say of the form of a frame."""
    skeleton, style = SKELETONS[settings.skeleton], find_style(_styles(settings)[-1])
    groups = groups_of(style, skeleton)
    frame = style.between.join(style.group.format(name=name, cells="…") for name, _ in groups)
    *others, last = (part.replace("_", " ") for part in skeleton.parts)
    return {
        "form": style.frame.format(number="1", groups=frame),
        "break": settings.how.frame_break,
        "parts": f"{', '.join(others)} and {last}",
    }


def _after(samples: Dataset) -> dict[tuple[Any, ...], int]:
    """The row of the clip that begins at a place of a recording."""
    return {
        (sample["file_name"], sample["clip"]["recording"], sample["clip"]["start"]): row
        for row, sample in enumerate(samples.select_columns(["file_name", "clip"]))
    }


def _end(clip: Mapping[str, Any]) -> tuple[str, int]:
    """The recording of a clip, and the frame after its last."""
    return clip["recording"], clip["end"] - 1 + clip["stride"]
