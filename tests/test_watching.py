"""A run can be looked at while another process fills it."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

import pytest

from mmgen_datasets import Plan, RunFolder, fill_run, load_run
from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.watching import Watch, watch_run
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, serve
from tests.test_processes import command_of, plan_of, wait_for


def test_what_comes_in_is_what_will_be_laid_out(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto", latency_s=0.02, schedule=("ok",) * 7 + ("filtered",))) as s:
        process = subprocess.Popen(command_of(s, tmp_path, "--concurrency", "2"))
        try:
            wait_for((tmp_path / "run.json").exists)
            [watch] = watch_run(tmp_path)
            seen = [news.conversations for news in iter(watch.news, None)]
            wait_for(lambda: process.poll() is not None)
        finally:
            process.kill()
            process.wait()
    seen += [news.conversations for news in iter(partial(watch.news, 5), None)]
    rows = {row["id"]: row for part in seen for row in part}
    good = load_run(tmp_path)
    assert sum(map(len, seen)) == len(rows) == 72
    assert {name for name, row in rows.items() if not row["error"]} == set(good["id"])
    wanted = good.remove_columns(["image"])
    assert all({name: rows[row["id"]][name] for name in row} == row for row in wanted)


def test_where_nothing_is_new_there_is_no_news(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto")) as server:
        fill_run(RunFolder(tmp_path), plan_of(server, limit=2))
    [watch] = watch_run(tmp_path)
    first, rest = watch.news(4), watch.news()
    assert first is not None
    assert rest is not None
    assert sorted(first.rows + rest.rows) == list(range(6))
    assert [row // 3 for row in first.rows] == first.samples, "the recipe asks three times of each"
    assert watch.news() is None
    assert watch.usage() == watch.usage()
    assert watch.usage().replies == 6


def test_a_run_that_has_asked_nothing_yet_has_no_news(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto")) as server:
        manifest = fill_run(RunFolder(tmp_path / "other"), plan_of(server, limit=2))
    assert Watch(RunFolder(tmp_path), manifest).news() is None
    assert not list(tmp_path.glob("*.sqlite"))


def test_a_run_without_a_model_is_not_watched(tmp_path: Path) -> None:
    fill_run(RunFolder(tmp_path), Plan("coco2017", data_dir=str(SAMPLE_DIR), limit=2))
    with pytest.raises(RunError, match="asks no model cannot be watched"):
        watch_run(tmp_path)
