"""What a card tells of a run's making, and the command that makes it again."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from mmgen_datasets import Plan, RunFolder, fill_run
from mmgen_datasets.cli import main
from mmgen_datasets.generation.manifest import Manifest
from mmgen_datasets.publish.making import command_of
from tests.sample import SAMPLE_DIR
from tests.test_card import card_of
from tests.test_llava_json import LIST, folder_with


def test_a_run_tells_its_command_and_its_rejects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "a run"
    fill_run(RunFolder(run), Plan("coco2017", data_dir=str(SAMPLE_DIR), seed=3))
    assert main(["card", str(run), "alice/mini", "--licence", "research"]) == 0
    card, told = capsys.readouterr()
    assert (run / "README.md").read_text(encoding="utf-8").endswith(f"\n---\n\n{card}")
    assert told.startswith(f"{run / 'README.md'}: written, with ")
    assert (
        "mmgen generate coco2017 --data-dir coco --split train --recipe grounded --seed 3"
        " --out 'runs/a run'\nmmgen push 'runs/a run' alice/mini --licence research\n" in card
    )
    assert "| no question follows from the annotations | 1 |" in card
    assert str(tmp_path) not in card
    assert str(SAMPLE_DIR) not in card


def test_the_rarest_of_many_reasons_are_added_up(tmp_path: Path) -> None:
    broken = [
        {"id": n, "conversations": [{"from": f"speaker {n}", "value": ""}]} for n in range(12)
    ]
    source = folder_with([*LIST, *broken, broken[0]], tmp_path / "theirs")
    fill_run(RunFolder(tmp_path / "run"), Plan("llava_json", "given", data_dir=str(source)))
    card = card_of(tmp_path / "run")
    assert "| a turn of 'speaker 0', whom LLaVA's format does not know | 2 |" in card
    assert "| 2 other reasons | 2 |" in card


def test_what_a_model_was_shown_and_what_was_not_asked_about_is_told(tmp_path: Path) -> None:
    plan = Plan(
        "coco2017", "llava", data_dir=str(SAMPLE_DIR), backend="scripted", licence="commercial"
    )
    fill_run(RunFolder(tmp_path / "run"), plan)
    card = card_of(tmp_path / "run")
    assert "was given the boxes and captions of a picture, never the picture itself." in card
    assert "Only pictures whose licence allows commercial use were asked about. Left out: " in card


def test_the_command_of_a_card_makes_the_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan("coco2017", data_dir=str(SAMPLE_DIR), split="train[:9]", seed=5, limit=7)
    first = fill_run(RunFolder(tmp_path / "one"), plan)
    (tmp_path / "coco").symlink_to(SAMPLE_DIR)
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command_of("two", first))[1:]) == 0
    second = RunFolder(tmp_path / "runs" / "two").read()
    assert second is not None
    assert not second.differences(first)
    assert second.sample_ids_sha256 == first.sample_ids_sha256


def test_a_command_names_all_that_was_set() -> None:
    plan = Plan(
        "/home/me/prepared", "/home/me/my recipe.yaml", backend="openai",
        source_settings={"with_images": True, "download": "boxes,labels"},
        settings={"model": "/models/m.gguf", "base_url": "http://127.0.0.1:1/v1", "seed": "2"},
        max_image_side=640, licence="commercial",
    )  # fmt: skip
    assert command_of("r", Manifest(plan, "", ""), 4) == (
        "mmgen generate prepared --split train --recipe 'my recipe.yaml'"
        " --backend openai --model m.gguf --base-url http://127.0.0.1:1/v1 --max-image-side 640"
        " --licence commercial --shard I/4 --out runs/r --source-option with_images=True"
        " --source-option download=boxes,labels --option seed=2"
    )
