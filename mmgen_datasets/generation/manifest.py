"""What a run is asked to do, and what became of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, Literal, TypeAlias

from mmgen_datasets.errors import UsageError
from mmgen_datasets.generation.selection import SELECT, Selection
from mmgen_datasets.licence import Use

NOT_ASKED = "not asked yet"
"""The reason that a conversation is missing whose request the run has not come to."""

GENERATE = "mmgen generate"
"""The command that fills a run from the samples of a source."""

MANIFEST = re.compile(r"run(?:-(\d{5})-of-(\d{5}))?\.json")
"""The name of a manifest: of a run, or of one shard of several."""

PLAN = "plan.json"
"""The file in the folder of a run that keeps the plan of prompts which fills it, if one does."""

Status: TypeAlias = Literal["running", "finished", "interrupted", "stopped"]


@dataclass(frozen=True)
class Shard:
    """One of several equal, contiguous parts of the samples."""

    index: int = 0
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``"i/n"``, with i from 0 to n - 1.

        Example:
            >>> Shard.parse("1/4")
            Shard(index=1, count=4)
        """
        match = re.fullmatch(r"(\d+)/(\d+)", text)
        if match is None or int(match[1]) >= int(match[2]):
            raise UsageError(f"{text!r} is no shard", "write i/n with i from 0 to n - 1, as 0/4")
        return cls(int(match[1]), int(match[2]))

    @property
    def suffix(self) -> str:
        """What the names of its files end with."""
        return "" if self.count == 1 else f"-{self.index:05d}-of-{self.count:05d}"


@dataclass(frozen=True)
class Plan:
    """What a run is asked to do."""

    source: str
    recipe: str = "grounded"
    split: str = "train"
    data_dir: str | None = None
    source_settings: dict[str, Any] = field(default_factory=dict)
    """Of the source, such as ``with_images``."""
    backend: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    """Of the backend; never a secret."""
    max_image_side: int | None = None
    """The longer side of pictures that are sent, in pixels; None leaves it to the recipe."""
    seed: int = 0
    limit: int | None = None
    """Use only so many samples."""
    licence: Use = "any"
    """Use only samples whose licence allows this."""
    command: str = GENERATE
    """What fills the run, and goes on with it when it is given again."""


def without_folders(plan: Plan) -> Plan:
    """A plan fit to be told: of files and folders the last part; the rest is nobody's business."""
    return replace(
        plan,
        source=_last_part(plan.source),
        data_dir=plan.data_dir and PurePath(plan.data_dir).name,
        recipe=PurePath(plan.recipe).name,
        source_settings={key: _last_part(each) for key, each in plan.source_settings.items()},
        settings={key: _last_part(each) for key, each in plan.settings.items()},
    )


def _last_part(value: Any) -> Any:
    """The name of a local file or folder without where it stands; other values as they are."""
    is_whole = isinstance(value, str) and PurePath(value).is_absolute()
    return PurePath(value).name if is_whole else value


@dataclass
class Manifest:
    """What ``run.json`` holds."""

    plan: Plan
    recipe_sha256: str
    library_version: str
    status: Status = "running"
    problem: str | None = None
    """Why it stopped."""
    samples: int = 0
    not_allowed: dict[str, int] = field(default_factory=dict)
    """Licence to number of samples that were left out for it, before `Plan.limit`."""
    requests: int = 0
    """Conversations that were aimed for."""
    conversations: int = 0
    rejects: dict[str, int] = field(default_factory=dict)
    """Reason to number."""
    model: str | None = None
    endpoint: str | None = None
    """The server or engine that was asked."""
    hides_address: bool = False
    """Whether the address in the plan lacks a login or query that was used."""
    sample_ids_sha256: str = ""
    """Of the ids of the samples, in order."""
    taken_over: int = 0
    """Requests whose reply came from a cache, which cost nothing."""
    attempts: int = 0
    """Rows of the journal that the result was laid out from."""
    prompt_tokens: int = 0
    """Of all replies of the run, rejected ones and those asked for once more included."""
    completion_tokens: int = 0
    cached_tokens: int = 0
    """Of the prompts', those that the server took from a cache of its own."""
    cost: float | None = None
    """US dollars; None where no price is known."""
    price_source: str | None = None
    seconds: float = 0.0
    """That the last call took."""
    started_at: str = field(default_factory=lambda: now())
    finished_at: str | None = None
    findings: list[str] = field(default_factory=list)
    """The commands that wrote checks and scores beside the conversations, with ``RUN`` for the
    folder; of other paths the last part only."""
    selections: list[Selection] = field(default_factory=list)
    """How `conversations` were chosen from those that were made, one choice after the other; all
    else is about their making."""

    @property
    def command(self) -> str:
        """What made the folder: a selection, or what filled the run."""
        return SELECT if self.selections else self.plan.command

    @property
    def num_rejects(self) -> int:
        """How many were asked for and came to nothing."""
        return sum(n for reason, n in self.rejects.items() if reason != NOT_ASKED)

    @property
    def rejected_share(self) -> float:
        """Rejects as a share of all that was aimed for, 0..1."""
        return self.num_rejects / self.requests if self.requests else 0.0

    def differences(self, other: Manifest) -> list[str]:
        """What two runs would have to have in common to be one, and have not, in words."""
        named = zip(_identity(self).items(), _identity(other).values(), strict=True)
        return [
            f"the {name} {mine!r}, not {theirs!r}"
            for (name, mine), theirs in named
            if mine != theirs
        ]


def _identity(manifest: Manifest) -> dict[str, Any]:
    """What makes a run the one it is; how hard and from where it is done does not."""
    plan = manifest.plan
    return {
        "source": PurePath(plan.source).name,
        "split": plan.split,
        "licence": plan.licence,
        "recipe": f"{PurePath(plan.recipe).stem} ({manifest.recipe_sha256[:8]})",
        "model": manifest.model,
        "server": manifest.endpoint,
        "max_image_side": plan.max_image_side,
        "seed": plan.seed,
    }


def digest_ids(ids: Iterable[str]) -> str:
    """Digest the ids of samples, in order."""
    digest = hashlib.sha256()
    for name in ids:
        digest.update(f"{name}\n".encode())
    return digest.hexdigest()


def now() -> str:
    """This moment, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
