"""Loading by name: what is ours, what is handed on, and when the cache is left behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import datasets.inspect
import datasets.load
import pytest

from mmgen_datasets.cache_id import cache_hash
from mmgen_datasets.errors import SourceError, UnknownNameError, UsageError
from mmgen_datasets.loading import SOURCES, load_dataset, register
from mmgen_datasets.registry import resolve
from tests.coco_files import documents, file_name, write, write_pictures

OWN_BUILDER = """
from pathlib import Path
import datasets

class Lines(datasets.GeneratorBasedBuilder):
    def _info(self):
        return datasets.DatasetInfo(features=datasets.Features({"text": datasets.Value("string")}))

    def _split_generators(self, dl_manager):
        return [datasets.SplitGenerator(name="train", gen_kwargs={"folder": self.config.data_dir})]

    def _generate_examples(self, folder):
        for number, line in enumerate((Path(folder) / "lines.txt").read_text().split()):
            yield number, {"text": line}
"""


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    write(tmp_path / "coco" / "annotations", documents())
    write_pictures(tmp_path / "coco" / "val2017", file_name(9, "val2017"))
    return tmp_path / "coco"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call `register`, and undo it after the test."""
    for module in (datasets.load, datasets.inspect):
        monkeypatch.setattr(module, "dataset_module_factory", module.dataset_module_factory)
    register()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a builder of the user's in `own_lines`, and its file."""
    (tmp_path / "own_lines.py").write_text(OWN_BUILDER)
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "lines.txt").write_text("one two")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "lines"
    sys.modules.pop("own_lines", None)


