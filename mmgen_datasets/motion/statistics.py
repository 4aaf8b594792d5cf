"""Mean and spread of features, as those who train on them divide them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion.features import layout
from mmgen_datasets.motion.recovery import checked_features
from mmgen_datasets.motion.skeleton import HUMANML3D, Floats, Skeleton

BIASED = ("turn", "root_velocity", "height", "contacts")
"""The parts that a feature bias is for."""


@dataclass(frozen=True, eq=False)
class Statistics:
    """What features are normalised with: ``(features - mean) / std``."""

    mean: Floats
    std: Floats
    """One value in each part of `layout`, the mean of that part's spreads."""
    num_frames: int
    num_skipped: int
    """Clips that were left out because a feature is not finite."""


def statistics_of(
    clips: Iterable[Floats], skeleton: Skeleton = HUMANML3D, *, feature_bias: float = 1.0
) -> Statistics:
    """Average over all frames of clips, read one after another.

    Args:
        clips: features, (T, 263) each, not normalised.
        skeleton: `HUMANML3D` or `KIT_ML`.
        feature_bias: by how much the spread of `BIASED` is divided, so that they weigh more in a
            loss. HumanML3D's own ``Std.npy`` has 1; the files that T2M-GPT was trained with have
            5 twice, that is 25.

    Raises:
        UsageError: no clip has finite features.

    Example:
        >>> statistics_of([np.zeros((3, 263)), np.full((3, 263), 2.0)]).std[:4].tolist()
        [1.0, 1.0, 1.0, 1.0]
    """
    num_frames = num_skipped = 0
    mean, squares = np.zeros(()), np.zeros(())
    for clip in clips:
        rows = checked_features(clip, skeleton).astype(np.float64)
        if not np.isfinite(rows).all():
            num_skipped += 1
        elif len(rows):
            # Merging means and sums of squared differences loses no digits (Chan et al., 1979).
            share = len(rows) / (num_frames + len(rows))
            away = rows.mean(0) - mean
            squares = squares + ((rows - rows.mean(0)) ** 2).sum(0) + away**2 * num_frames * share
            mean = mean + away * share
            num_frames += len(rows)
    if not num_frames:
        raise UsageError(
            f"none of {num_skipped} clips has features to average", "give clips with finite ones"
        )
    std = np.sqrt(squares / num_frames)
    for name, part in layout(skeleton.num_joints).items():
        std[part] = std[part].mean() / (feature_bias if name in BIASED else 1.0)
    return Statistics(mean.astype(np.float32), std.astype(np.float32), num_frames, num_skipped)
