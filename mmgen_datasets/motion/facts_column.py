"""Facts of clips as a column, for recipes to ask about."""

from __future__ import annotations

from typing import Any

import numpy as np
from datasets import Dataset, Features, concatenate_datasets

from mmgen_datasets.errors import MMGenError
from mmgen_datasets.motion.facts import read_facts, skeleton_of_width
from mmgen_datasets.schema import EXTRAS

_ROWS_A_BATCH = 64


def with_facts(samples: Dataset) -> Dataset:
    """Add the column ``facts`` to samples that have motion, and have it not yet.

    The facts of a clip that is null, too short, or has other features than HumanML3D's or
    KIT-ML's are null.

    Args:
        samples: rows of `mmgen_datasets.schema.SAMPLE`.
    """
    names = samples.column_names
    if not len(samples) or "motion" not in names or "facts" in names:
        return samples
    inputs = [name for name in ("motion", "fps") if name in names]
    facts = (
        samples.select_columns(inputs)
        .with_format("numpy")
        .map(
            _facts,
            input_columns=inputs,
            batched=True,
            batch_size=_ROWS_A_BATCH,
            remove_columns=inputs,
            features=Features({"facts": EXTRAS["facts"]}),
            desc="facts",
        )
    )
    # Beside the samples, as a map of all columns would write the motions once more.
    return concatenate_datasets([samples.with_format(None), facts.with_format(None)], axis=1)


def facts_of(motion: Any, fps: float | None = None) -> dict[str, Any] | None:
    """The facts of one clip, as a row; null where there are none.

    Args:
        motion: features (T, 263) or (T, 251), not normalised.
        fps: frames a second; null for the skeleton's own.
    """
    features = np.asarray(motion if motion is not None else [], np.float32)
    skeleton = skeleton_of_width(features.shape[1]) if features.ndim == 2 else None
    if skeleton is None or len(features) < 2 or not np.isfinite(features).all():
        return None
    try:
        return read_facts(features, skeleton, float(fps or skeleton.fps or 0)).row()
    except MMGenError:
        return None


def _facts(motion: Any, fps: Any = None) -> dict[str, Any]:
    rates = [None] * len(motion) if fps is None else fps
    return {"facts": [facts_of(one, rate) for one, rate in zip(motion, rates, strict=True)]}
