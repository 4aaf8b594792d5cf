"""A hub on 127.0.0.1: the pages of huggingface.co that a push and a load of a dataset use.

In a thread: ``with serve(folder, HubBehaviour(...)) as hub: hub.url``; in a process of its own:

    python -m tests.servers.hub --folder DIR --port 8123

Clients find it by ``HF_ENDPOINT`` and need ``HF_HUB_DISABLE_XET=1``: files are taken over by
LFS, in one piece. Repositories live in the folder, so that a hub which is stopped goes on where
it was.
"""

from __future__ import annotations

import argparse
import asyncio
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from tests.servers.faults import FAULTS, Answer
from tests.servers.hub_pages import Page, Pages
from tests.servers.hub_store import File, Store

_AFTER = "then-"


@dataclass(frozen=True)
class HubBehaviour:
    """How a hub is to behave; by default it answers at once and never fails."""

    faults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By page, what the first calls meet: a name of `FAULTS`, ``"ok"``, or one that begins with
    ``"then-"`` where the work is done all the same and only the answer is spoilt."""
    upload_s: float = 0.0
    """How long a file takes."""


class Hub:
    """The state of a running hub."""

    def __init__(self, folder: Path, behaviour: HubBehaviour) -> None:
        self.store = Store(folder)
        self.behaviour = behaviour
        self.pages = Pages(self.store, behaviour.upload_s)
        self.calls: Counter[str] = Counter()
        """How often each page was asked for."""

    @property
    def url(self) -> str:
        return self.pages.url

    @property
    def uploads(self) -> Counter[str]:
        """How often each content came whole, by its SHA-256."""
        return self.pages.uploads

    def files(self, name: str) -> dict[str, File]:
        """The files of a repository, for comparison."""
        return self.store.head(name).files

    def content(self, name: str, path: str) -> bytes:
        return self.store.blob(self.files(name)[path].sha256).read_bytes()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2**30)
        for page, method, path, handle in self.pages.routes():
            app.router.add_route(method, path, self._watched(page, handle))
            if method == "GET":
                app.router.add_route("HEAD", path, self._watched(page, handle))
        return app

    def _watched(self, page: str, handle: Page) -> Page:
        """Count the calls of a page, and let the first ones meet their faults."""

        async def answer(request: web.Request) -> Answer:
            faults = self.behaviour.faults.get(page, ())
            fault = faults[self.calls[page]] if self.calls[page] < len(faults) else "ok"
            self.calls[page] += 1
            if fault == "ok":
                return await handle(request)
            if fault.startswith(_AFTER):
                await handle(request)
            return await FAULTS[fault.removeprefix(_AFTER)](request, b'{"half": "an answer"}')

        return answer


async def _start(hub: Hub, port: int) -> web.AppRunner:
    runner = web.AppRunner(
        hub.app(), access_log=None, shutdown_timeout=0.01, handler_cancellation=True
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    hub.pages.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner


async def _stop(runner: web.AppRunner) -> None:
    await runner.cleanup()
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


@contextmanager
def serve(folder: Path, behaviour: HubBehaviour | None = None, port: int = 0) -> Iterator[Hub]:
    """Run a hub in a thread of this process."""
    hub = Hub(folder, behaviour or HubBehaviour())
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(_start(hub, port), loop).result()
    try:
        yield hub
    finally:
        asyncio.run_coroutine_threadsafe(_stop(runner), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _run(folder: Path, port: int) -> None:
    hub = Hub(folder, HubBehaviour())
    await _start(hub, port)
    print(hub.url, flush=True)  # noqa: T201
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(_run(options.folder, options.port))


if __name__ == "__main__":
    main()
