"""COCO 2014 and 2017: photographs with captions, boxes and, if wanted, joints of persons.

Home: https://cocodataset.org (Lin et al., "Microsoft COCO: Common Objects in Context", ECCV
2014). Annotations are CC BY 4.0; each photograph has a Flickr licence of its own, which the
column ``license`` keeps. ``data_dir`` is arranged as the official archives unpack::

    annotations/instances_val2017.json          or these in annotations_trainval2017.zip
    annotations/captions_val2017.json
    annotations/person_keypoints_val2017.json   only for with_keypoints=True
    val2017/000000397133.jpg                    or in images/val2017/, or in val2017.zip

A split without annotation files is not offered; pictures may be missing, and their rows then
have a null ``image``. Pictures are read out of an archive where there is no folder; that suits
val2017.zip, but reads the archive's index anew for every picture, which takes a second each in
train2017.zip. A row, shortened::

    id 397133 · file_name 000000397133.jpg · width 640 · height 427
    captions "A man is in a kitchen making pizzas.", ...
    objects bottle 0.340 0.056 0.410 0.367, ...
    license 4 Attribution License · vocabulary coco
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import datasets
import pyarrow as pa
from datasets.builder import Key

from mmgen_datasets.errors import MissingFileError
from mmgen_datasets.schema import EXTRAS, sample_features

from . import coco_files, coco_rows

_LOG = logging.getLogger(__name__)
_ROWS_PER_TABLE = 1000
_MANY_PACKED = 10_000
_SPLITS = {datasets.Split.TRAIN: "train", datasets.Split.VALIDATION: "val"}
_HOME = "https://cocodataset.org/#download"


@dataclass
class CocoConfig(datasets.BuilderConfig):
    """What to load of a year of COCO."""

    with_images: bool = False
    """Download the pictures too, where no ``data_dir`` is given: 19 GB for train2017."""
    with_keypoints: bool = False
    """Add the column ``poses``; see `mmgen_datasets.schema.POSE`."""


class Coco(datasets.ArrowBasedBuilder):
    """Builds one row per image, in the order of the instances file."""

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = CocoConfig
    BUILDER_CONFIGS = [  # noqa: RUF012 (the name and form that `datasets` reads)
        CocoConfig(name="coco2014", version=VERSION),
        CocoConfig(name="coco2017", version=VERSION),
    ]

    source_files = staticmethod(coco_files.source_files)

    def _info(self) -> datasets.DatasetInfo:
        features = sample_features("image")
        if self.config.with_keypoints:
            features["poses"] = EXTRAS["poses"]
        return datasets.DatasetInfo(
            description="Photographs of everyday scenes with captions and boxes",
            homepage="https://cocodataset.org",
            license="annotations CC BY 4.0; photographs: see the column license",
            features=features,
        )

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        year = self.config.name.removeprefix("coco")
        found = self._annotations(dl_manager, year)
        folders = {split: f"{word}{year}" for split, word in _SPLITS.items()}
        files = {split: self._files(found, folder) for split, folder in folders.items()}
        offered = [split for split in folders if files[split]]
        if not offered:
            raise MissingFileError(
                f"coco: no instances_train{year}.json, nor any other annotation file of "
                f"{self.config.name}, in {self.config.data_dir}",
                f"unpack annotations_trainval{year}.zip of {_HOME} there, or leave out data_dir "
                "to download it",
            )
        return [
            datasets.SplitGenerator(
                name=split,
                gen_kwargs={
                    "split": str(split),
                    "files": files[split],
                    "pictures": self._pictures(dl_manager, folders[split]),
                },
            )
            for split in offered
        ]

    def _annotations(self, dl_manager: Any, year: str) -> dict[str, str]:
        if self.config.data_dir is not None:
            return coco_files.find_annotations(self.config.data_dir, year)
        archive = f"annotations/annotations_trainval{year}.zip"
        return coco_files.list_annotations(_download(dl_manager, archive))

    def _pictures(self, dl_manager: Any, folder: str) -> str | None:
        if self.config.data_dir is not None:
            return coco_files.find_pictures(self.config.data_dir, folder)
        if not self.config.with_images:
            return None
        archive = _download(dl_manager, f"zips/{folder}.zip")
        return archive if dl_manager.is_streaming else f"{dl_manager.extract(archive)}/{folder}"

    def _files(self, found: Mapping[str, str], folder: str) -> dict[str, str]:
        names = {kind: f"{kind}_{folder}.json" for kind in ("instances", "captions")}
        there = {kind: found[name] for kind, name in names.items() if name in found}
        for kind in names.keys() - there.keys() if there else ():
            _LOG.warning(
                "%s: there is no %s, so no row of it has any %s; is it called otherwise?",
                self.config.name,
                names[kind],
                "objects" if kind == "instances" else "captions",
            )
        if there and self.config.with_keypoints:
            there["person_keypoints"] = _required(found, f"person_keypoints_{folder}.json")
        return there

    def _generate_tables(
        self, split: str, files: dict[str, str], pictures: str | None
    ) -> Iterator[tuple[Key, pa.Table]]:
        schema = self.info.features.arrow_schema
        rows = coco_rows.read_rows(files, schema, source=self.config.name, split=split)
        if pictures is not None:
            rows = self._with_pictures(rows, pictures)
        for number, start in enumerate(range(0, rows.num_rows, _ROWS_PER_TABLE)):
            yield Key(0, number), rows.slice(start, _ROWS_PER_TABLE)

    def _with_pictures(self, rows: pa.Table, place: str) -> pa.Table:
        index = rows.schema.get_field_index("image")
        field = rows.schema.field(index)
        found = coco_files.list_pictures(place)
        if found.suffix and len(found.names) > _MANY_PACKED:
            _LOG.warning(
                "%s: unpack %s: opening one of its %d pictures reads its whole index",
                self.config.name,
                place,
                len(found.names),
            )
        images = coco_rows.picture_column(rows["file_name"], found, field.type)
        if images.null_count:
            _LOG.warning(
                "%s: %d of %d pictures are not in %s; the column image of their rows is null",
                self.config.name,
                images.null_count,
                len(images),
                place,
            )
        return rows.set_column(index, field, images)


def _download(dl_manager: Any, archive: str) -> str:
    path: str = dl_manager.download(coco_files.URL + archive)
    return path if dl_manager.is_streaming else coco_files.check_download(path, archive)


def _required(found: Mapping[str, str], name: str) -> str:
    if name not in found:
        raise MissingFileError(
            f"coco: with_keypoints=True needs {name}, which is not beside the other files",
            f"take it from the annotations of {_HOME}, or leave with_keypoints out",
        )
    return found[name]
