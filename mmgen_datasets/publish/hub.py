"""The way to the hub.

A push uploads its parquet files one by one and then makes one commit, so that nobody ever reads
half of it. The hub knows contents by their digest: a push that is given again writes the same
files, asks which of them are there, and uploads the rest. So there is nothing to remember here,
and nothing that could be remembered wrongly.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from datasets import Dataset
from datasets.utils import tqdm
from huggingface_hub import CommitOperationAdd, CommitOperationDelete

from mmgen_datasets.errors import HubError
from mmgen_datasets.licence import Use
from mmgen_datasets.parquet import write_parquet
from mmgen_datasets.publish.about import CARD, About, about, refuse_config
from mmgen_datasets.publish.attribution import ATTRIBUTION, write_attribution
from mmgen_datasets.publish.calls import MovedError
from mmgen_datasets.publish.card import make_card
from mmgen_datasets.publish.metadata import Part
from mmgen_datasets.publish.pushable import pushable
from mmgen_datasets.publish.repository import Repository, State, open_repository

_ATTEMPTS = 10
_BYTES_A_GROUP = 20_000_000


@dataclass(frozen=True)
class Pushed:
    """What a push came to."""

    url: str
    commit: str
    rows: int
    files: int
    num_bytes: int
    """Of the parquet files."""
    not_allowed: Counter[str] = field(default_factory=Counter)
    """Licence to number of conversations that it kept out."""
    missing: Counter[str] = field(default_factory=Counter)
    """Kind of media to number of conversations that are about such, and hold it not."""


def push_to_hub(
    run_or_dataset: str | Path | Dataset,
    repo: str,
    *,
    config: str = "default",
    split: str | None = None,
    private: bool = False,
    licence: Use = "any",
    language: str = "en",
    token: str | None = None,
    max_shard_mb: float = 500,
    timeout_s: float = 300.0,
) -> Pushed:
    """Push conversations to the hub, their media inside, with a card that tells what they are.

    Given again after an interruption, it uploads what is missing. Another configuration or split
    of the same repository stays as it is, in the files and in the card. The card and
    ``ATTRIBUTION.csv`` are also written into the folder of the run.

    Args:
        run_or_dataset: the folder of a run, or rows of `mmgen_datasets.schema.CONVERSATION`;
            those with an error are left out.
        repo: ``OWNER/NAME``, or a name below your own; made where it is missing.
        config: the configuration of the repository to put it in.
        split: by default that of the run's samples.
        private: make a new repository private.
        licence: push only what its licence allows for this: ``"commercial"``, ``"research"`` or
            ``"any"``.
        language: of the conversations, ISO 639.
        token: of the hub; by default that of ``HF_TOKEN`` or ``hf auth login``.
        max_shard_mb: about the size of a parquet file, before compression.
        timeout_s: how long the hub may say nothing before it is called again.

    Raises:
        UsageError: a name cannot be used, or there is nothing to push.
        RunError: the folder is not that of a finished run.
        HubError: nobody is logged in, the token may not write there, or the hub is down.

    Example::

        push_to_hub("runs/llava", "alice/coco-llava", config="llava", licence="commercial")
    """
    refuse_config(config)
    what = pushable(run_or_dataset, split=split, licence=licence)
    hub = open_repository(repo, token=token, private=private, timeout_s=timeout_s)
    told = about(what, hub.repo, config=config, licence=licence, language=language)
    make_card(told, hub.state().card)  # refuses what does not fit before anything is uploaded
    shards = _upload(hub, what.rows, told.part, max_bytes=round(max_shard_mb * 10**6))
    # A folder of its own, as several pushes of a run may be under way.
    with tempfile.TemporaryDirectory(prefix=".mmgen-push-", dir=what.folder) as scratch:
        attribution, readme = Path(scratch) / ATTRIBUTION, Path(scratch) / CARD
        write_attribution(what.rows, attribution)
        commit, card = _commit(hub, told, shards, attribution)
        if what.folder:
            readme.write_bytes(card.encode())
            for file in (attribution, readme):
                file.replace(what.folder / file.name)
    size = sum(shard.upload_info.size for shard in shards)
    return Pushed(
        hub.url,
        commit,
        len(what.rows),
        len(shards),
        size,
        what.not_allowed,
        told.facts.missing,
    )


def _upload(
    hub: Repository, rows: Dataset, part: Part, *, max_bytes: int
) -> list[CommitOperationAdd]:
    """Upload parquet files that no commit has yet; what the hub has already is not sent again."""
    number = max(1, min(math.ceil(part.num_bytes / max_bytes), len(rows)))
    group = round(_BYTES_A_GROUP * part.rows / max(part.num_bytes, 1))
    group = min(max(group, 100), 10_000)  # as many rows as a reader has to have at once
    shards = []
    for index in tqdm(range(number), desc="uploading", unit=" files", disable=number == 1):
        with tempfile.TemporaryDirectory(prefix="mmgen-push-") as scratch:
            path = Path(scratch) / f"{part.split}-{index:05}-of-{number:05}.parquet"
            write_parquet(rows.shard(number, index, contiguous=True), path, rows_per_group=group)
            shard = CommitOperationAdd(f"{part.folder}/{path.name}", path)
            hub.call(hub.api.preupload_lfs_files, additions=[shard])
            shards.append(shard)
    return shards


def _commit(
    hub: Repository, told: About, shards: Sequence[CommitOperationAdd], attribution: Path
) -> tuple[str, str]:
    """Commit on top of what others may have done meanwhile; the commit's id, and the card."""
    new = {shard.path_in_repo: shard.upload_info for shard in shards}
    for _ in range(_ATTEMPTS):
        state = hub.state()
        beside = [size for path, size in state.files.items() if told.part.is_beside(path)]
        size = sum(beside) + sum(info.size for info in new.values())
        card = make_card(replace(told, part=replace(told.part, download_size=size)), state.card)
        stale = [path for path in state.files if told.part.owns(path) and path not in new]
        operations = [
            *(shard for shard in shards if not _is_there(shard, state)),
            CommitOperationAdd(told.part.attribution, attribution),
            CommitOperationAdd(CARD, card.encode()),
            *map(CommitOperationDelete, stale),
        ]
        try:
            made = hub.call(
                hub.api.create_commit,
                operations=operations,
                commit_message=f"Push {told.part.config}, split {told.part.split}",
                parent_commit=state.commit,
            )
        except MovedError:
            continue
        return made.oid, card
    raise HubError(f"{hub.repo}: others change it all the time", "try again later")


def _is_there(shard: CommitOperationAdd, state: State) -> bool:
    return state.digests.get(shard.path_in_repo) == shard.upload_info.sha256.hex()
