"""Keep a reply to a JSON schema: only tokens that can lead to such JSON may be drawn.

By llguidance, which alone of the libraries tried kept ten of ten schemas under random weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llguidance import LLMatcher, LLTokenizer

from mmgen_datasets.backends.local.drawing import Logits
from mmgen_datasets.errors import RowError, StopError

_STYLE = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""As `json.dumps` writes it; where space is free a weak model writes nothing else."""


class JsonConstraint:
    """Follows one reply.

    Args:
        tokenizer: llguidance's form of the model's vocabulary.
        schema: a JSON schema, as text.

    Raises:
        StopError: it is no schema, or says what cannot be kept to.
    """

    def __init__(self, tokenizer: LLTokenizer, schema: str) -> None:
        try:
            grammar = LLMatcher.grammar_from_json_schema(schema, defaults=_STYLE)
        except ValueError as error:
            raise _unusable(schema, str(error)) from error
        self._matcher = LLMatcher(tokenizer, grammar, log_level=0)
        if self._matcher.is_error():
            raise _unusable(schema, self._matcher.get_error())
        self._mask = np.zeros((tokenizer.vocab_size + 31) // 32, np.int32)

    def masked(self, logits: Logits) -> Logits:
        """The logits with -inf for each token that must not come next."""
        self._matcher.unsafe_compute_mask_ptr(self._mask.ctypes.data, self._mask.nbytes)
        allowed = np.unpackbits(self._mask.view(np.uint8), bitorder="little")[: len(logits)]
        return np.where(allowed == 1, logits, np.float32(-np.inf))

    def take(self, token: int) -> bool:
        """Go on by a token; returns whether the JSON is complete."""
        self._matcher.consume_token(token)
        if self._matcher.is_error():
            raise RowError(f"the reply left its JSON schema: {self._matcher.get_error()}")
        return bool(self._matcher.is_stopped())


def _unusable(schema: str, problem: Any) -> StopError:
    return StopError(
        f"the JSON schema {schema[:80]!r} cannot be kept to: {problem}",
        "correct or simplify json_schema in the recipe's sampling",
    )
