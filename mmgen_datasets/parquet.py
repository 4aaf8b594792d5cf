"""A source as parquet with its media inside, for anybody to read.

`datasets` could write it as well, but takes a path into a local archive for a remote one, and
leaves such media out.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.compute as pc
from datasets.arrow_writer import ParquetWriter
from datasets.exceptions import DatasetsError
from datasets.table import embed_table_storage

from mmgen_datasets.errors import MMGenError, SourceError, UsageError
from mmgen_datasets.files import named
from mmgen_datasets.loading import SOURCES, load_dataset
from mmgen_datasets.missing_media import MEDIA_COLUMNS

_ROWS_PER_GROUP = 100


def prepare(
    source: str,
    out: str | Path,
    *,
    data_dir: str | None = None,
    max_shard_mb: int = 500,
    **kwargs: Any,
) -> Path:
    """Write a source as parquet that anybody's ``datasets.load_dataset(out)`` reads.

    Pictures go in as the bytes of their files. The folder appears whole or not at all.

    Args:
        source: as `load_dataset` takes it.
        out: the folder to make.
        data_dir: as for `load_dataset`.
        max_shard_mb: the size, before compression, at which a split goes on in another file.
        kwargs: the source's own settings, and those of `load_dataset` but split and streaming.

    Raises:
        UsageError: `out` exists already.
        SourceError: the source cannot be loaded, or a media file not be read.
    """
    out = Path(out).expanduser().absolute()
    if out.exists():
        raise UsageError(f"{out} exists already", "name another folder, or remove this one first")
    try:
        splits = load_dataset(source, data_dir=data_dir, split=None, streaming=False, **kwargs)
    except MMGenError:
        raise
    except (DatasetsError, OSError, ValueError) as error:
        raise SourceError(
            f"{source}: cannot be loaded: {error.__cause__ or error}",
            f"see that it exists, or use {', '.join(SOURCES)}",
        ) from error
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for split, dataset in splits.items():
            with named(out):
                _write_shards(dataset, unfinished, split, max_bytes=max_shard_mb * 10**6)
        unfinished.chmod(0o755)  # mkdtemp made it the user's alone
        unfinished.rename(out)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    return out


def write_parquet(
    dataset: datasets.Dataset, path: Path, *, rows_per_group: int = _ROWS_PER_GROUP
) -> None:
    """Write rows with their media files inside, byte for byte; the same rows give the same file.

    Args:
        dataset: the rows.
        path: the file.
        rows_per_group: how many rows a reader, and this function, have in memory at once.

    Raises:
        SourceError: a media file cannot be read.
    """
    with ParquetWriter(features=dataset.features, path=str(path)) as writer:
        for table in map(_embedded, dataset.with_format("arrow").iter(rows_per_group)):
            writer.write_table(table)
        writer.finalize()


def embedded_size(dataset: datasets.Dataset) -> int:
    """About how many bytes rows take with their media files inside, before compression.

    Files in an archive count as much as the whole of it, once.
    """
    size, archives = 0, set[str]()
    names = [name for name in MEDIA_COLUMNS if name in dataset.column_names]
    media = [name for name in names if name not in ("motion", "motions")]
    for table in dataset.with_format("arrow").iter(_ROWS_PER_GROUP):
        size += table.nbytes
        for name in media:
            several = not pa.types.is_struct(table[name].type)
            files = pc.list_flatten(table[name]) if several else table[name]
            paths = pc.struct_field(files, "path")
            outside = pc.is_null(pc.struct_field(files, "bytes"))
            for path in filter(None, paths.filter(outside).to_pylist()):
                _, archived, file = path.rpartition("::")
                if not (archived and file in archives):
                    size += _file_size(Path(file))
                if archived:
                    archives.add(file)
    return size


def _file_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # on a server, or gone, which is told where it is read
        return 0


def _write_shards(dataset: datasets.Dataset, folder: Path, split: str, *, max_bytes: int) -> None:
    """Write one split, and only then name its files by how many they are."""
    tables = map(_embedded, dataset.with_format("arrow").iter(_ROWS_PER_GROUP))
    shards: list[Path] = []
    first = next(tables, None)
    while first is not None or not shards:
        shards.append(folder / f"{split}-{len(shards)}")
        with ParquetWriter(features=dataset.features, path=str(shards[-1])) as writer:
            _fill(writer, chain([] if first is None else [first], tables), max_bytes)
        first = next(tables, None)
    for number, shard in enumerate(shards):
        shard.rename(folder / f"{split}-{number:05}-of-{len(shards):05}.parquet")


def _embedded(table: pa.Table) -> pa.Table:
    """A table with its media files inside."""
    try:
        return embed_table_storage(table)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        name = getattr(error, "filename", None) or "a media file of the source"
        raise SourceError(
            f"{name} cannot be read: {getattr(error, 'strerror', None) or error}",
            "put the whole file there, or take it away: its row then has none",
        ) from error


def _fill(writer: ParquetWriter, tables: Iterable[pa.Table], max_bytes: int) -> None:
    size = 0
    for table in tables:
        writer.write_table(table)
        size += table.nbytes
        if size >= max_bytes:
            break
    writer.finalize()
