"""COCO, downloaded from a server on 127.0.0.1."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import datasets
import pytest
from mmgen_datasets.builders import coco_files

from mmgen_datasets.errors import SourceError
from mmgen_datasets.loading import load_dataset
from tests.coco_files import documents, file_name, pack, write, write_pictures
from tests.servers.files import serve_files


class TestDownloads:
    @pytest.fixture
    def official(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Callable[[], None]]:
        """Serve archives of the official layout; the call lists them as the official ones."""
        site = tmp_path / "site"
        write(site / "unpacked", documents())
        (site / "annotations").mkdir()
        (site / "zips").mkdir()
        write_pictures(site / "val2017", file_name(9, "val2017"))
        annotations = site / "annotations" / "annotations_trainval2017.zip"
        pack(annotations, site / "unpacked", prefix="annotations/")
        pictures = pack(site / "zips" / "val2017.zip", site / "val2017", prefix="val2017/")

        def list_them() -> None:
            for path in (annotations, pictures):
                name = f"{path.parent.name}/{path.name}"
                sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
                monkeypatch.setitem(coco_files.ARCHIVES, name, (path.stat().st_size, sha256))

        monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
        with serve_files(site) as url:
            monkeypatch.setattr(coco_files, "URL", url)
            yield list_them

    def test_annotations_alone_come_by_default(
        self, official: Callable[[], None], tmp_path: Path
    ) -> None:
        official()
        rows = load_dataset("coco2017", split="validation", cache_dir=str(tmp_path / "cache"))
        assert list(rows["id"]) == ["9", "5", "7"]
        assert rows[0]["image"] is None

    def test_pictures_come_where_they_were_asked_for(
        self, official: Callable[[], None], tmp_path: Path
    ) -> None:
        official()
        rows = load_dataset(
            "coco2017", split="validation", cache_dir=str(tmp_path / "cache"), with_images=True
        )
        assert rows[0]["image"].size == (100, 80)

    def test_an_archive_that_is_not_the_official_one_is_refused(
        self, official: Callable[[], None], tmp_path: Path
    ) -> None:
        with pytest.raises(SourceError, match=r"annotations_trainval2017\.zip has [\d,]+ bytes"):
            load_dataset("coco2017", split="validation", cache_dir=str(tmp_path / "cache"))

    def test_streaming_reads_over_the_network(self, official: Callable[[], None]) -> None:
        rows = load_dataset("coco2017", split="validation", streaming=True, with_images=True)
        first = next(iter(rows))
        assert (first["id"], first["image"].size) == ("9", (100, 80))
