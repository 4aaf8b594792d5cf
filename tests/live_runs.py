"""Runs that go on, for tests of the page that follows them."""

from __future__ import annotations

import hashlib
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmgen_datasets import Plan
from mmgen_datasets.chat import Request
from mmgen_datasets.errors import RowError
from mmgen_datasets.report.live import live_report
from mmgen_datasets.report.server import Server
from tests.report_runs import HOSTILE
from tests.sample import SAMPLE_DIR

Told = dict[str, Any]


def answer(request: Request) -> str:
    """What a model may write, by the request: hostile text, nothing, or no reply at all."""
    number = int.from_bytes(hashlib.sha256(request.key.encode()).digest()[:4], "big")
    if number % 10 == 0:
        raise RowError("no answer came to <b>it</b>")
    if number % 10 == 1:
        return " "
    text = HOSTILE[number % len(HOSTILE)]
    wants_turns = any("===" in turn.text for turn in request.chat)
    return f"Question:\nWhat is there?\n===\nAnswer:\n{text}" if wants_turns else text


def live_plan(latency_s: float = 0.0, **changes: Any) -> Plan:
    """72 requests to `answer`."""
    settings = {"function": "tests.live_runs:answer", "latency_s": latency_s}
    fixed: dict[str, Any] = {
        **{"recipe": "llava", "data_dir": str(SAMPLE_DIR)},
        **{"backend": "scripted", "settings": settings},
    }
    return Plan("coco2017", **fixed | changes)


@contextmanager
def served(path: Path, **options: Any) -> Iterator[Server]:
    """The page of a run, served by a thread."""
    with live_report(path, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def asked(url: str, host: str | None = None) -> tuple[int, str]:
    """The status and the text of an answer."""
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def since(server: Server, **have: int) -> Told:
    """What a page is told that has so much."""
    query = "&".join(f"{name}={number}" for name, number in have.items())
    status, text = asked(f"{server.url}since?{query}")
    assert status == 200, text
    told: Told = json.loads(text)
    return told
