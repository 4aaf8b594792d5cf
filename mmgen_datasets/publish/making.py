"""How a run was made: the command that makes it again."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import Any, NamedTuple

from mmgen_datasets.errors import MMGenError
from mmgen_datasets.generation.command import command_line
from mmgen_datasets.generation.manifest import (
    GENERATE,
    NOT_ASKED,
    PLAN,
    Manifest,
    Plan,
    without_folders,
)
from mmgen_datasets.generation.run import RunFolder
from mmgen_datasets.licence import Use
from mmgen_datasets.prompts.recipe import load_recipe


class Choice(NamedTuple):
    """A choice among conversations."""

    command: str
    of: int
    """How many there were."""
    dropped: dict[str, int]
    """Reason to number, in the order in which they were applied."""
    after: tuple[str, ...] = ()
    """The commands that checked and judged what was chosen from."""

    @property
    def kept(self) -> int:
        """How many were chosen."""
        return self.of - sum(self.dropped.values())


class KeptPlan(NamedTuple):
    """A plan of prompts, which stands in the folder of the run that it fills."""

    name: str
    sha256: str
    """Of what it asks."""


@dataclass(frozen=True)
class Making:
    """What the manifests of a run tell beside its conversations."""

    command: str
    shards: int
    samples: int
    requests: int
    inputs: frozenset[str]
    """What of a sample its recipe shows to a model; empty where that is not known."""
    rejects: Counter[str]
    """Reason to number."""
    licence: Use
    """That the samples were chosen by."""
    not_allowed: Counter[str]
    """Licence to number of samples that were left out for it."""
    tokens: int
    """Of all replies, rejected ones included."""
    seed: int
    library_version: str
    finished: str
    """Day, ISO 8601; empty where it is not known."""
    selections: tuple[Choice, ...] = ()
    """How the conversations were chosen from those that were made, one choice after the other."""
    plan: KeptPlan | None = None
    """Of the prompts, where they are those of a task."""
    findings: tuple[str, ...] = ()
    """The commands that checked and judged them since."""

    @property
    def commands(self) -> list[str]:
        """All that made the conversations and what stands beside them, in order."""
        chosen = [line for each in self.selections for line in (*each.after, each.command)]
        return [self.command, *chosen, *self.findings]


def making_of(name: str, manifests: Sequence[Manifest]) -> Making:
    """Sum up the shards of a run.

    Args:
        name: of its folder.
        manifests: one at least.
    """
    rejects, not_allowed = Counter[str](), Counter[str](manifests[0].not_allowed)
    for manifest in manifests:
        rejects.update(manifest.rejects)
    del rejects[NOT_ASKED]
    chosen = manifests[0].selections
    folders = [*(PurePath(each.run).name for each in chosen), name]
    shards = chosen[0].shards if chosen else len(manifests)
    return Making(
        command=command_of(folders[0], manifests[0], shards),
        shards=shards,
        samples=sum(manifest.samples for manifest in manifests),
        requests=sum(manifest.requests for manifest in manifests),
        inputs=_inputs(manifests[0]),
        licence=manifests[0].plan.licence,
        rejects=rejects,
        not_allowed=not_allowed,
        plan=_plan_of(manifests[0].plan),
        tokens=sum(m.prompt_tokens + m.completion_tokens for m in manifests),
        seed=manifests[0].plan.seed,
        library_version=manifests[0].library_version,
        finished=max((m.finished_at or "")[:10] for m in manifests),
        selections=tuple(
            Choice(
                each.command(f"runs/{run}", f"runs/{out}"),
                each.conversations,
                each.dropped,
                _of_run(each.findings, run),
            )
            for each, (run, out) in zip(chosen, pairwise(folders), strict=True)
        ),
        findings=_of_run(manifests[0].findings, name),
    )


def _of_run(commands: Sequence[str], name: str) -> tuple[str, ...]:
    """Commands that name a run ``RUN``, with its folder."""
    folder = shlex.quote(f"runs/{name}")
    return tuple(command.replace(" RUN", f" {folder}", 1) for command in commands)


def command_of(name: str, manifest: Manifest, shards: int = 1) -> str:
    """The command of a run, with its options.

    Of folders and files only the last part of their path is told: the rest is nobody's business.
    """
    bare = without_folders(manifest.plan)
    return _command(bare, out=f"runs/{name}", shard=f"I/{shards}" if shards > 1 else None)


def command_again(folder: RunFolder, manifest: Manifest) -> str:
    """The command that goes on with a shard, for whoever has its files: paths are told whole."""
    shard = folder.shard
    which = f"{shard.index}/{shard.count}" if shard.count > 1 else None
    return _command(manifest.plan, out=str(folder.path), shard=which)


def _command(plan: Plan, *, out: str, shard: str | None) -> str:
    settings = dict(plan.settings)
    is_task = plan.command != GENERATE
    of_source = {} if is_task else plan.source_settings
    options = {
        **(_of_prompts(plan) if is_task else _of_samples(plan)),
        "backend": plan.backend,
        "model": settings.pop("model", None),
        "base-url": settings.pop("base_url", None),
        "max-image-side": plan.max_image_side,
        "licence": None if plan.licence == "any" else plan.licence,
        "limit": plan.limit,
        "seed": None if is_task else plan.seed or None,
        "shard": shard,
        "out": out,
    }
    given = [
        *options.items(),
        *(("source-option", f"{key}={value}") for key, value in of_source.items()),
        *(("option", f"{key}={value}") for key, value in settings.items()),
        ("no-json-schema", plan.source_settings.get("json_schema") is False),
    ]
    keeps_plan = is_task and plan.data_dir is not None
    return command_line(
        [*plan.command.split(), f"{out}/{PLAN}" if keeps_plan else plan.source], given
    )


def _of_samples(plan: Plan) -> dict[str, Any]:
    """Options that say which samples there are, and what is asked about them."""
    return {"data-dir": plan.data_dir, "split": plan.split, "recipe": plan.recipe}


def _of_prompts(plan: Plan) -> dict[str, Any]:
    """Options that say which prompts of a plan are sent, and where their pictures are."""
    told = plan.source_settings
    return {
        "input-folder": plan.data_dir,
        "start-idx": told.get("start_idx") or None,
        "num-prompts": told.get("num_prompts"),
        "origins": told.get("origins"),
    }


def _plan_of(plan: Plan) -> KeptPlan | None:
    """The plan that a run of a task keeps; one of an older version keeps none."""
    if plan.command == GENERATE or plan.data_dir is None:
        return None
    return KeptPlan(plan.source.rpartition("@")[0], plan.source_settings["prompts"])


def _inputs(manifest: Manifest) -> frozenset[str]:
    """What the recipe of a run shows, where it is still the one of that time."""
    try:
        recipe = load_recipe(manifest.plan.recipe)
    except (MMGenError, OSError):
        return frozenset()
    if recipe.sha256 != manifest.recipe_sha256:
        return frozenset()
    return frozenset(name for task in recipe.tasks for name in task.inputs)
