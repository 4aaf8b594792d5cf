"""Codes in files of their own, ``<id>.npy``, as T2M-GPT, MotionGPT and MotionLLM read them.

Each file is int64 of shape (1, T'); (T',), which others write, is read too.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from datasets import Dataset

from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from mmgen_datasets.files import safe_name, write_bytes_whole
from mmgen_datasets.motion.tasks_cuts import flat_codes
from mmgen_datasets.motion.tokens import Codes
from mmgen_datasets.quantity import quantity


def write_codes_files(
    samples: Iterable[Mapping[str, Any]], out: str | Path, *, column: str = "codes"
) -> int:
    """Write the codes of clips, each into a file named after its id.

    Args:
        samples: rows with ``id`` and a column of codes; those whose codes are null are left out.
        out: the folder; made where it is missing.
        column: the one with the codes.

    Returns:
        How many files were written.

    Raises:
        RowError: an id is no plain file name, or there are no codes.
    """
    written = 0
    for sample in samples:
        if sample[column] is None:
            continue
        write_codes(Path(out), str(sample["id"]), np.array(flat_codes(sample[column]), np.int64))
        written += 1
    return written


def write_codes(out: Path, id: str, codes: Codes) -> None:
    """Write the codes of a clip: (T',) as (1, T'); of a grid as they are, (T', J)."""
    path = out / safe_name(f"{id}.npy")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_array(path, codes[None] if codes.ndim == 1 else codes)


def read_codes_files(folder: str | Path) -> Iterator[tuple[str, Codes]]:
    """Read what `write_codes_files` or another project wrote.

    Yields:
        The id and the codes (T',) of each clip, by the alphabet.

    Raises:
        MissingFileError: the folder is not there, or has no such file.
        SourceError: a file holds something else.
    """
    paths = sorted(Path(folder).rglob("*.npy"))
    if not paths:
        raise MissingFileError(
            f"there is no .npy file in {folder}", "name the folder with the codes of the clips"
        )
    for path in paths:
        yield path.relative_to(folder).with_suffix("").as_posix(), _read(path)


def with_codes(samples: Dataset, folder: str | Path, *, frames_per_code: int = 4) -> Dataset:
    """Add the column ``codes`` from files that are named after clips.

    A part of a clip that has no file of its own gets its part of the clip's codes, as T2M-GPT cuts
    them; a clip without any gets null.

    Args:
        samples: rows with ``id``, and ``clip`` where they are parts.
        folder: of `read_codes_files`.
        frames_per_code: how many frames a code stands for.

    Raises:
        MissingFileError, SourceError: as `read_codes_files` does.
        UsageError: no clip has a file.
    """
    found = {id: codes.tolist() for id, codes in read_codes_files(folder)}
    ids: list[str] = samples["id"]
    clips = samples["clip"] if "clip" in samples.column_names else [None] * len(ids)

    def codes_of(id: str, clip: Mapping[str, Any] | None) -> list[int] | None:
        if id in found or clip is None or clip["recording"] not in found:
            return found.get(id)
        start, end = clip["start"] // frames_per_code, clip["end"] // frames_per_code
        return found[clip["recording"]][start:end] or None

    column = [codes_of(id, clip) for id, clip in zip(ids, clips, strict=True)]
    if column and not any(column):
        raise UsageError(
            f"none of {quantity(len(column), 'clip')} has a file in {folder}",
            f"name files after clips, such as {ids[0]}.npy, of the same split",
        )
    kept = [name for name in samples.column_names if name != "codes"]
    return samples.select_columns(kept).add_column("codes", column)


def write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write a NumPy file that is whole or not there."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    write_bytes_whole(path, file.getvalue())


def read_array(path: Path) -> npt.NDArray[Any]:
    """Read a NumPy file that holds plain numbers or texts.

    Raises:
        SourceError: it is none.
    """
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise SourceError(
            f"{path} cannot be read: {error}", "give a .npy file that holds no Python objects"
        ) from error
    return np.asarray(array)


def _read(path: Path) -> Codes:
    array = read_array(path)
    is_flat = array.ndim == 1 or (array.ndim == 2 and len(array) == 1)
    if not is_flat or not np.issubdtype(array.dtype, np.integer) or not array.size:
        raise SourceError(
            f"{path} holds {array.dtype} of shape {array.shape}, which are no codes",
            "give whole numbers of shape (1, T') or (T',)",
        )
    return array.reshape(-1).astype(np.int64)
