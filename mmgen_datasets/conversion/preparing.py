"""Parquet of a dataset that stands in files of another kind."""

from __future__ import annotations

from pathlib import Path

from datasets import load_dataset_builder
from datasets.exceptions import DatasetsError

from mmgen_datasets.errors import SourceError


def prepared_parquet(path: str, config: str, revision: str | None) -> dict[str, list[str]]:
    """Have `datasets` write a configuration as parquet, media inside, beside its cache.

    What was written before from the same files is used again.

    Args:
        path: a folder, or a dataset of the hub.
        config: its configuration.
        revision: branch, tag or commit on the hub.

    Returns:
        The files of each split.

    Raises:
        SourceError: its files cannot be read.
    """
    builder = load_dataset_builder(path, config, revision=revision)
    folder = Path(f"{builder.cache_dir}-parquet")
    try:
        builder.download_and_prepare(str(folder), file_format="parquet")
    except (DatasetsError, ValueError, OSError) as error:
        raise SourceError(
            f"{path}: its files cannot be read: {error.__cause__ or error}",
            "see that datasets.load_dataset reads it",
        ) from error
    name = builder.dataset_name
    return {
        split: sorted(map(str, folder.glob(f"{name}-{split}*.parquet")))
        for split in builder.info.splits or ()
    }
