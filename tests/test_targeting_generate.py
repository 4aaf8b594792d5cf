"""The data of targeted generation: what is sent, how replies are read, what comes out."""

from __future__ import annotations

import base64
import json
import shlex
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

from mmgen_datasets import Caps, Pace, RunFolder, Shard, export, load_run, rejected_keys
from mmgen_datasets.chat import Exchange
from mmgen_datasets.cli import main
from mmgen_datasets.errors import MMGenError, RowError, RunError, UsageError
from mmgen_datasets.generation.estimate import describe
from mmgen_datasets.publish.making import command_of
from mmgen_datasets.schema import CREDIT, LICENSE
from mmgen_datasets.targeting.candidates import ORIGIN
from mmgen_datasets.targeting.generate import Whom, estimate_plan, fill_plan
from mmgen_datasets.targeting.generated_file import merge, missing_prompts, read_generated
from mmgen_datasets.targeting.items import exchanges, read_items
from mmgen_datasets.targeting.mode import load_mode
from mmgen_datasets.targeting.plan import Amounts, plan_prompts
from mmgen_datasets.targeting.preview import describe_plan, describe_requests
from mmgen_datasets.targeting.prompt_file import PromptFile, write_prompt_file
from mmgen_datasets.targeting.requests import targeted_requests
from mmgen_datasets.targeting.sending import Sending
from mmgen_datasets.targeting.task import write_task
from tests.mm_gen_tasks import DESCRIPTION, small_task
from tests.photographs import file_of, opened, photograph
from tests.servers.openai_server import Behaviour, Server, serve

SCHEMA = Behaviour(form="schema")


def plan_of(folder: Path, total: int = 8, mode: str = "vqa_nr", **amounts: Any) -> PromptFile:
    return plan_prompts(small_task(folder), Amounts(total, **amounts), mode)


def whom(server: Server, **changes: Any) -> Whom:
    return Whom("openai", {"model": "any", "base_url": server.url}, **changes)


def filled(
    folder: Path, prompts: PromptFile, server: Server, *, shard: str = "0/1", **sending: Any
) -> Any:
    part = Shard.parse(shard)
    return fill_plan(
        RunFolder(folder / "run", part),
        prompts,
        Sending(folder, shard=part, **sending),
        whom(server),
    )


def sent(server: Server) -> list[Any]:
    return [request.json for request in server.requests]


@pytest.mark.parametrize(
    "text",
    [
        '[{"question": "3 < 4 and 5 > 2?", "answer": "a\\nb \\"c\\""}]',
        '{"question": "3 < 4 and 5 > 2?", "answer": "a\\nb \\"c\\""}',
        '{"items": [{"question": "3 < 4 and 5 > 2?", "answer": "a\\nb \\"c\\""}]}',
        '```json\n[{"Q": "3 < 4 and 5 > 2?", "A": "a\\nb \\"c\\""}]\n```',
        'Here it is: [{"QUESTION": "3 < 4 and 5 > 2?", "Answer": "a\\nb \\"c\\""}] I hope so.',
    ],
    ids=["list", "single", "wrapped", "fenced", "words"],
)
def test_items_are_read_and_their_text_is_never_rewritten(text: str) -> None:
    [item] = read_items(load_mode("vqa_nr"), text)
    assert item == {"question": "3 < 4 and 5 > 2?", "answer": 'a\nb "c"'}


def test_broken_json_is_mended_and_numbers_become_text() -> None:
    [item] = read_items(load_mode("vqa_nr"), "[{'question': 'How many?', 'answer': 3,}]")
    assert item == {"question": "How many?", "answer": "3"}


def test_choices_go_behind_the_question() -> None:
    text = json.dumps({"question": "Which?", "answer": "A", "Choices": ["A. red", "B. blue"]})
    assert read_items(load_mode("vqa_nr"), text)[0]["question"] == "Which?\nA. red\nB. blue"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The chart shows sales.", "no JSON"),
        ("[]", "holds no item"),
        ('[{"question": "How many?"}]', "no 'answer'"),
        ('[{"question": "How many?", "answer": " "}]', "no 'answer'"),
        ('{"sorry": "I cannot"}', "is no item with 'question', 'answer'"),
    ],
)
def test_what_is_no_item_is_refused(text: str, says: str) -> None:
    with pytest.raises(RowError, match=says):
        read_items(load_mode("vqa_nr"), text)


