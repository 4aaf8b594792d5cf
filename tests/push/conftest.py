"""A run, and hubs on loopback that this process is led to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from mmgen_datasets import Plan, RunFolder, fill_run
from tests.sample import SAMPLE_DIR
from tests.servers.hub import Hub, serve
from tests.servers.hub_clients import lead


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run about the bundled sample."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    fill_run(RunFolder(folder), Plan("coco2017", data_dir=str(SAMPLE_DIR)))
    return folder


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> Callable[[Hub], None]:
    """Leads this process to a hub."""
    return partial(lead, monkeypatch=monkeypatch)


@pytest.fixture
def hub(tmp_path: Path, online: Callable[[Hub], None]) -> Iterator[Hub]:
    with serve(tmp_path / "hub") as hub:
        online(hub)
        yield hub
