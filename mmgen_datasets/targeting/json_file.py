"""Files of a targeted run that an earlier command made, read by their type."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from mmgen_datasets.conversion.data_file import name_a_file
from mmgen_datasets.errors import MissingFileError, SourceError
from mmgen_datasets.json_errors import NO_JSON

T = TypeVar("T")


def read_json(path: Path, kind: type[T], *, called: str, made_by: str) -> T:
    """Read a file.

    Args:
        path: of it.
        kind: what it holds.
        called: what such a file is called, in messages.
        made_by: the command that makes one, for the hint.

    Raises:
        MissingFileError: it is not there, or may not be read.
        SourceError: it holds something else.
    """
    hint = f"make one with: {made_by}"
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except IsADirectoryError as error:
        raise MissingFileError(f"{path} is a folder", name_a_file(path)) from error
    except OSError as error:
        raise MissingFileError(f"{path} cannot be read: {error.strerror}", hint) from error
    except NO_JSON as error:
        raise SourceError(f"{path}: no {called}: {error}", hint) from error
