"""Runs judged by a model: what it is shown, and where its scores land."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

import mmgen_datasets as mmgen
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.judging.agreement import ANY_CHECK, agreement
from mmgen_datasets.quality.judging.rubric import load_rubric
from mmgen_datasets.quality.judging.table import judged_table
from tests.judged_runs import CRITERIA, STRICT, bodies, grounded_run, judged
from tests.motion.folders import write_folder
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, serve
from tests.targeted_runs import SCHEMA, filled, plan_of
from tests.test_llava_json import LIST, folder_with

_SHORT = """
inputs: [captions]
system: You judge words.
criteria:
  - name: tone
    question: Is it kind?
    scale: {5: very, 4: quite, 3: hardly, 2: not, 1: rude}
sampling: {max_tokens: 300, temperature: 0.7, seed: 1}
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run."""
    return grounded_run(tmp_path / "run")


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


def test_a_rubric_with_pictures_needs_some(conversations: Dataset, samples: Dataset) -> None:
    blind = conversations.remove_columns("image")
    with pytest.raises(UsageError, match=r"(?s)the run has none.*'annotations'"):
        judged_table(blind, samples, load_rubric())
    table = judged_table(blind, samples.select(range(3)), load_rubric("annotations"))
    assert len(table) == len(conversations)
    assert table["captions"][0]
    assert table["captions"][-1] is None


def test_motions_are_judged_by_what_was_measured(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "HumanML3D", splits=[("train", 2)])
    folder = mmgen.RunFolder(tmp_path / "run")
    mmgen.fill_run(folder, mmgen.Plan("humanml3d", data_dir=str(source)))
    with serve(STRICT) as server:
        with pytest.raises(UsageError, match="shows the judge a picture, and the run has none"):
            judged(folder.path, server)
        result = judged(folder.path, server, rubric="annotations")
        shown = bodies(server)
    assert all(result.conversations["scores"])
    assert all("seconds" in body.partition("Conversation:")[0] for body in shown)


def test_data_for_a_task_are_judged_by_their_pictures_alone(tmp_path: Path) -> None:
    with serve(SCHEMA) as server:
        filled(tmp_path, plan_of(tmp_path, 2), server)
    with serve(STRICT) as server:
        with pytest.raises(RunError, match=r"(?s)the plan of a task.*--no-annotations"):
            judged(tmp_path / "run", server)
        result = judged(tmp_path / "run", server, annotations=False)
        assert all("image_url" in body for body in bodies(server))
    assert all(result.conversations["scores"])


def test_the_agreement_with_checks_has_a_known_answer(run: Path) -> None:
    mmgen.check_run(run, checks=["turns", f"{__name__}:find_dogs"], annotations=False)
    with serve(STRICT) as server:
        result = judged(run, server)
    found = {row.check: row for row in agreement(result.conversations, "any")}
    assert found.keys() == {ANY_CHECK, f"{__name__}:find_dogs"}  # nothing failed "turns"
    dogs = found[f"{__name__}:find_dogs"]
    assert (dogs.mean_failed, dogs.failed_low, dogs.passed_high, dogs.auc) == (2, 1, 1, 1)
    assert (found[ANY_CHECK].failed, found[ANY_CHECK].auc) == (dogs.failed, 1)


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


def test_where_pictures_are_missing_it_is_told_before_and_how_to_do_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = shutil.copytree(SAMPLE_DIR / "annotations", tmp_path / "coco" / "annotations")
    made = mmgen.RunFolder(tmp_path / "run")
    mmgen.fill_run(made, mmgen.Plan("coco2017", data_dir=str(texts.parent)))
    with serve(STRICT) as server:
        command = ["judge", str(made.path), "--backend", "openai", "--model", "any"]
        command += ["--base-url", server.url]
        assert main([*command, "--dry-run"]) == 0
        assert "23  the picture is not on disk\n" in capsys.readouterr().out
        assert main(command) == 1
        assert "annotations: --rubric annotations\n" in capsys.readouterr().out
        assert main([*command, "--rubric", "annotations"]) == 0
        assert len(server.requests) == 23


def test_a_conversation_about_text_alone_misses_no_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = mmgen.Plan("llava_json", "given", data_dir=str(folder_with(LIST, tmp_path / "theirs")))
    mmgen.fill_run(mmgen.RunFolder(tmp_path / "run"), plan)
    command = ["judge", str(tmp_path / "run"), "--backend", "openai", "--model", "any"]
    assert main([*command, "--base-url", "http://127.0.0.1:1/v1", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "1  the conversation is about no picture\n" in told
    assert "1  the picture is not on disk\n" in told


@pytest.mark.slow
def test_a_small_model_on_this_machine_keeps_to_the_form(
    run: Path, tmp_path: Path, gguf: str
) -> None:
    """One that often knows no end: what is too long is a reject, and all else has scores."""
    rubric = tmp_path / "short.yaml"
    rubric.write_text(_SHORT)
    asked = mmgen.Whom("llama-cpp", {"model": gguf})
    result = mmgen.judge_run(run, asked, mmgen.Judging(rubric, judge="tiny", limit=4))
    kept = [scores for scores in result.conversations["scores"] if scores]
    assert 0 < len(kept) == 4 - result.manifest.num_rejects
    assert set(result.manifest.rejects) <= {"the reply was cut short"}
    for scores in kept:
        assert [score["name"] for score in scores] == ["tone"]
        assert scores[0]["value"] in (1, 2, 3, 4, 5)
