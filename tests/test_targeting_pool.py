"""Candidates from a folder or a source, and what is known of where they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from datasets import Dataset, Features, Image

from mmgen_datasets import load_dataset
from mmgen_datasets.errors import MissingFileError, UsageError
from mmgen_datasets.targeting.candidates import pool_of_dataset, pool_of_folder, write_origins
from mmgen_datasets.targeting.create import Workshop
from tests.photographs import file_of, photograph
from tests.sample import SAMPLE_DIR


class TestPool:
    def test_a_folder_is_listed_by_the_alphabet(self, tmp_path: Path) -> None:
        for name in ("b.PNG", "a/z.jpg", "c.txt", "A.webp"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        names = [path.relative_to(tmp_path).as_posix() for path in pool_of_folder(tmp_path).paths]
        assert names == ["A.webp", "a/z.jpg", "b.PNG"]

    def test_pictures_of_one_name_in_two_folders_stay_two(self, tmp_path: Path) -> None:
        for folder in ("a", "b"):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "1.png").touch()
        workshop = Workshop(tmp_path / "index", tmp_path)
        names = [workshop.name_of(path) for path in pool_of_folder(tmp_path).paths]
        assert names == ["a/1.png", "b/1.png"]

    def test_a_folder_without_pictures_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(MissingFileError, match="no picture"):
            pool_of_folder(tmp_path)

    def test_a_source_gives_its_files_and_their_licences(self, tmp_path: Path) -> None:
        samples = load_dataset("coco2017", data_dir=str(SAMPLE_DIR), split="train[:3]")
        pool = pool_of_dataset(samples, tmp_path)
        assert [path.name for path in pool.paths] == samples["file_name"]
        names = {path: path.name for path in pool.paths}
        write_origins(pool, names, tmp_path / "origins.parquet")
        told: Any = Dataset.from_parquet(str(tmp_path / "origins.parquet"))
        assert told["path"] == samples["file_name"]
        assert [row["name"] for row in told["license"]] == [
            row["name"] for row in samples["license"]
        ]

    def test_pictures_inside_rows_become_files_byte_for_byte(self, tmp_path: Path) -> None:
        data = file_of(photograph(8, 8))
        cells = [{"bytes": data, "path": "x.jpg"}, None, {"bytes": b"none", "path": None}]
        dataset = Dataset.from_dict({"img": cells}, Features({"img": Image()}))
        pool = pool_of_dataset(dataset, tmp_path / "made")
        assert [path.read_bytes() for path in pool.paths] == [data]
        assert pool.paths[0].suffix == ".jpg"
        assert pool.bad == {"row 1": "there is no picture", "row 2": "not a readable picture"}
        assert pool_of_dataset(dataset, tmp_path / "made").paths == pool.paths

    def test_a_table_without_pictures_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="text"):
            pool_of_dataset(Dataset.from_dict({"text": ["a"]}), tmp_path)