def test_reasoning_makes_two_records_of_an_item() -> None:
    item = {"question": "How many?", "reasoning": "One, two.", "answer": "2"}
    reasoned, short = exchanges(load_mode("vqa"), item)
    assert reasoned.question.startswith("How many?\n")
    assert reasoned.answer == "One, two.\n2"
    assert short.question.startswith("How many?\n")
    assert short.answer == "2"


@pytest.mark.parametrize("mode", ["descript", "descript_task_desc", "generic"])
def test_each_way_to_describe_has_a_question_of_its_own(mode: str) -> None:
    [made] = exchanges(load_mode(mode), {"answer": "Bars."})
    assert isinstance(made, Exchange)
    assert ("expert" in made.question) == (mode != "generic")


def test_text_and_pictures_are_sent_in_order(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 1, num_icl=2)
    with serve(SCHEMA) as server:
        filled(tmp_path, prompts, server, num_prompts=1)
        [body] = sent(server)
    system, user = body["messages"]
    assert DESCRIPTION in system["content"], "braces and all"
    kinds = [part["type"] for part in user["content"]]
    assert kinds == [
        "text",
        "image_url",
        "text",
        "text",
        "image_url",
        "text",
        "text",
        "image_url",
        "text",
    ]
    prompt = prompts.prompts[0]
    files = [*(path for shown in prompt.examples() for path in shown.pictures), prompt.candidate]
    for part, name in zip([p for p in user["content"] if p["type"] != "text"], files, strict=True):
        begin, _, data = part["image_url"]["url"].partition(",")
        assert begin == "data:image/png;base64"
        assert base64.b64decode(data) == (tmp_path / str(name)).read_bytes()
    assert "exactly 1 item" in user["content"][-1]["text"]
    assert body["response_format"]["json_schema"]["schema"]["properties"]["items"]["maxItems"] == 1


def test_pictures_are_shrunk_to_the_limit(tmp_path: Path) -> None:
    with serve(SCHEMA) as server:
        filled(tmp_path, plan_of(tmp_path, 1), server, max_image_side=24)
        urls = [
            p["image_url"]["url"]
            for p in sent(server)[0]["messages"][1]["content"]
            if "image_url" in p
        ]
    assert {opened(base64.b64decode(url.partition(",")[2])).size for url in urls} == {(24, 16)}


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


def test_a_path_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    prompts = plan_of(inside, 1, "generic")
    [prompt, *_] = prompts.prompts
    (tmp_path / "out.png").write_bytes((inside / str(prompt.candidate)).read_bytes())
    prompt.prompt[-1] = "../out.png"
    rows = targeted_requests(prompts, Sending(inside)).rows
    assert rows[0]["error"] == "../out.png: lies outside of the input folder"


def test_the_same_prompt_asked_again_gets_a_seed_of_its_own(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 20, "generic")
    requests = targeted_requests(prompts, Sending(tmp_path))
    assert len(set(requests.rows["digest"])) == len(prompts.prompts)
    seeds = Counter(json.loads(text).get("seed") for text in requests.rows["sampling"])
    assert seeds[None] == len({prompt.candidate for prompt in prompts.prompts})


@pytest.mark.parametrize("parts", [1, 3, 4, 7, 12])
def test_shards_cover_exactly(parts: int) -> None:
    folder = Path()
    covered = [
        index for n in range(parts) for index in Sending(folder, shard=Shard(n, parts)).indices(11)
    ]
    assert covered == [*range(11)]
    ranges = [Sending(folder, start, 4).indices(11) for start in (0, 4, 8)]
    assert [*map(len, ranges)] == [4, 4, 3]


@pytest.mark.parametrize("wrong", [{"start_idx": -1}, {"num_prompts": 0}, {"max_image_side": 0}])
def test_what_cannot_be_sent_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        Sending(Path(), **wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="the plan has 3 prompts"):
        Sending(Path(), start_idx=3).indices(3)


