"""A dataset repository of the hub, opened for writing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from huggingface_hub import HfApi
from huggingface_hub.errors import HFValidationError
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

from mmgen_datasets.errors import HubError, UsageError
from mmgen_datasets.generation.rows import VERSION
from mmgen_datasets.publish.about import CARD
from mmgen_datasets.publish.calls import patiently

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class State:
    """What a repository holds at a commit."""

    commit: str
    files: dict[str, int]
    """Path to size in bytes."""
    digests: dict[str, str]
    """Path of large files to SHA-256."""
    card: str | None


@dataclass(frozen=True)
class Repository:
    """Where a push goes."""

    api: HfApi
    repo: str
    timeout_s: float

    @property
    def url(self) -> str:
        return f"{self.api.endpoint}/datasets/{self.repo}"

    def call(self, method: Callable[..., _Result], **arguments: object) -> _Result:
        """Call a method of the client about this repository; see `patiently`."""
        call = partial(method, repo_id=self.repo, repo_type="dataset", **arguments)
        return patiently(call, self.repo, timeout_s=self.timeout_s)

    def state(self) -> State:
        """Look what is there now."""
        commit = str(self.call(self.api.repo_info).sha)
        tree = self.call(_list, api=self.api, revision=commit)
        has_card = any(file.path == CARD for file in tree)
        card = self.call(_read, api=self.api, revision=commit) if has_card else None
        digests = {file.path: file.lfs.sha256 for file in tree if file.lfs}
        return State(commit, {file.path: file.size for file in tree}, digests, card)


def open_repository(repo: str, *, token: str | None, private: bool, timeout_s: float) -> Repository:
    """Find a repository that may be written to, or make it.

    Args:
        repo: ``OWNER/NAME``, or a name of one's own.
        token: by default that of the environment or the login.
        private: whether nobody else may see it.
        timeout_s: how long the hub may say nothing.

    Raises:
        UsageError: no such name can be.
        HubError: it may not be written to, or shows in public what is to be private.
    """
    try:
        validate_repo_id(repo)
    except HFValidationError as error:
        raise UsageError(
            f"{repo!r} cannot be the name of a repository",
            "write OWNER/NAME, of letters, digits, '-', '_' and '.', as alice/coco-llava",
        ) from error
    api = HfApi(token=token, library_name="mmgen-datasets", library_version=VERSION)
    user = patiently(api.whoami, repo, timeout_s=timeout_s)
    role = user.get("auth", {}).get("accessToken", {}).get("role")
    if role == "read":
        raise HubError(
            f"the token of {user['name']!r} may only read",
            "make one with the right to write on huggingface.co/settings/tokens",
        )
    hub = Repository(api, repo if "/" in repo else f"{user['name']}/{repo}", timeout_s)
    hub.call(api.create_repo, private=private or None, exist_ok=True)
    if private and not hub.call(api.repo_info).private:
        raise HubError(
            f"{hub.repo} exists and is public",
            "push to another name, or make it private in its settings first",
        )
    return hub


def _list(*, api: HfApi, repo_id: str, repo_type: str, revision: str) -> list[RepoFile]:
    tree = api.list_repo_tree(repo_id, recursive=True, repo_type=repo_type, revision=revision)
    return [entry for entry in tree if isinstance(entry, RepoFile)]


def _read(*, api: HfApi, repo_id: str, repo_type: str, revision: str) -> str:
    """The card, without leaving it in the user's cache."""
    with tempfile.TemporaryDirectory(prefix="mmgen-push-") as scratch:
        path = api.hf_hub_download(
            repo_id, CARD, repo_type=repo_type, revision=revision, local_dir=scratch
        )
        return Path(path).read_text(encoding="utf-8")
