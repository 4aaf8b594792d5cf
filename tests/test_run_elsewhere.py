"""A run whose files were named relative to one folder, and is gone on with from another."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import Plan, load_run
from mmgen_datasets.cli import main
from mmgen_datasets.generation.anchoring import anchored
from mmgen_datasets.parquet import prepare
from tests.sample import OPEN_IMAGES_DIR, SAMPLE_DIR

RECIPE = """
tasks:
  - {name: only, inputs: [captions, boxes], reply: turns, system: Ask. ===}
"""
SCRIPTED = ["--backend", "scripted", "--option", "function=tests.run_plans:every_third_fails"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user's, to work in."""
    folder = tmp_path / "project"
    shutil.copytree(SAMPLE_DIR, folder / "coco")
    (folder / "mine.yaml").write_text(RECIPE)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(*words: str | Path) -> int:
    return main([str(word) for word in words])


def plan_in(folder: Path) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads((folder / "run.json").read_text())["plan"]
    return plan


def generate(*words: str | Path) -> int:
    return run("generate", "coco2017", "--data-dir", "coco", *words, "--max-rejects", "1")


def test_a_run_is_looked_at_and_gone_on_with_from_any_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate("--recipe", "mine.yaml", *SCRIPTED, "--out", "run") == 0
    monkeypatch.chdir(project.parent / "elsewhere")
    there = project / "run"
    assert run("status", there) == 0
    assert run("report", there) == 0
    assert run("check", there) == 0
    assert run("select", there, "--where", "category=dog", "--dry-run") == 0
    assert "cannot be loaded" not in "".join(capsys.readouterr())
    assert run("retry", there, "--max-rejects", "1") == 0
    assert load_run(there)[0]["image"].size


def test_a_prepared_folder_is_a_path_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare("coco2017", project / "prepared", data_dir="coco")
    words = ["--recipe", "llava-small", *SCRIPTED, "--max-rejects", "1"]
    assert run("generate", "prepared", *words, "--out", "run") == 0
    assert plan_in(project / "run")["source"] == str(project / "prepared")
    monkeypatch.chdir(project.parent / "elsewhere")
    assert run("retry", project / "run", "--max-rejects", "1") == 0


def test_settings_that_name_files_are_paths_and_others_are_not(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`file` of llava_json is below the data folder, whatever stands in the present one."""
    (project / "ids.txt").write_text("train/003d7a65dae4142a\n")
    plan = Plan("open_images_v7", data_dir=str(OPEN_IMAGES_DIR))
    options = {"image_ids": "ids.txt", "splits": "train"}
    assert anchored(replace(plan, source_settings=options)).source_settings == {
        "image_ids": str(project / "ids.txt"),
        "splits": "train",
    }
    below = Plan("llava_json", data_dir="coco", source_settings={"file": "mine.yaml"})
    assert anchored(below) == replace(below, data_dir=str(project / "coco"))


@pytest.mark.parametrize("source", ["owner/name", "prepared"])
def test_a_folder_in_a_dataset_is_not_one_here(project: Path, source: str) -> None:
    """`datasets` looks for it in the repository, or in the dataset's folder."""
    (project / "prepared").mkdir()
    assert anchored(Plan(source, data_dir="coco")).data_dir == "coco"


def test_names_are_no_paths(project: Path) -> None:
    for name in ("coco2017", "grounded", "imagefolder"):
        (project / name).mkdir()
    plan = Plan("coco2017", "grounded")
    assert anchored(plan) == plan
    images = anchored(Plan("imagefolder", data_dir="coco"))
    assert (images.source, images.data_dir) == ("imagefolder", str(project / "coco"))


def test_the_files_of_a_model_are_paths(project: Path) -> None:
    pytest.importorskip("llama_cpp")
    (project / "chat.gguf").write_bytes(b"")
    plan = Plan("coco2017", backend="llama-cpp", settings={"model": "chat.gguf", "kv_type": "f16"})
    found = anchored(plan).settings
    assert found == {"model": str(project / "chat.gguf"), "kv_type": "f16"}


def test_a_run_that_was_begun_with_relative_paths_goes_on(project: Path) -> None:
    prepare("coco2017", project / "prepared", data_dir="coco")
    assert run("generate", "prepared", "--limit", "3", "--out", "run") == 0
    manifest = json.loads(Path("run/run.json").read_text())
    manifest["plan"]["source"] = "./prepared"
    Path("run/run.json").write_text(json.dumps(manifest))
    assert run("generate", "prepared", "--limit", "5", "--out", "run", "--max-rejects", "1") == 0


class TestMovedFiles:
    @pytest.fixture
    def moved(self, project: Path, capsys: pytest.CaptureFixture[str]) -> Path:
        """A run with rejects, whose source's files are in ``moved`` since."""
        assert generate("--recipe", "mine.yaml", *SCRIPTED, "--limit", "6", "--out", "run") == 0
        Path("coco").rename("moved")
        capsys.readouterr()
        return project

    def test_a_retry_asks_where_they_are(
        self, moved: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("retry", "run") == 2
        told = capsys.readouterr().err
        assert str(moved / "coco") in told
        assert "say where its source's files are now (--data-dir)" in told

    def test_a_retry_is_told_where_and_keeps_it(self, moved: Path) -> None:
        before = json.loads(Path("run/run.json").read_text())
        assert run("retry", "run", "--data-dir", "moved", "--max-rejects", "1") == 0
        after = json.loads(Path("run/run.json").read_text())
        assert after["plan"] == before["plan"] | {"data_dir": str(moved / "moved")}
        assert after["requests"] == before["requests"]

    def test_its_own_command_with_the_new_folder_asks_for_nothing_anew(self, moved: Path) -> None:
        words = ["--recipe", "mine.yaml", *SCRIPTED, "--limit", "6", "--max-rejects", "1"]
        before = json.loads(Path("run/run.json").read_text())["attempts"]
        assert run("generate", "coco2017", "--data-dir", "moved", *words, "--out", "run") == 0
        after = json.loads(Path("run/run.json").read_text())
        assert after["plan"]["data_dir"] == str(moved / "moved")
        assert after["attempts"] == before


def test_the_card_tells_no_folder_of_this_machine(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "ids.txt").write_text("train/003d7a65dae4142a\n")
    words = ["open_images_v7", "--data-dir", str(OPEN_IMAGES_DIR)]
    words += ["--source-option", "image_ids=ids.txt", "--source-option", "splits=train"]
    assert run("generate", *words, "--out", "run") == 0
    capsys.readouterr()
    assert run("card", "run") == 0
    card = capsys.readouterr().out
    assert "--source-option image_ids=ids.txt" in card
    assert str(project) not in card
