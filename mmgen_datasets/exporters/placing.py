"""The media files of an export, beside the file that names them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.errors import RowError
from mmgen_datasets.exporters.attachments import Attached, Attachment
from mmgen_datasets.exporters.base import Exported, Pictures
from mmgen_datasets.files import PARTIAL, write_bytes_whole

FOLDERS: dict[MediaKind, str] = {
    "image": "images",
    "video": "videos",
    "audio": "audios",
    "motion": "motions",
}


@dataclass(frozen=True)
class Placing:
    """Where the media files of an export go, and how."""

    out: Path
    how: Pictures
    exported: Exported = field(repr=False)

    def place(self, media: Attached) -> None:
        """Put all the media of a conversation in place, or none; their bytes stay as they are.

        Raises:
            RowError: one is not there or cannot be opened, or another has its name.
        """
        if self.how == "none":
            return
        with _names_that_cannot_be():
            new = [
                (attachment, data)
                for attachments in media.values()
                for attachment in attachments
                if not self._is_there(attachment, data := attachment.read())
            ]
            for attachment, data in new:
                self._write(attachment, data)

    def paths(self, attachments: Sequence[Attachment]) -> list[str]:
        """The files as a trainer finds them from `out`; with ``"none"``, from where they are."""
        folder = Path() if self.how == "none" else Path(FOLDERS[attachments[0].kind])
        return [(folder / attachment.path).as_posix() for attachment in attachments]

    def _target(self, attachment: Attachment) -> Path:
        return self.out / FOLDERS[attachment.kind] / attachment.path

    def _is_there(self, attachment: Attachment, data: bytes) -> bool:
        """Whether an earlier conversation has the same file, or an export that was cut off."""
        target = self._target(attachment)
        if target.name.endswith(PARTIAL):
            raise RowError(f"its name ends in {PARTIAL}, as those of unfinished files do")
        if not target.exists():
            return False
        if target.read_bytes() == data:
            return True
        raise RowError("another picture has the same name")

    def _write(self, attachment: Attachment, data: bytes) -> None:
        target = self._target(attachment)
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.how != "link" or not _link(attachment, target):
            write_bytes_whole(target, data)
        self.exported.pictures += 1
        self.exported.pictures_in = self.out / FOLDERS[attachment.kind]


@contextmanager
def _names_that_cannot_be() -> Iterator[None]:
    """Let a name that no file of the folder can have be the fault of its row."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise RowError("its name is too long for a file") from error
        if error.errno in (errno.EEXIST, errno.ENOTDIR, errno.EISDIR):
            raise RowError("another picture has the name of its folder") from error
        raise


def _link(attachment: Attachment, target: Path) -> bool:
    """Whether the file could be linked; not across file systems, nor into an archive."""
    value = attachment.value
    if attachment.kind == "motion" or value["bytes"] is not None:
        return False
    try:
        os.link(Path(value["path"]).resolve(), target)
    except OSError:
        return False
    return True
