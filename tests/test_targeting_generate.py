"""Targeted generation: what comes out of a plan, and what becomes of trouble."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import Dataset

from mmgen_datasets import Caps, Pace, RunFolder, export, load_run
from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.whom import Whom
from mmgen_datasets.schema import CREDIT, LICENSE
from mmgen_datasets.targeting.candidates import ORIGIN
from mmgen_datasets.targeting.generate import fill_plan
from mmgen_datasets.targeting.generated_file import read_generated
from mmgen_datasets.targeting.sending import Sending
from tests.servers.openai_server import Behaviour, serve
from tests.targeted_runs import SCHEMA, filled, plan_of, sent, whom


def test_a_plan_becomes_conversations_and_mm_gens_file_and_llavas(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 8, min_gen_per_candidate=2)
    with serve(SCHEMA) as server:
        manifest = filled(tmp_path, prompts, server)
    assert (manifest.status, manifest.requests, manifest.num_rejects) == ("finished", 8, 0)
    rows = load_run(tmp_path / "run")
    assert len(rows) == 8 == len(set(rows["id"]))
    for index, row in enumerate(rows):
        prompt = prompts.prompts[index // 2]
        assert row["id"] == f"{prompts.name_of(index // 2)}-{index % 2}"
        assert row["file_name"] == row["sample_id"] == prompt.candidate
        assert row["provenance"]["keyword"] == prompt.keyword
        assert row["provenance"]["icl_indices"] == prompt.icl_indices
        assert row["messages"][0]["content"].startswith("<image>\n")
        assert row["image"].size == (48, 32)
    generated = read_generated(tmp_path / "run" / "generated.json")
    [first, *_] = generated.samples
    assert first["image_1"] == str(tmp_path / str(prompts.prompts[0].candidate))
    assert first["conversations"][0]["value"].startswith("<image> ")
    assert first["icl_indices"] == prompts.prompts[0].icl_indices
    assert [turn["from"] for turn in first["conversations"]] == ["human", "gpt"]
    exported = export(rows, "llava", tmp_path / "llava")
    assert (exported.conversations, exported.pictures) == (8, len(set(rows["file_name"])))


@pytest.mark.parametrize(
    ("mode", "records"),
    [("vqa", 2), ("tqa", 2), ("descript", 1), ("generic", 1), ("vqa_task_desc", 1)],
)
def test_every_mode_runs_through(mode: str, records: int, tmp_path: Path) -> None:
    with serve(SCHEMA) as server:
        filled(tmp_path, plan_of(tmp_path, 4, mode), server)
    rows = load_run(tmp_path / "run")
    assert len(rows) == 4 * records == len(set(rows["id"]))
    assert set(rows["kind"]) == {mode}


def test_invented_pictures_leave_records_of_text_only(tmp_path: Path) -> None:
    with serve(SCHEMA) as server:
        filled(tmp_path, plan_of(tmp_path, 2, "tqa"), server)
    rows = load_run(tmp_path / "run")
    assert rows["image"][:] == [None] * len(rows)
    assert all("<image>" not in row["messages"][0]["content"] for row in rows)
    samples = read_generated(tmp_path / "run" / "generated.json").samples
    assert all("image_1" not in sample for sample in samples)
    assert export(rows, "llava", tmp_path / "llava").conversations == len(rows)


def test_a_reply_without_form_is_mended_by_one_more_call(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 2, "descript", exact_total=True)
    with serve(Behaviour(form="schema", schedule=("chatty",))) as server:
        manifest = filled(tmp_path, prompts, server)
        bodies = sent(server)
    assert (manifest.conversations, len(bodies)) == (2, 3)
    mending = bodies[-1]["messages"]
    assert all(isinstance(turn["content"], str) for turn in mending), "no picture is paid again"
    assert "The picture shows bars" in mending[1]["content"]
    assert '"answer"' in mending[1]["content"]
    assert '"question"' not in mending[1]["content"], "it asks for the keys of the mode"


def test_what_cannot_be_mended_is_a_reject_and_the_run_goes_on(tmp_path: Path) -> None:
    faults = {"chatty": 1.0}
    with serve(Behaviour(form="schema", faults=faults)) as server:
        manifest = filled(tmp_path, plan_of(tmp_path, 3), server)
        bodies = sent(server)
    assert len(bodies) == manifest.requests + 1, "one call mends a text, wherever it stands"
    assert (manifest.status, manifest.conversations) == ("finished", 0)
    assert [*manifest.rejects] == ["there is no JSON in the reply"]


def test_a_timeout_is_tried_again_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 8)
    with serve(Behaviour(form="schema", schedule=("busy", "ok", "busy"))) as server:
        manifest = filled(tmp_path, prompts, server)
        assert manifest.num_rejects == 0
        before = len(server.requests)
        again = filled(tmp_path, prompts, server)
        assert len(server.requests) == before
    assert again.conversations == manifest.conversations == len(prompts.prompts)


def test_a_picture_that_cannot_be_read_is_a_reject(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 8)
    bad = str(prompts.prompts[0].candidate)
    (tmp_path / bad).write_bytes(b"no picture")
    with serve(SCHEMA) as server:
        manifest = filled(tmp_path, prompts, server)
    lost = sum(prompt.candidate == bad for prompt in prompts.prompts)
    assert manifest.num_rejects == lost
    assert all(bad in reason for reason in manifest.rejects)


def test_another_plan_does_not_mix_into_a_folder(tmp_path: Path) -> None:
    with serve(SCHEMA) as server:
        filled(tmp_path, plan_of(tmp_path, 2), server)
        with pytest.raises(RunError, match="holds a run with"):
            filled(tmp_path, plan_of(tmp_path, 2, seed=1), server)


def test_a_budget_stops_the_run_and_keeps_what_was_paid_for(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 8)
    with serve(SCHEMA) as server:
        caps = Caps(max_tokens=6000)
        stopped = fill_plan(
            RunFolder(tmp_path / "run"), prompts, Sending(tmp_path),
            whom(server, caps=caps, pace=Pace(1)),
        )  # fmt: skip
        assert stopped.status == "stopped"
        assert 0 < stopped.conversations < 8
        assert filled(tmp_path, prompts, server).conversations == len(prompts.prompts)


def test_licence_and_credit_of_a_candidate_come_along(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 8)
    [known, *_] = {str(prompt.candidate) for prompt in prompts.prompts if prompt.keyword == "bar"}
    origin = dict.fromkeys(ORIGIN) | {"path": known, "id": "42", "source": "coco2017"}
    origin["license"] = dict.fromkeys(LICENSE) | {"id": "cc-by-2.0", "commercial": True}
    origin["credit"] = dict.fromkeys(CREDIT) | {"author": "A. Person"}
    Dataset.from_list([origin], features=ORIGIN).to_parquet(str(tmp_path / "o.parquet"))
    with serve(SCHEMA) as server:
        filled(tmp_path, prompts, server, origins=tmp_path / "o.parquet")
    for row in load_run(tmp_path / "run").remove_columns(["image"]):
        found = (row["sample_id"], row["source"], (row["credit"] or {}).get("author"))
        is_known = row["file_name"] == known
        assert found == (
            ("42", "coco2017", "A. Person") if is_known else (row["file_name"], "task", None)
        )
        assert (row["license"] or {}).get("id") == ("cc-by-2.0" if is_known else None)


def test_a_login_in_the_address_stays_out_of_the_folder(tmp_path: Path) -> None:
    with serve(SCHEMA) as server:
        address = server.url.replace("//", "//me:secret@")
        asked = Whom("openai", {"model": "any", "base_url": address})
        folder = RunFolder(tmp_path / "run")
        manifest = fill_plan(folder, plan_of(tmp_path, 1), Sending(tmp_path), asked)
    assert manifest.conversations
    assert b"secret" not in b"".join(p.read_bytes() for p in folder.path.rglob("*") if p.is_file())
