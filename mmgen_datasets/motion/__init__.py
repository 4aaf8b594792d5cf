"""Motion: joints of a moving person, their features, and codes of them."""

from __future__ import annotations

from mmgen_datasets.registry import Entry

_NEEDS = ("torch", "safetensors")

TOKENIZERS = {
    "vqvae": Entry(
        "mmgen_datasets.motion.vqvae:VQVAE",
        "over time: a code for each 4 frames, as in T2M-GPT and MotionGPT",
        extra="motion",
        needs=_NEEDS,
    ),
    "grid_vqvae": Entry(
        "mmgen_datasets.motion.grid_vqvae:GridVQVAE",
        "over time and joints: a code for each joint of each 2 or 4 frames",
        extra="motion",
        needs=_NEEDS,
    ),
}
"""The networks that turn motion into codes, by name."""
