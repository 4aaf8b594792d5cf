"""Open Images V7: where its files may lie, and what is downloaded."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import datasets
import pytest
from mmgen_datasets.builders import open_images_files

from mmgen_datasets.errors import MissingFileError
from mmgen_datasets.loading import load_dataset
from tests.contracts.source import rows_of
from tests.open_images_files import (
    BARE,
    BOXES,
    CAPTIONS,
    FIRST,
    LABELS,
    METADATA,
    NAMES,
    SECOND,
    load,
    texts,
    write,
    write_pictures,
)
from tests.servers.files import serve_files

OFFICIAL = "https://storage.googleapis.com/openimages/"


class TestWhereFilesLie:
    @pytest.mark.parametrize("place", ["annotations", "v5", "2018_04/validation"])
    def test_they_may_lie_in_folders_as_the_addresses_have_them(self, oi: Path, place: str) -> None:
        expected = rows_of(load(oi))
        (oi / place).mkdir(parents=True)
        name = METADATA if "2018" in place else BOXES
        (oi / name).rename(oi / place / name)
        assert rows_of(load(oi)) == expected

    @pytest.mark.parametrize("name", [BOXES, LABELS, METADATA, CAPTIONS])
    def test_what_is_not_there_is_empty_and_said_once(
        self, oi: Path, caplog: pytest.LogCaptureFixture, name: str
    ) -> None:
        (oi / name).unlink()
        assert load(oi)["id"][0] == FIRST
        [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert name in record.getMessage()
        assert "https://storage.googleapis.com/" in record.getMessage()

    def test_labels_of_the_600_classes_serve_where_there_are_no_others(self, oi: Path) -> None:
        expected = rows_of(load(oi))
        (oi / LABELS).rename(oi / "validation-annotations-human-imagelabels-boxable.csv")
        assert rows_of(load(oi)) == expected

    def test_class_names_may_have_no_titles(self, oi: Path) -> None:
        expected = rows_of(load(oi))
        old = oi / "oidv7-class-descriptions.csv"
        lines = old.read_bytes().split(b"\r\n", 1)[1]
        old.unlink()
        (oi / "class-descriptions-boxable.csv").write_bytes(lines)
        assert rows_of(load(oi)) == expected

    def test_no_class_names_are_an_error_with_their_address(self, oi: Path) -> None:
        for name in NAMES:
            (oi / name).unlink()
        with pytest.raises(MissingFileError, match=r"no oidv7-class-descriptions\.csv") as caught:
            load(oi)
        assert f"{OFFICIAL}v7/oidv7-class-descriptions.csv" in caught.value.hint

    def test_no_annotations_are_an_error_with_an_address(self, tmp_path: Path) -> None:
        oi = write(tmp_path / "oi", NAMES)
        with pytest.raises(MissingFileError, match="no annotation file") as caught:
            load(oi)
        assert f"{OFFICIAL}v5/{BOXES}" in caught.value.hint

    @pytest.mark.parametrize("kind", ["masks", "points"])
    def test_what_was_asked_for_must_be_there(self, oi: Path, kind: str) -> None:
        word = {"masks": "segmentation", "points": "point-labels"}[kind]
        [name] = [name for name in texts() if word in name]
        (oi / name).unlink()
        with pytest.raises(MissingFileError, match=f"with_{kind}=True needs {name}") as caught:
            load(oi, **{f"with_{kind}": True})
        assert OFFICIAL in caught.value.hint

    @pytest.mark.parametrize("folder", ["validation", "images/validation", "validation/data"])
    def test_pictures_are_found_by_id_with_their_size(self, oi: Path, folder: str) -> None:
        write_pictures(oi / folder, SECOND, "0123456789abcdef")
        rows = load(oi).cast_column("image", datasets.Image(decode=False))
        path = str(oi / folder / f"{SECOND}.jpg")
        assert list(rows["image"]) == [None, {"bytes": None, "path": path}, None, None]
        assert [(row["width"], row["height"]) for row in rows][:2] == [(None, None), (100, 80)]

    def test_a_picture_that_comes_later_is_noticed(self, oi: Path) -> None:
        write_pictures(oi / "validation", SECOND)
        assert load(oi)[0]["image"] is None
        write_pictures(oi / "validation", FIRST)
        assert load(oi)[0]["image"].size == (100, 80)

    def test_a_broken_picture_has_no_size(self, oi: Path) -> None:
        write_pictures(oi / "validation", SECOND)
        (oi / "validation" / f"{SECOND}.jpg").write_bytes(b"<html>")
        assert load(oi)["width"][1] is None


class TestDownloads:
    @pytest.fixture
    def site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """Serve files under the official paths, and pictures as the bucket has them."""
        site = tmp_path / "site"
        monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
        folders = {
            BOXES: "openimages/v5",
            METADATA: "openimages/2018_04/validation",
            CAPTIONS: "localized-narratives/annotations",
            "oidv7-class-descriptions.csv": "openimages/v7",
            "oidv6-attributes-description.csv": "openimages/v6",
        }
        for name, text in (NAMES | texts()).items():
            if name in folders:
                write(site / folders[name], {name: text})
        boxable = "validation-annotations-human-imagelabels-boxable.csv"
        write(site / "openimages/v5", {boxable: texts()[LABELS]})
        write_pictures(site / "validation", SECOND)
        with serve_files(site) as url:
            monkeypatch.setattr(open_images_files, "URL", url)
            monkeypatch.setattr(open_images_files, "BUCKET", url)
            yield site

    @pytest.mark.parametrize("streaming", [False, True])
    def test_come_on_request_and_no_more_than_was_asked_for(
        self, site: Path, tmp_path: Path, streaming: bool
    ) -> None:
        rows = load_dataset(
            "open_images_v7",
            split="validation",
            splits=["validation"],
            download=["boxes", "narratives"],
            cache_dir=str(tmp_path / "cache"),
            streaming=streaming,
        )
        first, *_ = rows
        assert [thing["category"] for thing in first["objects"]] == ["Person", "Guitar"]
        assert (len(first["narratives"]), first["labels"]) == (2, [])

    def test_fill_what_a_folder_lacks(self, site: Path, oi: Path, tmp_path: Path) -> None:
        expected = rows_of(load(oi))
        (oi / LABELS).unlink()
        settings = {"download": ["labels"], "splits": ["validation"]}
        assert rows_of(load(oi, cache_dir=str(tmp_path / "cache"), **settings)) == expected

    def test_pictures_come_from_the_bucket_when_they_are_opened(self, site: Path, oi: Path) -> None:
        write_pictures(oi / "validation", FIRST)
        rows = load(oi, with_images=True)
        assert [rows[place]["image"].size for place in (0, 1)] == [(100, 80)] * 2
        paths = rows.cast_column("image", datasets.Image(decode=False))["image"]
        assert paths[2]["path"] == f"{open_images_files.BUCKET}validation/{BARE}.jpg"

    def test_nothing_is_downloaded_unasked(self, site: Path) -> None:
        with pytest.raises(MissingFileError, match="no annotation file"):
            load_dataset("open_images_v7", split="validation")
