"""What the makers of models say about the use of their output.

These are notes for a card, to be read with the terms themselves: they change, and nothing is
filtered by them.
"""

from __future__ import annotations

import re

_NOTES = (
    (r"gpt-oss", "its weights are under the Apache License 2.0, which says nothing of output"),
    (
        r"\b(gpt|chatgpt|o\d)\b",
        "OpenAI gives its output to whom it was made for, and forbids its use to develop models"
        " that compete with OpenAI: <https://openai.com/policies/>",
    ),
    (
        r"\bclaude\b",
        "Anthropic forbids the use of its output to train models that compete with its own:"
        " <https://www.anthropic.com/legal/commercial-terms>",
    ),
    (
        r"\bgemini\b",
        "Google forbids the use of the service to develop models that compete with it:"
        " <https://ai.google.dev/gemini-api/terms>",
    ),
    (r"\bgemma\b", "Google's terms for Gemma: <https://ai.google.dev/gemma/terms>"),
    (
        r"llama",
        "the licences of Llama from 3.1 on ask that a model trained on its output and passed on"
        ' has a name that begins with "Llama": <https://www.llama.com/llama-downloads/>',
    ),
)
_NOT_KNOWN = "its maker's terms decide what its output may be used for; they were not looked at"


def note_on(model: str) -> str:
    """Tell what to know about the use of a model's output.

    Example:
        >>> note_on("gpt-5-mini")[:24]
        'OpenAI gives its output '
    """
    found = (note for pattern, note in _NOTES if re.search(pattern, model, re.IGNORECASE))
    return next(found, _NOT_KNOWN)
