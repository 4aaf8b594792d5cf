"""Which prompts of a plan are sent, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mmgen_datasets.errors import UsageError
from mmgen_datasets.generation.manifest import Shard
from mmgen_datasets.quantity import quantity


@dataclass(frozen=True)
class Sending:
    """Which prompts of a plan are sent, and how.

    Raises:
        UsageError: a number is out of its range.
    """

    input_folder: Path
    """That the pictures are in."""
    start_idx: int = 0
    num_prompts: int | None = None
    """From `start_idx` on; None for all that are left."""
    shard: Shard = field(default_factory=Shard)
    """Which part of these."""
    max_image_side: int | None = None
    """The limit that pictures are shrunk to, in pixels of the longer side; None for none."""
    json_schema: bool = True
    """Whether the backend is to hold the model to the form of the reply."""

    origins: Path | None = None
    """A table of where candidates come from, with their licence and credit; see
    `mmgen_datasets.targeting.pictures.read_origins`."""

    def __post_init__(self) -> None:
        if self.start_idx < 0:
            raise UsageError(f"start_idx is {self.start_idx}", "give a number from 0 on")
        for name in ("num_prompts", "max_image_side"):
            if (value := getattr(self, name)) is not None and value < 1:
                raise UsageError(f"{name} is {value}", "give a number from 1 on")

    def indices(self, total: int) -> range:
        """Which of so many prompts.

        Raises:
            UsageError: none.
        """
        if self.start_idx >= total:
            raise UsageError(
                f"start_idx is {self.start_idx}, and the plan has {quantity(total, 'prompt')}",
                "give a smaller one; the first is 0",
            )
        count = total - self.start_idx if self.num_prompts is None else self.num_prompts
        chosen = range(total)[self.start_idx : self.start_idx + count]
        index, shards = self.shard.index, self.shard.count
        return chosen[len(chosen) * index // shards : len(chosen) * (index + 1) // shards]
