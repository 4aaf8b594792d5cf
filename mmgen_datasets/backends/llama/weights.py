"""What identifies the weights of a GGUF file, wherever it lies and whatever it is called."""

from __future__ import annotations

import re
from pathlib import Path

from mmgen_datasets.content import content_digest
from mmgen_datasets.errors import UsageError


def identify(path: Path) -> str:
    """Name the content of a model file.

    The other parts of a file in parts count too; see `content_digest`.

    Raises:
        UsageError: there is no such file, or it is no GGUF file.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}", "give the path of a model's GGUF file")
    with path.open("rb") as file:
        magic = file.read(4)
    if magic != b"GGUF":
        raise UsageError(
            f"{path} is no GGUF file",
            "give the path of a model's GGUF file; other formats have to be converted",
        )
    return f"gguf-{content_digest(_parts(path))}"


def _parts(path: Path) -> list[Path]:
    numbered = re.fullmatch(r"(.*)-00001-of-(\d{5}\.gguf)", path.name)
    if not numbered:
        return [path]
    first, last = numbered.groups()
    return sorted(
        part
        for part in path.parent.iterdir()
        if re.fullmatch(rf"{re.escape(first)}-\d{{5}}-of-{re.escape(last)}", part.name)
    )
