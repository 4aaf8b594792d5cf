"""Tasks for targeted generation: small ones with pictures, and the sizes of MM-Gen's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mmgen_datasets.targeting.task import Subgroup, Task
from tests.photographs import file_of, photograph

DESCRIPTION = "Questions about charts: read {values}, compare them, count bars."


def task_of_size(references: dict[str, int], candidates: dict[str, int]) -> Task:
    """A task without pictures on disk, with so many references and candidates a keyword."""
    samples: list[dict[str, Any]] = []
    groups = []
    for keyword, count in references.items():
        first = len(samples)
        samples += [
            {
                "image_1": f"{keyword}-{n}.png",
                "conversations": [
                    {"from": "human", "value": f"<image> Which value has bar {n}?\n"},
                    {"from": "gpt", "value": str(n)},
                ],
            }
            for n in range(count)
        ]
        pool = tuple(f"pool/{keyword}-{n}.png" for n in range(candidates[keyword]))
        groups.append(Subgroup(keyword, tuple(range(first, len(samples))), pool))
    return Task("ref", DESCRIPTION, tuple(groups), tuple(samples))


def small_task(folder: Path) -> Task:
    """Four references and five candidates of two keywords, their pictures below a folder."""
    task = task_of_size({"bar": 3, "pie": 1}, {"bar": 3, "pie": 2})
    names = [path for group in task.subgroups for path in group.candidates]
    names += [path for index in range(len(task.samples)) for path in task.image_paths(index)]
    for seed, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file_of(photograph(48, 32, seed=seed), "PNG"))
    return task
