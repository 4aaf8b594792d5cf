"""Judging that is called again: nothing is paid for twice, and several judges do not meet."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.request import urlopen

import pytest
from datasets import Dataset

import mmgen_datasets as mmgen
from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.generation.rewriting import rewrite_run
from mmgen_datasets.quality.judging.judge_run import estimate_judging
from tests.judged_runs import STRICT, bodies, grounded_run, judged, whom
from tests.local_runs import kill_and_go_on
from tests.servers.openai_server import Behaviour, serve, spawn


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run."""
    return grounded_run(tmp_path / "run")


def test_a_second_call_asks_nothing_and_changes_nothing(run: Path) -> None:
    with serve(STRICT) as server:
        first = judged(run, server)
        asked = len(server.requests)
        second = judged(run, server)
        assert len(server.requests) == asked == len(first.conversations)
    assert second.conversations["scores"][:] == first.conversations["scores"][:]
    assert second.manifest.prompt_tokens == first.manifest.prompt_tokens > 0


def test_several_judges_stand_side_by_side_and_each_replaces_its_own(run: Path) -> None:
    with serve(STRICT) as strict, serve(Behaviour(form="rubric")) as mild:
        judged(run, strict, model="strict", judge="first")
        judged(run, mild, model="mild")
        judged(run, strict, model="strict", judge="first", limit=3)
        [*rows] = mmgen.load_run(run)["scores"]
    for scores in rows:
        assert sorted(Counter(score["judge"] for score in scores).values()) == [3, 3]
        assert {score["value"] for score in scores if score["judge"] == "mild"} == {5}
    assert sorted(path.name for path in (run / "judging").iterdir()) == ["first", "mild"]


def test_scores_of_one_name_come_from_one_judge(run: Path) -> None:
    with serve(STRICT) as server:
        judged(run, server, judge="me", limit=2)
        with pytest.raises(RunError, match=r"(?s)the recipe 'default .*--name"):
            judged(run, server, judge="me", rubric="annotations")
        with pytest.raises(RunError, match=r"the recipe 'default"):
            judged(run, server, judge="me", annotations=False)
        with pytest.raises(RunError, match="with the model 'any', not 'other'"):
            judged(run, server, judge="me", model="other")


def test_a_larger_limit_adds_to_a_smaller_one(run: Path) -> None:
    with serve(STRICT) as server:
        few = judged(run, server, limit=4)
        scored = [bool(scores) for scores in few.conversations["scores"]]
        assert scored.count(True) == 4 == len(server.requests)
        assert not all(scored[:4]), "they come from all parts of the run"
        more = judged(run, server, limit=9)
        assert len(server.requests) == 9
    now = [bool(scores) for scores in more.conversations["scores"]]
    assert now.count(True) == 9
    assert all(later for before, later in zip(scored, now, strict=True) if before)


def test_what_cannot_be_read_has_no_score_and_is_asked_for_again_on_request(run: Path) -> None:
    with serve(Behaviour(form="rubric", schedule=("chatty", "refused"))) as server:
        result = judged(run, server)
        asked = len(server.requests)
        assert result.manifest.rejects == {
            "there is no JSON in the reply": 1,
            "the model refused": 1,
        }
        rejects = [json.loads(line) for line in result.folder.rejects_path.read_text().splitlines()]
        rows = {row["id"]: row["scores"] for row in result.conversations}
        assert [rows[reject["id"]] for reject in rejects] == [[], []]
        assert any("picture shows" in reject["reply"] for reject in rejects)
        again = mmgen.judge_run(run, whom(server), again=True)
        assert len(server.requests) == asked + 2
    assert again.manifest.rejects == {}
    assert all(again.conversations["scores"])


def test_conversations_that_were_changed_or_added_are_asked_alone(run: Path) -> None:
    def change(conversations: Dataset) -> Dataset:
        rows = conversations.to_list()
        rows[0]["messages"][-1]["content"] = "Who knows?"
        return Dataset.from_list(rows, features=conversations.features)

    with serve(STRICT) as server:
        judged(run, server)
        asked = len(server.requests)
        rewrite_run(run, change)
        judged(run, server)
        assert len(server.requests) == asked + 1
        assert "Who knows?" in bodies(server)[-1]


