"""What is pushed, and what then stands on the hub."""

from __future__ import annotations

from tests.servers.hub import Hub

SMALL_MB = 0.05
"""With which the bundled sample makes several files."""


def contents(hub: Hub, name: str = "alice/mini") -> dict[str, str]:
    """Path to digest, of all files."""
    return {path: file.sha256 for path, file in hub.files(name).items()}
