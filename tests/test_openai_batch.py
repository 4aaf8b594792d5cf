"""The backend that speaks OpenAI's Batch API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mmgen_datasets.backends import open_backend
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.backends.batch import BatchBackend
from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.backends.openai_batch import OpenAIBatch
from mmgen_datasets.chat import Reply, Request, Sampling, text_turn
from mmgen_datasets.errors import (
    BackendError,
    RetryError,
    RowError,
    StopError,
    TooLongError,
    UsageError,
)
from tests.contracts.backend import BackendContract, ask, request
from tests.servers.batch_api import BatchBehaviour
from tests.servers.openai_server import Behaviour, Server, serve


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


class TestOpenAIBatch(BackendContract):
    """One request by itself it asks at once, like `OpenAI`."""

    @pytest.fixture
    def backend(self, server: Server) -> Backend:
        return OpenAIBatch("any", base_url=server.url)

    @pytest.fixture
    def same_settings(self, server: Server, backend: Backend) -> Backend:
        return OpenAIBatch("any", base_url=server.url)

    @pytest.fixture
    def failing(self, backend: Backend) -> Mapping[type[BackendError], tuple[Backend, Request]]:
        return {
            RetryError: (backend, request("inject:busy")),
            TooLongError: (backend, request("inject:too-long")),
            StopError: (backend, request("inject:quota")),
        }


def outcomes_of(
    backend: OpenAIBatch, folder: Path, *requests: Request
) -> dict[str, Reply | BackendError]:
    """Have a batch made of requests, and give what became of each by its key."""

    async def main() -> dict[str, Reply | BackendError]:
        file = folder / "requests.jsonl"
        file.write_bytes(b"".join(map(backend.line, requests)))
        batch = await backend.create(await backend.upload(file))
        while batch.state == "running":
            batch = await backend.look(batch.id)
        found = {}
        for name in batch.results:
            await backend.fetch(name, folder / name)
            for line in (folder / name).read_bytes().splitlines():
                outcome = backend.outcome(line)
                assert outcome is not None
                found[outcome.key] = outcome.answer
        return found

    return asyncio.run(main())


def test_it_is_a_backend_for_batches() -> None:
    assert isinstance(OpenAIBatch("any"), BatchBackend)
    assert not isinstance(OpenAI("any"), BatchBackend)


def test_it_is_the_same_server_and_model_as_the_live_backend() -> None:
    """So the keys are the same, and a reply of the one is found by the other."""
    live, later = OpenAI("any", "http://host/v1"), OpenAIBatch("any", "http://host/v1")
    assert (live.model, live.endpoint) == (later.model, later.endpoint)


def test_a_line_holds_the_key_and_the_body_that_would_be_sent_at_once(server: Server) -> None:
    asked = Request("the key", (text_turn("user", "hello"),), Sampling(max_tokens=7))
    backend = OpenAIBatch("any", base_url=server.url)
    ask(backend, asked)
    assert backend.line(asked).endswith(b"}\n")
    assert json.loads(backend.line(asked)) == {
        "custom_id": "the key",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": server.requests[0].json,
    }


def test_results_are_those_of_live_requests_one_for_one(server: Server, tmp_path: Path) -> None:
    requests = [request(f"question {number}") for number in range(30)]
    backend = OpenAIBatch("any", base_url=server.url)
    assert outcomes_of(backend, tmp_path, *requests) == {
        asked.key: reply for asked, reply in zip(requests, ask(backend, *requests), strict=True)
    }


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("busy", RetryError),
        ("error-500", RetryError),
        ("too-long", TooLongError),
        ("bad-request", RowError),
        ("filtered-prompt", RowError),
        ("quota", StopError),
        ("error-in-200", RetryError),
        ("cut-short", Reply),
    ],
)
def test_a_line_that_fails_is_classed_as_a_live_request_is(
    server: Server, tmp_path: Path, fault: str, kind: type
) -> None:
    asked = request(f"inject:{fault}")
    found = outcomes_of(OpenAIBatch("any", base_url=server.url), tmp_path, asked)
    assert isinstance(found[asked.key], kind)


@pytest.mark.parametrize("ending", ["expired", "cancelled"])
def test_what_an_ending_left_undone_may_be_tried_again(tmp_path: Path, ending: str) -> None:
    requests = [request(str(number)) for number in range(4)]
    with serve(Behaviour(batches=BatchBehaviour(endings=(ending,)))) as server:
        found = outcomes_of(OpenAIBatch("any", base_url=server.url), tmp_path, *requests)
    kinds = [type(found[asked.key]) for asked in requests]
    assert kinds == [Reply, Reply, RetryError, RetryError]
    assert str(found[requests[3].key]) == f"The batch is {ending}."


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b'{"id": 1}', b"\xff", b'{"custom_id": null}', b"null"]
)
def test_a_line_that_tells_of_no_request_is_passed_over(line: bytes) -> None:
    assert OpenAIBatch("any", "http://host/v1").outcome(line) is None


@pytest.mark.parametrize(
    "line",
    [
        b'{"custom_id": "a"}',
        b'{"custom_id": "a", "response": {"status_code": 200}}',
        b'{"custom_id": "a", "response": {"status_code": 500, "body": "gone"}}',
        b'{"custom_id": "a", "error": "odd"}',
    ],
)
def test_a_line_without_a_reply_is_a_failure_of_its_request(line: bytes) -> None:
    outcome = OpenAIBatch("any", "http://host/v1").outcome(line)
    assert outcome is not None
    assert outcome.key == "a"
    assert isinstance(outcome.answer, (RetryError, RowError))


def test_a_batch_is_found_by_its_file_on_any_page_of_the_list(
    server: Server, tmp_path: Path
) -> None:
    backend = OpenAIBatch("any", base_url=server.url)
    file = tmp_path / "requests.jsonl"
    file.write_bytes(backend.line(request("hello")))

    async def main() -> None:
        files = [await backend.upload(file) for _ in range(7)]
        made = {name: await backend.create(name) for name in files[:6]}
        for name, batch in made.items():
            found = await backend.find(name)
            assert found is not None
            assert found.id == batch.id
        assert await backend.find(files[6]) is None

    asyncio.run(main())


def test_a_refused_file_says_which_line_and_a_full_queue_how_much_fits(tmp_path: Path) -> None:
    endings = ("failed invalid_request 2", "failed token_limit_exceeded", "failed model_not_found")
    file = tmp_path / "requests.jsonl"

    async def main(backend: OpenAIBatch) -> None:
        file.write_bytes(backend.line(request("hello")))
        uploaded = await backend.upload(file)
        line, full, model = [
            await backend.look((await backend.create(uploaded)).id) for _ in endings
        ]
        assert {batch.state for batch in (line, full, model)} == {"failed"}
        assert (line.faults[0].line, type(line.faults[0].error)) == (2, RowError)
        assert isinstance(full.faults[0].error, RetryError)
        assert (full.faults[0].error.cause, full.token_limit) == ("busy", 1000)
        assert isinstance(model.faults[0].error, StopError)
        assert await backend.find(uploaded) is None, "nothing was done of a failed one"

    with serve(Behaviour(batches=BatchBehaviour(endings=endings))) as server:
        asyncio.run(main(OpenAIBatch("any", base_url=server.url)))


def test_a_download_that_breaks_leaves_no_half_file(tmp_path: Path) -> None:
    faults = {"download": ("close-midway",)}
    with serve(Behaviour(batches=BatchBehaviour(faults=faults))) as server:
        backend = OpenAIBatch("any", base_url=server.url)
        server.batch_api.files["file-0"] = b"x" * 100_000
        with pytest.raises(RetryError):
            asyncio.run(backend.fetch("file-0", tmp_path / "results"))
        assert not list(tmp_path.iterdir())
        asyncio.run(backend.fetch("file-0", tmp_path / "results"))
    assert (tmp_path / "results").stat().st_size == 100_000


def test_a_server_without_batches_is_told_from_one_that_is_down(tmp_path: Path) -> None:
    backend = OpenAIBatch("any", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(RetryError, match="no connection"):
        asyncio.run(backend.look("batch_1"))


def test_a_file_too_large_for_the_server_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "requests.jsonl").write_bytes(b"x" * 2000)
    with serve(Behaviour(batches=BatchBehaviour(faults={"upload": ("too-large",)}))) as server:
        upload = OpenAIBatch("any", server.url).upload(tmp_path / "requests.jsonl")
        with pytest.raises(StopError, match=r"takes no file of 2,000 bytes\n.*max_bytes"):
            asyncio.run(upload)


def test_an_upload_that_is_not_seen_yet_is_waited_for(server: Server) -> None:
    with pytest.raises(RetryError, match="does not know the uploaded file"):
        asyncio.run(OpenAIBatch("any", base_url=server.url).create("file-99"))


@pytest.mark.parametrize("setting", ["max_requests", "max_bytes", "poll_s"])
def test_a_limit_of_nothing_is_refused(setting: str) -> None:
    with pytest.raises(UsageError, match=f"{setting} is 0"):
        open_backend("openai-batch", model="any", **{setting: 0})
