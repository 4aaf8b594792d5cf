"""Tar shards for WebDataset: each conversation a JSON file, and its media beside it.

::

    train-000000.tar
      000000000.jpg
      000000000.json   {"id": ..., "messages": [...], "license": ..., "credit": ...}
      000000001.jpg ...

From the format's description in the documentation of ``webdataset``: files of one sample stand
together and share their name up to the first dot. Several media of a kind are ``KEY.0.jpg``,
``KEY.1.jpg``. ``datasets.load_dataset`` reads the folder too, where the first five conversations
have files of the same endings.
"""

from __future__ import annotations

import io
import json
import mimetypes
import tarfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TypeAlias, get_args

from datasets import Dataset

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.exporters.attachments import Attached, Attachment, Row
from mmgen_datasets.exporters.base import Exported, Pictures, alternating, each
from mmgen_datasets.exporters.shards import in_shards, whole_shards
from mmgen_datasets.picture import picture_type

_SHARD = "train-{:06}.tar"
_FIELDS = ("id", "source", "split", "file_name", "kind", "license", "credit")
_Files: TypeAlias = dict[str, bytes]


def write(conversations: Dataset, out: Path, *, pictures: Pictures = "copy") -> Exported:
    """Write ``train-000000.tar``, ``train-000001.tar``, ...; see `Exporter`."""
    exported = Exported(out)
    keys = map("{:09}".format, count())

    def sample(row: Row, media: Attached) -> _Files:
        record = {
            "messages": alternating(row, with_system=True),
            **{name: row.get(name) for name in _FIELDS},
        }
        files = {} if pictures == "none" else dict(_files(media))
        exported.pictures += len(files)
        files["json"] = json.dumps(record, ensure_ascii=False).encode()
        key = next(keys)
        return {f"{key}.{ending}": data for ending, data in files.items()}

    with whole_shards(out, "train-*.tar") as folder:
        samples = each(conversations, exported, sample, takes=get_args(MediaKind))
        for number, shard in enumerate(in_shards(samples, _size)):
            with tarfile.open(folder / _SHARD.format(number), "w") as tar:
                for files in shard:
                    _add(tar, files)
    return exported


def _files(media: Attached) -> Iterator[tuple[str, bytes]]:
    """The media files of a conversation, by what their names have behind the key."""
    for attachments in media.values():
        for number, attachment in enumerate(attachments):
            data = attachment.read()
            ending = _ending(attachment, data)
            yield (f"{number}.{ending}" if len(attachments) > 1 else ending), data


def _ending(attachment: Attachment, data: bytes) -> str:
    """What readers know the kind of file by; of a picture, from its bytes."""
    if attachment.kind == "image":
        return (mimetypes.guess_extension(picture_type(data)) or ".image").removeprefix(".")
    return attachment.path.suffix.removeprefix(".").lower() or attachment.kind


def _size(files: _Files) -> int:
    return sum(map(len, files.values()))


def _add(tar: tarfile.TarFile, files: _Files) -> None:
    for name, data in files.items():
        entry = tarfile.TarInfo(name)  # of 1970, owned by nobody: the same bytes each time
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    tar.members.clear()  # type: ignore[attr-defined]  # it would remember all that it wrote
