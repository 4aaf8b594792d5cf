"""A run can be looked at while another process fills it."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from mmgen_datasets import Plan, RunFolder, fill_run, load_run
from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.result import rejected_keys
from mmgen_datasets.generation.watching import Watch, watch_run
from mmgen_datasets.parquet import prepare
from tests.run_plans import scripted
from tests.sample import OPEN_IMAGES_DIR, SAMPLE_DIR
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


def test_what_was_asked_for_again_does_not_hide_that_there_is_more(tmp_path: Path) -> None:
    folder, plan = RunFolder(tmp_path), scripted("every_third_fails", limit=4)
    requests = fill_run(folder, plan).requests
    again = rejected_keys(folder)
    assert len(again) > 1
    fill_run(folder, plan, again=again)
    [watch] = watch_run(tmp_path)
    looks = [*iter(partial(watch.news, requests + 1), None)]
    found = [(len(news.rows), news.has_more) for news in looks]
    assert found == [(requests, True), (len(again) - 1, False)]


def test_samples_that_are_others_are_told_by_where_they_are(tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    prepare("coco2017", prepared, data_dir=str(SAMPLE_DIR))
    run = RunFolder(tmp_path / "run")
    fill_run(run, scripted("every_third_fails", source=str(prepared), data_dir=None, limit=2))
    shutil.rmtree(prepared)
    prepare("open_images_v7", prepared, data_dir=str(OPEN_IMAGES_DIR))
    [watch] = watch_run(run.path)
    with pytest.raises(RunError, match=f"the samples in {prepared} are others"):
        watch.news()


def test_a_run_that_has_asked_nothing_yet_has_no_news(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto")) as server:
        manifest = fill_run(RunFolder(tmp_path / "other"), plan_of(server, limit=2))
    assert Watch(RunFolder(tmp_path), manifest).news() is None
    assert not list(tmp_path.glob("*.sqlite"))


def test_a_run_without_a_model_is_not_watched(tmp_path: Path) -> None:
    fill_run(RunFolder(tmp_path), Plan("coco2017", data_dir=str(SAMPLE_DIR), limit=2))
    with pytest.raises(RunError, match="asks no model cannot be watched"):
        watch_run(tmp_path)
