"""A page about a tokenizer: errors, codes, curves, and its worst clips to look at.

One HTML file that needs nothing else: pictures are in it, and there is no script.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import numpy as np

from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.files import whole_file
from mmgen_datasets.motion.metrics import Errors, compare, joints_of, part_errors
from mmgen_datasets.motion.metrics_codes import Usage
from mmgen_datasets.motion.render import gif, strip
from mmgen_datasets.motion.skeleton import SKELETONS, Skeleton
from mmgen_datasets.motion.tokenizer_base import Motion
from mmgen_datasets.motion.tokenizer_codec import MotionCodec

_TEMPLATE = Path(__file__).with_name("report.html")
_DEFAULT_FPS = 20.0
_POINTS = 300  # of a curve


class Judged(NamedTuple):
    """A clip, what came back of it, and how far that is away."""

    id: str
    motion: Motion
    again: Motion
    errors: Errors

    @property
    def badness(self) -> float:
        """What clips are sorted by: the first error that the tokenizer is to blame for."""
        return self.errors.root_aligned if self.errors.local is None else self.errors.local


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a tokenizer did with clips."""

    skeleton: Skeleton
    fps: float
    clips: Sequence[Judged]
    """The worst first."""
    usage: Usage
    skipped: Mapping[str, str]
    """Why clips have no codes, by id."""

    @property
    def errors(self) -> Errors:
        """Of all clips."""
        return Errors.of([clip.errors for clip in self.clips])

    @property
    def parts(self) -> dict[str, float]:
        """The root-aligned error of each body part in millimetres."""
        weights = [clip.errors.num_frames for clip in self.clips]
        rows = [part_errors(clip.again, clip.motion, self.skeleton) for clip in self.clips]
        return {
            name: float(np.average([row[name] for row in rows], weights=weights))
            for name in rows[0]
        }


def judge(codec: MotionCodec, motions: Mapping[str, Motion]) -> Judgement:
    """Send clips to codes and back.

    Raises:
        UsageError: none of them can be encoded.
    """
    skeleton = SKELETONS[codec.about.skeleton]
    found = dict(zip(motions, codec.encode([*motions.values()]), strict=True))
    skipped = {id: one.problem for id, one in found.items() if isinstance(one, RowError)}
    codes = {id: one for id, one in found.items() if not isinstance(one, RowError)}
    if not codes:
        reason = next(iter(skipped.values()), "there are none")
        raise UsageError(f"no clip can be encoded: {reason}", "give clips of the tokenizer's kind")
    backs = codec.decode([*codes.values()])
    clips = [
        Judged(id, motions[id], again, compare(again, motions[id], skeleton))
        for id, again in zip(codes, backs, strict=True)
    ]
    return Judgement(
        skeleton,
        codec.about.fps or _DEFAULT_FPS,
        sorted(clips, key=lambda clip: -clip.badness),
        Usage.of(codes.values(), codec.num_codes),
        skipped,
    )


def write_report(
    judgement: Judgement,
    codec: MotionCodec,
    path: Path | str,
    *,
    log: Path | None = None,
    num_clips: int = 4,
) -> None:
    """Write the page.

    Args:
        judgement: what is told.
        codec: whose it is.
        path: of the HTML file.
        log: ``training.jsonl`` of the training, for curves.
        num_clips: how many of the worst clips are drawn, and of the middle ones.
    """
    worst = judgement.clips[:num_clips]
    middle = len(judgement.clips) // 2
    typical = [clip for clip in judgement.clips[middle:][:num_clips] if clip not in worst]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["mm"] = _millimetres
    page = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        about=codec.about,
        family=codec.family,
        network=codec.network.settings,
        judgement=judgement,
        errors=judgement.errors,
        parts=judgement.parts,
        usage=judgement.usage,
        bars=_bars(judgement.usage),
        curves=_curves(log) if log is not None and log.exists() else {},
        groups={
            "The worst clips": [_drawn(clip, judgement) for clip in worst],
            "Clips of the middle": [_drawn(clip, judgement) for clip in typical],
        },
    )
    with whole_file(Path(path)) as file:
        file.write(page)


def _millimetres(value: float | None) -> str:
    return "—" if value is None else f"{value:,.1f}"


def _drawn(clip: Judged, judgement: Judgement) -> dict[str, Any]:
    both = [
        joints_of(motion, judgement.skeleton)
        for motion in (clip.motion[: len(clip.again)], clip.again)
    ]
    return {
        "id": clip.id,
        "errors": clip.errors,
        "gif": _data_uri("gif", gif(both, judgement.skeleton, fps=judgement.fps)),
        "strip": _data_uri("png", strip(both, judgement.skeleton)),
    }


def _data_uri(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _bars(usage: Usage) -> str:
    """The shares of codes from the most used to the least, as points of 100 x 100."""
    return _points(np.sort(usage.shares)[::-1].tolist())


def _curves(log: Path) -> dict[str, tuple[str, float, float]]:
    """By name: points of 100 x 100, the greatest value and the last one."""
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    curves = {}
    for name in ("reconstruction", "commit", "perplexity"):
        values = [row[name] for row in rows]
        if values:
            curves[name] = (_points(values), max(values), float(np.mean(values[-50:])))
    return curves


def _points(values: Sequence[float]) -> str:
    """A line through values, 100 wide and high; of many, the means of stretches.

    Example:
        >>> _points([4.0, 2.0, 0.0])
        '0.0,0.0 50.0,50.0 100.0,100.0'
    """
    means = [
        float(part.mean()) for part in np.array_split(np.array(values), min(_POINTS, len(values)))
    ]
    top, last = max(means) or 1.0, max(1, len(means) - 1)
    return " ".join(
        f"{100 * place / last:.1f},{100 - 100 * mean / top:.1f}" for place, mean in enumerate(means)
    )
