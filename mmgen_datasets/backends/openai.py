"""Any server that speaks the chat-completions protocol, over a thin client of our own.

Measured with `scripts/bench/client.py`: the vendor's client costs ten times as much processor
time for each request, which is what bounds a run against a fast server.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, NamedTuple

from yarl import URL

from mmgen_datasets.backends.chat_completions import decode_completion, encode_request, read_reply
from mmgen_datasets.backends.http_client import Answer, Post, post
from mmgen_datasets.backends.http_failures import Asked, complaint_of, failure, read_complaint
from mmgen_datasets.backends.rate_headers import allowance
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import StopError, UsageError

# OpenAI sends requests with the same beginning and the same key to the same machine, up to about
# 15 a minute; more than that overflow to machines that have not read it. So many keys are enough
# for 240 a minute of each task, and each costs one reading of the beginning.
_CACHE_KEYS = 16


@dataclass(frozen=True)
class OpenAI:
    """A model behind the chat-completions protocol: OpenAI, vLLM, llama.cpp, a gateway.

    Proxies are read from the environment (``HTTPS_PROXY``, ``NO_PROXY``).

    Raises:
        UsageError: a setting that cannot be meant.
    """

    model: str
    base_url: str = field(default="https://api.openai.com/v1", repr=False)
    """The address before ``/chat/completions``. A user and password in it are sent in the place
    of the key; neither they nor its query become part of `endpoint` or of a message."""
    api_key_env: str = "OPENAI_API_KEY"
    """The environment variable to read the key from each time; only OpenAI insists on a key."""
    timeout_s: float = 300.0
    """The longest wait for a whole reply, the server's queue included."""
    token_limit_field: Literal["max_tokens", "max_completion_tokens"] | None = None
    """What the server calls the longest reply. Null: ``max_completion_tokens`` at OpenAI and
    Azure, whose newer models refuse the other name; ``max_tokens`` elsewhere, since servers of
    old models know no other."""
    prompt_cache_keys: int | None = None
    """Over how many of OpenAI's ``prompt_cache_key`` requests that begin alike are spread; 0 sends
    none. Null: 16 at OpenAI, 0 elsewhere, since other servers may refuse the field."""

    def __post_init__(self) -> None:
        address_of(self.base_url)
        if not self.model:
            raise UsageError("the name of the model is empty", "name one that the server has")
        if not 0 < self.timeout_s < math.inf:
            raise UsageError(f"timeout_s is {self.timeout_s!r}", "give a number of seconds above 0")
        if self.prompt_cache_keys is not None and self.prompt_cache_keys < 0:
            raise UsageError(
                f"prompt_cache_keys is {self.prompt_cache_keys}", "give 0 or more, or leave it out"
            )
        if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", self.api_key_env):
            # The value is not shown: it may be the key itself.
            raise UsageError(
                "api_key_env is no name of an environment variable in capitals",
                "put the key into a variable such as OPENAI_API_KEY, and give its name",
            )

    @property
    def endpoint(self) -> str:
        """The server's address, without user, password, query and default port."""
        return address_of(self.base_url).endpoint

    async def reply(self, request: Request) -> Reply:
        """Answer one chat, once, without retrying."""
        address, key = address_of(self.base_url), self._key()
        # Writing pictures takes a millisecond each, in which nothing else would go on.
        is_long = request.has_media
        body = await asyncio.to_thread(self._body, request) if is_long else self._body(request)
        secrets = (key, *address.secrets)
        headers = address.authorization(key)
        answer = await post(Post(address.chat, body, headers, self.timeout_s, secrets))
        return replace(self._read(answer, secrets), allowance=allowance(answer.headers))

    def _body(self, request: Request) -> bytes:
        """A request as this server takes it."""
        address = address_of(self.base_url)
        limit_field = self.token_limit_field or address.limit_field
        keys = address.cache_keys if self.prompt_cache_keys is None else self.prompt_cache_keys
        return encode_request(request, self.model, limit_field, keys)

    def _read(self, answer: Answer, secrets: Iterable[str]) -> Reply:
        """The reply in an answer.

        Raises:
            BackendError: there is none; its class says what that means.
        """
        asked = Asked(self.endpoint, self.model, self.api_key_env)
        if not 200 <= answer.status < 300:
            complaint = read_complaint(answer.status, answer.body, secrets)
            raise failure(complaint, asked, answer.headers)
        completion = decode_completion(answer.body)
        if completion.failure:
            complaint = complaint_of(answer.status, completion.failure, secrets)
            raise failure(complaint, asked, answer.headers)
        return read_reply(completion)

    def _key(self) -> str:
        key = os.environ.get(self.api_key_env, "").strip()
        if not key and address_of(self.base_url).is_openai:
            raise StopError(
                f"the environment variable {self.api_key_env} holds no key for {self.endpoint}",
                f"run: export {self.api_key_env}=...; or name a server of your own in base_url",
            )
        if not (key.isascii() and key.isprintable()):
            raise StopError(
                f"the environment variable {self.api_key_env} holds characters that no key has",
                "copy the key again, without line breaks and typographic characters",
            )
        return key


class Address(NamedTuple):
    """Where a server is, and what it may be told and shown."""

    chat: URL
    """Where requests are sent."""
    endpoint: str
    """What may be shown of it."""
    basic: str
    """A user and password, as HTTP's basic authentication writes them."""
    secrets: tuple[str, ...]

    @property
    def limit_field(self) -> str:
        renamed = self.is_openai or (self.chat.host or "").endswith(".azure.com")
        return "max_completion_tokens" if renamed else "max_tokens"

    @property
    def cache_keys(self) -> int:
        return _CACHE_KEYS if self.is_openai else 0

    @property
    def is_openai(self) -> bool:
        return self.chat.host == "api.openai.com"

    def at(self, path: str) -> URL:
        """The address of another page beside the chat's, such as ``"files"``."""
        root = self.chat.raw_path.removesuffix("chat/completions")
        return self.chat.with_path(root + path, encoded=True, keep_query=True)

    def authorization(self, key: str) -> dict[str, str]:
        """The header that carries the key, or what stands in its place."""
        if self.basic:
            return {"Authorization": f"Basic {self.basic}"}
        if not key:
            return {}
        if "/deployments/" in self.chat.path:  # Azure's older addresses
            return {"api-key": key}
        return {"Authorization": f"Bearer {key}"}


@lru_cache
def address_of(base_url: str) -> Address:
    """Read the address of a server.

    Raises:
        UsageError: it is none.
    """
    url = _parsed(base_url)
    path = url.raw_path.rstrip("/").removesuffix("/chat/completions").rstrip("/")
    chat = url.origin().with_path(f"{path}/chat/completions", encoded=True)
    login = f"{url.user or ''}:{url.password or ''}"
    basic = "" if login == ":" else b64encode(login.encode()).decode("ascii")
    return Address(
        chat.with_query(url.query or None),
        str(url.origin()) + path,
        basic,
        (basic, url.user or "", url.password or "", url.raw_query_string),
    )


def _parsed(base_url: str) -> URL:
    try:
        url = URL(base_url)
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host or re.search(r"\s", base_url.strip()):
        shown = re.sub(r"//.*@", "//", base_url.partition("?")[0])  # no password
        raise UsageError(
            f"base_url is no address of a server: {shown!r}",
            "write it with http:// or https://, such as http://localhost:8000/v1",
        )
    return url
