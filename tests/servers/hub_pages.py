"""The pages of a hub: who asks, what for, and what comes of it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec
import yaml
from aiohttp import web

from tests.servers.faults import Answer
from tests.servers.hub_store import Commit, File, RefusedError, Repository, Store

USERS = {
    "hf_writer": ("alice", "write"),
    "hf_reader": ("alice", "read"),
    "hf_other": ("bob", "write"),
}
"""Token to user and role."""

Page = Callable[[web.Request], Awaitable[Answer]]
_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_LICENCE = re.compile(r"mit|apache-2\.0|other|cc0-1\.0|cc-by(-nc)?(-sa|-nd)?-[234]\.\d")
_ROOT = PurePosixPath()
_LARGE = 10 * 2**20


class Pages:
    """The pages of a hub that keeps its repositories in a store."""

    def __init__(self, store: Store, upload_s: float) -> None:
        self.url = ""
        self.uploads: Counter[str] = Counter()
        self._store = store
        self._upload_s = upload_s

    def routes(self) -> list[tuple[str, str, str, Page]]:
        """Name, method, path and function of each."""
        dataset, revision = "/api/datasets/{user}/{name}", "{revision}"
        files = "/datasets/{user}/{name}"
        return [
            ("whoami", "GET", "/api/whoami-v2", self._whoami),
            ("create", "POST", "/api/repos/create", self._create),
            ("validate", "POST", "/api/validate-yaml", self._validate),
            ("info", "GET", dataset, self._info),
            ("info", "GET", f"{dataset}/revision/{revision}", self._info),
            ("preupload", "POST", f"{dataset}/preupload/{revision}", self._preupload),
            ("commit", "POST", f"{dataset}/commit/{revision}", self._commit),
            ("tree", "GET", f"{dataset}/tree/{revision}", self._tree),
            ("tree", "GET", f"{dataset}/tree/{revision}/{{path:.+}}", self._tree),
            ("paths", "POST", f"{dataset}/paths-info/{revision}", self._paths),
            ("batch", "POST", f"{files}.git/info/lfs/objects/batch", self._batch),
            ("upload", "PUT", "/lfs/{sha256}", self._upload),
            ("resolve", "GET", f"{files}/resolve/{revision}/{{path:.+}}", self._resolve),
        ]

    def _user(self, request: web.Request) -> tuple[str, str]:
        """The user and role of a request; nobody without a token."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token and token not in USERS:
            raise _refusal(401, "Invalid credentials in Authorization header")
        return USERS.get(token, ("", "read"))

    def _repository(self, request: web.Request) -> tuple[str, Repository]:
        name = f"{request.match_info['user']}/{request.match_info['name']}"
        user, _ = self._user(request)
        found = self._store.repositories.get(name)
        if found is None or (found.private and user != name.split("/")[0]):
            raise _refusal(404 if user else 401, "Repository not found", "RepoNotFound")
        return name, found

    def _writable(self, request: web.Request) -> str:
        name, _ = self._repository(request)
        self._refuse_reader(request, name.split("/")[0])
        return name

    def _refuse_reader(self, request: web.Request, namespace: str) -> None:
        user, role = self._user(request)
        if (user, role) != (namespace, "write"):
            raise _refusal(403, f'no right to write a dataset under the namespace "{namespace}"')

    def _at(self, request: web.Request) -> tuple[str, Repository, Commit]:
        name, found = self._repository(request)
        commit = found.at(request.match_info.get("revision", "main"))
        if commit is None:
            raise _refusal(404, "Invalid rev id", "RevisionNotFound")
        return name, found, commit

    async def _whoami(self, request: web.Request) -> Answer:
        user, role = self._user(request)
        if not user:
            raise _refusal(401, "Invalid username or password.")
        token = {"displayName": "for tests", "role": role}
        return web.json_response(
            {"type": "user", "name": user, "orgs": [], "auth": {"accessToken": token}}
        )

    async def _create(self, request: web.Request) -> Answer:
        asked = await request.json()
        user, _ = self._user(request)
        namespace = asked.get("organization") or user
        self._refuse_reader(request, namespace)
        name = f"{namespace}/{asked['name']}"
        answer = {"url": f"{self.url}/datasets/{name}", "name": name}
        if name in self._store.repositories:
            return web.json_response({"error": "You already created this", **answer}, status=409)
        if not _NAME.fullmatch(name):
            raise _refusal(400, "Invalid repo name")
        self._store.create(name, private=asked.get("visibility") == "private")
        return web.json_response(answer)

    async def _validate(self, request: web.Request) -> Answer:
        card = (await request.json())["content"]
        block = card.split("---\n")[1] if card.startswith("---\n") else ""
        licence = (yaml.safe_load(block) or {}).get("license") or []
        for name in [licence] if isinstance(licence, str) else licence:
            if not _LICENCE.fullmatch(name):
                errors = [{"message": f'"license" must be one of those known, not "{name}"'}]
                return web.json_response({"errors": errors, "warnings": []}, status=400)
        return web.json_response({"errors": [], "warnings": []})

    async def _info(self, request: web.Request) -> Answer:
        name, found, commit = self._at(request)
        siblings = [{"rfilename": path} for path in commit.files]
        made = "2026-01-01T00:00:00.000Z"
        return web.json_response(
            {"_id": "1", "id": name, "author": name.split("/")[0], "sha": commit.sha}
            | {"private": found.private, "gated": False, "disabled": False, "tags": []}
            | {"createdAt": made, "lastModified": made, "downloads": 0, "likes": 0}
            | {"siblings": siblings}
        )

    async def _preupload(self, request: web.Request) -> Answer:
        files = self._store.head(self._writable(request)).files
        asked = (await request.json())["files"]
        return web.json_response(
            {"files": [_mode(file, files.get(file["path"])) for file in asked]}
        )

    async def _batch(self, request: web.Request) -> Answer:
        self._writable(request)
        objects = (await request.json())["objects"]
        for wanted in objects:
            if not self._store.blob(wanted["oid"]).exists():
                wanted["actions"] = {"upload": {"href": f"{self.url}/lfs/{wanted['oid']}"}}
        return web.json_response({"transfer": "basic", "objects": objects})

    async def _upload(self, request: web.Request) -> Answer:
        content = await request.read()
        await asyncio.sleep(self._upload_s)
        digest = hashlib.sha256(content).hexdigest()
        if digest != request.match_info["sha256"]:
            raise _refusal(400, "not what was announced")
        self.uploads[self._store.keep(content)] += 1
        return web.Response()

    async def _commit(self, request: web.Request) -> Answer:
        name = self._writable(request)
        header, *operations = map(msgspec.json.decode, (await request.read()).splitlines())
        try:
            commit = self._store.commit(name, header["value"], operations)
        except RefusedError as error:
            raise _refusal(error.status, str(error)) from error
        url = f"{self.url}/datasets/{name}/commit/{commit.sha}"
        return web.json_response({"success": True, "commitOid": commit.sha, "commitUrl": url})

    async def _tree(self, request: web.Request) -> Answer:
        _, _, commit = self._at(request)
        below = request.match_info.get("path", "").rstrip("/")
        is_deep = request.query.get("recursive", "").lower() in ("true", "1")
        entries = _tree(commit.files, below, is_deep=is_deep)
        if below and not entries:
            raise _refusal(404, f"{below} does not exist", "EntryNotFound")
        return web.json_response(entries)

    async def _paths(self, request: web.Request) -> Answer:
        _, _, commit = self._at(request)
        form = await request.post()
        asked = {str(PurePosixPath(str(path))) for path in form.getall("paths")}
        entries = _tree(commit.files, "", is_deep=True)
        return web.json_response([entry for entry in entries if entry["path"] in asked])

    async def _resolve(self, request: web.Request) -> Answer:
        _, _, commit = self._at(request)
        file = commit.files.get(request.match_info["path"])
        if file is None:
            raise _refusal(404, "Entry not found", "EntryNotFound")
        headers = {"X-Repo-Commit": commit.sha, "ETag": f'"{_etag(file)}"'}
        headers |= {"X-Linked-Size": str(file.size), "X-Linked-Etag": f'"{_etag(file)}"'}
        return web.FileResponse(self._store.blob(file.sha256), headers=headers)


