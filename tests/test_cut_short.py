"""A reply that was cut short is asked for once more, with more room, where the recipe allows it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import Caps, Pace, Plan, RunFolder, estimate_run, fill_run, load_run
from mmgen_datasets.errors import RecipeError
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.manifest import Manifest
from mmgen_datasets.generation.result import rejected_keys
from mmgen_datasets.prompts.recipe import load_recipe
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, Server, serve

RECIPE = """
tasks:
  - name: detail
    inputs: [captions, boxes]
    reply: answer
    system: Describe the picture.
    instructions: [Describe it.]
    sampling: {max_tokens: 50, max_tokens_if_cut: 100}
"""
WHOLE, CUT_ONCE, CUT_TWICE = 60, 300, 900  # letters; a token is four


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    (tmp_path / "mine.yaml").write_text(RECIPE)
    recipe = str(tmp_path / "mine.yaml")
    return Plan("coco2017", recipe, data_dir=str(SAMPLE_DIR), backend="openai", limit=6)


def fill(tmp_path: Path, plan: Plan, server: Server, **settings: Any) -> Manifest:
    asked = replace(plan, settings={"model": "any", "base_url": server.url})
    return fill_run(RunFolder(tmp_path / "run"), asked, **settings)


def limits(server: Server) -> Counter[int]:
    """How often the server was asked for replies of so many tokens at most."""
    return Counter(request.json["max_tokens"] for request in server.requests)


def test_a_whole_reply_is_asked_for_once(tmp_path: Path, plan: Plan) -> None:
    with serve(Behaviour(form="plain", reply_chars=WHOLE)) as server:
        assert fill(tmp_path, plan, server).conversations == 6
        assert limits(server) == {50: 6}


def test_one_that_was_cut_short_is_asked_for_again_with_more_room(
    tmp_path: Path, plan: Plan
) -> None:
    with serve(Behaviour(form="plain", reply_chars=CUT_ONCE)) as server:
        made = fill(tmp_path, plan, server)
        assert limits(server) == {50: 6, 100: 6}
        used = sum(len(request.body) // 4 for request in server.requests)
    assert (made.conversations, made.rejects) == (6, {})
    assert made.prompt_tokens == used, "both attempts were paid for"
    assert made.completion_tokens > 6 * (50 + CUT_ONCE // 4)
    answers = [row["messages"][-1]["content"] for row in load_run(tmp_path / "run")]
    assert all(len(answer) > CUT_ONCE for answer in answers)


def test_one_that_is_cut_short_twice_is_rejected_with_its_text(tmp_path: Path, plan: Plan) -> None:
    with serve(Behaviour(form="plain", reply_chars=CUT_TWICE)) as server:
        for _ in range(2):
            made = fill(tmp_path, plan, server)
        assert limits(server) == {50: 6, 100: 6}, "the second call asks for nothing"
    assert made.rejects == {"the reply was cut short": 6}
    rejects = (tmp_path / "run" / "rejects.jsonl").read_text().splitlines()
    assert {len(json.loads(line)["reply"]) for line in rejects} == {400}


def test_each_attempt_is_in_the_journal(tmp_path: Path, plan: Plan) -> None:
    with serve(Behaviour(form="plain", reply_chars=CUT_ONCE)) as server:
        fill(tmp_path, plan, server)
    key = load_run(tmp_path / "run")[0]["provenance"]["request_key"]
    with open_journal(tmp_path / "run" / "journal.sqlite") as journal:
        reasons = [reply.finish_reason for reply in journal.replies([key])[key]]
        assert reasons == ["length", "stop"]
        assert journal.num_settled() == 6


def test_a_run_that_ended_between_the_two_sends_only_the_second(tmp_path: Path, plan: Plan) -> None:
    behaviour = Behaviour(form="plain", reply_chars=CUT_ONCE, schedule=("ok", "quota"))
    with serve(behaviour) as server:
        stopped = fill(tmp_path, replace(plan, limit=1), server)
        assert stopped.status == "stopped"
        assert stopped.rejects == {"the reply was cut short": 1}
        assert limits(server) == {50: 1, 100: 1}
        assert fill(tmp_path, plan, server).conversations == 6
        assert limits(server) == {50: 6, 100: 7}, "what was answered with 50 is not asked again"


def test_a_retry_of_one_cut_short_twice_begins_with_more_room(tmp_path: Path, plan: Plan) -> None:
    with serve(Behaviour(form="plain", schedule=("cut-short",) * 2)) as server:
        plan = replace(plan, limit=1)
        assert fill(tmp_path, plan, server).num_rejects == 1
        again = rejected_keys(RunFolder(tmp_path / "run"))
        assert fill(tmp_path, plan, server, again=again).conversations == 1
        assert limits(server) == {50: 1, 100: 2}


def test_a_second_attempt_that_fails_leaves_the_text_of_the_first(
    tmp_path: Path, plan: Plan
) -> None:
    faults = ("ok", *["error-500"] * 2)
    with serve(Behaviour(form="plain", reply_chars=CUT_ONCE, schedule=faults)) as server:
        pace = Pace(1, attempts=2)
        made = fill(tmp_path, replace(plan, limit=1), server, pace=pace)
    assert made.rejects == {"the reply was cut short": 1}
    [reject] = (tmp_path / "run" / "rejects.jsonl").read_text().splitlines()
    assert len(json.loads(reject)["reply"]) == 200


def test_a_reply_of_thought_alone_is_given_more_room_too(tmp_path: Path, plan: Plan) -> None:
    """A model may spend all of its first attempt on reasoning that is not shown."""
    with serve(Behaviour(form="plain", reply_chars=CUT_ONCE, schedule=("thought",))) as server:
        assert fill(tmp_path, plan, server).conversations == 6


def test_a_budget_counts_both_attempts_before_they_are_sent(tmp_path: Path, plan: Plan) -> None:
    with serve(Behaviour(form="plain", reply_chars=CUT_ONCE)) as server:
        needed = estimate_run(replace(plan, settings={"model": "any", "base_url": server.url}))
        first, if_cut = needed.sizes()["detail"]
        assert (first.completion_tokens, if_cut.completion_tokens) == (50, 100)
        cap = int(3 * (first.tokens + if_cut.tokens))
        capped = fill(tmp_path, plan, server, pace=Pace(2), caps=Caps(max_tokens=cap))
        assert capped.status == "stopped"
        used = capped.prompt_tokens + capped.completion_tokens
        assert cap / 2 < used <= cap
        assert fill(tmp_path, plan, server).conversations == 6
        assert limits(server) == {50: 6, 100: 6}


def test_what_both_attempts_used_is_learnt_and_told(tmp_path: Path, plan: Plan) -> None:
    with serve(Behaviour(form="plain", reply_chars=CUT_ONCE)) as server:
        plan = replace(plan, settings={"model": "any", "base_url": server.url})
        made = fill(tmp_path, replace(plan, limit=20), server)
        whole = estimate_run(replace(plan, limit=24), folder=RunFolder(tmp_path / "run"))
    [task] = whole.tasks
    assert (task.requests, task.learnt_from) == (4, 20)
    assert task.reply_tokens.expected == pytest.approx(made.completion_tokens / 20)
    assert whole.spent.tokens == made.prompt_tokens + made.completion_tokens


@pytest.mark.parametrize("sampling", ["max_tokens: 50", "max_tokens: null", "temperature: 1"])
def test_a_second_attempt_without_more_room_is_refused(tmp_path: Path, sampling: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        RECIPE.replace(
            "max_tokens: 50, max_tokens_if_cut: 100", f"{sampling}, max_tokens_if_cut: 50"
        )
    )
    with pytest.raises(RecipeError, match=r"line 8: .*max_tokens_if_cut.*no more than the first"):
        load_recipe(path)


def test_the_recipes_of_the_library_allow_twice_the_room() -> None:
    for name in ("llava", "llava-small", "llava-vision", "open-images"):
        for task in load_recipe(name).tasks:
            assert task.sampling.max_tokens_if_cut == 2 * (task.sampling.max_tokens or 0)
