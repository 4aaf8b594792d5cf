"""How long a motion lasts."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft
from mmgen_datasets.grounded.moving import draft
from mmgen_datasets.grounded.scene import Scene

_QUESTIONS = (
    "How long does this motion last?",
    "How many seconds does the motion take?",
    "What is the duration of this motion?",
    "For how long is the person shown here?",
)
_ANSWERS = ("It lasts {long} seconds.", "The motion takes {long} seconds.", "{long} seconds.")


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Tell the seconds to a tenth."""
    if scene.moves:
        yield draft(rng, _QUESTIONS, _ANSWERS, "time", long=f"{scene.moves['seconds']:.1f}")
