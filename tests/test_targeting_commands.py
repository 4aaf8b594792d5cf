"""Targeted generation from the command line, and the commands that it names."""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mmgen_datasets import RunFolder, load_run, rejected_keys
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError
from mmgen_datasets.publish.making import command_of
from mmgen_datasets.targeting.generate import fill_plan
from mmgen_datasets.targeting.prompt_file import read_prompt_file, write_prompt_file
from mmgen_datasets.targeting.sending import Sending
from mmgen_datasets.targeting.task import write_task
from tests.mm_gen_tasks import small_task
from tests.servers.openai_server import Behaviour, serve
from tests.targeted_runs import SCHEMA, filled, plan_of, whom


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
    assert "5 prompts of the plan without a sample: 4, 5" in capsys.readouterr().out
    llava = json.loads((tmp_path / "data2" / "llava.json").read_text())
    assert llava[0]["conversations"][0]["value"].startswith("<image>\n")
    assert main([*begin, "--references", "bar"]) == 2
    assert "write it as KEYWORD=N" in capsys.readouterr().err


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


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_another_folder_than_the_pictures_are_in_is_refused_before_anything_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    write_prompt_file(plan_of(tmp_path / "data", 8), tmp_path / "plan.json")
    (tmp_path / "other").mkdir()
    with serve(SCHEMA) as server:
        asking = ["task", "generate", str(tmp_path / "plan.json"), "--model", "any"]
        asking += ["--base-url", server.url, "--out", str(tmp_path / "run"), *more]
        assert main([*asking, "--input-folder", str(tmp_path / "other")]) == 2
        assert not server.requests
    assert not (tmp_path / "run").exists()
    problem, hint = capsys.readouterr().err.splitlines()
    assert problem.startswith(f"error: no picture {tmp_path / 'other'}/")
    assert problem.endswith(", nor any other of the first 9")
    assert hint == "  → give the folder that the names of pictures begin in: --input-folder"


def test_a_picture_that_is_not_there_is_a_reject_where_others_are(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 8)
    gone = prompts.prompts[0].candidate
    (tmp_path / str(gone)).unlink()
    with serve(SCHEMA) as server:
        rejects = filled(tmp_path, prompts, server).rejects
    [reason] = rejects
    assert str(gone) in reason


@pytest.mark.parametrize("verb", ["plan", "generate", "filter"])
def test_a_folder_is_told_with_the_files_that_may_be_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    (tmp_path / "plan.json").write_text("{}")
    more = {"plan": ["--total-gen", "2"], "generate": ["--model", "any"], "filter": ["--keep", "1"]}
    assert main(["task", verb, str(tmp_path), *more[verb], "--out", str(tmp_path / "out")]) == 2
    told = f"error: {tmp_path} is a folder\n  → name a file in it: plan.json\n"
    assert capsys.readouterr().err == told


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
    """From the folder that ``runs`` is in, with the plan that the run has kept."""
    prompts = plan_of(tmp_path / "data", 6, seed=7)
    run = tmp_path / "runs" / "one"
    with serve(SCHEMA) as server:
        sending = Sending(tmp_path / "data", 1, 3, max_image_side=32)
        first = fill_plan(RunFolder(run), prompts, sending, whom(server))
        command = command_of("one", first)
        assert command == (
            "mmgen task generate runs/one/plan.json --input-folder data --start-idx 1"
            f" --num-prompts 3 --backend openai --model any --base-url {server.url}"
            " --max-image-side 32 --out runs/one"
        )
        monkeypatch.chdir(tmp_path)
        words = [word.replace("runs/one", "runs/two") for word in shlex.split(command)[1:]]
        Path("runs/two").mkdir()
        shutil.copy(run / "plan.json", "runs/two")
        assert main(words) == 0
    second = RunFolder(tmp_path / "runs" / "two").read()
    assert second is not None
    assert not second.differences(first)
    assert second.sample_ids_sha256 == first.sample_ids_sha256


def test_a_command_names_what_was_sent_otherwise_than_by_default(tmp_path: Path) -> None:
    told = {"start_idx": 0, "num_prompts": None, "json_schema": False, "origins": "/a/x.parquet"}
    with serve(SCHEMA) as server:
        manifest = filled(tmp_path, plan_of(tmp_path, 1), server)
    plan = replace(manifest.plan, source_settings=manifest.plan.source_settings | told)
    command = command_of("run", replace(manifest, plan=plan))
    assert f"--input-folder {tmp_path.name} --origins x.parquet --backend" in command
    assert command.endswith("--no-json-schema")


def test_a_run_of_an_older_version_names_its_plan_as_it_can(tmp_path: Path) -> None:
    with serve(SCHEMA) as server:
        manifest = filled(tmp_path, plan_of(tmp_path, 1), server)
    old = {"data_dir": None, "source_settings": {"prompts": "1a2b"}}
    command = command_of("run", replace(manifest, plan=replace(manifest.plan, **old)))
    assert command.startswith(f"mmgen task generate {manifest.plan.source} --backend")


def test_a_card_names_the_plan_by_what_it_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts = plan_of(tmp_path, 3)
    with serve(SCHEMA) as server:
        filled(tmp_path, prompts, server)
    capsys.readouterr()
    assert main(["card", str(tmp_path / "run")]) == 0
    card = capsys.readouterr().out
    digest = f"(SHA-256 {prompts.sha256[:12]})"
    assert f"\n* Plan `task` {digest}, `plan.json` in the folder of the run.\n" in card
    assert "mmgen task generate runs/run/plan.json --input-folder" in card
    assert str(tmp_path) not in card


def test_the_shards_of_a_run_keep_its_plan_once(tmp_path: Path) -> None:
    prompts = plan_of(tmp_path, 4)
    with serve(SCHEMA) as server:
        for shard in ("0/2", "1/2"):
            manifest = filled(tmp_path, prompts, server, shard=shard)
    assert read_prompt_file(tmp_path / "run" / "plan.json").sha256 == prompts.sha256
    assert "--shard I/2" in command_of("run", manifest, 2)
