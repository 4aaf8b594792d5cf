"""`mmgen convert` with a dataset of the hub, from a server on 127.0.0.1."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset
from huggingface_hub import HfApi

from mmgen_datasets import push_to_hub
from tests.parquet_files import content, media, picture, talk
from tests.servers.hub import Hub, HubBehaviour, serve
from tests.servers.hub_clients import UPLOADING, environment, lead

pytestmark = UPLOADING

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serve(tmp_path / "hub") as hub:
        lead(hub, monkeypatch)
        yield hub


def convert(hub: Hub, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What the script does in a process that finds the hub by its environment."""
    command = [sys.executable, "-m", "scripts.convert_hf_parquet_to_llava"]
    command += ["--save_root", str(folder / "out"), *words]
    home = environment(hub, folder / "home")
    return subprocess.run(command, env=home, cwd=ROOT, capture_output=True, text=True, check=False)


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


@pytest.mark.slow
def test_what_is_not_there_or_cannot_be_reached_is_a_sentence(hub: Hub, tmp_path: Path) -> None:
    done = convert(hub, tmp_path, "--dataset_path", "alice/nothing")
    assert done.returncode == 2
    assert "alice/nothing cannot be found or read" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["error-503", "close", "close-midway"])
def test_trouble_of_the_hub_is_overcome_or_told(hub: Hub, tmp_path: Path, fault: str) -> None:
    """It fails at first and again in the middle; what is not tried again is a sentence."""
    push_rows(tmp_path / "rows", rows=40)
    assert convert(hub, tmp_path / "quiet", "--dataset_path", "alice/rows").returncode == 0
    trouble = ("ok",) * 4 + (fault,) * 2 + ("ok", fault) * 3
    with serve(tmp_path / "hub", HubBehaviour({"resolve": trouble})) as troubled:
        done = convert(troubled, tmp_path / "troubled", "--dataset_path", "alice/rows")
        while done.returncode == 2:
            assert "then give the same command again" in done.stderr
            done = convert(troubled, tmp_path / "troubled", "--dataset_path", "alice/rows")
    assert done.returncode == 0, done.stderr
    assert content(tmp_path / "troubled" / "out") == content(tmp_path / "quiet" / "out")


@pytest.mark.slow
def test_it_goes_on_with_the_commit_that_it_began_with(hub: Hub, tmp_path: Path) -> None:
    push_rows(tmp_path / "rows", rows=8)
    first = convert(hub, tmp_path, "--dataset_path", "alice/rows")
    assert first.returncode == 0, first.stderr
    push_rows(tmp_path / "rows", rows=9)
    moved = convert(hub, tmp_path, "--dataset_path", "alice/rows")
    assert moved.returncode == 2
    [commit] = re.findall(r"from hf://datasets/alice/rows@(\w+)", moved.stderr)
    again = convert(hub, tmp_path, "--dataset_path", "alice/rows", "--revision", commit)
    assert again.stdout == first.stdout


def push_rows(folder: Path, rows: int) -> None:
    """A dataset of two files."""
    folder.mkdir(exist_ok=True)
    for number in range(2):
        pictures = [media(picture(colour=rows * number + row)) for row in range(rows)]
        table = pa.table({"image": pictures, "conversations": [talk()] * rows})
        pq.write_table(table, folder / f"train-0000{number}-of-00002.parquet")
    api = HfApi()
    api.create_repo("alice/rows", repo_type="dataset", exist_ok=True)
    api.upload_folder(repo_id="alice/rows", repo_type="dataset", folder_path=folder)


def test_a_dataset_in_json_is_made_parquet_of_first(hub: Hub, tmp_path: Path) -> None:
    api = HfApi(endpoint=hub.url, token="hf_writer")
    api.create_repo("alice/lakes", repo_type="dataset")
    row = {"id": "a", "image": "photos/a.jpg", "conversations": talk()}
    files = {"train.jsonl": json.dumps(row).encode(), "photos/a.jpg": picture()}
    for name, data in files.items():
        api.upload_file(
            path_or_fileobj=data, path_in_repo=name, repo_id="alice/lakes", repo_type="dataset"
        )
    done = convert(hub, tmp_path, "--dataset_path", "alice/lakes")
    assert done.returncode == 0, done.stderr
    root = tmp_path / "out" / "lakes"
    [record] = json.loads((root / "annotations" / "default.json").read_text())
    assert record == {**row, "image": "default/0.jpg"}
    assert (root / record["image"]).read_bytes() == picture()
