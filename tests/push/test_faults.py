"""A push where the hub fails, is slow or down, and where the process is killed."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import Dataset

from mmgen_datasets import push_to_hub
from mmgen_datasets.errors import HubError
from mmgen_datasets.publish import calls
from tests.push.contents import SMALL_MB, contents
from tests.servers.hub import Hub, HubBehaviour, serve
from tests.servers.hub_clients import UPLOADING, environment

pytestmark = UPLOADING

PAGES = ("whoami", "create", "info", "preupload", "batch", "upload", "tree", "validate", "commit")


@pytest.mark.parametrize("fault", ["error-500", pytest.param("close", marks=pytest.mark.slow)])
def test_what_passes_is_waited_for(
    run: Path, tmp_path: Path, online: Callable[[Hub], None], monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:  # fmt: skip
    """Each page fails once; the state in the end is that without faults."""
    monkeypatch.setattr(calls, "_PAUSES_S", (0.01,) * 5)
    states = []
    for faults in ({}, dict.fromkeys(PAGES, (fault,))):
        with serve(tmp_path / f"hub{len(faults)}", HubBehaviour(faults=faults)) as hub:
            online(hub)
            push_to_hub(run, "alice/mini")
            states.append(contents(hub))
            assert len(hub.store.repositories["alice/mini"].commits) == 2
    assert states[0] == states[1]


def test_a_commit_whose_answer_is_lost_is_not_made_twice(
    run: Path, tmp_path: Path, online: Callable[[Hub], None]
) -> None:
    with serve(tmp_path / "hub", HubBehaviour(faults={"commit": ("then-close",)})) as hub:
        online(hub)
        push_to_hub(run, "alice/mini")
        assert len(hub.store.repositories["alice/mini"].commits) == 2
        assert hub.calls["commit"] == 2


def test_a_hub_that_says_nothing_is_called_again(
    run: Path, tmp_path: Path, online: Callable[[Hub], None]
) -> None:
    with serve(tmp_path / "hub", HubBehaviour(faults={"commit": ("drip",)})) as hub:
        online(hub)
        push_to_hub(run, "alice/mini", timeout_s=0.5)
        assert len(hub.store.repositories["alice/mini"].commits) == 2


def test_a_transfer_that_xet_gives_up_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_PAUSES_S", (0.01, 0.01))
    answers: list[Exception | str] = [RuntimeError("CAS error"), RuntimeError("CAS error"), "done"]

    def transfer() -> str:
        if isinstance(answer := answers.pop(0), Exception):
            raise answer
        return answer

    assert calls.patiently(transfer, "alice/mini", timeout_s=1) == "done"
    answers += [PermissionError("Forbidden")]
    with pytest.raises(HubError, match="may not write to 'alice/mini': Forbidden"):
        calls.patiently(transfer, "alice/mini", timeout_s=1)
    answers += [PermissionError(13, "Permission denied", "/a/file")]
    with pytest.raises(PermissionError, match="/a/file"):
        calls.patiently(transfer, "alice/mini", timeout_s=1)


def test_a_hub_that_stays_down_is_given_up(
    run: Path, tmp_path: Path, online: Callable[[Hub], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "_PAUSES_S", (0.01,))
    with serve(tmp_path / "hub") as hub:
        online(hub)
    with pytest.raises(HubError, match="does not come back: it cannot be reached\n  → give the"):
        push_to_hub(run, "alice/mini")


def test_two_pushes_at_a_time_both_arrive(conversations: Dataset, hub: Hub) -> None:
    push_to_hub(conversations, "alice/mini")
    arguments = (conversations, "alice/mini")
    threads = [
        threading.Thread(target=push_to_hub, args=arguments, kwargs={"config": name})
        for name in ("first", "second")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    card = hub.content("alice/mini", "README.md").decode()
    for name in ("first", "second"):
        assert f"{name}/train-00000-of-00001.parquet" in hub.files("alice/mini")
        assert f"- config_name: {name}\n" in card
        assert f"## Configuration `{name}`, split `train`" in card


_PUSHING = """
import sys
from mmgen_datasets import push_to_hub
push_to_hub(sys.argv[1], "alice/mini", max_shard_mb=float(sys.argv[2]))
"""


def push_and_kill(run: Path, hub: Hub, home: Path, *, after: Callable[[], bool]) -> None:
    """Push in a process of its own, and kill that."""
    command = [sys.executable, "-c", _PUSHING, str(run), str(SMALL_MB)]
    surroundings = environment(hub, home) | {"TMPDIR": str(home)}
    with subprocess.Popen(command, env=surroundings) as process:
        while not after() and process.poll() is None:
            time.sleep(0.002)
        process.kill()


_SLOW_SEEDS = [pytest.param(number, marks=pytest.mark.slow) for number in range(1, 6)]


@pytest.mark.parametrize("seed", [0, *_SLOW_SEEDS])
def test_a_push_that_was_killed_goes_on_where_it_was(
    run: Path, tmp_path: Path, online: Callable[[Hub], None], seed: int
) -> None:
    with serve(tmp_path / "undisturbed") as hub:
        online(hub)
        pushed = push_to_hub(run, "alice/mini", max_shard_mb=SMALL_MB)
        undisturbed = contents(hub)
    moment = random.Random(seed).randint(1, pushed.files)
    with serve(tmp_path / "hub", HubBehaviour(upload_s=0.05)) as hub:
        online(hub)
        push_and_kill(run, hub, tmp_path, after=lambda: hub.uploads.total() >= moment)
        there = hub.uploads.total()
    with serve(tmp_path / "hub") as again:  # the hub was restarted, too
        online(again)
        push_to_hub(run, "alice/mini", max_shard_mb=SMALL_MB)
        assert contents(again) == undisturbed
        assert again.uploads.total() in (pushed.files - there, pushed.files - there - 1)
        assert len(again.store.repositories["alice/mini"].commits) == 2


@pytest.mark.parametrize("fault", ["then-drip", "drip"])
def test_a_push_that_is_killed_during_its_commit_ends_alike(
    run: Path, tmp_path: Path, online: Callable[[Hub], None], fault: str
) -> None:
    with serve(tmp_path / "hub", HubBehaviour(faults={"commit": (fault,)})) as hub:
        online(hub)
        push_and_kill(run, hub, tmp_path, after=lambda: hub.calls["commit"] > 0)
        push_to_hub(run, "alice/mini", max_shard_mb=SMALL_MB)
        assert len(hub.store.repositories["alice/mini"].commits) == 2
        assert set(hub.uploads.values()) == {1}
