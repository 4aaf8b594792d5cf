"""Tiny models on disk: each built once in a test session, whichever worker asks first."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock


class Build(NamedTuple):
    """How a model is made."""

    module: str
    function: str
    """Called with the path to write, after that of `source` if there is one."""
    packages: tuple[str, ...]
    source: str | None = None
    """The model that this one is made of."""


_TRANSFORMERS = ("torch", "transformers")
BUILDS = {
    "chat": Build("chat", "build", _TRANSFORMERS),
    "chat.gguf": Build("gguf_twin", "write_gguf", (*_TRANSFORMERS, "gguf"), "chat"),
    "clip": Build("clip", "build", _TRANSFORMERS),
    "llava": Build("llava", "build", _TRANSFORMERS),
    "llava.gguf": Build("gguf_twin", "write_gguf", (*_TRANSFORMERS, "gguf"), "llava"),
    "two-dimensional.gguf": Build(
        "two_dimensional", "write_language_model", (*_TRANSFORMERS, "gguf"), "llava"
    ),
    "two-dimensional-mmproj.gguf": Build(
        "two_dimensional", "write_mmproj", (*_TRANSFORMERS, "gguf")
    ),
    "llava-mmproj.gguf": Build("mmproj", "write_mmproj", (*_TRANSFORMERS, "gguf"), "llava"),
    **{
        name: Build("speech", f"build_{name.replace('-', '_')}", _TRANSFORMERS)
        for name in ("mimi", "encodec", "encodec-stereo", "dac", "emova")
    },
}


class ModelStore:
    """Gives paths of models, and builds what is asked for the first time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder

    def path(self, name: str) -> Path:
        """The folder or file of a model of `BUILDS`; skips the test where a package is missing."""
        build, path = BUILDS[name], self._folder / name
        before = [self.path(build.source)] if build.source else []
        with FileLock(f"{path}.lock"):
            if not path.exists():
                for package in build.packages:
                    pytest.importorskip(package, reason=f"tiny models need {package}")
                part = self._folder / f"part-{name}"
                module = importlib.import_module(f"tests.models.{build.module}")
                getattr(module, build.function)(*before, part)
                part.rename(path)
        return path
