"""Draw the next token from what a model says of all of them."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mmgen_datasets.chat import Request, Sampling

Logits: TypeAlias = npt.NDArray[np.float32]
"""``(V,)``: a number for each token of the vocabulary; -inf where it may not come next."""

TEMPERATURE = 0.8
"""Where the request names none; llama.cpp's own default, as is the next."""

TOP_P = 0.95


def generator(request: Request) -> np.random.Generator:
    """Start the random numbers of a reply: by its seed, or else by its key.

    Either way the same request gets the same reply, in whatever company it is answered.
    """
    seed = request.sampling.seed
    if seed is None:
        seed = int.from_bytes(hashlib.sha256(request.key.encode()).digest()[:8], "big")
    return np.random.default_rng(abs(seed))


def draw(logits: Logits, sampling: Sampling, random: np.random.Generator) -> int:
    """Choose a token.

    Args:
        logits: of the next token.
        sampling: its temperature and top_p; a temperature of 0 takes the likeliest.
        random: advanced by a number for each token, unless nothing is left to chance.

    Example:
        >>> logits = np.log(np.array([0.1, 0.7, 0.2], np.float32))
        >>> draw(logits, Sampling(temperature=0), np.random.default_rng())
        1
    """
    temperature = TEMPERATURE if sampling.temperature is None else sampling.temperature
    top_p = TOP_P if sampling.top_p is None else sampling.top_p
    if temperature == 0 or top_p == 0:
        return int(np.argmax(logits))
    weights = np.exp((logits - logits.max()) / np.float32(temperature))
    # A race in which each token's time has its weight as rate: the first is drawn as it should
    # be, and a rounding error in the weights changes nothing unless two arrive together. With a
    # number drawn among the summed weights it would, if the vocabulary is large enough.
    luck = random.random(len(weights), np.float32)
    kept = _nucleus(weights / weights.sum(), top_p)
    with np.errstate(divide="ignore"):  # a luck of 0 means never
        return int(kept[np.argmin(-np.log(luck[kept]) / weights[kept])])


def _nucleus(weights: Logits, top_p: float) -> npt.NDArray[np.intp]:
    """The fewest tokens that have `top_p` together."""
    # Those below this have less than 1 - top_p together, so none of them can be among the fewest.
    kept = np.flatnonzero(weights > (1 - top_p) / len(weights))
    if top_p >= 1:
        return kept
    descending = kept[np.argsort(-weights[kept])]
    total = np.cumsum(weights[descending], dtype=np.float64)
    return descending[: int(np.searchsorted(total, top_p)) + 1]
