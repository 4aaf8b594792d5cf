"""The chat-completions protocol: a request as JSON, and JSON as a reply.

Format: https://platform.openai.com/docs/api-reference/chat, as vLLM, SGLang, llama.cpp, Ollama
and the gateways speak it too. Nothing here opens a connection.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any
from zlib import crc32

import msgspec

from mmgen_datasets.chat import Media, MediaKind, Part, Reply, Request, Text, Turn
from mmgen_datasets.errors import RetryError, RowError, StopError
from mmgen_datasets.json_errors import NO_JSON


def encode_request(
    request: Request, model: str, limit_field: str = "max_tokens", cache_keys: int = 0
) -> bytes:
    """Write a request as the body of a POST.

    Args:
        request: the chat and how to sample its reply.
        model: the name that the server knows the model by.
        limit_field: what the server calls the longest reply.
        cache_keys: over how many of ``prompt_cache_key`` the requests with the same prefix are
            spread; 0 sends none.

    Raises:
        RowError: the chat holds half a surrogate pair, which UTF-8 cannot.
        StopError: the chat holds a medium that the protocol cannot carry, or the JSON schema
            of the reply is no JSON.
    """
    settings = request.sampling.settings()
    settings.pop("max_tokens_if_cut", None)
    if cache_keys and request.prefix:
        number = crc32(request.key.encode()) % cache_keys
        settings["prompt_cache_key"] = f"{request.prefix}-{number}"
    if "max_tokens" in settings:
        settings[limit_field] = settings.pop("max_tokens")
    if "json_schema" in settings:
        settings["response_format"] = _json_format(settings.pop("json_schema"))
    messages = [{"role": turn.role, "content": _content(turn)} for turn in request.chat]
    try:
        return msgspec.json.encode({"model": model, "messages": messages, **settings})
    except UnicodeEncodeError as error:
        raise RowError(
            f"the chat holds {error.object[error.start : error.end]!r}, which is not Unicode text",
            "repair or drop this row of the source",
        ) from error


def _json_format(schema: str) -> dict[str, Any]:
    try:
        read = msgspec.json.decode(schema)
    except NO_JSON as error:
        raise StopError(
            f"the JSON schema {schema[:80]!r} is no JSON: {error}",
            "correct json_schema in the recipe's sampling",
        ) from error
    return {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": read}}


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    # Old servers take strings only, so a turn is a list only where it has to be.
    if all(isinstance(part, Text) for part in turn.parts):
        return turn.text
    return [_part(part) for part in turn.parts if not (isinstance(part, Text) and not part.text)]


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if part.kind not in _MEDIA:
        raise StopError(
            f"the chat-completions protocol cannot carry a medium of kind {part.kind!r}",
            f"use a recipe that puts it into words; {', '.join(_MEDIA)} can be sent",
        )
    return _MEDIA[part.kind](part)


def _data_uri(media: Media) -> msgspec.Raw:
    return _base64(media, f"data:{media.mime_type};base64,")


def _base64(media: Media, before: str = "") -> msgspec.Raw:
    """A JSON string that is not looked through for what has to be escaped."""
    opened = msgspec.json.encode(before)[:-1]
    return msgspec.Raw(b"".join((opened, b64encode(media.data), b'"')))


def _image(media: Media) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": _data_uri(media)}}


def _video(media: Media) -> dict[str, Any]:
    """Write a video as vLLM and OpenRouter take it; OpenAI has no such part."""
    return {"type": "video_url", "video_url": {"url": _data_uri(media)}}


def _audio(media: Media) -> dict[str, Any]:
    """Write a recording; the protocol names its format: ``wav`` or ``mp3``."""
    suffix = media.mime_type.rpartition("/")[2].removeprefix("x-")
    audio = {"data": _base64(media), "format": _FORMAT.get(suffix, suffix)}
    return {"type": "input_audio", "input_audio": audio}


_FORMAT = {"mpeg": "mp3", "wave": "wav"}
_MEDIA: dict[MediaKind, Callable[[Media], dict[str, Any]]] = {
    "image": _image,
    "video": _video,
    "audio": _audio,
}


class _Piece(msgspec.Struct):
    text: str | None = None


class _Message(msgspec.Struct):
    content: str | list[_Piece] | None = None
    refusal: str | None = None


class Choice(msgspec.Struct):
    """One of the replies that a server drew."""

    message: _Message | None = None
    finish_reason: str | None = None
    error: Any = None


class Completion(msgspec.Struct):
    """What a server sends back; fields that are not read here are skipped."""

    choices: list[Choice] | None = None
    usage: msgspec.Raw = msgspec.Raw(b"null")
    """Of any form, and read apart: it is decoration, and must never cost a reply."""
    model: str | None = None
    error: Any = None
    """A failure that a gateway met after it had sent status 200 (OpenRouter does this)."""

    @property
    def failure(self) -> Any:
        """The failure that stands in the place of a reply, or beside it; null if there is none."""
        return self.error or next((c.error for c in self.choices or () if c.error), None)


_decode = msgspec.json.Decoder(Completion, strict=False).decode


def decode_completion(body: bytes) -> Completion:
    """Read the body of an answer with status 200.

    Raises:
        RetryError: it is no JSON, or JSON cut off: the transfer or the server broke.
        RowError: it is JSON of another kind.
    """
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        raise RowError(f"the server's answer is no chat completion: {error}", _CHECK_URL) from error
    except NO_JSON as error:
        raise RetryError(f"the server's answer is not JSON: {error}", _CHECK_URL) from error


_CHECK_URL = "if this goes on, check that base_url is the API's own address, often ending in /v1"


def read_reply(completion: Completion) -> Reply:
    """Take the reply out of a completion without failure.

    Reasoning is left out: ``reasoning_content`` is not read, and a leading
    ``<think>...</think>`` is cut off. A refusal, a filtered or an empty reply is one too: it was
    paid for, and whoever reads it decides.

    Raises:
        RowError: there is no choice in it.
    """
    if not completion.choices:
        raise RowError("the server's answer holds no choices")
    choice = completion.choices[0]
    message = choice.message or _Message()
    usage = _usage(completion)
    return Reply(
        message.refusal or _without_thought(_text(message)),
        "refusal" if message.refusal else choice.finish_reason,
        _num_tokens(usage, "prompt_tokens"),
        _num_tokens(usage, "completion_tokens"),
        _num_tokens(usage, "prompt_tokens_details", "cached_tokens"),
        completion.model,
    )


def _usage(completion: Completion) -> Any:
    try:
        return msgspec.json.decode(completion.usage)
    except NO_JSON:  # a number beyond any float, a broken string
        return None


def _num_tokens(usage: Any, *keys: str) -> int | None:
    """A count out of ``usage``; None where it is not an integer from 0 that int32 columns hold."""
    for key in keys:
        usage = usage.get(key) if isinstance(usage, dict) else None
    return usage if type(usage) is int and 0 <= usage < 2**31 else None


def _text(message: _Message) -> str:
    """Join the content of a message, which some servers send in pieces."""
    if isinstance(message.content, list):
        return "".join(piece.text or "" for piece in message.content)
    return message.content or ""


def _without_thought(text: str) -> str:
    """Cut leading reasoning off; its opening tag may stand in the chat template, unseen here."""
    thought, closing, answer = text.partition("</think>")
    if thought.lstrip().startswith("<think>") or (closing and "<think>" not in thought):
        return answer.lstrip()
    return text
