"""`mmgen convert` with a dataset of the hub, from a server on 127.0.0.1."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasets import Dataset
from huggingface_hub import constants

from mmgen_datasets import push_to_hub
from tests.servers.hub import Hub, HubBehaviour, serve

# The hub's client uploads in a way that its own HTTP client would have otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serve(tmp_path / "hub", HubBehaviour()) as hub:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        template = f"{hub.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setenv("HF_TOKEN", "hf_writer")
        yield hub


def convert(hub: Hub, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What the script does in a process that finds the hub by its environment."""
    environment = {
        **os.environ,
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(folder / "home"),
        "HF_HUB_OFFLINE": "0",
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    }
    command = [sys.executable, "-m", "scripts.convert_hf_parquet_to_llava"]
    command += ["--save_root", str(folder / "out"), *words]
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_what_was_pushed_comes_back_in_llavas_format(
    conversations: Dataset, hub: Hub, tmp_path: Path
) -> None:
    good = conversations.filter(lambda error: error is None, input_columns="error")
    push_to_hub(good, "alice/mini", max_shard_mb=0.01)
    push_to_hub(good.select(range(3)), "alice/mini", config="few")
    done = convert(hub, tmp_path, "--dataset_path", "alice/mini", "--names", "data")
    assert done.returncode == 0, done.stderr
    root = tmp_path / "out" / "mini"
    records = json.loads((root / "annotations" / "default.json").read_text(encoding="utf-8"))
    assert [record["id"] for record in records] == good["id"]
    for record, messages in zip(records, good["messages"], strict=True):
        assert [turn["value"] for turn in record["conversations"]] == [
            message["content"] for message in messages
        ]
    few = json.loads((root / "annotations" / "few.json").read_text(encoding="utf-8"))
    assert [record["image"] for record in few] == [
        record["image"].replace("default/", "few/") for record in records[:3]
    ]
    for record in records:
        [name] = [path for path in good["file_name"] if Path(path).stem in record["image"]]
        picture = next(path for path in (ROOT / "builders/sample/coco").rglob(Path(name).name))
        assert (root / record["image"]).read_bytes() == picture.read_bytes()


def test_a_dataset_that_is_not_there_or_not_public_is_a_sentence(hub: Hub, tmp_path: Path) -> None:
    done = convert(hub, tmp_path, "--dataset_path", "alice/nothing")
    assert done.returncode == 2
    assert "alice/nothing cannot be found or read" in done.stderr
    assert "Traceback" not in done.stderr
