"""Open Images V7: which images come, and in what order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets.errors import SourceError, UsageError
from mmgen_datasets.loading import load_dataset
from tests.contracts.source import rows_of
from tests.open_images_files import BARE, FIRST, METADATA, SECOND, change, load, texts, write


class TestOrder:
    """Files need not be in the order of their images; those that are are not sorted."""

    @pytest.mark.parametrize("backwards", [False, True])
    def test_lines_in_any_order_give_the_same_rows(self, oi: Path, backwards: bool) -> None:
        expected = rows_of(load(oi, with_masks=True, with_points=True))
        for name in texts():
            head, *lines = (oi / name).read_text(encoding="utf-8").splitlines(keepends=True)
            if name.endswith(".csv"):
                of_image = sorted(lines, key=lambda line: line[:16], reverse=backwards)
                write(oi, {name: "".join([head, *of_image])})
        assert rows_of(load(oi, with_masks=True, with_points=True)) == expected

    def test_only_what_is_not_in_order_is_copied(self, oi: Path, tmp_path: Path) -> None:
        load(oi, cache_dir=str(tmp_path / "cache"))
        copies = [path.name for path in (tmp_path / "cache").rglob("*.arrow")]
        copied = {name.rpartition("-")[0] for name in copies if "open_images" not in name}
        assert copied == {"metadata", "narratives"}

    def test_a_sorted_copy_is_made_once(self, oi: Path, tmp_path: Path) -> None:
        load(oi, cache_dir=str(tmp_path / "cache"))
        [copy] = (tmp_path / "cache").rglob("metadata-*.arrow")
        made = copy.stat().st_mtime_ns
        load(oi, cache_dir=str(tmp_path / "cache"), image_ids=[FIRST])
        assert copy.stat().st_mtime_ns == made

    def test_a_changed_file_is_sorted_again(self, oi: Path) -> None:
        load(oi)
        change(oi, METADATA, "One, two", "Three, four")
        assert load(oi)[0]["credit"]["title"] == "Three, four"

    def test_processes_and_shards_give_the_same_rows_in_the_same_order(
        self, oi: Path, tmp_path: Path
    ) -> None:
        expected = rows_of(load(oi))
        parallel = load(oi, num_proc=2, cache_dir=str(tmp_path / "other"))
        assert rows_of(parallel) == expected
        stream = load(oi, streaming=True)
        assert stream.num_shards == 16
        shards = [stream.shard(3, index) for index in range(3)]
        assert sorted(row["id"] for shard in shards for row in shard) == [r["id"] for r in expected]


class TestWhichImages:
    @pytest.mark.parametrize("listed", [[SECOND, FIRST], [f"validation/{SECOND}", FIRST]])
    def test_a_list_chooses_them(self, oi: Path, listed: list[str]) -> None:
        everything = rows_of(load(oi))
        assert rows_of(load(oi, image_ids=listed)) == everything[:2]

    def test_a_file_may_list_them_and_is_read_again_when_it_changes(
        self, oi: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "wanted.txt"
        path.write_text(f"train/{FIRST}\nvalidation/{SECOND}\n\n")
        assert list(load(oi, image_ids=str(path))["id"]) == [SECOND]
        path.write_text(f"validation/{BARE}\r\n")
        assert list(load(oi, image_ids=str(path))["id"]) == [BARE]

    def test_splits_may_be_chosen(self, oi: Path) -> None:
        write(oi, texts("test"))
        loaded = load_dataset("open_images_v7", data_dir=str(oi), splits=["test"])
        assert [*loaded] == ["test"]

    def test_none_of_them_is_an_error(self, oi: Path) -> None:
        with pytest.raises(SourceError, match=r"no image of validation .* and in image_ids"):
            load(oi, image_ids=["0123456789abcdef"])

    @pytest.mark.parametrize(
        ("settings", "problem"),
        [
            ({"image_ids": ["123"]}, "'123' is no image id"),
            ({"image_ids": ["ABCDEF0123456789"]}, "is no image id"),
            ({"image_ids": "nowhere.txt"}, "nowhere.txt cannot be read"),
            ({"splits": ["val"]}, r"splits cannot be \['val'\]"),
            ({"splits": "train,val"}, r"splits cannot be \['train', 'val'\]"),
            ({"download": ["box"]}, r"download cannot be \['box'\]"),
        ],
    )
    def test_settings_that_mean_nothing_are_refused(
        self, oi: Path, settings: dict[str, Any], problem: str
    ) -> None:
        with pytest.raises((UsageError, SourceError), match=problem) as caught:
            load(oi, **settings)
        assert caught.value.hint
