"""Which files a tokenizer is, and what identifies them; see `tokenizer_folder`."""

from __future__ import annotations

from pathlib import Path

from mmgen_datasets.content import full_digest

CONFIG, WEIGHTS, MEAN, STD = "config.json", "model.safetensors", "mean.npy", "std.npy"
FILES = (CONFIG, WEIGHTS, MEAN, STD)


def digest(folder: Path) -> str:
    """What identifies a tokenizer, wherever its folder lies."""
    return full_digest(path for name in FILES if (path := folder / name).is_file())
