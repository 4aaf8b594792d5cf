"""What every source must do, whatever it reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest

from mmgen_datasets.errors import MissingFileError, UsageError
from mmgen_datasets.loading import SOURCES, load_dataset
from mmgen_datasets.parquet import prepare
from mmgen_datasets.schema import EXTRAS, MEDIA, media_kinds, sample_features


class SourceContract:
    """Inherit this, name the source, and give a folder with a few of its files."""

    source: str

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        raise NotImplementedError

    @pytest.fixture
    def splits(self, data_dir: Path) -> Any:
        return load_dataset(self.source, data_dir=str(data_dir))

    def test_the_table_says_what_it_is_and_under_which_terms(self) -> None:
        assert SOURCES[self.source].summary
        assert SOURCES[self.source].license_note

    def test_columns_are_those_of_the_schema(self, splits: Any) -> None:
        for split in splits.values():
            required = sample_features(*media_kinds(split.features))
            if "motion" in required:  # which is as wide as the source's skeleton asks for
                assert isinstance(split.features["motion"], datasets.Array2D)
                required["motion"] = split.features["motion"]
            extra = {name: split.features[name] for name in split.features.keys() - required.keys()}
            assert {name: split.features[name] for name in required} == required
            assert extra.items() <= EXTRAS.items()

    def test_ids_are_there_and_unique_in_a_split(self, splits: Any) -> None:
        for split in splits.values():
            assert all(split["id"])
            assert len(set(split["id"])) == len(split) > 0

    def test_a_row_says_where_it_comes_from(self, splits: Any) -> None:
        for name, split in splits.items():
            assert set(split["source"]) == {self.source}
            assert set(split["split"]) == {name}

    def test_boxes_and_areas_are_shares_of_the_picture(self, splits: Any) -> None:
        for thing in _objects(splits):
            x_min, y_min, x_max, y_max = thing["bbox"]
            assert 0 <= x_min <= x_max <= 1
            assert 0 <= y_min <= y_max <= 1
            assert thing["area"] is None or 0 <= thing["area"] <= 1

    def test_lists_are_never_null(self, splits: Any) -> None:
        for split in splits.values():
            for row in rows_of(split):
                for column in ("captions", "objects", "labels", "relations", "narratives"):
                    assert row[column] is not None

    def test_streaming_gives_the_same_rows(self, data_dir: Path, splits: Any) -> None:
        streamed = load_dataset(self.source, data_dir=str(data_dir), streaming=True)
        assert {k: rows_of(v) for k, v in streamed.items()} == {
            k: rows_of(v) for k, v in splits.items()
        }

    def test_the_same_files_are_read_once(self, data_dir: Path, splits: Any) -> None:
        again = load_dataset(self.source, data_dir=str(data_dir))
        for name in splits:
            assert again[name]._fingerprint == splits[name]._fingerprint

    def test_a_changed_file_is_read_again(self, data_dir: Path, splits: Any) -> None:
        for path in data_dir.rglob("*"):
            path.touch()
        again = load_dataset(self.source, data_dir=str(data_dir))
        assert all(again[name]._fingerprint != splits[name]._fingerprint for name in splits)

    def test_an_empty_folder_is_an_error_that_names_it(self, tmp_path: Path) -> None:
        (tmp_path / "nothing").mkdir()
        with pytest.raises(MissingFileError) as caught:
            load_dataset(self.source, data_dir=str(tmp_path / "nothing"))
        assert str(tmp_path / "nothing") in caught.value.problem
        assert caught.value.hint

    def test_no_folder_is_an_error_that_names_it(self, tmp_path: Path) -> None:
        with pytest.raises(MissingFileError, match="nowhere"):
            load_dataset(self.source, data_dir=str(tmp_path / "nowhere"))

    def test_prepared_parquet_needs_none_of_our_code_and_loses_nothing(
        self, data_dir: Path, splits: Any, tmp_path: Path
    ) -> None:
        out = prepare(self.source, tmp_path / "out", data_dir=str(data_dir))
        assert {path.suffix for path in out.iterdir()} == {".parquet"}
        plain: Any = datasets.load_dataset(str(out))
        assert {k: rows_of(v) for k, v in plain.items()} == {
            k: rows_of(v) for k, v in splits.items()
        }
        assert all(plain[name].features == splits[name].features for name in splits)

    def test_preparing_leaves_what_is_there_alone(self, data_dir: Path, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        with pytest.raises(UsageError, match="exists already"):
            prepare(self.source, tmp_path / "out", data_dir=str(data_dir))


def rows_of(split: Any) -> list[dict[str, Any]]:
    """The rows of a dataset, with the bytes of each media file in the place of where it is."""
    for kind in media_kinds(split.features):
        if kind != "motion":
            split = split.cast_column(kind, type(MEDIA[kind])(decode=False))
    return [
        {k: _bytes(v) if isinstance(v, dict) and "bytes" in v else v for k, v in row.items()}
        for row in split
    ]


def _bytes(media: dict[str, Any]) -> bytes:
    if media["bytes"] is not None:
        return bytes(media["bytes"])
    with datasets.utils.file_utils.xopen(media["path"], "rb") as file:
        return bytes(file.read())


def _objects(splits: Any) -> list[dict[str, Any]]:
    return [thing for split in splits.values() for things in split["objects"] for thing in things]