def test_parts_merge_to_what_one_run_gives(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 8)
    folders = []
    with serve(SCHEMA) as server:
        for start in (0, 3, 6):
            folder = RunFolder(tmp_path / f"run-{start}")
            fill_plan(folder, prompts, Sending(tmp_path, start, 3), whom(server))
            folders.append(folder.path)
        filled(tmp_path, prompts, server)
        for n in range(3):
            part = Shard(n, 3)
            fill_plan(
                RunFolder(tmp_path / "s", part),
                prompts,
                Sending(tmp_path, shard=part),
                whom(server),
            )
    whole = read_generated(tmp_path / "run" / "generated.json").samples
    assert merge(folders).samples == whole == merge([tmp_path / "s"]).samples
    assert load_run(tmp_path / "s")["id"][:] == [sample["id"] for sample in whole]
    twice = merge([*folders, folders[1]])
    assert (twice.samples, twice.repeated) == (whole, 3)
    assert missing_prompts(merge(folders[:2]).samples, prompts) == [6, 7]
    assert missing_prompts(whole, prompts) == []


def test_files_of_mm_gen_merge_with_unique_ids_and_whole_paths(tmp_path: Path) -> None:
    for folder in "ab":
        sample = {
            "id": 0,
            "image_1": "7.png",
            "conversations": [],
            "icl_indices": [],
            "keyword": "k",
        }
        content = {"image_folder": f"pool/{folder}", "len_samples": 1, "samples": [sample]}
        (tmp_path / f"{folder}.json").write_text(json.dumps(content))
    merged = merge([tmp_path / "a.json", tmp_path / "b.json"])
    assert [sample["image_1"] for sample in merged.samples] == ["pool/a/7.png", "pool/b/7.png"]
    assert [sample["id"] for sample in merged.samples] == [0, "b-0"]
    assert (merged.repeated, merged.renamed) == (0, 1)


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


