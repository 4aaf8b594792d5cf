"""What names the cache of a source's rows: all that they depend on."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import datasets

from mmgen_datasets.errors import SourceError

SHARED_MODULES = (
    *("schema.py", "columns.py", "licence.py", "vocabulary.py", "picture.py", "settings.py"),
    *("json_errors.py", "conversion/data_file.py", "conversion/turns.py", "publish/origins.py"),
    *("motion/clips.py", "motion/features.py", "motion/folder.py", "motion/joint_types.py"),
    *("motion/recovery.py", "motion/skeleton.py"),
)
"""What builders take from the library and make rows with."""


def cache_hash(builder: type[datasets.DatasetBuilder], data_dir: str | None) -> str:
    """Digest what rows depend on: the builder's source text, and the files it reads.

    A builder names the files by a static method ``source_files(data_dir)``; of a builder
    without one, all files under `data_dir` count.
    """
    digest = hashlib.sha256()
    for module in _modules(builder):
        digest.update(module.read_bytes())
    if data_dir is not None:
        find = getattr(builder, "source_files", _all_files)
        for path in sorted(find(data_dir)):
            status = _status(path)
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read: {error.strerror}", "put a file there that you may read"
        ) from error


def _modules(builder: type) -> Iterable[Path]:
    """The builder's module, those named after it beside it, and what all builders share."""
    own = Path(str(sys.modules[builder.__module__].__file__))
    yield from sorted(own.parent.glob(f"{own.stem}*.py"))
    yield from (Path(__file__).parent / name for name in SHARED_MODULES)


def _all_files(data_dir: str) -> list[Path]:
    return [path for path in Path(data_dir).absolute().rglob("*") if path.is_file()]
