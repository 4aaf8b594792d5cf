from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.backends.chat_completions import decode_completion, encode_request, read_reply
from mmgen_datasets.chat import Media, Reply, Request, Sampling, Text, Turn, text_turn
from mmgen_datasets.errors import BackendError, RetryError, RowError, StopError
from tests.contracts.backend import of_turn, request

PNG = Media("image", b"\x89PNG-bytes", "image/png")


class TestWhatIsSent:
    def sent(self, asked: Request, **settings: Any) -> Any:
        return json.loads(encode_request(asked, "some-model", **settings))

    def test_a_turn_of_text_is_a_plain_string_and_only_what_is_set_is_sent(self) -> None:
        chat = (text_turn("system", "Be brief."), Turn("user", (Text("a"), Text("b"))))
        assert self.sent(Request("key", chat, Sampling(max_tokens=None))) == {
            "model": "some-model",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "ab"},
            ],
        }

    def test_all_of_the_sampling_is_sent(self) -> None:
        sampling = Sampling(5, temperature=0.0, top_p=0.5, stop=("###",), seed=0)
        sent = self.sent(Request("key", (), sampling))
        del sent["model"], sent["messages"]
        assert sent == {
            "max_tokens": 5,
            "temperature": 0.0,
            "top_p": 0.5,
            "stop": ["###"],
            "seed": 0,
        }

    def test_the_room_of_a_second_attempt_is_not_for_the_server(self) -> None:
        sampling = Sampling(5, max_tokens_if_cut=9)
        assert self.sent(Request("key", (), sampling)).keys() == {"model", "messages", "max_tokens"}
        longer = sampling.longer()
        assert longer == Sampling(9)
        assert longer.longer() is None

    def test_a_json_schema_is_sent_as_the_format_of_the_reply(self) -> None:
        sampling = Sampling(max_tokens=None, json_schema='{"type": "object"}')
        assert self.sent(Request("key", (), sampling))["response_format"] == {
            "type": "json_schema",
            "json_schema": {"name": "reply", "strict": True, "schema": {"type": "object"}},
        }

    def test_a_schema_that_is_no_json_stops_the_run(self) -> None:
        with pytest.raises(StopError, match="is no JSON"):
            self.sent(Request("key", (), Sampling(json_schema="{")))

    def test_text_and_media_keep_their_order(self) -> None:
        jpeg = Media("image", b"\xff\xd8", "image/jpeg")
        turn = Turn("user", (Text("before"), PNG, Text(""), Text("between"), jpeg))
        [message] = self.sent(of_turn(turn))["messages"]
        first, second = b64encode(PNG.data).decode(), b64encode(jpeg.data).decode()
        assert message["content"] == [
            {"type": "text", "text": "before"},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{first}"}},
            {"type": "text", "text": "between"},
            {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{second}"}},
        ]

    @pytest.mark.parametrize(
        ("mime_type", "format"),
        [("audio/wav", "wav"), ("audio/x-wav", "wav"), ("audio/mpeg", "mp3"), ("audio/mp3", "mp3")],
    )
    def test_a_recording_is_sent_with_its_format(self, mime_type: str, format: str) -> None:
        turn = Turn("user", (Media("audio", b"sound", mime_type),))
        [part] = self.sent(of_turn(turn))["messages"][0]["content"]
        assert part["input_audio"]["format"] == format
        assert b64decode(part["input_audio"]["data"]) == b"sound"

    def test_a_video_is_sent_as_a_data_uri(self) -> None:
        turn = Turn("user", (Media("video", b"film", "video/mp4"),))
        [part] = self.sent(of_turn(turn))["messages"][0]["content"]
        assert part == {
            "type": "video_url",
            "video_url": {"url": f"data:video/mp4;base64,{b64encode(b'film').decode()}"},
        }

    def test_a_motion_cannot_be_sent(self) -> None:
        turn = Turn("user", (Media("motion", b"", "application/octet-stream"),))
        with pytest.raises(StopError, match="'motion'"):
            self.sent(of_turn(turn))

    def test_half_a_surrogate_pair_fails_its_row_only(self) -> None:
        with pytest.raises(RowError, match="not Unicode"):
            self.sent(request("a \ud83d b"))

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_any_text_arrives_as_it_was(self, text: str) -> None:
        assert self.sent(request(text))["messages"][0]["content"] == text


def completion(content: object = "hello", **choice: object) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content}, "finish_reason": "stop"} | choice]}


def read(body: object) -> Reply:
    return read_reply(decode_completion(json.dumps(body).encode()))


