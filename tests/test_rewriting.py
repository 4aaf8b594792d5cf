"""Conversations of a run are changed in place, whatever became of their pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import Dataset

from mmgen_datasets import Plan, RunFolder, Shard, fill_run, load_run
from mmgen_datasets.generation.rewriting import rewrite_run
from mmgen_datasets.generation.run import conversation_files
from tests.sample import SAMPLE_DIR


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """In two shards, with pictures that stand elsewhere."""
    shutil.copytree(SAMPLE_DIR, tmp_path / "coco")
    for shard in (0, 1):
        folder = RunFolder(tmp_path / "run", Shard(shard, 2))
        fill_run(folder, Plan("coco2017", data_dir=str(tmp_path / "coco")))
    return tmp_path / "run"


def shout(conversations: Dataset) -> Dataset:
    return conversations.map(lambda kind: {"kind": kind.upper()}, input_columns=["kind"])


def test_each_file_keeps_its_rows(run: Path) -> None:
    before = load_run(run)
    rows = [pq.read_metadata(file).num_rows for file in conversation_files(run)]
    rewrite_run(run, shout)
    after = load_run(run)
    assert [pq.read_metadata(file).num_rows for file in conversation_files(run)] == rows
    assert after.features == before.features
    assert after["id"][:] == before["id"][:]
    assert {*after["kind"]} == {"GROUNDED"}


def test_pictures_that_are_gone_do_not_matter(run: Path) -> None:
    shutil.rmtree(run.parent / "coco")
    rewrite_run(run, shout)
    assert {*load_run(run)["kind"]} == {"GROUNDED"}


def test_where_the_change_fails_nothing_is_changed(run: Path) -> None:
    files = {file: file.read_bytes() for file in conversation_files(run)}

    def fail(conversations: Dataset) -> Dataset:
        return conversations.select(range(3))

    with pytest.raises(IndexError):
        rewrite_run(run, fail)
    assert {file: file.read_bytes() for file in conversation_files(run)} == files
    assert not list(run.glob("*.partial"))
