"""A row of the table of requests, whose chat can be read, counted and priced."""

from __future__ import annotations

from typing import Any

from datasets import Features, List, Value

from mmgen_datasets.chat import Part, Text

REQUEST = Features(
    {
        "id": Value("string"),  # of the conversation it will become
        "sample": Value("int64"),  # row of the samples
        "task": Value("string"),  # name of the recipe's task
        "chat": List(
            {
                "role": Value("string"),
                "parts": List(
                    {
                        "kind": Value("string"),
                        "text": Value("string"),
                        "digest": Value("string"),
                        "sample": Value("int64"),  # row that it is of; null: that of the request
                    }
                ),
            }
        ),
        "examples": Value("int32"),  # of the turns before the last, pairs that may be left out
        "max_image_side": Value("int32"),  # pixels; null where pictures are sent as they are
        "sampling": Value("string"),  # JSON of what is set
        "digest": Value("string"),  # of chat and sampling
        "prompt_tokens": Value("int32"),  # an estimate, media not counted
        "error": Value("string"),  # null, or why this cannot be asked
    }
)
"""A request before it is sent; media stand in it as the digest of their bytes."""


def part_row(part: Part, sample: int | None = None) -> dict[str, Any]:
    """A part of a turn as a request row holds it.

    Args:
        part: text, or a picture.
        sample: the row of the samples that a picture is of, where it is another than that of
            the request.
    """
    if isinstance(part, Text):
        return {"kind": "text", "text": part.text, "digest": None, "sample": None}
    return {"kind": part.kind, "text": None, "digest": part.digest, "sample": sample}
