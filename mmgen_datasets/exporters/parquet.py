"""The conversations as they are, all columns, in parquet with the media inside.

``datasets.load_dataset(folder)`` reads it, and so does whatever reads parquet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from datasets import Dataset, Features

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.exporters.attachments import Attached, Row
from mmgen_datasets.exporters.base import Exported, Pictures, alternating, each
from mmgen_datasets.exporters.parquet_shards import SizedRow, embedded, write_parquet

_FILES: tuple[MediaKind, ...] = ("image", "video", "audio")


def write(conversations: Dataset, out: Path, *, pictures: Pictures = "copy") -> Exported:
    """Write ``train-00000-of-00001.parquet``, ...; see `Exporter`.

    With ``pictures="none"`` the media columns are left out; `file_name` remains.
    """
    exported = Exported(out)
    media_columns = {name for kind in get_args(MediaKind) for name in (kind, f"{kind}s")}
    dropped = media_columns if pictures == "none" else set()
    features = Features(
        {name: kind for name, kind in conversations.features.items() if name not in dropped}
    )

    def record(row: Row, media: Attached) -> SizedRow:
        alternating(row, with_system=True)
        if pictures == "none":
            return {name: row[name] for name in features}, 0
        files = {kind: [embedded(file) for file in media[kind]] for kind in _FILES if kind in media}
        columns: dict[str, Any] = {}
        for kind, have in files.items():
            columns |= {f"{kind}s": have} if f"{kind}s" in features else {kind: have[0]}
        held = [file for have in files.values() for file in have]
        exported.pictures += len(held)
        return {**row, **columns}, sum(len(file["bytes"]) for file in held)

    rows = each(conversations, exported, record, takes=get_args(MediaKind))
    write_parquet(rows, features, out)
    return exported
