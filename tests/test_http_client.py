"""The client against a server that fails; what it is asked through is the openai backend."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.chat import Media, Turn
from mmgen_datasets.errors import BackendError, RetryError, RowError, StopError, TooLongError
from tests.contracts.backend import ask, error_of, of_turn, request
from tests.servers.faults import ANSWERS, FAULTS
from tests.servers.openai_server import Behaviour, Server, reply_text, serve


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


def _soon(fact: Callable[[], bool]) -> bool:
    """Wait for a fact that another thread is about to bring about."""
    deadline = time.monotonic() + 60
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.01)
    return fact()


@contextmanager
def _answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Let a thread answer on a port, in whatever way."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


EXPECTED: dict[type[BackendError], str] = {
    RetryError: "busy busy-1s busy-50ms error-500 error-503 error-in-200 html malformed close "
    "close-midway drip tell-all-as-text",
    TooLongError: "too-long",
    RowError: "too-large bad-request filtered-prompt no-choices tell-all",
    StopError: "quota wrong-key no-model moved",
}
KINDS = {fault: kind for kind, faults in EXPECTED.items() for fault in faults.split()}


class TestOverTheWire:
    @pytest.mark.parametrize(("fault", "expected"), KINDS.items())
    def test_each_fault_of_a_server_is_classed(
        self, server: Server, fault: str, expected: type[BackendError]
    ) -> None:
        backend = OpenAI("any", base_url=server.url, timeout_s=0.3)
        assert type(error_of(backend, request(f"inject:{fault}"))) is expected

    def test_every_fault_has_its_class(self) -> None:
        assert KINDS.keys() == FAULTS.keys() - ANSWERS

    def test_a_server_that_is_not_there_may_come_back(self) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port = taken.getsockname()[1]
        error = error_of(OpenAI("any", base_url=f"http://127.0.0.1:{port}"), request("hello"))
        assert isinstance(error, RetryError)
        assert f"127.0.0.1:{port}" in error.problem

    @pytest.mark.parametrize("scheme", ["http", "https"])
    @pytest.mark.parametrize("words", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 abc\r\n\r\n"])
    def test_a_server_of_another_protocol_is_a_backend_error(
        self, scheme: str, words: bytes
    ) -> None:
        def answer(listener: socket.socket) -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(2**16)
                connection.sendall(words)

        with _answering(answer) as port:
            url = f"{scheme}://127.0.0.1:{port}"
            error = error_of(OpenAI("any", base_url=url, timeout_s=5), request("hello"))
        assert isinstance(error, RetryError)

    def test_a_reply_cut_short_or_without_usage_is_kept(self, server: Server) -> None:
        backend = OpenAI("any", base_url=server.url)
        cut, uncounted = ask(backend, request("inject:cut-short"), request("inject:no-usage"))
        assert (cut.finish_reason, cut.prompt_tokens is None) == ("length", False)
        assert (uncounted.finish_reason, uncounted.prompt_tokens) == ("stop", None)

    @pytest.mark.parametrize(
        ("fault", "reason"),
        [("filtered", "content_filter"), ("refused", "refusal"), ("empty", "stop")],
    )
    def test_a_reply_that_cannot_be_used_is_kept_with_what_it_cost(
        self, server: Server, fault: str, reason: str
    ) -> None:
        [reply] = ask(OpenAI("any", base_url=server.url), request(f"inject:{fault}"))
        assert reply.finish_reason == reason
        assert reply.prompt_tokens

    @pytest.mark.skipif(not shutil.which("openssl"), reason="a certificate is made with openssl")
    def test_a_certificate_that_nobody_vouches_for_stops_the_run(self, tmp_path: Path) -> None:
        certificate, private = tmp_path / "certificate.pem", tmp_path / "key.pem"
        make = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2"
        subprocess.run(
            [*make.split(), "-keyout", private, "-out", certificate],
            check=True,
            capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, private)

        def refuse(listener: socket.socket) -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                context.wrap_socket(connection, server_side=True)

        with _answering(refuse) as port:
            error = error_of(OpenAI("any", base_url=f"https://127.0.0.1:{port}"), request("hello"))
        assert isinstance(error, StopError)
        assert "certificate" in error.problem

    def test_a_body_above_a_mebibyte_arrives(self, server: Server) -> None:
        turn = Turn("user", (Media("image", bytes(2**21), "image/png"),))
        [reply] = ask(OpenAI("any", base_url=server.url), of_turn(turn))
        assert reply.text == reply_text(server.requests[0].json["messages"][0]["content"])

    def test_nothing_but_the_caller_limits_how_many_run_at_once(self) -> None:
        with serve(Behaviour(latency_s=0.3)) as server:
            ask(OpenAI("any", base_url=server.url), *(request(str(n)) for n in range(200)))
            assert server.peak == 200

    def test_loops_in_several_threads_do_not_share_connections(self, server: Server) -> None:
        backend = OpenAI("any", base_url=server.url)
        texts: dict[int, str] = {}

        def work(number: int) -> None:
            for _ in range(3):
                texts[number] = ask(backend, request(str(number)))[0].text

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert texts == {number: reply_text(str(number)) for number in range(4)}

    def test_connections_are_kept_on_a_loop_and_closed_with_it(self, server: Server) -> None:
        backend = OpenAI("any", base_url=server.url)

        async def one_after_another() -> int:
            for _ in range(5):
                await backend.reply(request("hello"))
            return server.open

        assert asyncio.run(one_after_another()) == 1
        assert _soon(lambda: server.open == 0)

    def test_a_program_that_never_closes_anything_is_not_warned(self, server: Server) -> None:
        program = (
            "import asyncio\n"
            "from mmgen_datasets.backends.openai import OpenAI\n"
            "from mmgen_datasets.chat import Request, text_turn\n"
            f"backend = OpenAI('any', base_url={server.url!r})\n"
            "asked = Request('key', (text_turn('user', 'hello'),))\n"
            "for _ in range(2):\n"
            "    print(asyncio.run(backend.reply(asked)).finish_reason)\n"
        )
        command = [sys.executable, "-W", "error", "-X", "dev", "-c", program]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("stop\nstop\n", "")
