"""`mmgen convert`: parquet to LLaVA's JSON, in the layout of EMOVA."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets
import PIL.Image
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Features, Image, List, Value
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets import convert, export
from mmgen_datasets.cli import main
from mmgen_datasets.conversion.convert import Converted
from mmgen_datasets.conversion.names import distinct_stems, safe_stem
from mmgen_datasets.conversion.record import Names
from mmgen_datasets.conversion.sniffing import ending
from mmgen_datasets.errors import MissingFileError, RowError, RunError, SourceError, UsageError
from scripts.convert_hf_parquet_to_llava import main as script
from tests.parquet_files import content, media, picture, talk

ROOT = Path(__file__).resolve().parent.parent


def recording() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        wav.writeframes(bytes(80))
    return file.getvalue()


def write(folder: Path, columns: Mapping[str, Any], name: str = "train") -> Path:
    """A folder with one file of parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(dict(columns)), folder / f"{name}.parquet")
    return folder


def converted(data: Path, out: Path, **settings: Any) -> tuple[list[Any], Converted]:
    """The records of a dataset with one part, and what is said of it."""
    [part] = convert(str(data), out, **settings)
    return json.loads(part.folder.annotations.read_text(encoding="utf-8")), part


class TestLayout:
    def test_it_is_that_of_emova(self, tmp_path: Path) -> None:
        data = write(
            tmp_path / "squares",
            {"id": ["a"], "image": [media(picture(), "x.png")], "conversations": [talk()]},
        )
        words = ["--dataset_path", str(data), "--save_root", str(tmp_path / "out")]
        assert script([*words, "--config", "all", "--split", "train"]) == 0
        root = tmp_path / "out" / "squares"
        assert json.loads((root / "annotations" / "default.json").read_text()) == [
            {"id": "a", "image": "default/0.jpg", "conversations": talk()}
        ]
        assert content(root).keys() == {"annotations/default.json", "default/0.jpg"}
        assert (root / "default" / "0.jpg").read_bytes() == picture()

    def test_several_configurations_and_splits_have_their_names(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        for name in ("one/train", "one/test", "two/train"):
            folder, _, split = name.partition("/")
            write(data / folder, {"conversations": [talk(name)]}, split)
        (data / "README.md").write_text(
            "---\nconfigs:\n"
            "- config_name: one\n  data_files:\n"
            "  - {split: train, path: one/train.parquet}\n"
            "  - {split: test, path: one/test.parquet}\n"
            "- config_name: two\n  data_files:\n"
            "  - {split: train, path: two/train.parquet}\n---\n"
        )
        parts = convert(str(data), tmp_path / "all", split="all")
        assert [part.folder.name for part in parts] == ["one-train", "one-test", "two-train"]
        assert "one/test" in parts[1].folder.annotations.read_text()
        assert [part.folder.name for part in convert(str(data), tmp_path / "b")] == ["one", "two"]
        [part] = convert(str(data), tmp_path / "c", config="one", split="test")
        assert part.folder.name == "one"

    def test_row_numbers_go_on_from_file_to_file(self, tmp_path: Path) -> None:
        for number in range(3):
            columns = {"image": [media(picture())] * 2, "conversations": [talk()] * 2}
            write(tmp_path / "data", columns, f"train-0000{number}-of-00003")
        records, _ = converted(tmp_path / "data", tmp_path / "out", num_proc=1)
        assert [record["image"] for record in records] == [f"default/{n}.jpg" for n in range(6)]
        assert records[5]["id"] == "default-5"

    def test_an_empty_dataset_is_an_empty_list(self, tmp_path: Path) -> None:
        schema = pa.schema({"conversations": pa.list_(pa.map_(pa.string(), pa.string()))})
        (tmp_path / "data").mkdir()
        pq.write_table(schema.empty_table(), tmp_path / "data" / "train.parquet")
        records, part = converted(tmp_path / "data", tmp_path / "out")
        assert records == []
        assert part.counts.conversations == 0

    def test_texts_of_all_languages_stay_as_they_are(self, tmp_path: Path) -> None:
        words = 'Was ist das? 这是什么? \u2028 😀 "\\\n'
        data = write(tmp_path / "资料", {"id": ["é"], "conversations": [talk(words)]})
        records, part = converted(data, tmp_path / "out")
        assert records == [{"id": "é", "conversations": talk(words)}]
        assert "这是什么" in part.folder.annotations.read_text(encoding="utf-8")
        assert part.folder.root.name == "资料"


class TestTurns:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("conversations", talk()),
            ("conversations", json.dumps(talk())),
            ("messages", [{"role": "user", "content": "<image>\nWhat is it?"}]),
            ("texts", [{"user": "<image>\nWhat is it?", "assistant": "A square."}]),
            (
                "messages",
                [
                    {
                        "role": "user",
                        "content": [
                            {"type": "image", "text": None},
                            {"type": "text", "text": "What is it?"},
                        ],
                    },
                    {"role": "assistant", "content": [{"type": "text", "text": "A square."}]},
                ],
            ),
        ],
        ids=["llava", "json", "openai", "cauldron", "parts"],
    )
    def test_every_usual_form_is_read(self, column: str, value: Any, tmp_path: Path) -> None:
        data = write(tmp_path / "data", {"image": [media(picture())], column: [value]})
        [record], _ = converted(data, tmp_path / "out")
        assert record["conversations"] == talk()[: len(record["conversations"])]

    def test_what_else_a_turn_says_is_kept(self, tmp_path: Path) -> None:
        turns = talk("Hello")
        turns[1]["re_encode"] = True
        data = write(tmp_path / "data", {"conversations": [turns]})
        [record], _ = converted(data, tmp_path / "out")
        assert record["conversations"] == turns

    def test_placeholders_are_put_where_none_is(self, tmp_path: Path) -> None:
        pictures = [[media(picture()), media(picture("PNG"))]]
        data = write(tmp_path / "data", {"images": pictures, "conversations": [talk("Compare.")]})
        [record], _ = converted(data, tmp_path / "out")
        assert record["conversations"][0]["value"] == "<image>\n<image>\nCompare."
        assert record["image"] == ["default/0.jpg", "default/0-1.png"]

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (None, "the conversation is missing"),
            ([], "the conversation is empty"),
            (talk("<image> <image>"), "2 <image> for 1 files"),
            (talk(answer="<image>"), "an answer holds <image>"),
            (talk()[1:], "a turn of 'gpt' where one of 'human' is due"),
            (talk() + talk()[1:], "a turn of 'gpt' where one of 'human' is due"),
            ([{"from": "tool", "value": "x"}], "a turn of 'tool', whom LLaVA's format does not"),
            ([{"from": "human", "value": None}], "a turn has no words"),
            ([{"who": "human", "value": "x"}], "a turn is no object with a speaker and words"),
            ("no JSON", "the conversation is a text, and not JSON"),
            ("[" * 100_000, "the conversation is a text, and not JSON"),
            (talk(answer="\ud800"), "a column holds what JSON cannot say"),
            ([{"role": "user", "content": [{"type": "film"}]}], "a part of a turn is of type"),
        ],
    )
    def test_what_is_no_conversation_is_rejected_and_the_rest_goes_on(
        self, value: Any, reason: str, tmp_path: Path
    ) -> None:
        """As JSON, since a column of parquet holds values of one type."""
        values = [json.dumps(talk()), value if isinstance(value, str) else json.dumps(value)]
        if value is None:
            values[1] = None  # type: ignore[call-overload]
        columns = {"image": [media(picture())] * 2, "conversations": values}
        records, part = converted(write(tmp_path / "data", columns), tmp_path / "out")
        assert len(records) == 1
        assert part.counts.conversations == 1
        [rejected] = map(json.loads, part.folder.rejects.read_text().splitlines())
        assert rejected["row"] == 1
        assert rejected["reason"].startswith(reason)
        assert not (part.folder.media / "1.jpg").exists()


