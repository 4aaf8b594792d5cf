"""How a tokenizer is trained."""

from __future__ import annotations

from dataclasses import dataclass

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion.train_loss import LOSSES


@dataclass(frozen=True)
class TrainSettings:
    """How a tokenizer is trained; the defaults suit minutes on a processor.

    T2M-GPT's published one took 300,000 steps of batch 256, a warm-up of 1,000, a milestone at
    200,000 and a rate of 2e-4.
    """

    num_steps: int = 1000
    batch: int = 32
    window: int = 64
    """Frames of a training example, cut anywhere out of a clip."""
    rate: float = 1e-3
    warm_up: int = 100
    """Steps until the rate is whole."""
    milestones: tuple[int, ...] = ()
    """Steps at which the rate becomes `gamma` of what it was."""
    gamma: float = 0.05
    weight_decay: float = 0.0
    loss: str = "l1_smooth"
    """A name of `mmgen_datasets.motion.train_loss.LOSSES`."""
    commit: float = 0.02
    """Weight of the latents' distance from their codes."""
    positions: float = 0.5
    """Weight of the joint positions among the features, once more; 0 for joints."""
    seed: int = 123
    save_every: int = 500

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise UsageError(f"loss is {self.loss!r}", f"choose from {', '.join(LOSSES)}")
        for name in ("num_steps", "batch", "window", "save_every"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)!r}", "give 1 or more")

    def rate_at(self, step: int) -> float:
        """The learning rate of a step, from 0."""
        decay: float = self.gamma ** sum(step >= milestone for milestone in self.milestones)
        return self.rate * min(1.0, (step + 1) / (self.warm_up + 1)) * decay
