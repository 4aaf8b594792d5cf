"""An OpenAI-compatible server on 127.0.0.1 that fails on demand and remembers who asked.

In a thread: ``with serve(Behaviour(...)) as server: server.url``. In a process of its own:
``with spawn("--latency", "0.1") as url:`` or

    python -m tests.servers.openai_server --latency 0.1 --fault busy=0.01

which prints its URL as the first line and what it has counted under ``/stats``. The reply
quotes a digest of the last turn, so that a reply laid beside the wrong question is seen; it is cut
short where it is longer than the request allows. A chat that holds ``inject:NAME`` meets that fault
each time.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import math
import random
import re
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from aiohttp import web

from tests.servers.batch_api import BatchApi, BatchBehaviour
from tests.servers.faults import ANSWERS, DELAYS_S, FAULTS, Answer, json_answer

_INJECTED = re.compile(rb"inject:([a-z0-9-]+)")
_FORMS = ("auto", "dialogue", "plain", "json", "schema", "rubric")
_FILLING = "A reply of some length is made of sentences like this one. "


class _Turn(msgspec.Struct):
    content: str | list[dict[str, Any]]


class _Body(msgspec.Struct):
    model: str
    messages: list[_Turn]
    max_tokens: int | None = None
    max_completion_tokens: int | None = None


_decode = msgspec.json.Decoder(_Body).decode


@dataclass(frozen=True)
class Behaviour:
    """How a server is to behave; by default it answers at once and never fails."""

    latency_s: float = 0.0
    """The median time of a reply."""
    latency_sigma: float = 0.0
    """The spread of the logarithm of that time; 0 makes it constant."""
    faults: Mapping[str, float] = field(default_factory=dict)
    """The share of requests that meets a fault, by its name in `FAULTS`."""
    schedule: tuple[str, ...] = ()
    """Faults of the first requests in order of arrival; ``"ok"`` is none."""
    form: str = "dialogue"
    """``"dialogue"``, ``"plain"``, ``"json"``, or ``"auto"``: a dialogue where turns between
    ``===`` are asked for, else plain; ``"schema"``: JSON that fits the schema of the request;
    ``"rubric"``: a judge's, by `scores`."""
    scores: Mapping[str, int] = field(default_factory=dict)
    """What a judge gives for each criterion to a conversation that holds a word; the lowest, where
    it holds several; 5 where none."""
    reply_chars: int = 0
    """The least length of a reply."""
    key: str = ""
    """The only key that is let in, if there is one."""
    model: str = ""
    """The only model that is known, if there is one."""
    seed: int = 0
    batches: BatchBehaviour = field(default_factory=BatchBehaviour)


class Received(NamedTuple):
    """A request, as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def digest_of(content: str | list[dict[str, Any]]) -> str:
    """Name the content of a turn; any change to it, or to the order of its parts, renames it."""
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:16]


def reply_text(content: str | list[dict[str, Any]], form: str = "dialogue", chars: int = 0) -> str:
    """What the server answers to a last turn of this content."""
    digest = digest_of(content)
    filling = (_FILLING * math.ceil(chars / len(_FILLING)))[:chars]
    return {
        "dialogue": f"Question:\nWhich turn is this?\n===\nAnswer:\nIt is {digest}. {filling}",
        "plain": f"This is the answer to {digest}. {filling}",
        "json": json.dumps({"question": "Which turn is this?", "answer": f"{digest} {filling}"}),
    }[form].rstrip()


def fitting(schema: Mapping[str, Any], words: str) -> Any:
    """A value that fits a schema of objects, arrays and texts; texts are words and their place."""
    if schema["type"] == "object":
        properties = schema["properties"].items()
        return {key: fitting(inner, f"{words} {key}") for key, inner in properties}
    if schema["type"] == "array":
        count = schema.get("minItems", 1)
        return [fitting(schema["items"], f"{words} {number}") for number in range(count)]
    return words


def verdict(schema: Mapping[str, Any], said: str, scores: Mapping[str, int]) -> dict[str, Any]:
    """A judge's reply: the same score for each criterion of a schema, with the word it is for."""
    score, word = min(((n, word) for word, n in scores.items() if word in said), default=(5, None))
    reason = f"It says {word!r}." if word else "There is no fault."
    return {name: {"reason": reason, "score": score} for name in schema["properties"]}


def _text_of(content: str | list[dict[str, Any]]) -> str:
    parts = [{"text": content}] if isinstance(content, str) else content
    return "".join(part.get("text", "") for part in parts)


def _schema_of(body: bytes) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(body)["response_format"]["json_schema"]["schema"]
    return found


