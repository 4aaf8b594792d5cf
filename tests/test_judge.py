"""Runs judged by a model: what it is shown, where its scores land, and what a second call asks."""

from __future__ import annotations

import base64
import json
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from datasets import Dataset

import mmgen_datasets as mmgen
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.rewriting import rewrite_run
from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.judging.agreement import ANY_CHECK, agreement
from mmgen_datasets.quality.judging.judge_run import Judged, estimate_judging
from mmgen_datasets.quality.judging.rubric import load_rubric
from mmgen_datasets.quality.judging.table import judged_table
from tests.local_runs import kill_and_go_on
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, Server, serve, spawn

STRICT = Behaviour(form="rubric", scores={"dog": 2, "ball": 4})
CRITERIA = ("relevance", "correctness", "groundedness")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run over the bundled sample; not to be changed."""
    folder = mmgen.RunFolder(tmp_path_factory.mktemp("finished") / "run")
    mmgen.fill_run(folder, mmgen.Plan("coco2017", data_dir=str(SAMPLE_DIR)))
    return folder.path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def whom(server: Server, model: str = "any", **changes: Any) -> mmgen.Whom:
    return mmgen.Whom("openai", {"model": model, "base_url": server.url}, **changes)


def judged(run: Path, server: Server, *, model: str = "any", **how: Any) -> Judged:
    return mmgen.judge_run(run, whom(server, model), mmgen.Judging(**how))


def bodies(server: Server) -> list[str]:
    """What each request said to the judge last."""
    return [json.dumps(request.json["messages"][-1]) for request in server.requests]


def said(row: dict[str, Any]) -> str:
    return " ".join(message["content"] for message in row["messages"])


def find_dogs(case: Case) -> list[Fault]:
    """A check that agrees with `STRICT`, but for balls."""
    turns = [*case.questions, *case.answers]
    return [Fault(turn.turn, "dog", "is a dog") for turn in turns if "dog" in turn.text]


def test_scores_land_beside_what_they_are_for(run: Path) -> None:
    before = mmgen.load_run(run)
    with serve(STRICT) as server:
        result = judged(run, server)
    after = mmgen.load_run(run)
    assert after["scores"][:] == result.conversations["scores"][:]
    for row in after:
        value = 2 if "dog" in said(row) else 4 if "ball" in said(row) else 5
        assert [score["name"] for score in row["scores"]] == list(CRITERIA)
        assert {score["value"] for score in row["scores"]} == {value}
        assert {score["judge"] for score in row["scores"]} == {"any"}
        assert ("dog" in row["scores"][0]["detail"]) == (value == 2)
    rest = [name for name in before.column_names if name != "scores"]
    tables = [table.with_format("arrow").select_columns(rest)[:] for table in (before, after)]
    assert tables[0].equals(tables[1])
    assert not list(run.rglob("*.arrow"))


def test_a_judge_sees_the_picture_and_the_annotations_of_the_same_sample(run: Path) -> None:
    with serve(STRICT) as server:
        judged(run, server)
        chats = [request.json["messages"] for request in server.requests]
        form = server.requests[0].json["response_format"]["json_schema"]["schema"]
    samples = {
        row["file_name"]: row
        for row in mmgen.load_dataset("coco2017", data_dir=str(SAMPLE_DIR), split="train")
    }
    shown = {}
    for _, query in chats:
        picture, text = query["content"]
        shown[picture["image_url"]["url"].partition(",")[2]] = text["text"]
    for row in mmgen.load_run(run):
        sample = samples[row["file_name"]]
        data = (SAMPLE_DIR / "train2017" / row["file_name"]).read_bytes()
        text = shown[base64.b64encode(data).decode()]
        assert all(caption.strip() in text for caption in sample["captions"])
        assert all(thing["category"] in text for thing in sample["objects"])
        assert row["messages"][-1]["content"] in text.partition("Conversation:\nUser: ")[2]
        assert "<image>" not in text
    assert list(form["properties"]) == list(CRITERIA)


def test_a_judge_without_eyes_is_shown_text_alone(run: Path) -> None:
    with serve(STRICT) as server:
        assert judged(run, server, rubric="annotations").judge == "any-annotations"
        assert not any("image_url" in body for body in bodies(server))


def test_without_annotations_there_is_only_the_picture(run: Path) -> None:
    with serve(STRICT) as server:
        judged(run, server, annotations=False)
        [_, query] = server.requests[0].json["messages"]
    assert query["content"][1]["text"].startswith("Conversation:")


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


def test_a_rubric_with_pictures_needs_some(conversations: Dataset, samples: Dataset) -> None:
    blind = conversations.remove_columns("image")
    with pytest.raises(UsageError, match=r"(?s)the run has none.*'annotations'"):
        judged_table(blind, samples, load_rubric())
    table = judged_table(blind, samples.select(range(3)), load_rubric("annotations"))
    assert len(table) == len(conversations)
    assert table["captions"][0]
    assert table["captions"][-1] is None


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


def test_the_agreement_with_checks_has_a_known_answer(run: Path) -> None:
    mmgen.check_run(run, checks=["turns", f"{__name__}:find_dogs"], annotations=False)
    with serve(STRICT) as server:
        result = judged(run, server)
    found = {row.check: row for row in agreement(result.conversations, "any")}
    dogs, turns = found[f"{__name__}:find_dogs"], found["turns"]
    assert (dogs.mean_failed, dogs.failed_low, dogs.passed_high, dogs.auc) == (2, 1, 1, 1)
    assert (found[ANY_CHECK].failed, found[ANY_CHECK].auc) == (dogs.failed, 1)
    assert (turns.failed, turns.auc) == (0, None)


def test_the_command_tells_scores_tokens_and_agreement(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(STRICT) as server:
        command = ["judge", str(run), "--backend", "openai", "--model", "any"]
        command += ["--base-url", server.url]
        assert main([*command, "--dry-run"]) == 0
        assert not server.requests
        assert "requests" in capsys.readouterr().out
        assert main(command) == 0
        told = capsys.readouterr().out
        assert "any: 23 of 23 conversations judged" in told
        assert "relevance     mean 4.17  of 23  2: 6  4: 1  5: 16" in told
        assert "tokens" in told
        assert "mmgen check" in told
        assert main(["check", str(run), "--check", f"{__name__}:find_dogs"]) == 0
        assert main(command) == 0
        assert "failed    mean    <= 2  passed    mean    >= 4     AUC" in capsys.readouterr().out
        assert len(server.requests) == 23


def test_the_command_ends_badly_where_too_much_has_no_score(run: Path) -> None:
    with serve(Behaviour(form="dialogue")) as server:
        command = ["judge", str(run), "--backend", "openai", "--model", "any"]
        assert main([*command, "--base-url", server.url]) == 1


@pytest.mark.parametrize("backend", ["huggingface", "llama-cpp"])
@pytest.mark.slow
def test_a_model_on_this_machine_keeps_to_the_form(
    run: Path, backend: str, request: pytest.FixtureRequest
) -> None:
    """Tiny models know no end of a sentence: what is too long is a reject, all else has scores."""
    model = request.getfixturevalue("nano" if backend == "huggingface" else "gguf")
    how = mmgen.Judging(rubric="annotations", judge="tiny", limit=3)
    result = mmgen.judge_run(run, mmgen.Whom(backend, {"model": model}), how)
    assert result.manifest.conversations > 0
    assert set(result.manifest.rejects) <= {"the reply was cut short"}
    for scores in result.conversations["scores"]:
        assert [score["name"] for score in scores] in ([], list(CRITERIA))
        assert {score["value"] for score in scores} <= {1, 2, 3, 4, 5}
    with open_journal(result.folder.journal_path) as journal:
        assert journal.num_settled() == 3
