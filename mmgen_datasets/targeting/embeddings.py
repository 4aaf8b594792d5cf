"""The vectors of pictures, computed once and kept as an index that `datasets` can search.

A row is a picture::

    key    /data/pool/a.png|51234|1763740000000000000      file, its size and its time
    path   /data/pool/a.png
    embedding  D numbers, of length 1; null where the picture cannot be read
    error  null, or why it cannot

`nearest` searches exactly. For millions of pictures, ``index.add_faiss_index("embedding")`` of
`datasets` makes an approximate index of it (``pip install faiss-cpu``, MIT, 19 MB).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from datasets import Dataset, Features, List, Value

from mmgen_datasets.errors import RowError
from mmgen_datasets.targeting.clip import Clip, embed_pictures, embed_texts
from mmgen_datasets.targeting.parts import batches_of, fill_parts, keep_parts, kept_keys, read_parts
from mmgen_datasets.targeting.vectors import Vectors

_THREADS = 4  # that read files while the model looks at others
_ROWS_A_BATCH = 8192


class Index(NamedTuple):
    """Pictures with their vectors, and those without one."""

    rows: Dataset
    """In the order that was asked for; every one has an embedding."""
    bad: dict[str, str]
    """Path to what is wrong with it."""

    @property
    def reasons(self) -> Counter[str]:
        """How many pictures are bad, by what is wrong."""
        return Counter(self.bad.values())


def embed(
    paths: Sequence[Path],
    clip: Clip,
    folder: Path,
    on_progress: Callable[[int], None] | None = None,
) -> Index:
    """Compute the vectors of pictures, those that are not in a folder yet.

    A picture that cannot be read is noted with the reason, and the others go on. Interrupted or
    killed, the same call goes on where it was.

    Args:
        paths: files; one that stands there twice counts once.
        clip: the model.
        folder: where the vectors are kept; several calls may share it.
        on_progress: called with the number of pictures that are done, now and then.

    Raises:
        RunError: the folder has vectors of another model.
        StopError: the model cannot be loaded.
    """
    dimension = embed_texts(clip, ["a photo"]).shape[1]
    keep_parts(folder, {"model": clip.identity, "dimension": dimension})
    features = Features(
        {
            "key": Value("string"),
            "path": Value("string"),
            "embedding": List(Value("float32"), length=dimension),
            "error": Value("string"),
        }
    )
    keys = {key_of(path): path.absolute() for path in paths}
    known = kept_keys(folder)
    todo = [(key, path) for key, path in keys.items() if key not in known]
    fill_parts(folder, features, _computed(todo, clip), on_progress)
    if not keys:
        return Index(Dataset.from_dict({name: [] for name in features}, features), {})
    rows = read_parts(folder, list(keys))
    errors = rows["error"]
    good = [place for place, error in enumerate(errors) if error is None]
    bad = {path: error for path, error in zip(rows["path"], errors, strict=True) if error}
    return Index(rows.select(good), bad)


def vectors_of(rows: Dataset) -> Vectors:
    """The embeddings of rows as one array, ``(N, D)``."""
    found = list(_vectors(rows))
    width = rows.features["embedding"].length
    return np.concatenate(found) if found else np.zeros((0, width), np.float32)


def similarities(rows: Dataset, queries: Vectors) -> npt.NDArray[np.float32]:
    """Cosine of the angle between each picture and each query.

    Args:
        rows: of an `Index`.
        queries: ``(Q, D)``, each of length 1.

    Returns:
        ``(N, Q)``, -1..1.
    """
    found = [vectors @ queries.T for vectors in _vectors(rows)]
    return np.concatenate(found) if found else np.zeros((0, len(queries)), np.float32)


def nearest(rows: Dataset, queries: Vectors, num: int) -> list[int]:
    """The pictures most like a query, the likest first; of equals the earlier first.

    Args:
        rows: of an `Index`.
        queries: ``(Q, D)``, each of length 1; a picture counts by the one that it is most like.
        num: how many; fewer where there are not so many.

    Returns:
        Places in `rows`.
    """
    scores = similarities(rows, queries).max(1)
    places: list[int] = np.argsort(-scores, kind="stable")[:num].tolist()
    return places


def key_of(path: Path) -> str:
    """Name a file by where it is, its size and its time."""
    try:
        state = path.stat()
    except OSError:
        return f"{path.absolute()}|gone"
    return f"{path.absolute()}|{state.st_size}|{state.st_mtime_ns}"


def _computed(todo: Sequence[tuple[str, Path]], clip: Clip) -> Iterator[list[dict[str, object]]]:
    with ThreadPoolExecutor(_THREADS) as threads:
        for batch in batches_of(todo, clip.batch_size):
            files = list(threads.map(_read, [path for _, path in batch]))
            vectors = iter(embed_pictures(clip, [f for f in files if isinstance(f, bytes)]))
            outcomes = [next(vectors) if isinstance(f, bytes) else f for f in files]
            yield [
                {"key": key, "path": str(path), "embedding": None, "error": outcome.problem}
                if isinstance(outcome, RowError)
                else {"key": key, "path": str(path), "embedding": outcome, "error": None}
                for (key, path), outcome in zip(batch, outcomes, strict=True)
            ]


def _read(path: Path) -> bytes | RowError:
    try:
        return path.read_bytes()
    except OSError as error:
        return RowError(f"the file cannot be read: {error.strerror}")


def _vectors(rows: Dataset) -> Iterator[Vectors]:
    width = rows.features["embedding"].length
    for batch in rows.with_format("arrow").iter(_ROWS_A_BATCH):
        column = batch["embedding"].combine_chunks()
        yield column.flatten().to_numpy().reshape(-1, width)
