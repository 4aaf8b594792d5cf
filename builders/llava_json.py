r"""Conversations in LLaVA's JSON, or in a data file of MM-Gen: pictures and what was said of them.

``data_dir`` has the file, directly or in ``annotations``, and its pictures, under the names that
the file gives them or in ``images``::

    llava_v1_5_mix665k.json        coco/train2017/000000033471.jpg
    annotations/websrc.json        websrc/0.jpg
    llava.json                     images/000000000139.jpg

The forms of file are those of `mmgen_datasets.conversion.data_file`; LLaVA's is at
https://github.com/haotian-liu/LLaVA/blob/main/docs/Finetune_Custom_Data.md. A row, shortened::

    id 000000033471 · file_name coco/train2017/000000033471.jpg
    messages user "<image>\nWhat are the colors of the bus in the image?", assistant "The bus ..."
    images null, or all where there are several · record {"question_type": "vqa"}
    error null, or why the record is no conversation; its messages are empty then

Such a file tells no licence, so the column ``license`` is null.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
from datasets.builder import Key

from mmgen_datasets.conversion.data_file import read_data_file
from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from mmgen_datasets.quantity import quantity
from mmgen_datasets.schema import EXTRAS, sample_features

from . import llava_json_files as files
from .llava_json_rows import Reading

_LOG = logging.getLogger(__name__)
_ROWS_PER_TABLE = 1000


@dataclass
class LlavaJsonConfig(datasets.BuilderConfig):
    """Which file is read, and where its pictures are."""

    file: str | None = None
    """Its path below ``data_dir``; may be left out where there is only one."""
    image_folder: str | None = None
    """Folder of the pictures, below ``data_dir``; None for what the file says of itself, or else
    ``data_dir``, or ``images`` in it."""


class LlavaJson(datasets.ArrowBasedBuilder):
    """Builds one row per record, in the order of the file, any number of pictures in each."""

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = LlavaJsonConfig
    BUILDER_CONFIGS = [  # noqa: RUF012 (the name and form that `datasets` reads)
        LlavaJsonConfig(name="llava_json", version=VERSION),
    ]

    source_files = staticmethod(files.source_files)

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(
            description="Conversations about pictures",
            features=datasets.Features(
                {
                    **sample_features("image"),
                    **{name: EXTRAS[name] for name in ("messages", "images", "record", "error")},
                }
            ),
        )

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        root = files.folder(self.config.data_dir)
        path = self._file(root)
        return [
            datasets.SplitGenerator(
                name=datasets.Split.TRAIN, gen_kwargs={"root": str(root), "path": str(path)}
            )
        ]

    def _file(self, root: Path) -> Path:
        found = {path.relative_to(root).as_posix(): path for path in files.records_files(root)}
        if not found:
            raise MissingFileError(
                f"llava_json: no .json or .jsonl file in {root}, nor in its folder 'annotations'",
                "put LLaVA's list of records there, or a data file of MM-Gen",
            )
        if self.config.file is None and len(found) > 1:
            raise UsageError(
                f"llava_json: {root} has {len(found)} files of records",
                f"choose one with file=: {', '.join(sorted(found))}",
            )
        name = self.config.file or next(iter(found))
        if name not in found:
            raise MissingFileError(
                f"llava_json: no file {name} in {root}", f"choose from {', '.join(sorted(found))}"
            )
        return found[name]

    def _generate_tables(self, root: str, path: str) -> Iterator[tuple[Key, pa.Table]]:
        found = read_data_file(Path(path))
        places = files.picture_places(Path(root), self.config.image_folder, found.image_folder)
        reading = Reading(self.config.name, files.PictureFinder(Path(root), places))
        schema = self.info.features.arrow_schema
        rows = reading.rows(found.records)
        tables = iter(lambda: list(islice(rows, _ROWS_PER_TABLE)), [])
        for number, some in enumerate(tables):
            yield Key(0, number), pa.Table.from_pylist(some, schema)
        self._tell(reading, path)

    def _tell(self, reading: Reading, path: str) -> None:
        """Say what is no conversation, and refuse a file that holds none."""
        if not reading.num_conversations:
            raise SourceError(
                f"{path}: none of {reading.faults.total():,} records is a conversation"
                + "".join(f"; {reason}" for reason, _ in reading.faults.most_common(1)),
                "look for the file that has 'conversations' of human and gpt",
            )
        for reason, count in reading.faults.most_common():
            some = quantity(count, "record is no conversation", "records are no conversations")
            _LOG.warning("%s: %s: %s", path, some, reason)
        if reading.num_missing:
            _LOG.warning(
                "%s: %s in %s; null stands in the place of each",
                path,
                quantity(reading.num_missing, "picture is not", "pictures are not"),
                self.config.data_dir,
            )
