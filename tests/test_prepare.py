"""Sources as parquet that is read without this library."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

import datasets
import datasets.inspect
import datasets.load
import pyarrow.parquet as pq
import pytest

from mmgen_datasets.errors import SourceError
from mmgen_datasets.loading import load_dataset
from mmgen_datasets.parquet import prepare
from tests.coco_files import documents, file_name, write, write_pictures
from tests.contracts.source import rows_of


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    write(tmp_path / "coco" / "annotations", documents())
    write_pictures(tmp_path / "coco" / "val2017", file_name(9, "val2017"))
    return tmp_path / "coco"


class TestPrepare:
    def test_pictures_go_in_as_the_bytes_of_their_files(self, coco: Path, tmp_path: Path) -> None:
        out = prepare("coco2017", tmp_path / "out", data_dir=str(coco))
        [table] = [pq.read_table(path) for path in out.iterdir()]
        name = file_name(9, "val2017")
        assert table["image"][0].as_py() == {
            "bytes": (coco / "val2017" / name).read_bytes(),
            "path": name,
        }

    def test_a_large_split_becomes_several_files(self, coco: Path, tmp_path: Path) -> None:
        things = documents()
        for name in ("instances_val2017.json", "captions_val2017.json"):
            image = things[name]["images"][0]
            things[name]["images"] += [
                image | {"id": number, "file_name": f"{number}.jpg"} for number in range(100, 350)
            ]
        write(coco / "annotations", things)
        out = prepare("coco2017", tmp_path / "out", data_dir=str(coco), max_shard_mb=0)
        names = sorted(path.name for path in out.iterdir())
        assert names == [f"validation-{number:05}-of-00003.parquet" for number in range(3)]
        ours = load_dataset("coco2017", data_dir=str(coco), split="validation")
        plain = datasets.load_dataset(str(out), split="validation")
        assert rows_of(plain) == rows_of(ours)

    def test_settings_of_the_source_are_handed_on(self, coco: Path, tmp_path: Path) -> None:
        out = prepare("coco2017", tmp_path / "out", data_dir=str(coco), with_keypoints=True)
        plain = datasets.load_dataset(str(out), split="validation")
        assert len(plain[0]["poses"]) == 1

    def test_what_datasets_cannot_load_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "own").mkdir()
        (tmp_path / "own" / "train.jsonl").write_text('{"a": 1}\n')
        cases: list[tuple[str, dict[str, Any]]] = [("nothing", {}), ("own", {"with_images": True})]
        for source, settings in cases:
            path = str(tmp_path / source)
            with pytest.raises(SourceError, match=f"{path}: cannot be loaded"):
                prepare(path, tmp_path / "out", **settings)

    def test_nothing_half_written_is_left(self, coco: Path, tmp_path: Path) -> None:
        """A picture that goes away between loading and writing, unseen in its folder."""
        write_pictures(tmp_path / "store", "nine.jpg")
        picture = coco / "val2017" / file_name(9, "val2017")
        picture.unlink()
        picture.symlink_to(tmp_path / "store" / "nine.jpg")
        load_dataset("coco2017", data_dir=str(coco))
        (tmp_path / "store" / "nine.jpg").unlink()
        with pytest.raises(SourceError, match=f"{picture} cannot be read: No such file"):
            prepare("coco2017", tmp_path / "made" / "out", data_dir=str(coco))
        assert [*(tmp_path / "made").iterdir()] == []

    def test_a_picture_that_became_a_folder_is_named(self, coco: Path, tmp_path: Path) -> None:
        picture = coco / "val2017" / file_name(9, "val2017")
        picture.unlink()
        (tmp_path / "store").write_bytes(b"")
        picture.symlink_to(tmp_path / "store")
        load_dataset("coco2017", data_dir=str(coco))
        (tmp_path / "store").unlink()
        (tmp_path / "store").mkdir()
        with pytest.raises(SourceError, match=f"{picture} cannot be read: Is a directory"):
            prepare("coco2017", tmp_path / "out", data_dir=str(coco))

    def test_a_picture_damaged_in_its_archive_is_named(self, coco: Path, tmp_path: Path) -> None:
        name = file_name(9, "val2017")
        data = (coco / "val2017" / name).read_bytes()
        with zipfile.ZipFile(coco / "val2017.zip", "w") as opened:
            opened.write(coco / "val2017" / name, f"val2017/{name}")
        shutil.rmtree(coco / "val2017")
        packed = (coco / "val2017.zip").read_bytes()
        (coco / "val2017.zip").write_bytes(packed.replace(data, bytes(len(data))))
        with pytest.raises(SourceError, match=f"cannot be read: .*{name}"):
            prepare("coco2017", tmp_path / "out", data_dir=str(coco))

    def test_pictures_that_are_none_are_left_out(self, coco: Path, tmp_path: Path) -> None:
        (coco / "val2017" / file_name(5, "val2017")).symlink_to(tmp_path / "nowhere")
        (coco / "val2017" / file_name(7, "val2017")).mkdir()
        out = prepare("coco2017", tmp_path / "out", data_dir=str(coco))
        [table] = [pq.read_table(path) for path in out.iterdir()]
        assert table["image"].is_null().to_pylist() == [False, True, True]
