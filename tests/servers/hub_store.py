"""The repositories of a hub, in a folder, so that a server may be stopped and started again.

::

    blobs/SHA256                contents, by their digest
    repositories/USER NAME.json a repository: whether it is private, and its commits
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

GIT_ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"


class File(msgspec.Struct, frozen=True):
    """A file of a commit."""

    sha256: str
    size: int
    oid: str
    """As git has it: the SHA-1 of a blob, of the pointer where the file is in LFS."""
    is_lfs: bool


class Commit(msgspec.Struct, frozen=True):
    sha: str
    summary: str
    files: dict[str, File]


class Repository(msgspec.Struct):
    private: bool
    commits: list[Commit]

    def at(self, revision: str) -> Commit | None:
        """The commit that a revision names."""
        if revision == "main":
            return self.commits[-1]
        return next((commit for commit in self.commits if commit.sha == revision), None)


class RefusedError(Exception):
    """A commit that cannot be made."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Store:
    """What a hub keeps."""

    def __init__(self, folder: Path) -> None:
        self._blobs, self._files = folder / "blobs", folder / "repositories"
        for made in (self._blobs, self._files):
            made.mkdir(parents=True, exist_ok=True)
        self.repositories = {
            path.stem.replace(" ", "/"): msgspec.json.decode(path.read_bytes(), type=Repository)
            for path in self._files.glob("*.json")
        }

    def head(self, name: str) -> Commit:
        """The last commit of a repository."""
        return self.repositories[name].commits[-1]

    def create(self, name: str, *, private: bool) -> None:
        first = _git_file(GIT_ATTRIBUTES)
        self.keep(GIT_ATTRIBUTES)
        self.repositories[name] = Repository(private, [])
        self._add(name, "initial commit", {".gitattributes": first})

    def blob(self, sha256: str) -> Path:
        return self._blobs / sha256

    def keep(self, content: bytes) -> str:
        """Keep a content; half of one is never there under its name."""
        digest = hashlib.sha256(content).hexdigest()
        partial = self._blobs / f".{digest}"
        partial.write_bytes(content)
        partial.replace(self.blob(digest))
        return digest

    def commit(self, name: str, header: dict[str, Any], operations: list[Any]) -> Commit:
        """Make a commit out of the lines of a request.

        Raises:
            RefusedError: the branch has moved, or an operation is about a file that is not there.
        """
        head = self.head(name)
        if header.get("parentCommit") not in (None, head.sha):
            raise RefusedError(412, "A commit has happened since. Please refresh and try again.")
        files = dict(head.files)
        for operation in operations:
            value = operation["value"]
            path = value["path"]
            if operation["key"] == "deletedFile":
                if files.pop(path, None) is None:
                    raise RefusedError(404, "A file with this name doesn't exist")
            elif operation["key"] == "lfsFile":
                if not self.blob(value["oid"]).exists():
                    raise RefusedError(400, f"LFS pointer of {path} points to no file")
                files[path] = _lfs_file(value["oid"], value["size"])
            else:
                content = msgspec.json.decode(f'"{value["content"]}"', type=bytes)
                self.keep(content)
                files[path] = _git_file(content)
        return self._add(name, header["summary"], files)

    def _add(self, name: str, summary: str, files: dict[str, File]) -> Commit:
        repository = self.repositories[name]
        content = msgspec.json.encode([len(repository.commits), summary, files])
        commit = Commit(hashlib.sha1(content).hexdigest(), summary, files)
        repository.commits.append(commit)
        path = self._files / f"{name.replace('/', ' ')}.json"
        partial = path.with_suffix(".part")
        partial.write_bytes(msgspec.json.encode(repository))
        partial.replace(path)
        return commit


def _git_oid(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()


def _git_file(content: bytes) -> File:
    digest = hashlib.sha256(content).hexdigest()
    return File(digest, len(content), _git_oid(content), is_lfs=False)


def _lfs_file(sha256: str, size: int) -> File:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
    return File(sha256, size, _git_oid(pointer.encode()), is_lfs=True)