class TestMedia:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
    def test_bytes_stay_and_the_ending_is_theirs(self, form: str, tmp_path: Path) -> None:
        columns = {"image": [media(picture(form), "x.xyz")], "conversations": [talk()]}
        [record], part = converted(write(tmp_path / "data", columns), tmp_path / "out")
        end = {"JPEG": ".jpg"}.get(form, f".{form.lower()}")
        assert record["image"] == f"default/0{end}"
        assert (part.folder.root / record["image"]).read_bytes() == picture(form)

    @pytest.mark.parametrize(
        "data", [b"", b"not a picture", picture()[:-40], picture("PNG")[:45], recording()]
    )
    def test_a_broken_picture_is_rejected(self, data: bytes, tmp_path: Path) -> None:
        columns = {"image": [media(data), media(picture())], "conversations": [talk()] * 2}
        columns["id"] = ["bad", "good"]
        records, part = converted(write(tmp_path / "data", columns), tmp_path / "out")
        assert [record["id"] for record in records] == ["good"]
        assert part.counts.rejects == {"not a readable picture": 1}
        [rejected] = map(json.loads, part.folder.rejects.read_text().splitlines())
        assert rejected == {"row": 0, "id": "bad", "reason": "not a readable picture"}

    def test_rows_without_pictures_stand_beside_those_with(self, tmp_path: Path) -> None:
        columns = {
            "image": [None, media(picture()), media(None), None],
            "conversations": [talk("Hello"), talk(), talk("Hello"), talk()],
        }
        records, part = converted(write(tmp_path / "data", columns), tmp_path / "out")
        assert [record.get("image") for record in records] == [None, "default/1.jpg", None]
        assert part.counts.rejects == {"1 <image> for 0 files": 1}

    def test_recordings_are_files_too(self, tmp_path: Path) -> None:
        columns = {"audio": [media(recording(), "a.wav")], "conversations": [talk("<audio>\nHm?")]}
        [record], part = converted(write(tmp_path / "data", columns), tmp_path / "out")
        assert record["audio"] == "default/0.wav"
        assert (part.folder.root / "default/0.wav").read_bytes() == recording()

    def test_pictures_among_the_words_are_files_too(self, tmp_path: Path) -> None:
        parts = [{"type": "image", "image": media(picture())}, {"type": "text", "text": "Hm?"}]
        columns = {"messages": [[{"role": "user", "content": parts}]]}
        [record], _ = converted(write(tmp_path / "data", columns), tmp_path / "out")
        assert record["image"] == "default/0.jpg"
        assert record["conversations"] == [{"from": "human", "value": "<image>\nHm?"}]

    def test_pictures_inside_other_columns_become_paths(self, tmp_path: Path) -> None:
        columns = {
            "image": [media(picture())],
            "conversations": [talk()],
            "more": [{"masks": [media(picture("PNG"))], "none": media(None), "score": 0.5}],
        }
        [record], part = converted(write(tmp_path / "data", columns), tmp_path / "out")
        assert record["more"] == {"masks": ["default/0-1.png"], "none": None, "score": 0.5}
        assert part.counts.files == 2

    def test_paths_are_read_below_the_dataset(self, tmp_path: Path) -> None:
        paths = ["pictures/a.jpg", "../outside.jpg", str(tmp_path / "outside.jpg"), "gone.jpg"]
        columns = {"image": paths, "conversations": [talk()] * len(paths)}
        data = write(tmp_path / "data", columns)
        (data / "pictures").mkdir()
        for path in (data / "pictures" / "a.jpg", tmp_path / "outside.jpg"):
            path.write_bytes(picture())
        records, part = converted(data, tmp_path / "out")
        assert [record["image"] for record in records] == ["default/0.jpg"]
        assert part.counts.rejects == {
            "a path leads out of the dataset's folder": 2,
            "a file that a row names is not there": 1,
        }
        records, _ = converted(data, tmp_path / "other", media_root=tmp_path)
        assert [record["image"] for record in records] == ["default/2.jpg"]

    def test_a_file_of_parquet_may_stand_beside_many_pictures(self, tmp_path: Path) -> None:
        paths = [f"pictures/{number}.jpg" for number in range(9)]
        columns = {"image": paths, "conversations": [talk()] * 9}
        data = write(tmp_path / "data", columns, "rows")
        (data / "pictures").mkdir()
        for path in paths:
            (data / path).write_bytes(picture())
        records, _ = converted(data, tmp_path / "out")
        assert len(records) == 9

    def test_other_columns_are_kept_as_json_can_say_them(self, tmp_path: Path) -> None:
        table = pa.table(
            {
                "conversations": [talk("Hello")],
                "day": pa.array([0], pa.date32()),
                "moment": pa.array([1], pa.timestamp("ns")),
                "score": [float("nan")],
                "raw": [b"\x00"],
                "none": pa.nulls(1),
            }
        )
        (tmp_path / "data").mkdir()
        pq.write_table(table, tmp_path / "data" / "train.parquet")
        [record], _ = converted(tmp_path / "data", tmp_path / "out")
        moment = {"moment": "1970-01-01T00:00:00.000000001"}
        others = {"day": "1970-01-01", **moment, "score": None, "raw": "AA==", "none": None}
        assert record == {"id": "default-0", "conversations": talk("Hello"), **others}

    def test_a_text_that_is_not_utf8_is_rejected(self, tmp_path: Path) -> None:
        broken = pa.array([b"\xff", b"a"]).cast(pa.string(), safe=False)
        assert broken  # pa.binary().cast would check it
        table = pa.table({"id": broken, "conversations": [talk("Hello")] * 2})
        (tmp_path / "data").mkdir()
        pq.write_table(table, tmp_path / "data" / "train.parquet")
        _, part = converted(tmp_path / "data", tmp_path / "out")
        assert part.counts.rejects == {"a text is not UTF-8": 1}

    def test_a_time_that_nobody_can_hold_is_rejected(self, tmp_path: Path) -> None:
        days = pa.array([0, 2**30], pa.date32())
        data = write(tmp_path / "data", {"conversations": [talk("Hello")] * 2, "day": days})
        _, part = converted(data, tmp_path / "out")
        assert part.counts.rejects == {"a value cannot be read": 1}

    @pytest.mark.parametrize(
        ("data", "end"),
        [
            (recording(), ".wav"),
            (b"fLaC", ".flac"),
            (b"ID3\x04", ".mp3"),
            (b"\x00\x00\x00\x20ftypisom", ".mp4"),
            (b"\x1a\x45\xdf\xa3\x9fB\x86webm", ".webm"),
            (picture(), ".jpg"),
        ],
    )
    def test_a_kind_is_told_by_the_bytes(self, data: bytes, end: str) -> None:
        assert ending(data, None) == end

    def test_a_recording_is_no_film(self) -> None:
        with pytest.raises(RowError, match="no video file"):
            ending(recording(), "video")


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


