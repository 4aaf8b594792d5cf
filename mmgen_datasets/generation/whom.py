"""Who is asked, as a file or a command names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmgen_datasets.generation.budget import Caps
from mmgen_datasets.generation.pace import Pace


@dataclass(frozen=True)
class Whom:
    """Who is asked, and how hard."""

    backend: str
    settings: dict[str, Any] = field(default_factory=dict)
    """Of the backend; never a secret."""
    pace: Pace = field(default_factory=Pace)
    caps: Caps = field(default_factory=Caps)
    cache: Path | None = None
    """A journal that several runs share."""
