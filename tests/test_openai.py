from __future__ import annotations

import asyncio
import json
import logging
import threading
import traceback
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.chat import Media, Request, Turn
from mmgen_datasets.errors import (
    BackendError,
    RetryError,
    StopError,
    TooLongError,
    UsageError,
)
from tests.contracts.backend import BackendContract, ask, error_of, request
from tests.servers.faults import ANSWERS, FAULTS
from tests.servers.openai_server import Behaviour, Server, serve

KEY = "sk-proj-ThisIsTheKey-0123456789"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


class TestOpenAI(BackendContract):
    @pytest.fixture
    def backend(self, server: Server) -> Backend:
        return OpenAI("any", base_url=server.url)

    @pytest.fixture
    def same_settings(self, server: Server, backend: Backend) -> Backend:
        return OpenAI("any", base_url=server.url)

    @pytest.fixture
    def failing(self, backend: Backend) -> Mapping[type[BackendError], tuple[Backend, Request]]:
        return {
            RetryError: (backend, request("inject:busy")),
            TooLongError: (backend, request("inject:too-long")),
            StopError: (backend, request("inject:quota")),
        }


class TestWhereItIsSent:
    @pytest.mark.parametrize(
        ("base_url", "endpoint"),
        [
            ("http://localhost:8000/v1", "http://localhost:8000/v1"),
            ("http://localhost:8000/v1/", "http://localhost:8000/v1"),
            ("http://localhost:8000/v1//", "http://localhost:8000/v1"),
            ("http://localhost:8000/v1/chat/completions", "http://localhost:8000/v1"),
            ("http://localhost:8000/v1/chat/completions/", "http://localhost:8000/v1"),
            ("http://localhost:8000", "http://localhost:8000"),
            ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
            ("https://API.Example.com:443/v1", "https://api.example.com/v1"),
            ("https://user:password@example.com/v1?key=secret#here", "https://example.com/v1"),
            ("https://example.com/a%2Fb", "https://example.com/a%2Fb"),
        ],
    )
    def test_the_endpoint_is_the_address_without_secrets(
        self, base_url: str, endpoint: str
    ) -> None:
        assert OpenAI("any", base_url=base_url).endpoint == endpoint

    @pytest.mark.parametrize(
        "base_url",
        [
            "",
            "localhost:8000",
            "/v1",
            "ftp://host/v1",
            "http://",
            "http://ho st/v1",
            "http://host:99999/v1",
            "http://host:port/v1",
        ],
    )
    def test_what_is_no_address_is_refused_with_its_value(self, base_url: str) -> None:
        with pytest.raises(UsageError) as caught:
            OpenAI("any", base_url=base_url)
        assert repr(base_url) in caught.value.problem

    def test_a_refused_address_does_not_show_its_password(self) -> None:
        with pytest.raises(UsageError) as caught:
            OpenAI("any", base_url="htp://user:p@ssword@host/v1?key=secret")
        assert caught.value.problem == "base_url is no address of a server: 'htp://host/v1'"

    @pytest.mark.parametrize("suffix", ["", "/", "/chat/completions"])
    def test_requests_go_to_chat_completions(self, server: Server, suffix: str) -> None:
        ask(OpenAI("any", base_url=server.url + suffix), request("hello"))
        assert server.requests[0].path == "/v1/chat/completions"

    def test_the_query_is_sent(self, server: Server) -> None:
        ask(OpenAI("any", base_url=f"{server.url}?api-version=2024-10-21"), request("hello"))
        assert server.requests[0].path == "/v1/chat/completions?api-version=2024-10-21"

    @pytest.mark.parametrize(
        ("host", "field"),
        [
            ("api.openai.com", "max_completion_tokens"),
            ("mine.openai.azure.com", "max_completion_tokens"),
            ("example.com", "max_tokens"),
        ],
    )
    def test_a_proxy_is_used_and_the_host_decides_what_the_token_limit_is_called(
        self, server: Server, monkeypatch: pytest.MonkeyPatch, host: str, field: str
    ) -> None:
        monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        ask(OpenAI("any", base_url=f"http://{host}/v1"), request("hello"))
        [received] = server.requests
        assert received.headers["Host"] == host
        assert [name for name in received.json if name.startswith("max")] == [field]

    def test_the_name_of_the_token_limit_can_be_given(self, server: Server) -> None:
        limit: Any = "max_completion_tokens"
        ask(OpenAI("any", base_url=server.url, token_limit_field=limit), request("hello"))
        assert server.requests[0].json[limit] == 1024

    @pytest.mark.parametrize(
        ("host", "setting", "expected"),
        [
            ("api.openai.com", None, 16),
            ("api.openai.com", 3, 3),
            ("api.openai.com", 0, 0),
            ("example.com", None, 0),
            ("example.com", 2, 2),
        ],
    )
    def test_requests_that_begin_alike_share_so_many_cache_keys(
        self,
        server: Server,
        monkeypatch: pytest.MonkeyPatch,
        host: str,
        setting: int | None,
        expected: int,
    ) -> None:
        monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        backend = OpenAI("any", base_url=f"http://{host}/v1", prompt_cache_keys=setting)
        asked = [replace(request(f"question {n}"), prefix="abc") for n in range(150)]
        ask(backend, *asked, *asked)
        keys = {
            json.dumps(received.json["messages"]): received.json["prompt_cache_key"]
            for received in server.requests
            if "prompt_cache_key" in received.json
        }
        assert len(server.received) == 150, "the same request has the same key each time"
        assert set(keys.values()) == {f"abc-{n}" for n in range(expected)}

    def test_a_request_without_a_prefix_has_no_cache_key(self, server: Server) -> None:
        ask(OpenAI("any", base_url=server.url, prompt_cache_keys=4), request("hello"))
        assert "prompt_cache_key" not in server.requests[0].json

    @pytest.mark.parametrize("with_port", [False, True])
    def test_no_proxy_is_heeded(
        self, server: Server, monkeypatch: pytest.MonkeyPatch, with_port: bool
    ) -> None:
        port = server.url.removesuffix("/v1").rpartition(":")[2]
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", f"127.0.0.1:{port}" if with_port else "127.0.0.1")
        assert ask(OpenAI("any", base_url=server.url), request("hello"))

    def test_a_proxy_of_another_kind_stops_the_run(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "socks5://user:password@127.0.0.1:9")
        error = error_of(OpenAI("any", base_url="http://example.com"), request("hello"))
        assert isinstance(error, StopError)
        assert "'socks5'" in str(error)
        assert "password" not in str(error)

    def test_a_redirect_is_told_and_not_followed(self, server: Server) -> None:
        error = error_of(OpenAI("any", base_url=server.url), request("inject:moved"))
        assert isinstance(error, StopError)
        assert error.hint.endswith("https://elsewhere.test/v1")

    @pytest.mark.parametrize(
        ("settings", "value"),
        [
            ({"model": ""}, "model"),
            ({"timeout_s": 0}, "0"),
            ({"timeout_s": float("nan")}, "nan"),
            ({"prompt_cache_keys": -1}, "-1"),
        ],
    )
    def test_a_setting_that_cannot_be_meant_is_refused(
        self, settings: dict[str, Any], value: str
    ) -> None:
        with pytest.raises(UsageError, match=value):
            OpenAI(**{"model": "any", **settings})