def _etag(file: File) -> str:
    return file.sha256 if file.is_lfs else file.oid


def _mode(asked: Mapping[str, Any], there: File | None) -> dict[str, Any]:
    """How a file is to be uploaded, and what is there under its name."""
    is_large = asked["path"].endswith(".parquet") or asked["size"] > _LARGE
    mode = "lfs" if is_large else "regular"
    oid = {"oid": _etag(there)} if there else {}
    return {"path": asked["path"], "uploadMode": mode, "shouldIgnore": False} | oid


def _tree(files: Mapping[str, File], below: str, *, is_deep: bool) -> list[dict[str, Any]]:
    """The files and folders below a folder, or right in it."""
    entries = {}
    for path, file in files.items():
        place = PurePosixPath(path)
        above = [folder for folder in place.parents if folder != _ROOT]
        for folder in above:
            oid = hashlib.sha1(str(folder).encode()).hexdigest()
            entries[folder] = {"type": "directory", "path": str(folder), "oid": oid, "size": 0}
        lfs = {"oid": file.sha256, "size": file.size, "pointerSize": 130}
        entries[place] = {"type": "file", "path": path, "oid": file.oid, "size": file.size} | (
            {"lfs": lfs} if file.is_lfs else {}
        )
    base = PurePosixPath(below)
    return [
        entries[place]
        for place in sorted(entries)
        if (base in place.parents if is_deep else place.parent == base)
    ]


def _refusal(status: int, message: str, code: str = "") -> web.HTTPException:
    headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
    kinds = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        403: web.HTTPForbidden,
        404: web.HTTPNotFound,
        412: web.HTTPPreconditionFailed,
    }
    text = msgspec.json.encode({"error": message}).decode()
    return kinds[status](text=text, headers=headers, content_type="application/json")
