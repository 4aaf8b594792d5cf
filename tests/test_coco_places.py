"""COCO: where its files and pictures may lie."""

from __future__ import annotations

import logging
import shutil
import zipfile
from pathlib import Path

import datasets
import pytest

from mmgen_datasets.errors import MissingFileError, SourceError
from mmgen_datasets.loading import load_dataset
from tests.coco_files import documents, file_name, load, pack, write, write_pictures
from tests.contracts.source import rows_of


class TestWhereFilesLie:
    @pytest.mark.parametrize("place", [".", "annotations"])
    def test_annotations_may_lie_straight_in_the_folder(self, tmp_path: Path, place: str) -> None:
        write(tmp_path / "coco" / place, documents())
        assert len(load(tmp_path / "coco")) == 3

    def test_an_archive_is_read_without_unpacking_it(self, coco: Path) -> None:
        unpacked = rows_of(load(coco))
        pack(coco / "annotations_trainval2017.zip", coco / "annotations", prefix="annotations/")
        assert rows_of(load(coco)) == unpacked
        assert [path.name for path in coco.iterdir()] == ["annotations_trainval2017.zip"]

    @pytest.mark.parametrize("folder", ["val2017", "images/val2017"])
    def test_pictures_on_disk_are_paths_and_others_null(self, coco: Path, folder: str) -> None:
        write_pictures(coco / folder, "000000000005.jpg", "stranger.jpg")
        rows = load(coco).cast_column("image", datasets.Image(decode=False))
        path = str(coco / folder / "000000000005.jpg")
        assert list(rows["image"]) == [None, {"bytes": None, "path": path}, None]

    def test_pictures_in_an_archive_open(self, coco: Path) -> None:
        write_pictures(coco / "val2017", "000000000005.jpg")
        pack(coco / "val2017.zip", coco / "val2017", prefix="val2017/")
        images = [row["image"] for row in load(coco)]
        assert images[0] is None
        assert images[1].size == (100, 80)

    def test_how_many_pictures_are_missing_is_said_once(
        self, coco: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        write_pictures(coco / "val2017", "000000000005.jpg")
        load(coco)
        [said] = [record.getMessage() for record in caplog.records if "pictures" in record.msg]
        assert said.startswith(f"coco2017: 2 of 3 pictures are not in {coco}/val2017")

    def test_a_picture_that_comes_later_is_noticed(self, coco: Path) -> None:
        write_pictures(coco / "val2017", "000000000005.jpg")
        assert load(coco)[0]["image"] is None
        write_pictures(coco / "val2017", "000000000009.jpg")
        assert load(coco)[0]["image"] is not None

    def test_a_split_without_files_is_not_offered(self, coco: Path) -> None:
        assert [*load_dataset("coco2017", data_dir=str(coco))] == ["validation"]

    @pytest.mark.parametrize(
        ("missing", "column", "other"),
        [("instances", "objects", "captions"), ("captions", "captions", "objects")],
    )
    def test_one_kind_of_file_is_enough_and_the_other_is_missed(
        self, coco: Path, caplog: pytest.LogCaptureFixture, missing: str, column: str, other: str
    ) -> None:
        (coco / "annotations" / f"{missing}_val2017.json").unlink()
        rows = load(coco)
        assert [*rows[column]] == [[], [], []]
        assert any(rows[other])
        [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert f"{missing}_val2017.json" in record.getMessage()

    def test_no_annotations_at_all_say_what_was_looked_for(self, coco: Path) -> None:
        with pytest.raises(MissingFileError) as caught:
            load_dataset("coco2014", data_dir=str(coco))
        assert "instances_train2014.json" in caught.value.problem
        assert str(coco) in caught.value.problem
        assert "https://cocodataset.org" in caught.value.hint

    def test_keypoints_that_were_asked_for_must_be_there(self, coco: Path) -> None:
        (coco / "annotations" / "person_keypoints_val2017.json").unlink()
        with pytest.raises(MissingFileError, match="person_keypoints_val2017"):
            load(coco, with_keypoints=True)

    @pytest.mark.parametrize("name", ["annotations_trainval2017.zip", "val2017.zip"])
    def test_what_is_no_archive_is_named(self, coco: Path, name: str) -> None:
        (coco / name).write_bytes(b"<html>not found</html>")
        with pytest.raises(SourceError, match=name):
            load(coco)

    def test_a_damaged_archive_is_named(self, coco: Path) -> None:
        archive = pack(coco / "annotations_trainval2017.zip", coco / "annotations")
        data = bytearray(archive.read_bytes())
        data[200:210] = bytes(10)  # in the first member's packed text
        archive.write_bytes(data)
        with pytest.raises(SourceError, match=r"annotations_trainval2017\.zip is damaged"):
            load(coco)


def test_what_is_no_file_is_no_picture(coco: Path) -> None:
    """A link to nowhere, a link in a circle and a folder; a link to a picture is one."""
    folder = coco / "val2017"
    for number, start in ((9, "nowhere"), (5, file_name(5, "val2017"))):
        folder.mkdir(exist_ok=True)
        (folder / file_name(number, "val2017")).symlink_to(folder / start)
    (folder / file_name(7, "val2017")).mkdir()
    assert [row["image"] for row in load(coco)] == [None] * 3
    write_pictures(coco / "store", "nine.jpg")
    (folder / file_name(9, "val2017")).unlink()
    (folder / file_name(9, "val2017")).symlink_to(coco / "store" / "nine.jpg")
    assert [row["image"] is None for row in load(coco)] == [False, True, True]


def test_a_folder_in_an_archive_is_no_picture(coco: Path) -> None:
    with zipfile.ZipFile(coco / "val2017.zip", "w") as opened:
        opened.mkdir("val2017")
        opened.mkdir(f"val2017/{file_name(9, 'val2017')}")
    assert [row["image"] for row in load(coco)] == [None] * 3


def test_an_archive_of_pictures_may_hold_more(coco: Path) -> None:
    write_pictures(coco / "val2017", "000000000005.jpg")
    with zipfile.ZipFile(coco / "val2017.zip", "w") as opened:
        opened.write(coco / "val2017" / "000000000005.jpg", "val2017/000000000005.jpg")
        opened.writestr("__MACOSX/val2017/000000000009.jpg", b"")
    shutil.rmtree(coco / "val2017")
    assert [row["image"] is None for row in load(coco)] == [True, False, True]


def test_a_large_archive_of_pictures_asks_to_be_unpacked(
    coco: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with zipfile.ZipFile(coco / "val2017.zip", "w") as opened:
        for number in range(10_001):
            opened.writestr(f"val2017/{number:012}.jpg", b"")
    load(coco)
    assert f"unpack {coco}/val2017.zip" in caplog.text