def test_a_dry_run_counts_and_prices_and_shows_and_sends_nothing(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 8, num_icl=2)
    requests = targeted_requests(prompts, Sending(tmp_path))
    with serve(SCHEMA) as server:
        known = Whom("openai", {"model": "gpt-4o", "base_url": server.url})
        needed = estimate_plan(requests, known)
        assert not server.requests
    shown = describe_requests(requests, 1)
    assert needed.requests == len(prompts.prompts)
    pictures = sum(len(prompt.prompt) // 3 + 1 for prompt in prompts.prompts)
    assert needed.prompt_tokens > 255 * pictures, "each picture of a prompt is counted"
    assert "requests" in describe(needed)
    assert f"{len(prompts.prompts)} prompts ask for" in describe_plan(prompts)
    assert f"[image: {prompts.prompts[0].candidate}]" in shown
    assert "Example 1" in shown


def test_the_three_steps_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_task(small_task(tmp_path / "data"), tmp_path / "task.json")
    plan, out = str(tmp_path / "plan.json"), str(tmp_path / "run")
    begin = ["task", "plan", str(tmp_path / "task.json"), "--total-gen", "8", "--out", plan]
    assert main([*begin, "--mode", "vqa_nr", "--num-icl", "2", "--references", "bar=2"]) == 0
    assert "prompts ask for" in capsys.readouterr().out
    with serve(SCHEMA) as server:
        asking = ["task", "generate", plan, "--input-folder", str(tmp_path / "data"), "--out", out]
        asking += ["--model", "any", "--base-url", server.url]
        assert main([*asking, "--dry-run", "--show", "2"]) == 0
        said = capsys.readouterr().out
        assert not server.requests
        assert not (tmp_path / "run").exists()
        assert said.count("--- system") == 2
        assert main([*asking, "--num-prompts", "4"]) == 0
    assert "generated.json" in capsys.readouterr().out
    assert main(["task", "merge", out, "--plan", plan, "--out", str(tmp_path / "data2")]) == 0
    assert "have no sample: 4, 5" in capsys.readouterr().out
    llava = json.loads((tmp_path / "data2" / "llava.json").read_text())
    assert llava[0]["conversations"][0]["value"].startswith("<image>\n")
    assert main([*begin, "--references", "bar"]) == 2
    assert "write it as KEYWORD=N" in capsys.readouterr().err


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


def test_what_is_no_table_of_origins_is_refused(tmp_path: Path) -> None:
    (tmp_path / "o.parquet").write_text("no parquet")
    for name in ("o.parquet", "none.parquet"):
        with pytest.raises(MMGenError, match=name):
            targeted_requests(plan_of(tmp_path), Sending(tmp_path, origins=tmp_path / name))


@pytest.mark.parametrize(("ending", "sent_as"), [("GIF", "gif"), ("bmp", "png")])
def test_other_kinds_of_pictures_are_sent_as_pictures(
    ending: str, sent_as: str, tmp_path: Path
) -> None:
    prompts = plan_of(tmp_path, 1, "generic")
    name = f"pool/z.{ending}"
    (tmp_path / name).write_bytes(file_of(photograph(48, 32), ending.upper()))
    prompts.prompts[0].prompt[-1] = name
    with serve(SCHEMA) as server:
        filled(tmp_path, prompts, server, num_prompts=1)
        [picture] = [p for p in sent(server)[0]["messages"][1]["content"] if p["type"] != "text"]
    assert picture["image_url"]["url"].startswith(f"data:image/{sent_as};base64,")


def test_a_server_that_knows_no_schema_is_asked_in_words(tmp_path: Path) -> None:
    with serve(Behaviour(form="json")) as server:
        manifest = filled(tmp_path, plan_of(tmp_path, 2), server, json_schema=False)
        assert all("response_format" not in body for body in sent(server))
    assert manifest.num_rejects == 0


def test_what_came_to_nothing_is_asked_for_once_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_prompt_file(plan_of(tmp_path, 3), tmp_path / "plan.json")
    asking = ["task", "generate", "plan.json", "--input-folder", ".", "--out", "run"]
    with serve(Behaviour(form="plain")) as server:
        asking += ["--model", "any", "--base-url", server.url, "--max-rejects", "1"]
        assert main(asking) == 0
        told = capsys.readouterr().out
        assert "conversations 0, rejects 4 of 4" in told
        assert "'mmgen task generate' command, given again with --again" in told
        assert main(["retry", "run"]) == 2
        assert "with --again" in capsys.readouterr().err
        server.behaviour = Behaviour(form="schema")
        assert main(asking) == 0
        assert "conversations 0, rejects 4 of 4" in capsys.readouterr().out, "left alone"
        assert main([*asking, "--again"]) == 0
    assert len(load_run("run")) == 4


def test_its_messages_name_the_command_that_fills_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = RunFolder(tmp_path / "run")
    with serve(SCHEMA) as server:
        manifest = filled(tmp_path, plan_of(tmp_path, 1), server)
    folder.rejects_path.write_text("{")
    with pytest.raises(RunError, match="give the run's 'mmgen task generate' command again"):
        rejected_keys(folder)
    folder.write(replace(manifest, status="interrupted"))
    with pytest.raises(RunError, match="give its 'mmgen task generate' command again"):
        load_run(folder.path)
    assert main(["status", str(folder.path)]) == 0
    assert "its 'mmgen task generate' command, given again, goes on" in capsys.readouterr().out
    folder.write(manifest)
    next(folder.conversations_path.iterdir()).write_bytes(b"PAR1")
    with pytest.raises(RunError, match="give its 'mmgen task generate' command again"):
        load_run(folder.path)


def test_a_run_goes_on_whose_manifest_names_no_command(tmp_path: Path) -> None:
    prompts, path = plan_of(tmp_path, 2), tmp_path / "run" / "run.json"
    with serve(SCHEMA) as server:
        filled(tmp_path, prompts, server)
        before, manifest = len(server.requests), json.loads(path.read_text())
        assert manifest["plan"].pop("command") == "mmgen task generate"
        path.write_text(json.dumps(manifest))
        assert filled(tmp_path, prompts, server).plan.command == "mmgen task generate"
        assert len(server.requests) == before


def test_the_command_of_its_card_makes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = plan_of(tmp_path, 3, seed=7)
    with serve(SCHEMA) as server:
        first = filled(tmp_path, prompts, server, max_image_side=32)
        command = command_of("two", first)
        assert command == (
            f"mmgen task generate {first.plan.source} --backend openai --model any"
            f" --base-url {server.url} --max-image-side 32 --out runs/two"
        )
        write_prompt_file(prompts, tmp_path / first.plan.source)
        monkeypatch.chdir(tmp_path)
        assert main(shlex.split(command)[1:]) == 0
    second = RunFolder(tmp_path / "runs" / "two").read()
    assert second is not None
    assert not second.differences(first)
    assert second.sample_ids_sha256 == first.sample_ids_sha256
