"""Clients of a hub on 127.0.0.1: in this process, and in processes that the tests start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.servers.hub import Hub

UPLOADING = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
"""For tests that push: the client uploads with a word that its own library has deprecated."""


def lead(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lead this process to a hub, as HF_ENDPOINT would have at its start."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    template = f"{hub.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setenv("HF_TOKEN", "hf_writer")


def environment(hub: Hub, home: Path) -> dict[str, str]:
    """Of a process that finds a hub by it, and keeps what it loads below a folder."""
    return {
        **os.environ,
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "0",
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    }
