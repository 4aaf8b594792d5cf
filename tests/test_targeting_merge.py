"""Targeted generation: parts and files of MM-Gen's are merged."""

from __future__ import annotations

import json
from pathlib import Path

from mmgen_datasets import RunFolder, Shard, load_run
from mmgen_datasets.targeting.generate import fill_plan
from mmgen_datasets.targeting.generated_file import merge, missing_prompts, read_generated
from mmgen_datasets.targeting.sending import Sending
from tests.servers.openai_server import serve
from tests.targeted_runs import SCHEMA, filled, plan_of, whom


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
