"""Train a motion tokenizer.

Each step depends on the seed and its number alone, and a checkpoint holds the network with its
codebook's averages and the optimizer; so training that was cut off and is taken up again ends with
the very numbers of training that was not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion.tokenizer_base import About, Motion
from mmgen_datasets.motion.tokenizer_codec import MotionCodec
from mmgen_datasets.motion.tokenizer_folder import build
from mmgen_datasets.motion.train_checkpoint import load_checkpoint, save_checkpoint
from mmgen_datasets.motion.train_loss import LOSSES, Loss
from mmgen_datasets.motion.train_settings import TrainSettings

CHECKPOINT, LOG = "checkpoint.pt", "training.jsonl"


class Step(NamedTuple):
    """What a step of training was."""

    step: int
    """From 1."""
    loss: float
    reconstruction: float
    commit: float
    perplexity: float


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is learned: clips, and the network that shall encode them."""

    family: str
    network: Mapping[str, Any]
    """Settings of the family; ``frame`` follows from the clips."""
    clips: Sequence[Motion]
    mean: Motion
    std: Motion
    about: About = field(default_factory=About)


def train(
    lesson: Lesson,
    folder: Path | str,
    settings: TrainSettings,
    *,
    device: str = "cpu",
    watch: Callable[[Step], None] = lambda step: None,
) -> MotionCodec:
    """Train, or go on training, a tokenizer in a folder.

    The folder gets the tokenizer, ``training.jsonl`` with a line for each step, and
    ``checkpoint.pt``, from which the same call goes on after it was cut off, or on to more steps.

    Args:
        lesson: what to learn.
        folder: where the tokenizer goes.
        settings: how.
        device: such as ``cuda``.
        watch: is told each step.

    Raises:
        UsageError: no clip is as long as the window, or the folder holds other training.
    """
    folder = Path(folder)
    with _seeded(settings.seed):
        network: Any = build(lesson.family, {**lesson.network, "frame": lesson.clips[0].shape[1:]})
    _check_window(network, settings.window)
    clips = _normalised(lesson, settings.window)
    folder.mkdir(parents=True, exist_ok=True)
    network.to(device).train()
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=0.0, betas=(0.9, 0.99), weight_decay=settings.weight_decay
    )
    codec = MotionCodec(lesson.family, network, lesson.mean, lesson.std, lesson.about)
    kept = _what_is_trained(lesson, settings)
    done = load_checkpoint(folder / CHECKPOINT, network, optimizer, kept)
    with _log(folder / LOG, done) as log:
        for number in range(done, settings.num_steps):
            batch = _batch(clips, settings, number).to(device)
            with _seeded(settings.seed, number):
                step = _step(network, optimizer, batch, settings, number)
            log.write(json.dumps(step._asdict()) + "\n")
            watch(step)
            if step.step % settings.save_every == 0 or step.step == settings.num_steps:
                log.flush()
                save_checkpoint(folder / CHECKPOINT, network, optimizer, kept, step.step)
                codec.save_pretrained(folder)
    network.eval()
    return codec


def _what_is_trained(lesson: Lesson, settings: TrainSettings) -> dict[str, Any]:
    """What must be the same for training to go on: all but how long and how often saved."""
    own = asdict(settings)
    for name in ("num_steps", "save_every"):
        del own[name]
    sums = [float(np.abs(lesson.clips[place]).sum()) for place in (0, -1)]
    data = {"clips": len(lesson.clips), "sums": sums}
    return json.loads(json.dumps([lesson.family, dict(lesson.network), own, data]))  # type: ignore[no-any-return]


def _normalised(lesson: Lesson, window: int) -> list[Motion]:
    long = [clip for clip in lesson.clips if len(clip) >= window]
    if not long:
        longest = max(map(len, lesson.clips), default=0)
        raise UsageError(
            f"of {len(lesson.clips):,} clips none has {window} frames, the longest has {longest}",
            "give more clips, or a shorter window",
        )
    return [((clip - lesson.mean) / lesson.std).astype(np.float32) for clip in long]


def _check_window(network: Any, window: int) -> None:
    least = network.shortest
    if window % least:
        raise UsageError(f"the window is {window} frames", f"give a multiple of {least}, as 64 is")


def _batch(clips: Sequence[Motion], settings: TrainSettings, number: int) -> Tensor:
    """The examples of a step: (B, window, ...)."""
    random = np.random.default_rng([settings.seed, number])
    chosen = [clips[place] for place in random.integers(len(clips), size=settings.batch)]
    starts = [random.integers(len(clip) - settings.window + 1) for clip in chosen]
    return torch.from_numpy(
        np.stack([clip[at : at + settings.window] for clip, at in zip(chosen, starts, strict=True)])
    )


def _step(
    network: Any, optimizer: Any, batch: Tensor, settings: TrainSettings, number: int
) -> Step:
    for group in optimizer.param_groups:
        group["lr"] = settings.rate_at(number)
    again, quantized = network(batch)
    distance: Loss = LOSSES[settings.loss]
    reconstruction = distance(again, batch)
    loss = reconstruction + settings.commit * quantized.loss
    if settings.positions and batch.ndim == 3:
        some = slice(4, 4 + _num_positions(batch.shape[-1]))
        loss = loss + settings.positions * distance(again[..., some], batch[..., some])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    numbers = (loss, reconstruction, quantized.loss, quantized.perplexity)
    return Step(number + 1, *(float(one.detach()) for one in numbers))


def _num_positions(width: int) -> int:
    """Of 12 J - 1 features, 3 (J - 1) are positions: 63 of 263, 60 of 251."""
    return 3 * ((width + 1) // 12 - 1)


@contextmanager
def _seeded(*seed: int) -> Iterator[None]:
    """Let chance inside follow from a seed, and leave the one outside as it was."""
    with torch.random.fork_rng():
        torch.manual_seed(int(np.random.SeedSequence([*seed]).generate_state(1, np.uint64)[0]))
        yield


@contextmanager
def _log(path: Path, done: int) -> Iterator[Any]:
    """Go on with a log after the steps that the checkpoint has."""
    lines = path.read_text("utf-8").splitlines(keepends=True)[:done] if path.exists() else []
    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines)
        yield file
