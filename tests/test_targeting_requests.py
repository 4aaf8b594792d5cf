"""Targeted generation: what is sent."""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path

import pytest

from mmgen_datasets import Shard
from mmgen_datasets.errors import MMGenError, UsageError
from mmgen_datasets.generation.estimate import describe
from mmgen_datasets.generation.whom import Whom
from mmgen_datasets.targeting.generate import estimate_plan
from mmgen_datasets.targeting.preview import describe_plan, describe_requests
from mmgen_datasets.targeting.requests import targeted_requests
from mmgen_datasets.targeting.sending import Sending
from tests.mm_gen_tasks import DESCRIPTION
from tests.photographs import file_of, opened, photograph
from tests.servers.openai_server import Behaviour, serve
from tests.targeted_runs import SCHEMA, filled, plan_of, sent


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


def test_what_is_no_table_of_origins_is_refused(tmp_path: Path) -> None:
    (tmp_path / "o.parquet").write_text("no parquet")
    for name in ("o.parquet", "none.parquet"):
        with pytest.raises(MMGenError, match=name):
            targeted_requests(plan_of(tmp_path), Sending(tmp_path, origins=tmp_path / name))


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
