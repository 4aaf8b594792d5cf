"""What is not put into a run folder, and what it is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen_datasets import (
    Plan,
    RunFolder,
    Shard,
    fill_run,
    load_run,
    read_run,
)
from mmgen_datasets.errors import MMGenError, RunError, SourceError, UnknownNameError, UsageError
from mmgen_datasets.generation.result import rejected_keys
from tests.run_plans import GROUNDED, asking, scripted
from tests.servers.openai_server import Behaviour, serve


class TestRefusals:
    def test_another_recipe_in_the_same_folder(self, tmp_path: Path) -> None:
        fill_run(RunFolder(tmp_path), GROUNDED)
        with pytest.raises(
            RunError, match=r"the recipe 'grounded \(\w+\)', not 'llava-small \(\w+\)'"
        ):
            fill_run(RunFolder(tmp_path), scripted("every_third_fails"))

    def test_another_number_of_shards(self, tmp_path: Path) -> None:
        fill_run(RunFolder(tmp_path, Shard(0, 2)), GROUNDED)
        with pytest.raises(RunError, match="the number of shards 2, not 3"):
            fill_run(RunFolder(tmp_path, Shard(0, 3)), GROUNDED)

    @pytest.mark.parametrize(
        ("changes", "difference"),
        [
            ({"seed": 9}, "the seed 0, not 9"),
            ({"split": "validation"}, "the split 'train', not 'validation'"),
            ({"limit": 6}, "24 samples which these do not begin with"),
        ],
    )
    def test_another_plan_in_the_same_folder(
        self, tmp_path: Path, changes: dict[str, Any], difference: str
    ) -> None:
        fill_run(RunFolder(tmp_path), GROUNDED)
        with pytest.raises(RunError, match=difference):
            fill_run(RunFolder(tmp_path), replace(GROUNDED, **changes))
        assert len(load_run(tmp_path)) == 23, "what was there is still there"

    @pytest.mark.parametrize("changes", [{"seed": 9}, {"limit": 12}])
    def test_another_plan_for_another_shard(self, tmp_path: Path, changes: dict[str, Any]) -> None:
        fill_run(RunFolder(tmp_path, Shard(0, 2)), GROUNDED)
        with pytest.raises(RunError, match="holds a run with the"):
            fill_run(RunFolder(tmp_path, Shard(1, 2)), replace(GROUNDED, **changes))

    def test_another_model_or_server(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto")) as server:
            plan = asking(server.url, limit=1)
            fill_run(RunFolder(tmp_path), plan)
            for name, value in (("model", "other"), ("base_url", f"{server.url}/other")):
                other = replace(plan, settings=plan.settings | {name: value})
                with pytest.raises(RunError, match="holds a run with the"):
                    fill_run(RunFolder(tmp_path), other)

    def test_another_limit_on_pictures(self, tmp_path: Path) -> None:
        plan = replace(scripted("every_third_fails", limit=2), recipe="llava-vision")
        fill_run(RunFolder(tmp_path), replace(plan, max_image_side=64))
        for other in (None, 32):
            with pytest.raises(RunError, match=f"the max_image_side 64, not {other}"):
                fill_run(RunFolder(tmp_path), replace(plan, max_image_side=other))

    def test_a_text_of_the_recipe_that_was_changed(self, tmp_path: Path) -> None:
        recipe = tmp_path / "mine.yaml"
        for text in ("grounded: {max_exchanges: 1}", "grounded: {max_exchanges: 2}"):
            recipe.write_text(text)
            plan = replace(GROUNDED, recipe=str(recipe))
            if "2" in text:
                with pytest.raises(RunError, match=r"the recipe 'mine \("):
                    fill_run(RunFolder(tmp_path / "run"), plan)
            else:
                fill_run(RunFolder(tmp_path / "run"), plan)

    def test_a_run_that_lacks_a_shard(self, tmp_path: Path) -> None:
        fill_run(RunFolder(tmp_path, Shard(1, 3)), GROUNDED)
        with pytest.raises(RunError, match="lacks the shards 0/3, 2/3"):
            load_run(tmp_path)

    def test_damaged_files_of_a_run(self, tmp_path: Path) -> None:
        fill_run(RunFolder(tmp_path), GROUNDED)
        (tmp_path / "rejects.jsonl").write_text("{")
        with pytest.raises(RunError, match=r"rejects\.jsonl: cannot be read"):
            rejected_keys(RunFolder(tmp_path))
        next((tmp_path / "conversations").iterdir()).write_bytes(b"PAR1")
        with pytest.raises(RunError, match="its conversations cannot be read"):
            load_run(tmp_path)

    def test_a_setting_without_a_backend(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="a model is given, and no backend"):
            fill_run(RunFolder(tmp_path), replace(GROUNDED, settings={"model": "x"}))

    def test_more_shards_than_samples(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="2 samples for 3 shards"):
            fill_run(RunFolder(tmp_path, Shard(0, 3)), replace(GROUNDED, limit=2))

    @pytest.mark.parametrize("text", ["2", "2/2", "-1/2", "a/b"])
    def test_what_is_no_shard(self, text: str) -> None:
        with pytest.raises(UsageError, match="is no shard"):
            Shard.parse(text)

    def test_a_source_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(UnknownNameError, match="no source is called 'coco2071'"):
            fill_run(RunFolder(tmp_path), Plan("coco2071"))

    def test_a_split_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(MMGenError, match="'test'"):
            fill_run(RunFolder(tmp_path), replace(GROUNDED, split="test"))

    def test_a_folder_that_holds_no_dataset(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="cannot be loaded"):
            fill_run(RunFolder(tmp_path / "run"), Plan(str(tmp_path)))

    def test_a_run_as_a_source(self, tmp_path: Path) -> None:
        fill_run(RunFolder(tmp_path / "run"), replace(GROUNDED, limit=1))
        with pytest.raises(UsageError, match="is the folder of a run, not of samples"):
            fill_run(RunFolder(tmp_path / "other"), Plan(str(tmp_path / "run")))

    def test_a_manifest_that_is_damaged(self, tmp_path: Path) -> None:
        (tmp_path / "run.json").write_text('{"plan": ')
        with pytest.raises(RunError, match=r"run\.json: not the manifest of a run"):
            read_run(tmp_path)

    @pytest.mark.parametrize(
        ("name", "what", "hint"),
        [
            ("gone", "there is nothing of that name", "choose a run of ROOT: one, two"),
            ("file", "it is a file", "choose a run of ROOT: one, two"),
            ("empty", "it is empty", "make one with: mmgen generate"),
            (".", "it has no run.json", "choose a run of ROOT: one, two"),
            ("one/conversations", "it has no run.json", "name the folder that it is in: ROOT/one"),
            ("one/run.json", "it is a file", "name the folder that it is in: ROOT/one"),
        ],
    )
    def test_what_is_no_run_is_told_with_the_runs_around_it(
        self, tmp_path: Path, name: str, what: str, hint: str
    ) -> None:
        for run in ("one", "two"):
            (tmp_path / run / "conversations").mkdir(parents=True)
            (tmp_path / run / "conversations" / "train.parquet").touch()
            (tmp_path / run / "run.json").touch()
        (tmp_path / "file").touch()
        (tmp_path / "empty").mkdir()
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "runner.json").touch()
        with pytest.raises(RunError) as refused:
            read_run(tmp_path / name)
        assert refused.value.problem == f"{tmp_path / name}: is not the folder of a run: {what}"
        assert refused.value.hint == hint.replace("ROOT", str(tmp_path))

    def test_a_run_of_a_newer_version(self, tmp_path: Path) -> None:
        fill_run(RunFolder(tmp_path), replace(GROUNDED, limit=1))
        path = tmp_path / "run.json"
        path.write_text(path.read_text().replace('"seed": 0', '"seed": 0, "mood": "good"'))
        with pytest.raises(RunError, match=r"its plan has 'mood', which this version .* not know"):
            read_run(tmp_path)

    def test_files_that_hold_something_else_than_conversations(self, tmp_path: Path) -> None:
        fill_run(RunFolder(tmp_path), replace(GROUNDED, limit=1))
        [file] = (tmp_path / "conversations").iterdir()
        pq.write_table(pa.table({"id": ["a"], "kind": ["b"]}), file)
        with pytest.raises(RunError, match="lack the columns sample_id, source,"):
            load_run(tmp_path)

    def test_a_folder_that_is_no_run(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match="is not the folder of a run"):
            load_run(tmp_path)

    def test_nothing_is_written_before_the_plan_is_known_to_be_good(self, tmp_path: Path) -> None:
        plans = [
            Plan("coco2071"),
            replace(GROUNDED, recipe="no-such-recipe"),
            replace(GROUNDED, recipe="llava"),
            replace(GROUNDED, data_dir=str(tmp_path)),
            replace(GROUNDED, recipe="llava", backend="no-such-backend"),
            replace(GROUNDED, recipe="llava", backend="openai"),
            replace(GROUNDED, recipe="llava", backend="openai", settings={"modle": "x"}),
        ]
        for plan in plans:
            with pytest.raises(MMGenError):
                fill_run(RunFolder(tmp_path / "run"), plan)
        assert not (tmp_path / "run").exists()
