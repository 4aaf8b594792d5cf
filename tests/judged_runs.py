"""Runs over the bundled sample that a server on 127.0.0.1 judges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mmgen_datasets as mmgen
from mmgen_datasets.quality.judging.judge_run import Judged
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, Server

STRICT = Behaviour(form="rubric", scores={"dog": 2, "ball": 4})
CRITERIA = ("relevance", "correctness", "groundedness")


def grounded_run(path: Path, shard: mmgen.Shard | None = None) -> Path:
    """Fill a folder with what `grounded` makes of the sample, or of a part of it."""
    folder = mmgen.RunFolder(path, shard or mmgen.Shard())
    mmgen.fill_run(folder, mmgen.Plan("coco2017", data_dir=str(SAMPLE_DIR)))
    return path


def whom(server: Server, model: str = "any", **changes: Any) -> mmgen.Whom:
    return mmgen.Whom("openai", {"model": model, "base_url": server.url}, **changes)


def judged(run: Path, server: Server, *, model: str = "any", **how: Any) -> Judged:
    return mmgen.judge_run(run, whom(server, model), mmgen.Judging(**how))


def bodies(server: Server) -> list[str]:
    """What each request said to the judge last."""
    return [json.dumps(request.json["messages"][-1]) for request in server.requests]