def test_pictures_are_written_off_the_event_loop(server: Server) -> None:
    readers = set()

    class Watched(Media):
        def __getattribute__(self, name: str) -> Any:
            if name == "data":
                readers.add(threading.current_thread())
            return super().__getattribute__(name)

    chat = (Turn("user", (Watched("image", b"of a file", "image/png"),)),)
    asyncio.run(OpenAI("any", server.url).reply(Request("a", chat)))
    assert len(readers) == 1
    assert threading.current_thread() not in readers


class TestTheKey:
    def authorization(self, server: Server, base_url: str = "") -> str | None:
        ask(OpenAI("any", base_url=base_url or server.url), request("hello"))
        return server.requests[-1].headers.get("Authorization")

    def test_it_is_read_each_time_it_is_sent(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.authorization(server) is None
        monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n")
        assert self.authorization(server) == f"Bearer {KEY}"

    def test_another_variable_may_hold_it(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MY_KEY", KEY)
        ask(OpenAI("any", base_url=server.url, api_key_env="MY_KEY"), request("hello"))
        assert server.requests[0].headers["Authorization"] == f"Bearer {KEY}"

    def test_a_user_and_password_in_the_address_take_its_place(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        address = server.url.replace("//", "//user:password@")
        basic = b64encode(b"user:password").decode()
        assert self.authorization(server, address) == f"Basic {basic}"

    def test_azure_s_older_addresses_get_it_by_another_name(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        address = server.url.replace("/v1", "/openai/deployments/mine")
        assert self.authorization(server, address) is None
        assert server.requests[0].headers["api-key"] == KEY

    def test_openai_itself_needs_one(self) -> None:
        error = error_of(OpenAI("any"), request("hello"))
        assert isinstance(error, StopError)
        assert "OPENAI_API_KEY" in error.problem

    def test_one_with_a_line_break_inside_stops_the_run(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n{KEY}")
        error = error_of(OpenAI("any", base_url=server.url), request("hello"))
        assert isinstance(error, StopError)
        assert KEY not in str(error)

    def test_a_key_given_as_the_name_of_its_variable_is_refused_unseen(self) -> None:
        with pytest.raises(UsageError) as caught:
            OpenAI("any", api_key_env=KEY)
        assert KEY not in str(caught.value)

    def test_a_wrong_one_stops_the_run(self) -> None:
        with serve(Behaviour(key=KEY)) as server:
            error = error_of(OpenAI("any", base_url=server.url), request("hello"))
        assert isinstance(error, StopError)
        assert "OPENAI_API_KEY" in error.hint

    @pytest.mark.parametrize("fault", sorted(FAULTS.keys() - ANSWERS))
    def test_no_secret_stands_in_an_error_or_a_log(
        self,
        server: Server,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        fault: str,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        addresses = [
            f"{server.url}?api-key=TheQuerySecret",
            server.url.replace("//", "//user:ThePassword@"),
        ]
        basic = b64encode(b"user:ThePassword").decode()
        for address in addresses:
            backend = OpenAI("any", base_url=address, timeout_s=0.2)
            error = error_of(backend, request(f"inject:{fault}"))
            shown = "".join(traceback.format_exception(error)) + caplog.text + repr(backend)
            for secret in (KEY, "TheQuerySecret", "ThePassword", basic):
                assert secret not in shown
