"""`mmgen convert`: what it reads and finds there, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from datasets import Dataset, Features, Image, List, Value

from mmgen_datasets import convert
from mmgen_datasets.cli import main
from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from scripts.convert_hf_parquet_to_llava import main as script
from tests.parquet_files import converted, media, picture, talk, write


class TestColumns:
    def test_pictures_are_found_by_what_datasets_wrote_of_them(self, tmp_path: Path) -> None:
        features = Features(
            {"views": List(Image()), "conversations": List({k: Value("string") for k in talk()[0]})}
        )
        rows = {"views": [[media(picture())]], "conversations": [talk()]}
        (tmp_path / "data").mkdir()
        Dataset.from_dict(rows, features=features).to_parquet(tmp_path / "data" / "train.parquet")
        [record], _ = converted(tmp_path / "data", tmp_path / "out")
        assert record["image"] == "default/0.jpg"
        assert "views" not in record

    def test_they_can_be_named(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        left, right = media(picture()), media(picture(colour=9))
        columns = {"l": [left], "r": [right], "chat": [talk("Compare.")], "uid": [7], "id": ["no"]}
        data = write(tmp_path / "data", columns)
        words = ["--dataset-path", str(data), "--save-root", str(tmp_path / "out")]
        pairs = ["image=l", "image=r", "conversations=chat", "id=uid"]
        assert main(["convert", *words, *(f"--column={pair}" for pair in pairs)]) == 0
        [record] = json.loads((tmp_path / "out/data/annotations/default.json").read_text())
        assert record["id"] == 7
        assert record["image"] == ["default/0.jpg", "default/0-1.jpg"]
        assert main(["convert", *words, "--column", "image"]) == 2
        assert "write it as KIND=NAME" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("named", "message"),
        [
            ({}, "has no column of conversations\n.*it has caption"),
            ({"conversations": "text"}, "has no column 'text'\n.*it has caption"),
            ({"picture": "caption"}, "'picture' is nothing that a column is asked for"),
        ],
    )
    def test_what_is_not_there_is_said_with_what_is(
        self, named: dict[str, str], message: str, tmp_path: Path
    ) -> None:
        data = write(tmp_path / "data", {"caption": ["A square."]})
        with pytest.raises(UsageError, match=message):
            convert(str(data), tmp_path / "out", columns=named)


class TestOtherFiles:
    """What `datasets` reads is made parquet of first."""

    def test_json_that_names_pictures(self, tmp_path: Path) -> None:
        data = tmp_path / "lakes"
        (data / "photos").mkdir(parents=True)
        (data / "photos" / "a.png").write_bytes(picture())
        row = {"id": "a", "image": "photos/a.png", "conversations": talk()}
        (data / "train.jsonl").write_text(json.dumps(row))
        [record], part = converted(data, tmp_path / "out")
        assert record == {**row, "image": "default/0.jpg"}
        assert (part.folder.root / record["image"]).read_bytes() == picture()

    def test_a_folder_of_pictures_with_metadata(self, tmp_path: Path) -> None:
        data = tmp_path / "lakes"
        data.mkdir()
        (data / "a.jpg").write_bytes(picture())
        row = {"file_name": "a.jpg", "conversations": talk()}
        (data / "metadata.jsonl").write_text(json.dumps(row))
        [record], part = converted(data, tmp_path / "out")
        assert record["conversations"] == talk()
        assert (part.folder.root / record["image"]).read_bytes() == picture()

    def test_files_that_change_are_read_anew(self, tmp_path: Path) -> None:
        data = tmp_path / "lakes"
        data.mkdir()
        for number, word in enumerate(("Hello", "Good morning")):
            (data / "train.jsonl").write_text(json.dumps({"conversations": talk(word)}))
            [record], _ = converted(data, tmp_path / f"out{number}")
            assert record["conversations"] == talk(word)


class TestWrongUse:
    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(MissingFileError, match="cannot be found or read"):
            convert(str(tmp_path / "gone"), tmp_path / "out")

    def test_a_split_or_configuration_that_is_not_there(self, tmp_path: Path) -> None:
        data = write(tmp_path / "data", {"conversations": [talk("Hello")]})
        with pytest.raises(UsageError, match="no split 'test'\n  → choose from train, or 'all'"):
            convert(str(data), tmp_path / "out", split="test")
        with pytest.raises(UsageError, match="no configuration 'x'\n  → choose from default"):
            convert(str(data), tmp_path / "out", config="x")

    def test_files_that_datasets_cannot_read(self, tmp_path: Path) -> None:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "train.jsonl").write_text('{"a": 1')
        with pytest.raises(SourceError, match="its files cannot be read"):
            convert(str(tmp_path / "data"), tmp_path / "out")

    def test_a_file_in_the_place_of_a_folder(self, tmp_path: Path) -> None:
        data = write(tmp_path / "data", {"conversations": [talk("Hello")]})
        with pytest.raises(UsageError, match="is a file\n  → name the folder"):
            convert(str(data / "train.parquet"), tmp_path / "out")

    def test_a_file_cut_short(self, tmp_path: Path) -> None:
        data = write(tmp_path / "data", {"conversations": [talk("Hello")]})
        file = data / "train.parquet"
        file.write_bytes(file.read_bytes()[:-9])
        with pytest.raises(SourceError, match=r"train\.parquet"):
            convert(str(data), tmp_path / "out")

    def test_too_many_rejects_are_told_by_the_exit_status(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        columns = {"image": [media(b""), media(picture())], "conversations": [talk()] * 2}
        data = write(tmp_path / "data", columns)
        words = ["--dataset_path", str(data), "--save_root", str(tmp_path / "out")]
        assert script(words) == 1
        printed = capsys.readouterr()
        assert "rejected 1: not a readable picture" in printed.out
        assert "1 of 2 rows could not be converted" in printed.err
        assert script([*words, "--max-rejects", "0.5"]) == 0