class TestNames:
    @pytest.mark.parametrize("name", SOURCES)
    def test_every_row_of_the_table_can_be_imported(self, name: str) -> None:
        assert issubclass(resolve("source", SOURCES, name), datasets.DatasetBuilder)

    def test_what_is_not_ours_is_handed_on(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.jsonl"
        path.write_text('{"a": 1}\n{"a": 2}\n')
        rows = load_dataset("json", data_files=str(path), split="train")
        assert list(rows["a"]) == [1, 2]

    def test_a_builder_of_the_users_is_loaded_by_module_and_attribute(self, own: Path) -> None:
        rows = load_dataset("own_lines:Lines", data_dir=str(own), split="train")
        assert list(rows["text"]) == ["one", "two"]

    def test_a_builder_of_the_users_notices_any_changed_file(self, own: Path) -> None:
        load_dataset("own_lines:Lines", data_dir=str(own), split="train")
        (own / "lines.txt").write_text("one two three")
        rows = load_dataset("own_lines:Lines", data_dir=str(own), split="train")
        assert list(rows["text"]) == ["one", "two", "three"]

    def test_a_builder_that_is_not_there_is_an_error(self) -> None:
        with pytest.raises(UnknownNameError, match="own_lines"):
            load_dataset("own_lines:Nothing")

    def test_a_name_that_says_all_takes_no_other_configuration(self, coco: Path) -> None:
        with pytest.raises(UsageError, match="'coco2014'"):
            load_dataset("coco2017", "coco2014", data_dir=str(coco))
        assert load_dataset("coco2017", "coco2017", data_dir=str(coco))

    def test_importing_the_package_loads_nothing_heavy(self) -> None:
        code = "import sys, mmgen_datasets; sys.exit('datasets' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestWrongUse:
    @pytest.mark.parametrize("setting", ["with_imges", "save_infos", "revision"])
    @pytest.mark.parametrize("streaming", [False, True])
    def test_a_setting_that_a_source_has_not_is_named_with_those_it_has(
        self, coco: Path, setting: str, streaming: bool
    ) -> None:
        settings: dict[str, Any] = {setting: True, "streaming": streaming}
        with pytest.raises(UsageError, match=f"no setting '{setting}'") as caught:
            load_dataset("coco2017", data_dir=str(coco), split="validation", **settings)
        assert "it has with_images, with_keypoints, cache_dir" in caught.value.hint

    @pytest.mark.parametrize(
        ("setting", "value", "wanted"),
        [("with_images", "perhaps", "true or false"), ("num_proc", "many", "a whole number")],
    )
    def test_a_setting_of_another_type_is_named_with_its_value(
        self, coco: Path, setting: str, value: str, wanted: str
    ) -> None:
        settings: dict[str, Any] = {setting: value}
        with pytest.raises(UsageError, match=f"{setting} is '{value}'") as caught:
            load_dataset("coco2017", data_dir=str(coco), split="validation", **settings)
        assert caught.value.hint == f"give {wanted}"

    def test_a_builder_of_the_users_without_settings_takes_none(self, own: Path) -> None:
        with pytest.raises(UsageError, match="'own_lines:Lines' has no setting 'with_images'"):
            load_dataset("own_lines:Lines", data_dir=str(own), with_images=True)

    @pytest.mark.parametrize("split", ["test", "validation+test", "validation[:x]"])
    @pytest.mark.parametrize("streaming", [False, True])
    def test_a_split_that_is_not_there_is_named_with_those_there_are(
        self, coco: Path, split: str, streaming: bool
    ) -> None:
        with pytest.raises(UsageError) as caught:
            load_dataset("coco2017", data_dir=str(coco), split=split, streaming=streaming)
        problem, hint = caught.value.problem, caught.value.hint
        assert "coco2017" in problem
        assert ("'test'" if "test" in split else repr(split)) in problem or streaming
        assert hint.startswith("choose from validation") or ":x" in split

    @pytest.mark.parametrize("path", ["math:sqrt", "mmgen_datasets.chat:Reply"])
    def test_what_is_no_builder_is_refused(self, path: str) -> None:
        with pytest.raises(UsageError, match=f"'{path}' is no source"):
            load_dataset(path)


class TestMeaning:
    def test_a_split_may_be_cut(self, coco: Path) -> None:
        rows = load_dataset("coco2017", data_dir=str(coco), split="validation[1:]")
        assert list(rows["id"]) == ["5", "7"]

    def test_a_table_may_be_kept_in_memory(self, coco: Path) -> None:
        rows = load_dataset("coco2017", data_dir=str(coco), split="validation", keep_in_memory=True)
        assert rows.cache_files == []

    def test_a_cache_folder_is_honoured(self, coco: Path, tmp_path: Path) -> None:
        rows = load_dataset(
            "coco2017", data_dir=str(coco), split="validation", cache_dir=str(tmp_path / "cache")
        )
        [file] = rows.cache_files
        assert Path(file["filename"]).is_relative_to(tmp_path / "cache")

    def test_a_folder_may_be_given_relative_to_here(
        self, coco: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Two folders of one relative name are two folders."""
        write(tmp_path / "elsewhere" / "coco", documents("train2017"))
        for here, split in ((coco.parent, "validation"), (tmp_path / "elsewhere", "train")):
            monkeypatch.chdir(here)
            assert [*load_dataset("coco2017", data_dir="coco")] == [split]

    def test_pictures_open_from_another_folder(
        self, coco: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(coco.parent)
        rows = load_dataset("coco2017", data_dir="coco", split="validation")
        monkeypatch.chdir("/")
        assert rows[0]["image"].size == (100, 80)

    def test_an_error_in_the_data_comes_out_as_itself(self, coco: Path) -> None:
        (coco / "annotations" / "instances_val2017.json").write_text("")
        with pytest.raises(SourceError, match="is empty"):
            load_dataset("coco2017", data_dir=str(coco))


class TestRegister:
    @pytest.mark.usefixtures("registered")
    def test_datasets_gives_the_same_rows_from_the_same_cache(self, coco: Path) -> None:
        ours = load_dataset("coco2017", data_dir=str(coco), split="validation")
        theirs = datasets.load_dataset("coco2017", data_dir=str(coco), split="validation")
        assert theirs._fingerprint == ours._fingerprint
        assert theirs.cache_files == ours.cache_files

    @pytest.mark.usefixtures("registered")
    def test_settings_streaming_and_inspection_work(self, coco: Path) -> None:
        rows: Any = datasets.load_dataset(
            "coco2017", data_dir=str(coco), split="validation", streaming=True, with_keypoints=True
        )
        assert "poses" in next(iter(rows))
        assert datasets.get_dataset_split_names("coco2017", data_dir=str(coco)) == ["validation"]

    @pytest.mark.usefixtures("registered")
    @pytest.mark.parametrize("settings", [{}, {"with_keypoints": True}])
    def test_a_name_stands_for_one_configuration(
        self, coco: Path, settings: dict[str, Any]
    ) -> None:
        with pytest.raises(ValueError, match=r"'coco2014' not found.*'coco2017'"):
            datasets.load_dataset("coco2017", "coco2014", data_dir=str(coco), **settings)
        named: Any = datasets.load_dataset("coco2017", "coco2017", data_dir=str(coco), **settings)
        assert set(named["validation"]["source"]) == {"coco2017"}
        ours = load_dataset("coco2017", data_dir=str(coco), **settings)
        assert named["validation"]._fingerprint == ours["validation"]._fingerprint

    @pytest.mark.usefixtures("registered")
    @pytest.mark.parametrize("name", ["coco2014", "coco2017"])
    def test_a_name_lists_itself_as_the_one_configuration(self, name: str) -> None:
        assert datasets.get_dataset_config_names(name) == [name]
        assert datasets.get_dataset_default_config_name(name) == name

    @pytest.mark.usefixtures("registered")
    def test_a_changed_file_is_read_again(self, coco: Path) -> None:
        before: Any = datasets.load_dataset("coco2017", data_dir=str(coco), split="validation")
        write_pictures(coco / "val2017", file_name(5, "val2017"))
        after: Any = datasets.load_dataset("coco2017", data_dir=str(coco), split="validation")
        assert (before[1]["image"], after[1]["image"].size) == (None, (100, 80))

    @pytest.mark.usefixtures("registered")
    def test_other_names_are_left_to_datasets(self, tmp_path: Path) -> None:
        (tmp_path / "rows.jsonl").write_text('{"a": 1}\n')
        assert datasets.load_dataset("json", data_dir=str(tmp_path), split="train")[0] == {"a": 1}

    @pytest.mark.usefixtures("registered")
    def test_twice_is_as_good_as_once(self) -> None:
        factory = datasets.load.dataset_module_factory
        register()
        assert datasets.load.dataset_module_factory is factory

    def test_nothing_is_registered_by_an_import(self) -> None:
        factory = datasets.load.dataset_module_factory
        assert factory.__module__ == "datasets.load"


class TestCacheHash:
    def test_is_the_same_for_the_same_files(self, coco: Path) -> None:
        builder = resolve("source", SOURCES, "coco2017")
        assert cache_hash(builder, str(coco)) == cache_hash(builder, str(coco))

    @pytest.mark.parametrize(
        "change",
        ["annotations/instances_val2017.json", "annotations/captions_train2017.json", "val2017"],
    )
    def test_changes_with_each_file_and_folder(self, coco: Path, change: str) -> None:
        builder = resolve("source", SOURCES, "coco2017")
        before = cache_hash(builder, str(coco))
        (coco / change).touch()
        assert cache_hash(builder, str(coco)) != before

    def test_does_not_ask_for_each_picture(self, coco: Path) -> None:
        """A folder of 118,287 stands for its names; asking for each takes a minute."""
        builder = resolve("source", SOURCES, "coco2017")
        before = cache_hash(builder, str(coco))
        (coco / "val2017" / file_name(9, "val2017")).touch()
        assert cache_hash(builder, str(coco)) == before

    def test_changes_with_the_builders_text(self, own: Path) -> None:
        builder = resolve("source", SOURCES, "own_lines:Lines")
        before = cache_hash(builder, str(own))
        module = own.parent / "own_lines.py"
        module.write_text(module.read_text() + "\n")
        assert cache_hash(builder, str(own)) != before

    def test_a_link_to_no_file_is_named(self, coco: Path, tmp_path: Path) -> None:
        (coco / "annotations" / "captions_train2017.json").unlink(missing_ok=True)
        (coco / "annotations" / "captions_train2017.json").symlink_to(tmp_path / "nowhere")
        with pytest.raises(SourceError, match=r"captions_train2017\.json cannot be read: No such"):
            load_dataset("coco2017", data_dir=str(coco))