class TestWhatComesBack:
    def test_a_reply_is_text_reason_usage_and_model(self) -> None:
        usage = {
            "prompt_tokens": 7,
            "completion_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": 4},
        }
        body = completion() | {"usage": usage, "model": "some-model-2024"}
        assert read(body) == Reply("hello", "stop", 7, 3, 4, "some-model-2024")

    def test_usage_that_is_not_given_is_not_known(self) -> None:
        assert read(completion()) == Reply("hello", "stop")

    @pytest.mark.parametrize(
        "odd", [99999999999999999999, 2**31, -1, "many", "7", 7.5, 1e300, True, None, [7], {"a": 7}]
    )
    def test_an_odd_count_of_tokens_is_not_known_and_costs_no_reply(self, odd: object) -> None:
        counts = {"prompt_tokens": odd, "completion_tokens": 3}
        usage = counts | {"prompt_tokens_details": {"cached_tokens": odd}}
        assert read(completion() | {"usage": usage}) == Reply("hello", "stop", None, 3)

    @pytest.mark.parametrize("usage", [7, "none", [], [{"prompt_tokens": 7}], {}, None, False])
    def test_usage_of_another_form_costs_no_reply(self, usage: object) -> None:
        assert read(completion() | {"usage": usage}) == Reply("hello", "stop")

    @pytest.mark.parametrize("details", [7, "none", [], {}, None])
    def test_details_of_another_form_cost_no_reply_nor_count(self, details: object) -> None:
        usage = {"prompt_tokens": 7, "prompt_tokens_details": details}
        assert read(completion() | {"usage": usage}) == Reply("hello", "stop", 7)

    @pytest.mark.parametrize("count", [b"9" * 5000, b"-" + b"9" * 5000, b"1e999", b'"\xff"'])
    def test_a_count_that_cannot_be_read_costs_no_reply(self, count: bytes) -> None:
        body = json.dumps(completion() | {"usage": {"prompt_tokens": 12345}}).encode()
        body = body.replace(b"12345", count)
        assert read_reply(decode_completion(body)) == Reply("hello", "stop")

    def test_a_reply_cut_short_is_handed_on_as_such(self) -> None:
        assert read(completion(finish_reason="length")).finish_reason == "length"

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (" kept as it is\n", " kept as it is\n"),
            ("<think>so</think>\n\nyes", "yes"),
            ("\n<think>\nso\n</think>yes", "yes"),
            ("so, with the tag in the template</think>\nyes", "yes"),
            (
                "yes, <think> is a tag, closed by </think>",
                "yes, <think> is a tag, closed by </think>",
            ),
            ([{"type": "text", "text": "y"}, {"type": "text", "text": "es"}], "yes"),
            ([{"type": "thinking", "thinking": []}, {"type": "text", "text": "yes"}], "yes"),
        ],
    )
    def test_reasoning_is_left_out_and_pieces_are_joined(self, content: object, text: str) -> None:
        assert read(completion(content)).text == text

    @pytest.mark.parametrize(
        ("body", "text", "reason"),
        [
            (completion(""), "", "stop"),
            (completion(None), "", "stop"),
            (completion(message=None), "", "stop"),
            (completion("<think>so", finish_reason="length"), "", "length"),
            (completion("A man", finish_reason="content_filter"), "A man", "content_filter"),
            (completion(None, finish_reason="content_filter"), "", "content_filter"),
            (completion(message={"refusal": "I cannot."}), "I cannot.", "refusal"),
            (completion(message={"refusal": "No.", "content": "Well"}), "No.", "refusal"),
        ],
    )
    def test_what_cannot_be_used_is_a_reply_too_since_it_is_paid_for(
        self, body: object, text: str, reason: str
    ) -> None:
        reply = read(body)
        assert (reply.text, reply.finish_reason) == (text, reason)

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ({}, "no choices"),
            ({"choices": []}, "no choices"),
            ({"choices": None}, "no choices"),
            ([], "no chat completion"),
            ({"choices": [{"message": {"content": 5}}]}, "no chat completion"),
        ],
    )
    def test_an_answer_that_holds_no_reply_fails_its_row(self, body: object, reason: str) -> None:
        with pytest.raises(RowError, match=reason):
            read(body)

    def test_an_answer_cut_anywhere_is_asked_for_again(self) -> None:
        body = json.dumps(completion()).encode()
        for end in range(len(body)):
            with pytest.raises(RetryError, match="not JSON"):
                decode_completion(body[:end])

    @pytest.mark.parametrize("body", [b'{"error":' + b"[" * 100_000, b"\xff", b"<!doctype html>"])
    def test_an_answer_that_is_not_json_is_asked_for_again(self, body: bytes) -> None:
        with pytest.raises(RetryError, match="not JSON"):
            decode_completion(body)

    @given(st.binary())
    def test_any_bytes_are_a_reply_or_a_backend_error(self, body: bytes) -> None:
        with pytest.raises(BackendError):
            read_reply(decode_completion(body))

    def test_a_failure_inside_a_choice_is_a_failure(self) -> None:
        failed = completion(error={"code": 502, "message": "gone"}, finish_reason="error")
        assert decode_completion(json.dumps(failed).encode()).failure["code"] == 502
