"""Calls that move files, over the same pool of connections as `http_client`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from mmgen_datasets.backends.http_client import CONNECT_S, Answer, Post, lost, wire
from mmgen_datasets.errors import StopError
from mmgen_datasets.files import PARTIAL

_PIECE = 2**18  # bytes


async def get(what: Post) -> Answer:
    """Ask for a page; the body is not sent.

    Raises:
        RetryError, StopError: as for `mmgen_datasets.backends.http_client.post`.
    """
    async with _asked("GET", what, _within(what.timeout_s)) as response:
        return Answer(response.status, response.headers, await response.read())


async def send_file(what: Post, file: Path, **fields: str) -> Answer:
    """Send a file as a form does, read from disk piece by piece.

    Args:
        what: the body of it is not sent. Its time-out is for the answer once all is sent; how
            long the sending takes depends on the line.
        file: what is sent as ``file``.
        fields: of the form.

    Raises:
        RetryError, StopError: as for `mmgen_datasets.backends.http_client.post`.
    """
    with file.open("rb") as opened:
        form = aiohttp.FormData(fields)
        form.add_field("file", opened, filename=file.name, content_type="application/jsonl")
        body = form()
        whole = what._replace(
            headers={**what.headers, "Content-Type": body.headers["Content-Type"]},
            timeout_s=what.timeout_s + file.stat().st_size // _SLOWEST,
        )
        async with _asked("POST", whole, _within(whole.timeout_s), body) as response:
            return Answer(response.status, response.headers, await response.read())


_SLOWEST = 50_000  # bytes a second; what is slower is taken to be stuck


async def receive_file(what: Post, file: Path) -> Answer:
    """Ask for a page, and write it to disk as it comes, where its status is 2xx.

    Args:
        what: the body of it is not sent. Its time-out is for the next piece, not for all.
        file: under whose name it stands once it is whole.

    Returns:
        The answer; its body is empty where it was written.

    Raises:
        RetryError, StopError: as for `mmgen_datasets.backends.http_client.post`; or the disk is
            full.
    """
    timeout = aiohttp.ClientTimeout(None, sock_connect=CONNECT_S, sock_read=what.timeout_s)
    partial = file.with_name(file.name + PARTIAL)
    try:
        with partial.open("wb") as opened:
            # Large files may be kept elsewhere; aiohttp shows the key to no other host.
            async with _asked("GET", what, timeout, allow_redirects=True) as response:
                if not 200 <= response.status < 300:
                    return Answer(response.status, response.headers, await response.read())
                async for piece in response.content.iter_chunked(_PIECE):
                    _write(opened, piece)
        partial.replace(file)
        return Answer(response.status, response.headers, b"")
    finally:
        partial.unlink(missing_ok=True)


def _write(opened: Any, piece: bytes) -> None:
    try:
        opened.write(piece)
    except OSError as error:  # not to be taken for a broken connection
        raise StopError(
            f"{opened.name}: {error.strerror}", "make room, then give the same command again"
        ) from error


def _within(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(seconds, sock_connect=CONNECT_S)


@asynccontextmanager
async def _asked(
    method: str,
    what: Post,
    timeout: aiohttp.ClientTimeout,
    data: Any = None,
    *,
    allow_redirects: bool = False,
) -> AsyncIterator[aiohttp.ClientResponse]:
    pool = await wire()
    try:
        async with pool.session.request(
            method,
            what.url,
            data=data,
            headers=what.headers,
            timeout=timeout,
            proxy=pool.proxy_for(what.url),
            allow_redirects=allow_redirects,
        ) as response:
            yield response
    except (aiohttp.ClientError, OSError) as error:
        # Not "from error": aiohttp's errors carry the headers, and the key with them.
        raise lost(error, what) from None
