"""Choose conversations of a run folder, and make a run folder of them."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.files import whole_file
from mmgen_datasets.generation.manifest import Manifest
from mmgen_datasets.generation.result import write_conversations
from mmgen_datasets.generation.rows import VERSION
from mmgen_datasets.generation.run import RunFolder, load_run, read_run
from mmgen_datasets.generation.run_samples import run_samples
from mmgen_datasets.generation.selection import Selection
from mmgen_datasets.quality.selection.fields import FIELDS
from mmgen_datasets.quality.selection.select import select
from mmgen_datasets.quality.selection.selected import Selected
from mmgen_datasets.quality.selection.where import parse_condition

_SUMMED = (
    "samples",
    "requests",
    "taken_over",
    "attempts",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "seconds",
)


def select_run(
    path: str | Path,
    out: str | Path | None = None,
    *,
    where: Sequence[str] = (),
    balance: str | None = None,
    total: int | None = None,
    seed: int = 0,
    data_dir: str | None = None,
) -> Selected:
    """Choose conversations of a run, and write them into a run folder of their own.

    The new folder appears whole or not at all, and tells in its manifest what it was chosen from,
    and how. The same run and the same choice give the same files.

    Args:
        path: of the run's folder, which stays as it is.
        out: the folder to make; where None, nothing is written.
        where: as for `mmgen_datasets.quality.selection.select.select`, as are the next three.
        balance: by what to share the total out.
        total: how many to draw.
        seed: of the draw.
        data_dir: where the source's files are now, for categories; by default where the run
            found them.

    Raises:
        UsageError: a condition cannot be read or cannot be meant, or nothing is left.
        RunError: it is no finished run, its samples cannot be loaded, or `out` exists already.
    """
    if not where and total is None and balance is None:
        raise UsageError("nothing is said about what to choose", "give a condition or a total")
    out = None if out is None else Path(out).expanduser().absolute()
    if out is not None and out.resolve() == Path(path).resolve():
        raise RunError(f"{out} is the run to choose from", "name another folder")
    if out is not None and out.exists():
        raise RunError(f"{out} exists already", "name another folder, or remove this one first")
    manifests = [manifest for _, manifest in read_run(path)]
    asked = [*(parse_condition(text).name for text in where), balance]
    needs_samples = any(field.reads_annotations for name, field in FIELDS.items() if name in asked)
    instead = "choose by something else than a category"
    selected = select(
        load_run(path),
        where,
        samples=run_samples(path, data_dir, instead=instead) if needs_samples else None,
        balance=balance,
        total=total,
        seed=seed,
    )
    selection = Selection(
        str(path),
        selected.of,
        shards=len(manifests),
        where=[str(parse_condition(text)) for text in where],
        balance=balance,
        total=total,
        seed=seed,
        dropped=selected.dropped,
        findings=manifests[0].findings,
        library_version=VERSION,
    )
    if out is not None:
        _write(out, selected, _manifest(manifests, selection, len(selected.rows)))
    return selected


def _manifest(manifests: Sequence[Manifest], selection: Selection, conversations: int) -> Manifest:
    """What the shards of a run tell together, and what was chosen of it."""
    rejects = Counter[str]()
    for manifest in manifests:
        rejects.update(manifest.rejects)
    costs = [manifest.cost for manifest in manifests if manifest.cost is not None]
    sums = {name: sum(getattr(manifest, name) for manifest in manifests) for name in _SUMMED}
    return replace(
        manifests[0],
        **sums,
        status="finished",
        problem=None,
        conversations=conversations,
        rejects=dict(rejects.most_common()),
        cost=sum(costs) if costs else None,
        sample_ids_sha256=manifests[0].sample_ids_sha256 if len(manifests) == 1 else "",
        findings=[],
        finished_at=max((manifest.finished_at or "") for manifest in manifests) or None,
        selections=[*manifests[0].selections, selection],
    )


def _write(out: Path, selected: Selected, manifest: Manifest) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        folder = RunFolder(unfinished)
        write_conversations(folder, manifest.plan.split, selected.rows)
        with whole_file(folder.dropped_path) as file:
            for row in selected.dropped_rows():
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        folder.write(manifest)
        unfinished.chmod(0o755)  # mkdtemp made it the user's alone
        unfinished.rename(out)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
