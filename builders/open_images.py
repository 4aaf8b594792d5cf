"""Open Images V7: photographs with boxes, labels, relations and spoken descriptions.

Home: https://storage.googleapis.com/openimages/web/index.html (Kuznetsova et al., IJCV 2020),
narratives: https://google.github.io/localized-narratives/. The annotations are CC BY 4.0; the
photographs are listed as CC BY 2.0, which the column ``license`` keeps for each. `data_dir` has
the official files under their official names, as many of them as there are::

    validation-annotations-bbox.csv                        objects
    oidv7-val-annotations-human-imagelabels.csv            labels, seen to be present or absent
    oidv7-val-annotations-machine-imagelabels.csv          labels that a model gave
    oidv6-validation-annotations-vrd.csv                   relations and attributes
    open_images_validation_captions.jsonl                  narratives; timed ones where there is
    open_images_validation_localized_narratives.jsonl      this in its place
    validation-images-with-rotation.csv                    license, credit, rotation, checksum
    validation-annotations-object-segmentation.csv         only for with_masks=True
    oidv7-val-annotations-point-labels.csv                 only for with_points=True
    oidv7-class-descriptions.csv                           what classes are called
    oidv6-attributes-description.csv
    validation/0001eeaf4aed83f9.jpg                        pictures

A row is an image that any of these files has, in the order of the ids. What a file does not say
is null: a flag of -1 is not known. Nothing is turned: ``rotation`` tells by how many degrees
counterclockwise picture and boxes together would have to be. Only what a verified label says is
absent is absent; boxes of the training split stand for verified labels alone. A row, shortened::

    id 0001eeaf4aed83f9 · file_name 0001eeaf4aed83f9.jpg · rotation 0
    objects Airplane 0.023 0.071 0.964 0.801, ... · is_group_of False
    labels Airplane present verified, Tree absent verified
    license CC BY 2.0 · credit.author "Someone"
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
from datasets.builder import Key
from datasets.exceptions import DatasetGenerationError

from mmgen_datasets.errors import MissingFileError, MMGenError, SourceError
from mmgen_datasets.schema import EXTRAS, sample_features

from . import open_images_files as files
from .open_images_config import OpenImagesConfig, check_settings
from .open_images_files import File
from .open_images_ids import Keys, keys_of_texts, read_ids
from .open_images_merge import merge
from .open_images_names import Names
from .open_images_parts import SPANS, Part, Span, in_order, joined, open_part
from .open_images_pictures import Pictures, picture_columns
from .open_images_rows import make_rows

_LOG = logging.getLogger(__name__)
_NAME = "open_images_v7"
_ON_REQUEST = {"masks": "with_masks", "points": "with_points"}


class OpenImages(datasets.ArrowBasedBuilder):
    """Builds one row per image, in the order of the ids."""

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = OpenImagesConfig
    DEFAULT_WRITER_BATCH_SIZE = 10_000  # the default, 1,000, costs a tenth more time
    BUILDER_CONFIGS = [  # noqa: RUF012 (the name and form that `datasets` reads)
        OpenImagesConfig(name=_NAME, version=VERSION),
    ]

    source_files = staticmethod(files.source_files)

    def _info(self) -> datasets.DatasetInfo:
        features = sample_features("image")
        features |= {name: EXTRAS[name] for name in ("rotation", "original_md5")}
        features |= {kind: EXTRAS[kind] for kind in _ON_REQUEST if self._wants(kind)}
        return datasets.DatasetInfo(
            description="Photographs with boxes, labels, relations and spoken descriptions",
            homepage="https://storage.googleapis.com/openimages/web/index.html",
            license="annotations CC BY 4.0; photographs: see the column license",
            features=datasets.Features(features),
        )

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        check_settings(self.config)
        if dl_manager.is_streaming:
            # Files are read side by side at places that a server may not give.
            dl_manager = datasets.DownloadManager(download_config=dl_manager.download_config)
        found = {split: self._files(dl_manager, split) for split in self.config.splits}
        offered = {split: kinds for split, kinds in found.items() if kinds}
        if not offered:
            raise MissingFileError(
                f"{_NAME}: no annotation file of {', '.join(self.config.splits)} in "
                f"{self.config.data_dir or 'no folder: data_dir is not given'}",
                f"put official files there, such as {files.official('boxes', 'validation')[0][0]}, "
                "or have some downloaded: download=['boxes', 'labels'], splits=['validation']",
            )
        names = self._name_files(dl_manager)
        return [
            datasets.SplitGenerator(
                name=split,
                gen_kwargs={
                    "split": split,
                    "parts": tuple(self._parts(kinds)),
                    "names": names,
                    "pictures": self._pictures(split),
                    "wanted": self._wanted(split),
                    "spans": SPANS,  # the one list, by which the work is divided
                },
            )
            for split, kinds in offered.items()
        ]

    def _wants(self, kind: str) -> bool:
        return kind not in _ON_REQUEST or bool(getattr(self.config, _ON_REQUEST[kind]))

    def _files(self, dl_manager: Any, split: str) -> dict[str, tuple[File, ...]]:
        data_dir = self.config.data_dir
        found = {} if data_dir is None else files.find_files(data_dir, split)
        for kind in set(self.config.download) - found.keys():
            found[kind] = _download(dl_manager, files.official(kind, split)[-1])
        found = {kind: found[kind] for kind in files.KINDS if kind in found and self._wants(kind)}
        lacking = [kind for kind in files.KINDS if kind not in found and self._wants(kind)]
        if found and lacking:
            self._tell(split, lacking)
        return found

    def _tell(self, split: str, lacking: Sequence[str]) -> None:
        """Say once what rows will not have; what was asked for must be there."""
        for kind in _ON_REQUEST.keys() & {*lacking}:
            url = files.official(kind, split)[0][0]
            raise MissingFileError(
                f"{_NAME}: {_ON_REQUEST[kind]}=True needs {Path(url).name}, which is not in "
                f"{self.config.data_dir}",
                f"take it from {url}, or leave {_ON_REQUEST[kind]} out",
            )
        files_of = {
            kind: " or ".join(u[0] for u in files.official(kind, split)) for kind in lacking
        }
        _LOG.warning(
            "%s: rows of %s lack what these files have:%s",
            _NAME,
            split,
            "".join(f"\n  {files.COLUMNS[kind]}: {urls}" for kind, urls in files_of.items()),
        )

    def _name_files(self, dl_manager: Any) -> tuple[File, ...]:
        data_dir = self.config.data_dir
        found = () if data_dir is None else files.find_names(data_dir)
        if not found and self.config.download:
            return _download(dl_manager, files.name_files()[-2:])
        if not found:
            url = files.name_files()[-2]
            raise MissingFileError(
                f"{_NAME}: no {Path(url).name}, which names the classes, in {data_dir}",
                f"take it from {url}",
            )
        return found

    def _parts(self, kinds: dict[str, tuple[File, ...]]) -> Iterator[Part]:
        cache = Path(self._cache_dir_root).expanduser() / f"{_NAME}_sorted"
        for kind, found in kinds.items():
            yield in_order(kind, found, cache)

    def _pictures(self, split: str) -> Pictures:
        data_dir = self.config.data_dir
        folder = None if data_dir is None else files.find_pictures(data_dir, split)
        url = f"{files.BUCKET}{split}/" if self.config.with_images else None
        return Pictures(None if folder is None else str(folder), url)

    def _wanted(self, split: str) -> Keys | None:
        if self.config.image_ids is None:
            return None
        return keys_of_texts(read_ids(self.config.image_ids, split), "image_ids")

    def _prepare_split_single(self, **kwargs: Any) -> Iterator[Any]:
        """Let an error about the data leave a process of several as itself."""
        try:
            yield from super()._prepare_split_single(**kwargs)
        except DatasetGenerationError as error:
            if isinstance(error.__cause__, MMGenError):
                raise error.__cause__ from None
            raise

    def _generate_tables(
        self,
        split: str,
        parts: tuple[Part, ...],
        names: tuple[File, ...],
        pictures: Pictures,
        wanted: Keys | None,
        spans: list[Span],
    ) -> Iterator[tuple[Key, pa.Table]]:
        schema = self.info.features.arrow_schema
        known = Names.read(names)
        number = -1
        for span in joined(spans):
            streams = {
                part.kind: open_part(part, span, split=split, names=known, wanted=wanted)
                for part in parts
            }
            for keys, blocks in merge(streams):
                number += 1
                columns = picture_columns(keys, pictures, schema.field("image").type)
                yield (
                    Key(0, number),
                    make_rows(keys, blocks, schema, columns | {"source": _NAME, "split": split}),
                )
        if number < 0 and len(spans) == len(SPANS):
            # `datasets` would say only that a split without rows is not there.
            raise SourceError(
                f"{_NAME}: no image of {split} is in {', '.join(part.place for part in parts)}"
                + ("" if wanted is None else " and in image_ids"),
                f"look for the files that list images, or leave {split} out of splits",
            )


def _download(dl_manager: Any, urls: Sequence[str]) -> tuple[File, ...]:
    return tuple(map(File, dl_manager.download([*urls]), urls))