class TestNames:
    @given(st.text())
    def test_a_stem_is_one_that_every_file_system_takes(self, name: str) -> None:
        stem = safe_stem(name)
        assert stem == safe_stem(stem)
        assert 0 < len(stem.encode()) <= 101
        assert not set(stem) & set('<>:"/\\|?*\0\n\t')
        assert stem[0] != "." and stem[-1] not in ". "
        assert stem.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}

    @given(st.lists(st.text(max_size=3) | st.sampled_from(["a", "A", "ß", "SS", "rejects"])))
    def test_no_two_names_meet_where_case_does_not_count(self, names: list[str]) -> None:
        stems = distinct_stems(set(names), taken=["rejects"])
        folded = [stem.casefold() for stem in stems.values()]
        assert len({*folded, "rejects"}) == len({*names}) + 1
        assert all(safe_stem(stem) == stem for stem in stems.values())

    @pytest.mark.parametrize("name", ["train", "allava-caption-part0", "000000033471", "小猫"])
    def test_a_usual_name_stays(self, name: str) -> None:
        assert safe_stem(name) == name

    def test_files_keep_the_names_of_the_data_made_safe(self, tmp_path: Path) -> None:
        names = ["cat.jpg", "../../cat.jpg", "/etc/CAT.png", "C:\\NUL.jpg", "a\0b", ".", None]
        pictures = [media(picture(colour=index), name) for index, name in enumerate(names)]
        columns = {"image": pictures, "conversations": [talk()] * len(names)}
        data = write(tmp_path / "in" / "data", columns)
        records, part = converted(data, tmp_path / "in" / "out", names="data")
        found = [Path(record["image"]).name for record in records]
        stems = [name.rpartition("-")[0] for name in found]
        assert stems == ["cat", "cat", "CAT", "NUL_", "a_b", "_", "media"]
        assert len({name.casefold() for name in found}) == len(names)
        for record, one in zip(records, pictures, strict=True):
            assert (part.folder.root / record["image"]).read_bytes() == one["bytes"]
        assert {path.name for path in (tmp_path / "in").iterdir()} == {"data", "out"}

    def test_a_picture_of_several_rows_is_one_file(self, tmp_path: Path) -> None:
        columns = {"image": [media(picture(), "x.jpg")] * 3, "conversations": [talk()] * 3}
        records, part = converted(write(tmp_path / "data", columns), tmp_path / "out", names="data")
        assert len({record["image"] for record in records}) == part.counts.files == 1

    def test_a_configuration_named_like_a_folder_of_ours_gets_another(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        entries = ""
        for number, name in enumerate(["annotations", "Ab", "aB"]):
            write(data, {"conversations": [talk(name)]}, f"file{number}")
            entries += f"- {{config_name: {name}, data_files: file{number}.parquet}}\n"
        (data / "README.md").write_text(f"---\nconfigs:\n{entries}---\n")
        stems = [part.folder.name for part in convert(str(data), tmp_path / "out")]
        assert len({stem.casefold() for stem in stems}) == 3
        assert "annotations" not in stems


class TestGoingOn:
    def data(self, folder: Path, files: int = 4, rows: int = 6) -> Path:
        """Some rejects among the rows."""
        for file in range(files):
            pictures = [media(picture(colour=file * rows + row)) for row in range(rows)]
            pictures[1] = media(b"broken")
            columns = {"image": pictures, "conversations": [talk()] * rows}
            write(folder, columns, f"train-{file:05}-of-{files:05}")
        return folder

    def test_what_is_finished_is_not_written_again(self, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        convert(str(data), tmp_path / "whole")
        third = data / "train-00002-of-00004.parquet"
        good, status = third.read_bytes(), third.stat()
        third.write_bytes(good[:4] + bytes(100) + good[104:])
        os.utime(third, ns=(status.st_atime_ns, status.st_mtime_ns))
        with pytest.raises(SourceError, match=r"train-00002-of-00004\.parquet"):
            convert(str(data), tmp_path / "out")
        assert not (tmp_path / "out" / "data" / "annotations").exists()
        first = tmp_path / "out" / "data" / "default" / "0.jpg"
        written = first.stat().st_mtime_ns
        third.write_bytes(good)
        os.utime(third, ns=(status.st_atime_ns, status.st_mtime_ns))
        _, part = converted(data, tmp_path / "out")
        assert first.stat().st_mtime_ns == written
        assert content(tmp_path / "out") == content(tmp_path / "whole")
        assert part.counts.rejects == {"not a readable picture": 4}

    def test_done_again_it_does_nothing_and_says_the_same(self, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        before = convert(str(data), tmp_path / "out")
        file = before[0].folder.annotations
        written = file.stat().st_mtime_ns
        assert convert(str(data), tmp_path / "out") == before
        assert file.stat().st_mtime_ns == written

    @pytest.mark.parametrize("lost", ["annotations", "default"])
    def test_what_was_removed_is_made_again(self, lost: str, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        convert(str(data), tmp_path / "out")
        whole = content(tmp_path / "out")
        shutil.rmtree(tmp_path / "out" / "data" / lost)
        convert(str(data), tmp_path / "out")
        assert content(tmp_path / "out") == whole

    def test_other_data_are_not_mixed_in(self, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        convert(str(data), tmp_path / "out")
        with pytest.raises(RunError, match="with other settings, or from other data"):
            convert(str(data), tmp_path / "out", names="data")

    def test_a_file_of_others_is_not_written_over(self, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        file = tmp_path / "out" / "data" / "annotations" / "default.json"
        file.parent.mkdir(parents=True)
        file.write_text("[]")
        with pytest.raises(RunError, match="was not written by this command"):
            convert(str(data), tmp_path / "out")

    def test_row_groups_are_units_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With units of one row group, what comes out is the same."""
        monkeypatch.setattr("mmgen_datasets.conversion.plan._UNIT_BYTES", 1)
        rows = {
            "image": [media(picture(colour=n)) for n in range(7)],
            "conversations": [talk()] * 7,
        }
        (tmp_path / "data").mkdir()
        pq.write_table(pa.table(rows), tmp_path / "data" / "train.parquet", row_group_size=2)
        records, _ = converted(tmp_path / "data", tmp_path / "out")
        assert [record["image"] for record in records] == [f"default/{n}.jpg" for n in range(7)]

    @pytest.mark.slow
    def test_several_processes_write_what_one_writes(self, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        convert(str(data), tmp_path / "one")
        convert(str(data), tmp_path / "three", num_proc=3)
        assert content(tmp_path / "one") == content(tmp_path / "three")

    @pytest.mark.slow
    @pytest.mark.parametrize(("num_proc", "names"), [(1, "row"), (2, "data")])
    def test_killed_at_any_moment_it_goes_on_to_the_same_end(
        self, num_proc: int, names: Names, tmp_path: Path
    ) -> None:
        data = self.data(tmp_path / "data", files=12, rows=60)
        convert(str(data), tmp_path / "whole", names=names)
        words = [sys.executable, "-m", "scripts.convert_hf_parquet_to_llava"]
        words += ["--dataset_path", str(data), "--save_root", str(tmp_path / "out")]
        words += ["--num_proc", str(num_proc), "--names", names]
        rng = random.Random(num_proc)
        for _ in range(6):
            process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
            state = tmp_path / "out" / "data" / ".convert" / "default"
            while not state.exists() and process.poll() is None:
                time.sleep(0.01)
            time.sleep(rng.uniform(0, 0.3 * num_proc))
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert subprocess.run(words, cwd=ROOT, stdout=subprocess.DEVNULL).returncode == 0
        assert content(tmp_path / "out") == content(tmp_path / "whole")
        assert not list((tmp_path / "out" / "data" / ".convert" / "default").glob("*"))


class TestRoundTrip:
    def test_what_the_exporter_writes_comes_back(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        exported = export(conversations, "llava", tmp_path / "llava")
        rows = json.loads(exported.file.read_text(encoding="utf-8"))
        columns = {key: [row[key] for row in rows] for key in ("id", "conversations")}
        columns["image"] = [f"images/{row['image']}" for row in rows]
        data = write(tmp_path / "llava", columns)
        records, part = converted(data, tmp_path / "out", names="data")
        assert [record["conversations"] for record in records] == columns["conversations"]
        for record, row in zip(records, rows, strict=True):
            file = part.folder.root / record["image"]
            assert file.read_bytes() == (data / "images" / row["image"]).read_bytes()

    def test_what_generate_makes_is_converted_as_it_is(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        """Embedded as a push does it; the row with an error has no messages."""
        embedded = conversations.with_format("arrow").map(
            datasets.table.embed_table_storage, batched=True
        )
        (tmp_path / "run").mkdir()
        embedded.with_format(None).to_parquet(tmp_path / "run" / "train.parquet")
        records, part = converted(tmp_path / "run", tmp_path / "out")
        good = [error is None for error in conversations["error"]]
        assert len(records) == sum(good) == part.counts.files
        assert list(part.counts.rejects.values()) == [len(good) - sum(good)]

    def test_datasets_and_llava_read_it(self, conversations: Dataset, tmp_path: Path) -> None:
        """LLaVA's own reading: human and gpt by turns, and one picture below the folder."""
        export(conversations, "llava", tmp_path / "llava")
        columns = {
            "image": [media(picture())] * 3,
            "conversations": [talk()] * 3,
        }
        _, part = converted(write(tmp_path / "data", columns), tmp_path / "out")
        for source in json.loads(part.folder.annotations.read_text()):
            with PIL.Image.open(part.folder.root / source["image"]) as opened:
                opened.convert("RGB")
            for index, sentence in enumerate(source["conversations"]):
                assert sentence["from"] == ("human", "gpt")[index % 2]
        files = str(part.folder.annotations)
        assert len(datasets.load_dataset("json", data_files=files, split="train")) == 3


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
