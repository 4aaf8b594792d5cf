"""All steps of targeted generation, one after the other, with tiny models and a server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mmgen_datasets import load_run
from mmgen_datasets.cli import main
from tests.models.store import ModelStore
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, serve

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("llguidance")


def test_from_references_to_data_that_is_hard(
    tmp_path: Path, tiny_models: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pictures = sorted((SAMPLE_DIR / "val2017").glob("*.jpg"))
    shutil.copytree(SAMPLE_DIR / "val2017", tmp_path / "data" / "pool")
    samples = [
        {
            "image_1": path.name,
            "conversations": [
                {"from": "user", "value": "<image> How many people are there?"},
                {"from": "assistant", "value": "2"},
            ],
        }
        for path in pictures[:4]
    ]
    content = {"image_folder": "pool", "dataset_description": "Counting", "samples": samples}
    (tmp_path / "count.json").write_text(json.dumps(content))
    clip, llava = (str(tiny_models.path(name)) for name in ("clip", "llava"))
    creating = ["task", "create", "count.json", "--input-folder", "data", "--out", "task.json"]
    creating += ["--candidates", "data/pool", "--clip-model", clip]
    assert main([*creating, "--keyword", "street", "--keyword", "kitchen"]) == 0
    planning = ["task", "plan", "task.json", "--total_gen", "6", "--mode", "vqa_nr"]
    assert main([*planning, "--exact-total", "--out", "plan.json"]) == 0
    with serve(Behaviour(form="schema")) as server:
        asking = ["task", "generate", "plan.json", "--input_folder", "data", "--out", "run"]
        asking += ["--model", "any", "--base-url", server.url]
        assert main(asking) == 0
        sent = [json.dumps(request.json) for request in server.requests]
        assert all("How many people" in body and "Counting" in body for body in sent)
    rows = load_run("run")
    assert len(rows) == len(sent) == 6
    filtering = ["task", "filter", "run/generated.json", "--model", llava, "--keep", "0.5"]
    assert main([*filtering, "--out", "kept.json"]) == 0
    kept = json.loads((tmp_path / "kept.json").read_text())["samples"]
    assert len(kept) == 3
    assert {sample["id"] for sample in kept} <= set(rows["id"])
    assert all(sample["loss"] > 0 for sample in kept)
    assert {sample["keyword"] for sample in kept} <= {"street", "kitchen"}