def test_a_run_that_stops_for_its_cost_keeps_what_it_paid_for(run: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("any: {input: 1.0, output: 1.0}\n")
    with serve(STRICT) as server:
        cost = 6 * 4100 / 1e6
        stopped = mmgen.judge_run(
            run, whom(server, caps=mmgen.Caps(max_cost=cost, prices=prices), pace=mmgen.Pace(1))
        )
        paid = len(server.requests)
        assert stopped.manifest.status == "stopped"
        assert 0 < paid == stopped.manifest.conversations < len(stopped.conversations)
        assert 0 < (stopped.manifest.cost or 0) <= cost
        judged(run, server)
        assert len(server.requests) == len(stopped.conversations)


@pytest.mark.slow
def test_a_killed_judge_goes_on_where_it_was(run: Path) -> None:
    with spawn("--form", "rubric", "--latency", "0.1", "--score", "dog=2") as url:
        command = [sys.executable, "-m", "mmgen_datasets", "judge", str(run), "--backend"]
        command += ["openai", "--model", "any", "--base-url", url, "--concurrency", "2"]
        before, replies = kill_and_go_on(command, run / "judging" / "any")
        with urlopen(f"{url.removesuffix('/v1')}/stats") as answer:
            stats = json.load(answer)
    rows = mmgen.load_run(run)
    assert 2 < before < replies == len(rows)
    assert stats["asked_again"] <= 2, "no more than what was in flight"
    assert all(len(scores) == 3 for scores in rows["scores"])


def test_a_cache_spares_a_second_judge_what_the_first_was_told(run: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache.sqlite"
    with serve(STRICT) as server:
        for name in ("one", "two"):
            how = mmgen.Judging(judge=name)
            result = mmgen.judge_run(run, whom(server, cache=cache), how)
        assert len(server.requests) == len(result.conversations) == result.manifest.taken_over
    assert result.manifest.prompt_tokens == 0


def test_an_estimate_asks_nobody(run: Path) -> None:
    with serve(STRICT) as server:
        before = estimate_judging(run, whom(server))
        judged(run, server)
        asked = len(server.requests)
        after = estimate_judging(run, whom(server))
        assert asked == len(server.requests) == before.requests == after.settled
    assert after.requests == 0 < before.prompt_tokens


@pytest.mark.slow
def test_judges_may_judge_at_the_same_time(tmp_path: Path) -> None:
    run = tmp_path / "run"
    for index in range(2):
        grounded_run(run, mmgen.Shard(index, 2))
    command = [sys.executable, "-m", "mmgen_datasets", "judge", str(run), "--backend", "openai"]
    with spawn("--form", "rubric", "--latency", "0.05") as url:
        command += ["--base-url", url, "--model"]
        judges = [subprocess.Popen([*command, name]) for name in ("one", "two", "three")]
        assert [judge.wait() for judge in judges] == [0, 0, 0]
    for scores in mmgen.load_run(run)["scores"]:
        assert Counter(s["judge"] for s in scores) == {"one": 3, "two": 3, "three": 3}


@pytest.mark.parametrize("name", ["a/b", "..", "a b", ""])
def test_a_name_is_one_of_a_folder(run: Path, name: str) -> None:
    with serve(STRICT) as server, pytest.raises(UsageError, match="cannot name a judge"):
        judged(run, server, judge=name)


def test_a_login_in_the_address_stays_out_of_the_folder(run: Path) -> None:
    with serve(STRICT) as server:
        address = server.url.replace("//", "//me:secret@")
        result = mmgen.judge_run(
            run, mmgen.Whom("openai", {"model": "any", "base_url": address}), mmgen.Judging(limit=1)
        )
    assert result.manifest.conversations == 1
    assert b"secret" not in b"".join(p.read_bytes() for p in run.rglob("*") if p.is_file())
