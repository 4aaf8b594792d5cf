"""A model file in memory: its tokens, its chat template, its vocabulary."""

from __future__ import annotations

import ctypes
import logging
import warnings
from collections.abc import Callable
from functools import cached_property
from typing import Any

import llama_cpp
import numpy as np
import numpy.typing as npt
from jinja2 import TemplateError
from llama_cpp.llama_chat_format import Jinja2ChatFormatter
from llguidance import LLTokenizer
from llguidance.llamacpp import lltokenizer_from_vocab

from mmgen_datasets.backends.local.constraint import JsonConstraint
from mmgen_datasets.chat import Chat, Text
from mmgen_datasets.errors import RowError, StopError

Tokens = npt.NDArray[np.int32]
"""``(T,)``: token numbers."""

MARK = "<__media__>"
"""What stands for a picture in a rendered chat."""

_LOG = logging.getLogger(__name__)
_ALL_LAYERS = 1_000_000
_LONGEST_PIECE = 1 << 14


def _log(_level: int, text: bytes, _data: Any) -> None:
    _LOG.debug(text.decode("utf-8", "replace").rstrip())


LOG_CALLBACK = llama_cpp.llama_log_callback(_log)
"""Here, since llama.cpp keeps only its address."""


class LlamaModel:
    """The weights of a GGUF file and what it says of its tokens.

    Args:
        path: of the file, or of the first of several parts.
        gpu_layers: how many layers a GPU is to hold; None for all, where there is one.

    Raises:
        StopError: llama.cpp cannot load it, or it is no model that chats.
    """

    def __init__(self, path: str, gpu_layers: int | None) -> None:
        llama_cpp.llama_log_set(LOG_CALLBACK, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        params = llama_cpp.llama_model_default_params()
        params.n_gpu_layers = _ALL_LAYERS if gpu_layers is None else gpu_layers
        self.pointer = llama_cpp.llama_model_load_from_file(path.encode(), params)
        if not self.pointer:
            raise StopError(
                f"llama.cpp cannot load {path}",
                "see that the file is whole, fits into memory, and is of a kind that the installed"
                " llama-cpp-python knows",
            )
        self.on_gpu = llama_cpp.llama_supports_gpu_offload() and gpu_layers != 0
        self.longest_context: int = llama_cpp.llama_model_n_ctx_train(self.pointer)
        self._vocab = llama_cpp.llama_model_get_vocab(self.pointer)
        self.num_tokens: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self._pieces: dict[int, bytes] = {}

    @cached_property
    def name(self) -> str:
        """What the file says that the model is called."""
        return self._metadata("general.name") or "unnamed"

    @cached_property
    def can_share(self) -> bool:
        """Whether a part of one chat's memory may serve another; a recurrent one's is whole."""
        kinds = (llama_cpp.llama_model_is_recurrent, llama_cpp.llama_model_is_hybrid)
        return not any(kind(self.pointer) for kind in kinds)

    def close(self) -> None:
        """Free the weights."""
        llama_cpp.llama_model_free(self.pointer)

    def render(self, chat: Chat) -> str:
        """The text of a chat, as the model's template puts it, up to where the reply begins.

        Each picture leaves a `MARK`. Where the model is to be given a token for the begin of the
        text, and the template writes none, it is added, as llama.cpp's server does.

        Raises:
            RowError: the model's template refuses the chat.
            StopError: the model has no template.
        """
        messages: list[Any] = []
        for turn in chat:
            parts = (part.text if isinstance(part, Text) else MARK for part in turn.parts)
            messages.append({"role": turn.role, "content": "".join(parts)})
        try:
            text = str(self._template(messages=messages).prompt)
        except (TemplateError, ValueError, TypeError) as error:
            raise RowError(f"the model's chat template refuses the chat: {error}") from error
        return text if text.startswith(self._begin) else self._begin + text

    def tokens(self, text: str) -> Tokens:
        """The tokens of a rendered text."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        found = np.empty(room, np.int32)
        pointer = found.ctypes.data_as(llama_cpp.llama_token_p)
        # The begin of the text is in it; see `render`.
        number = llama_cpp.llama_tokenize(self._vocab, data, len(data), pointer, room, False, True)
        return found[:number]

    def piece(self, token: int) -> bytes:
        """The bytes of a token; none for one that controls."""
        if token not in self._pieces:
            buffer = ctypes.create_string_buffer(_LONGEST_PIECE)
            length = llama_cpp.llama_token_to_piece(
                self._vocab, token, buffer, _LONGEST_PIECE, 0, False
            )
            self._pieces[token] = buffer.raw[: max(0, length)]
        return self._pieces[token]

    def is_end(self, token: int) -> bool:
        """Whether it ends a reply."""
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    def constraint(self, schema: str) -> JsonConstraint:
        """What keeps a reply to a JSON schema."""
        return JsonConstraint(self._guidance, schema)

    @cached_property
    def _guidance(self) -> LLTokenizer:
        ends = [llama_cpp.llama_vocab_eos(self._vocab), llama_cpp.llama_vocab_eot(self._vocab)]
        with warnings.catch_warnings():  # llguidance calls a function by its older name
            warnings.simplefilter("ignore", DeprecationWarning)
            return lltokenizer_from_vocab(
                self._vocab, eos_token=sorted({token for token in ends if token >= 0})
            )

    @cached_property
    def _template(self) -> Callable[..., Any]:
        template = llama_cpp.llama_model_chat_template(self.pointer, None)
        if not template:
            raise StopError(
                "the model's file has no chat template",
                "take a file of the model's chat or instruct variant",
            )
        bos, eos = (
            self._text_of(token(self._vocab))
            for token in (llama_cpp.llama_vocab_bos, llama_cpp.llama_vocab_eos)
        )
        formatter: Callable[..., Any] = Jinja2ChatFormatter(
            template.decode(), eos_token=eos, bos_token=bos
        )
        return formatter

    @cached_property
    def _begin(self) -> str:
        """What every text begins with; empty where the vocabulary asks for nothing."""
        adds = llama_cpp.llama_vocab_get_add_bos(self._vocab)
        return self._text_of(llama_cpp.llama_vocab_bos(self._vocab)) if adds else ""

    def _text_of(self, token: int) -> str:
        return llama_cpp.llama_vocab_get_text(self._vocab, token).decode() if token >= 0 else ""

    def _metadata(self, key: str) -> str | None:
        buffer = ctypes.create_string_buffer(_LONGEST_PIECE)
        length = llama_cpp.llama_model_meta_val_str(
            self.pointer, key.encode(), buffer, _LONGEST_PIECE
        )
        return buffer.value.decode("utf-8", "replace") if length >= 0 else None
