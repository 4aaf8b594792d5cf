"""A model of Transformers in memory: how chats become tokens, and tokens text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import llguidance.hf
import numpy as np
import torch
from jinja2 import TemplateError
from llguidance import LLTokenizer

from mmgen_datasets.backends.hf.memory import Tensor, Tokens
from mmgen_datasets.backends.local.constraint import JsonConstraint
from mmgen_datasets.chat import Chat, Media, Part, Sampling, Text
from mmgen_datasets.errors import RowError, StopError
from mmgen_datasets.picture import read_picture


@dataclass(frozen=True, eq=False)
class Prompt:
    """A chat as the model reads it, up to where the reply begins."""

    tokens: Tokens
    shareable: int
    """How many of the tokens come before the first picture."""
    media: dict[str, Tensor] = field(default_factory=dict)
    """What else the model is given."""


class Model:
    """The weights, and what comes with them.

    Args:
        network: of Transformers, with a language head.
        processor: of a model that sees, or else a tokenizer.
        name: what replies are to call it.
    """

    def __init__(self, network: Any, processor: Any, name: str) -> None:
        self.network = network
        self.name = name
        self.device: torch.device = network.get_input_embeddings().weight.device
        self.config = network.config.get_text_config(decoder=True)
        self._processor = processor
        self._tokenizer = getattr(processor, "tokenizer", processor)
        self._sees = self._tokenizer is not processor
        self._ends = _numbers(network.generation_config.eos_token_id) | _numbers(
            self._tokenizer.eos_token_id
        )
        if not processor.chat_template:
            raise StopError(
                f"the model {name!r} has no chat template",
                "take the model's chat or instruct variant",
            )
        if not self._ends:
            raise StopError(
                f"the model {name!r} has no token that ends a reply",
                "name one as eos_token_id in its generation_config.json",
            )

    @property
    def longest(self) -> int | None:
        """The most tokens that the model was made for."""
        return getattr(self.config, "max_position_embeddings", None)

    @property
    def sees(self) -> bool:
        """Whether it can be shown pictures."""
        return self._sees

    @property
    def padding(self) -> int:
        """A token for places that nobody looks at."""
        return min(self._ends)

    def prompt(self, chat: Chat) -> Prompt:
        """Bring a chat into the model's form.

        Raises:
            RowError: the model's template refuses the chat, or a picture cannot be read.
            StopError: the chat holds media that the model cannot be shown.
        """
        messages = [
            {"role": turn.role, "content": self._content(turn.parts)} for turn in chat if turn.parts
        ]
        if not messages:
            raise RowError("the chat is empty")
        try:
            given = self._processor.apply_chat_template(
                messages,
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors="pt",
            )
        except (TemplateError, ValueError, TypeError, KeyError) as error:
            raise RowError(f"the model's chat template refuses the chat: {error}") from error
        tokens = given.pop("input_ids")[0].numpy().astype(np.int64)
        given.pop("attention_mask", None)
        if not any(isinstance(part, Media) for turn in chat for part in turn.parts):
            return Prompt(tokens, len(tokens))
        given.to(self.network.dtype)  # what is no whole number
        return Prompt(tokens, self._first_picture(tokens), dict(given))

    def answer(self, text: str) -> Tokens:
        """The tokens of an answer as the model would write it, with the one that ends it."""
        tokens = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        end = self._tokenizer.eos_token_id
        return np.array([*tokens, min(self._ends) if end is None else end], np.int64)

    def _content(self, parts: tuple[Part, ...]) -> Any:
        if not self._sees and all(isinstance(part, Text) for part in parts):
            return "".join(part.text for part in parts if isinstance(part, Text))
        return [self._part(part) for part in parts]

    def _part(self, part: Part) -> dict[str, Any]:
        if isinstance(part, Text):
            return {"type": "text", "text": part.text}
        if part.kind != "image" or not self._sees:
            raise StopError(
                f"the model {self.name!r} cannot be shown a medium of kind {part.kind!r}",
                "take a model that sees, or a recipe without 'image' among its inputs",
            )
        return {"type": "image", "image": read_picture(part.data, part.max_side)}

    def _first_picture(self, tokens: Tokens) -> int:
        config = self.network.config
        marks = _numbers(getattr(config, "image_token_id", None)) | _numbers(
            getattr(config, "image_token_index", None)
        )
        found = np.isin(tokens, list(marks))
        return int(found.argmax())  # 0 where there is none: then nothing is shared

    def sampling(self, asked: Sampling) -> Sampling:
        """Fill in what a request leaves open, as `generate` would: from the model's settings."""
        own = self.network.generation_config
        temperature, top_p = asked.temperature, asked.top_p
        if temperature is None:
            temperature = (1.0 if own.temperature is None else own.temperature) * bool(
                own.do_sample
            )
        if top_p is None:
            top_p = 1.0 if own.top_p is None else own.top_p
        return replace(asked, temperature=temperature, top_p=top_p)

    def piece(self, token: int) -> bytes:
        """The bytes of a token; none for one that controls."""
        if token >= len(self._tokenizer) or self._guidance.is_special_token(token):
            return b""
        piece: bytes = self._guidance.decode_bytes([token])
        return piece

    def is_end(self, token: int) -> bool:
        """Whether it ends a reply."""
        return token in self._ends

    def constraint(self, schema: str) -> JsonConstraint:
        """What keeps a reply to a JSON schema."""
        return JsonConstraint(self._guidance, schema)

    @cached_property
    def _guidance(self) -> LLTokenizer:
        width = self.network.get_output_embeddings().weight.shape[0]
        return llguidance.hf.from_tokenizer(
            self._tokenizer, n_vocab=width, eos_token=sorted(self._ends)
        )


def _numbers(value: Any) -> set[int]:
    if value is None:
        return set()
    return {int(each) for each in value} if isinstance(value, list) else {int(value)}
