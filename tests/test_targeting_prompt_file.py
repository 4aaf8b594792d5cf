"""The file of a plan, ours and MM-Gen's, and the modes that it names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmgen_datasets.errors import MMGenError, SourceError, UnknownNameError
from mmgen_datasets.targeting.mode import form, load_mode, schema
from mmgen_datasets.targeting.modes import MODES
from mmgen_datasets.targeting.plan import Amounts, plan_prompts
from mmgen_datasets.targeting.prompt_file import (
    Prompt,
    PromptFile,
    read_prompt_file,
    write_prompt_file,
)
from tests.mm_gen_tasks import DESCRIPTION, task_of_size


def test_a_prompt_file_reads_back_and_has_mm_gens_keys(tmp_path: Path) -> None:
    task = task_of_size({"bar": 3}, {"bar": 2})
    amounts = Amounts(5, min_gen_per_candidate=2, exact_total=True)
    plan = plan_prompts(task, amounts, "vqa", task_path="charts.json")
    write_prompt_file(plan, tmp_path / "plan.json")
    raw = json.loads((tmp_path / "plan.json").read_text())
    assert {k: v for k, v in raw.items() if k != "prompts"} == {
        "task_desc_path": "charts.json",
        "num_icl_samples": 1,
        "total_gen": 3,
        "min_gen_per_candidate": 2,
        "dataset_description": DESCRIPTION,
        "mode": "vqa",
        "seed": 0,
    }
    assert [prompt.get("num_gen") for prompt in raw["prompts"]] == [None, None, 1]
    assert read_prompt_file(tmp_path / "plan.json") == plan


def test_a_prompt_file_of_mm_gen_is_read(tmp_path: Path) -> None:
    raw = {
        "task_desc_path": "t.json",
        "dataset_description": "Charts.",
        "num_icl_samples": 1,
        "mode": "GenerationMode.VQA_NR",
        "min_gen_per_candidate": 1,
        "total_gen": 1,
        "prompts": [
            {
                "keyword": "bar chart",
                "prompt": ["Example 1", "ref/a.png", "Q: How many?\n A: 3", "cand/z.BMP"],
                "icl_indices": [17],
            }
        ],
    }
    (tmp_path / "p.json").write_text(json.dumps(raw))
    read = read_prompt_file(tmp_path / "p.json")
    assert (read.load_mode().name, read.seed, read.num_items) == ("vqa_nr", None, 1)
    assert read.prompts[0].candidate == "cand/z.BMP"
    assert [example.pictures for example in read.prompts[0].examples()] == [("ref/a.png",)]


@pytest.mark.parametrize(
    "text",
    ["[]", "{", '{"dataset_description": "", "mode": "vqa", "prompts": [{"keyword": 1}]}',
     '{"dataset_description": "", "mode": "vqa",'
     ' "prompts": [{"keyword": "a", "prompt": [], "icl_indices": []}]}',
     '{"dataset_description": "", "mode": "vqa",'
     ' "prompts": [{"keyword": "a", "prompt": ["Example 1", "a.png"], "icl_indices": [0]}]}'],
)  # fmt: skip
def test_what_is_no_prompt_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(SourceError, match=r"p\.json"):
        read_prompt_file(tmp_path / "p.json")
    with pytest.raises(MMGenError, match="cannot be read"):
        read_prompt_file(tmp_path / "none.json")


@pytest.mark.parametrize("name", MODES)
def test_a_mode_says_how_many_items_with_which_keys(name: str) -> None:
    mode = load_mode(name)
    read = json.loads(schema(mode, 3))["properties"]["items"]
    assert (read["minItems"], read["maxItems"]) == (3, 3)
    assert read["items"]["required"] == list(mode.keys)
    assert all(f'"{key}"' in form(mode, 3) for key in mode.keys)
    assert "{count}" in mode.instruction
    assert ("{task}" in mode.system) == (name != "generic")


def test_a_mode_of_ones_own_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_text(
        "shows_examples: false\nshows_picture: true\nsystem: You ask.\n"
        "instruction: 'Write {count}.'\nkeys: {question: it, answer: it}\n"
        "records: [{question: '{question} Be short.', answer: '{answer}'}]\n"
    )
    assert load_mode(path).records[0].question == "{question} Be short."
    path.write_text(path.read_text().replace("{question} Be", "{query} Be"))
    with pytest.raises(MMGenError, match="no key 'query'"):
        load_mode(path)
    with pytest.raises(UnknownNameError, match="no mode is called"):
        load_mode("vqa-nr")


def test_the_digest_of_a_plan_is_of_what_is_asked() -> None:
    prompt = Prompt("a", ["a.png"], [])
    plans = [PromptFile("d", "vqa", [prompt], seed=seed) for seed in (1, 2)]
    assert plans[0].sha256 == plans[1].sha256
    assert plans[0].sha256 != PromptFile("e", "vqa", [prompt]).sha256
