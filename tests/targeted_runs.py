"""Runs of small plans of targeted generation, with a server on 127.0.0.1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mmgen_datasets import RunFolder, Shard
from mmgen_datasets.generation.whom import Whom
from mmgen_datasets.targeting.generate import fill_plan
from mmgen_datasets.targeting.plan import Amounts, plan_prompts
from mmgen_datasets.targeting.prompt_file import PromptFile
from mmgen_datasets.targeting.sending import Sending
from tests.mm_gen_tasks import small_task
from tests.servers.openai_server import Behaviour, Server

SCHEMA = Behaviour(form="schema")


def plan_of(folder: Path, total: int = 8, mode: str = "vqa_nr", **amounts: Any) -> PromptFile:
    """For the small task, whose pictures are written below a folder."""
    return plan_prompts(small_task(folder), Amounts(total, **amounts), mode)


def whom(server: Server, **changes: Any) -> Whom:
    return Whom("openai", {"model": "any", "base_url": server.url}, **changes)


def filled(
    folder: Path, prompts: PromptFile, server: Server, *, shard: str = "0/1", **sending: Any
) -> Any:
    """Run a plan, of a folder's pictures, into the folder ``run`` beside them; the manifest."""
    part = Shard.parse(shard)
    return fill_plan(
        RunFolder(folder / "run", part),
        prompts,
        Sending(folder, shard=part, **sending),
        whom(server),
    )


def sent(server: Server) -> list[Any]:
    """The bodies of the requests that came to a server."""
    return [request.json for request in server.requests]