class Server:
    """The state of a running server."""

    def __init__(self, behaviour: Behaviour, *, remembered: int | None = None) -> None:
        self.behaviour = behaviour
        self.url = ""
        self.requests: deque[Received] = deque(maxlen=remembered)
        """The last requests to the chat, as they came."""
        self.received: Counter[bytes] = Counter()
        """How often each body came, by its digest."""
        self.answered: Counter[bytes] = Counter()
        """How often each body was given a reply."""
        self.asked_again = 0
        """How many requests came whose body had been given a reply before."""
        self.faults: Counter[str] = Counter()
        self.waited_s = 0.0
        """How long all replies were held back, in all."""
        self.peak = 0
        """The most requests that were under way at once."""
        self.batch_api = BatchApi(behaviour.batches, self._reply)
        self.listener: web.Server | None = None
        self._under_way = 0
        self._random = random.Random(behaviour.seed)

    @property
    def stats(self) -> dict[str, Any]:
        return {
            "received": self.received.total(),
            "answered": self.answered.total(),
            "distinct": len(self.received),
            "asked_again": self.asked_again,
            "peak": self.peak,
            "waited_s": self.waited_s,
            "faults": dict(self.faults),
        }

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self.listener.connections) if self.listener else 0

    async def handle(self, request: web.BaseRequest) -> Answer:
        path = request.rel_url.raw_path
        if path.endswith("/chat/completions") and request.method == "POST":
            self._under_way += 1
            self.peak = max(self.peak, self._under_way)
            try:
                return await self._chat(request)
            finally:
                self._under_way -= 1
        if path == "/stats":
            return json_answer(msgspec.json.encode(self.stats))
        if path.endswith("/models"):
            models = [{"id": self.behaviour.model or "any", "object": "model"}]
            return json_answer(msgspec.json.encode({"object": "list", "data": models}))
        answer = await self.batch_api.handle(request)
        return answer or web.Response(status=404, text="no such page")

    async def _chat(self, request: web.BaseRequest) -> Answer:
        body = await request.content.read()  # has no limit, unlike request.read()
        digest = hashlib.sha256(body).digest()
        self.requests.append(Received(request.path_qs, request.headers, body))
        self.asked_again += digest in self.answered
        self.received[digest] += 1
        fault = self._fault(request, body)
        latency_s = DELAYS_S.get(fault) or self._latency()
        if latency_s:
            self.waited_s += latency_s
            await asyncio.sleep(latency_s)
        reply = self._reply(body)
        if fault != "ok":
            self.faults[fault] += 1
        answer = await FAULTS[fault](request, reply) if fault != "ok" else json_answer(reply)
        if fault == "ok" or fault in ANSWERS:
            self.answered[digest] += 1
        return answer

    def _fault(self, request: web.BaseRequest, body: bytes) -> str:
        """Decide which fault a request meets, if any."""
        behaviour = self.behaviour
        if behaviour.key and request.headers.get("Authorization") != f"Bearer {behaviour.key}":
            return "wrong-key"
        if behaviour.model and _decode(body).model != behaviour.model:
            return "no-model"
        if found := _INJECTED.search(body):
            return found[1].decode()
        if (count := self.received.total()) <= len(behaviour.schedule):
            return behaviour.schedule[count - 1]
        drawn = self._random.random()
        for name, share in behaviour.faults.items():
            if (drawn := drawn - share) < 0:
                return name
        return "ok"

    def _latency(self) -> float:
        sigma = self.behaviour.latency_sigma
        return self.behaviour.latency_s * math.exp(self._random.gauss(0, sigma) if sigma else 0)

    def _reply(self, body: bytes) -> bytes:
        asked = _decode(body)
        content = asked.messages[-1].content if asked.messages else ""
        form = self.behaviour.form
        if form == "auto":
            form = "dialogue" if b"===" in body else "plain"
        if form == "schema":
            whole = json.dumps(fitting(_schema_of(body), digest_of(content)))
        elif form == "rubric":
            _, _, said = _text_of(content).partition("Conversation:")
            whole = json.dumps(verdict(_schema_of(body), said, self.behaviour.scores))
        else:
            whole = reply_text(content, form, self.behaviour.reply_chars)
        limit = asked.max_completion_tokens or asked.max_tokens
        text = whole[: 4 * limit] if limit else whole
        return msgspec.json.encode(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 0,
                "model": asked.model,
                "choices": [
                    {
                        "index": 0,
                        "message": {"role": "assistant", "content": text},
                        "finish_reason": "stop" if text == whole else "length",
                    }
                ],
                "usage": {
                    "prompt_tokens": len(body) // 4,
                    "completion_tokens": len(text) // 4,
                    "total_tokens": len(body) // 4 + len(text) // 4,
                    "prompt_tokens_details": {"cached_tokens": 0},
                },
            }
        )


async def _start(server: Server, port: int = 0) -> web.ServerRunner:
    """Listen without a router, a log and a limit on what is received: they cost time."""
    server.listener = web.Server(server.handle, access_log=None, handler_cancellation=True)
    runner = web.ServerRunner(server.listener, shutdown_timeout=0.01)  # 0 would wait for ever
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    return runner


@contextmanager
def serve(behaviour: Behaviour | None = None) -> Iterator[Server]:
    """Run a server in a thread of this process."""
    server = Server(behaviour or Behaviour())
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(_start(server), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def spawn(*flags: str) -> Iterator[str]:
    """Run a server in a process of its own, and give its URL."""
    command = [sys.executable, "-m", "tests.servers.openai_server", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def _run(behaviour: Behaviour, port: int) -> None:
    server = Server(behaviour, remembered=0)
    await _start(server, port)
    print(server.url, flush=True)  # noqa: T201
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds, the median")
    parser.add_argument("--sigma", type=float, default=0.0, help="of the latency's logarithm")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=SHARE")
    parser.add_argument("--schedule", default="", metavar="NAME,NAME,...")
    parser.add_argument("--form", default="dialogue", choices=_FORMS)
    parser.add_argument("--score", action="append", default=[], metavar="WORD=SCORE")
    parser.add_argument("--reply-chars", type=int, default=0)
    parser.add_argument("--model", default="")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    behaviour = Behaviour(
        latency_s=options.latency,
        latency_sigma=options.sigma,
        faults={name: float(share) for name, share in (f.split("=") for f in options.fault)},
        schedule=tuple(filter(None, options.schedule.split(","))),
        form=options.form,
        scores={word: int(score) for word, score in (s.split("=") for s in options.score)},
        reply_chars=options.reply_chars,
        model=options.model,
        seed=options.seed,
    )
    asyncio.run(_run(behaviour, options.port))


if __name__ == "__main__":
    main()
