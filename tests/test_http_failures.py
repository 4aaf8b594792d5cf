from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.backends.http_failures import (
    Asked,
    complaint_of,
    failure,
    read_complaint,
)
from mmgen_datasets.backends.rate_headers import pause
from mmgen_datasets.errors import BackendError, RetryError, RowError, StopError, TooLongError

ASKED = Asked("http://server.test/v1", "some-model", "OPENAI_API_KEY")


def classed(status: int, body: object, headers: Mapping[str, str] | None = None) -> BackendError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return failure(read_complaint(status, raw), ASKED, headers or {})


def openai_error(code: str | None = None, message: str = "no", type: str | None = None) -> object:
    return {"error": {"message": message, "type": type, "param": None, "code": code}}


GEMINI_MINUTE = "You exceeded your current quota, please check your plan and billing details."
TOO_MANY_AT_ONCE = "Request too large for gpt-4o on tokens per min (TPM): Limit 9, Requested 12."
LLAMA_CPP = {"code": 400, "message": "the request exceeds the available context size"}
NO_SCHEMAS = "{'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text'\"}"
FLAGGED = "any requires moderation on Some Provider. Your input was flagged."


class TestWhatFailuresMean:
    @pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 520, 529])
    def test_these_may_pass(self, status: int) -> None:
        assert type(classed(status, openai_error())) is RetryError

    @pytest.mark.parametrize("status", [301, 307, 401, 402, 403, 404, 405])
    def test_these_meet_every_request(self, status: int) -> None:
        assert type(classed(status, openai_error())) is StopError

    @pytest.mark.parametrize("status", [400, 406, 413, 415, 418, 422, 451])
    def test_these_meet_one_request(self, status: int) -> None:
        assert type(classed(status, openai_error())) is RowError

    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (429, openai_error("insufficient_quota"), StopError),
            (429, openai_error(None, type="insufficient_quota"), StopError),
            (429, openai_error("billing_hard_limit_reached"), StopError),
            (429, [{"error": {"code": 429, "message": GEMINI_MINUTE}}], RetryError),
            (429, openai_error("rate_limit_exceeded", TOO_MANY_AT_ONCE), TooLongError),
            (400, [{"error": {"code": 400, "message": "API key not valid."}}], StopError),
            (400, {"message": "Invalid model: any", "type": "invalid_model"}, StopError),
            (400, openai_error("unsupported_parameter"), StopError),
            (400, openai_error("unsupported_value"), StopError),
            (400, openai_error("context_length_exceeded"), TooLongError),
            (500, {"error": LLAMA_CPP}, TooLongError),
            (500, openai_error(None, "Prompt exceeds n_ctx: 2013 > 512"), TooLongError),
            (500, openai_error(None, f"1 validation error: {NO_SCHEMAS}"), StopError),
            (400, openai_error(None, "Invalid schema for response_format 'reply'"), StopError),
            (400, openai_error("content_filter"), RowError),
            (403, {"error": {"code": 403, "message": FLAGGED}}, RowError),
            (404, {"detail": "Not Found"}, StopError),
            (404, {"object": "error", "message": "The model `any` does not exist."}, StopError),
            (200, {"error": {"code": 429, "message": "slow down"}}, RetryError),
            (200, {"error": {"code": 401, "message": "no"}}, StopError),
            (200, openai_error("rate_limit_exceeded"), RetryError),
            (200, openai_error("something_else"), RowError),
            (200, {"error": "cannot do that"}, RowError),
            (500, b"<html>Internal Server Error</html>", RetryError),
            (502, b"", RetryError),
            (400, b"\xff\xfe", RowError),
        ],
    )
    def test_servers_of_many_makes_are_understood(
        self, status: int, body: object, expected: type[BackendError]
    ) -> None:
        assert type(classed(status, body)) is expected

    def test_a_message_names_server_status_model_and_the_server_s_words(self) -> None:
        assert classed(429, openai_error(message="slow\n down")).problem == (
            "http://server.test/v1 answered 429 Too Many Requests to a request for 'some-model': "
            "slow down"
        )

    def test_a_chat_too_long_is_told_with_both_numbers(self) -> None:
        numbers = {"n_prompt_tokens": 5000, "n_ctx": 4096}
        error = classed(400, {"error": LLAMA_CPP | numbers})
        assert error.problem.endswith("(5000 tokens, 4096 fit)")
        assert "shorter context" in error.hint

    def test_a_parameter_that_the_model_refuses_is_named(self) -> None:
        refused = {"code": "unsupported_parameter", "param": "max_tokens", "message": "no"}
        assert "'max_tokens'" in classed(400, {"error": refused}).hint

    def test_an_unknown_model_points_to_base_url(self) -> None:
        assert "base_url" in classed(404, b"404 page not found").hint

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, None),
            ({"retry-after": "2"}, 2.0),
            ({"retry-after": "1.5"}, 1.5),
            ({"retry-after": "0"}, 0.0),
            ({"retry-after": "-1"}, None),
            ({"retry-after": "nan"}, None),
            ({"retry-after": "soon"}, None),
            ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
            ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
            ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360.0),
            ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms"}, 0.12),
            ({"x-ratelimit-remaining-tokens": "9", "x-ratelimit-reset-tokens": "120ms"}, None),
        ],
    )
    def test_the_pause_that_a_server_asks_for_is_read(
        self, headers: dict[str, str], seconds: float | None
    ) -> None:
        assert pause(headers) == seconds
        error = classed(429, openai_error(), headers)
        assert isinstance(error, RetryError)
        assert error.retry_after == seconds

    @given(st.text())
    def test_any_pause_is_no_less_than_nothing(self, text: str) -> None:
        seconds = pause({"retry-after": text})
        assert seconds is None or 0 <= seconds < float("inf")

    @given(
        st.integers(100, 999),
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(
                        ["error", "message", "code", "type", "param", "detail", "n_ctx"]
                    ),
                    inner,
                )
            ),
        ),
    )
    def test_any_body_is_classed(self, status: int, body: object) -> None:
        assert isinstance(classed(status, body), RetryError | RowError | StopError)

    def test_a_wrong_key_that_is_repeated_in_part_is_not_shown(self) -> None:
        message = "Incorrect API key provided: sk-proj-******6789. You can find yours at ..."
        complaint = complaint_of(401, {"error": {"message": message}})
        assert "6789" not in str(failure(complaint, ASKED, {}))
