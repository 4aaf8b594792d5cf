"""One POST over a pool of connections that the event loop keeps open.

Not `trust_env` of aiohttp: it goes through two threads for each request, to read the proxy and
``~/.netrc`` again, and fails where that file names a server that is given a key.
"""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from mmgen_datasets.backends.loop_bound import loop_bound
from mmgen_datasets.backends.quoting import quoted
from mmgen_datasets.errors import BackendError, RetryError, StopError

CONNECT_S = 30.0
"""The longest wait for a connection; on a busy machine a new one may take seconds."""
_IDLE_S = 15.0
"""How long an unused connection is kept; servers close theirs after as little as 20 s."""


class Answer(NamedTuple):
    """What a server sent back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Looked up without regard to case."""
    body: bytes


class Post(NamedTuple):
    """What is sent, and what of it must not be shown."""

    url: URL
    body: bytes
    headers: Mapping[str, str]
    timeout_s: float
    """For all of it: connection, sending, waiting and receiving."""
    secrets: tuple[str, ...]


async def post(what: Post) -> Answer:
    """Send, and receive to the end.

    Raises:
        RetryError: no connection, a broken one, or no end of the answer in time.
        StopError: the server's certificate does not hold.
    """
    pool = await wire()
    try:
        async with pool.session.post(
            what.url,
            # As bytes, aiohttp warns of a body above 1 MiB, and sends it in one piece.
            data=io.BytesIO(what.body) if len(what.body) > 2**20 else what.body,
            headers=what.headers,
            timeout=aiohttp.ClientTimeout(what.timeout_s, sock_connect=CONNECT_S),
            proxy=pool.proxy_for(what.url),
            allow_redirects=False,
        ) as response:
            return Answer(response.status, response.headers, await response.read())
    except (aiohttp.ClientError, OSError) as error:
        # Not "from error": aiohttp's errors carry the headers, and the key with them.
        raise lost(error, what) from None


class Wire(NamedTuple):
    """The pool of connections of an event loop."""

    session: aiohttp.ClientSession
    proxy_for: Callable[[URL], URL | None]


@loop_bound
async def wire() -> AsyncGenerator[Wire, None]:
    """Open the pool; what is called gives the same one to all on a loop."""
    # No limit: how many requests run at once is for the caller to say.
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_S, ttl_dns_cache=300)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "mmgen-datasets", "Content-Type": "application/json"},
    ) as session:
        yield Wire(session, lru_cache(_proxy_for))  # reading the environment takes 80 us


def _proxy_for(url: URL) -> URL | None:
    """The proxy that the environment names for a server, if it names one."""
    proxy = getproxies().get(url.scheme)
    if not proxy or proxy_bypass(f"{url.host}:{url.port}"):
        return None
    address = URL(proxy if "://" in proxy else f"http://{proxy}")
    if address.scheme not in {"http", "https"}:
        raise StopError(
            f"the environment names a proxy of kind {address.scheme!r} for {url.scheme}",
            f"name an HTTP proxy in {url.scheme.upper()}_PROXY, or {url.host} in NO_PROXY",
        )
    return address


def lost(error: aiohttp.ClientError | OSError, what: Post) -> BackendError:
    """Say what became of a request that got no whole answer."""
    server = what.url.origin()
    reason = quoted(str(error) or type(error).__name__, (*what.secrets, what.url.raw_query_string))
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return StopError(
            f"{server} shows a certificate that does not hold: {reason}",
            "check base_url; name your own certificate authority in SSL_CERT_FILE",
        )
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return RetryError(
            f"no connection to {server}: {reason}",
            "check that a server runs there, and whether it speaks http or https",
            cause="down",
        )
    if isinstance(error, TimeoutError):
        return RetryError(
            f"{server} gave no whole answer within {what.timeout_s:g} s", cause="down"
        )
    return RetryError(f"the connection to {server} broke: {reason}", cause="down")
