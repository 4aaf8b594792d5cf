"""`mmgen convert`: pictures and recordings become files, other values JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen_datasets.conversion.sniffing import ending
from mmgen_datasets.errors import RowError
from tests.parquet_files import converted, media, picture, recording, talk, write


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

    def test_the_first_of_several_stands_once_where_it_has_a_column_too(
        self, tmp_path: Path
    ) -> None:
        """As in what this library exports and pushes."""
        first, second = media(picture(), "a.jpg"), media(picture("PNG"), "b.png")
        columns = {
            "image": [first, first, first, None],
            "images": [[first, second], None, [second, second], [first, second]],
            "messages": [talk("<image> <image>?"), talk(), talk(), talk("<image> <image>?")],
        }
        records, part = converted(write(tmp_path / "data", columns), tmp_path / "out")
        assert [record["image"] for record in records] == [
            ["default/0.jpg", "default/0-1.png"],
            "default/1.jpg",
            ["default/3.jpg", "default/3-1.png"],
        ]
        assert part.counts.rejects == {"1 <image> for 3 files": 1}

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
