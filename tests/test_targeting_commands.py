"""Targeted generation from the command line, and the commands that it names."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from mmgen_datasets import RunFolder, load_run, rejected_keys
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError
from mmgen_datasets.publish.making import command_of
from mmgen_datasets.targeting.prompt_file import write_prompt_file
from mmgen_datasets.targeting.task import write_task
from tests.mm_gen_tasks import small_task
from tests.servers.openai_server import Behaviour, serve
from tests.targeted_runs import SCHEMA, filled, plan_of


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
