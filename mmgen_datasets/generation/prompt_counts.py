"""Count the prompt tokens of many requests at once.

The chats are taken apart as Arrow columns, and each different text is counted once for a batch:
the system prompt and the examples of a recipe are the same in every row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.generation.picture_tokens import picture_tokens
from mmgen_datasets.generation.tokens import TURN_OVERHEAD, Counter
from mmgen_datasets.picture import fitted_size

Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

_USUAL_SIZE = {"width": 640, "height": 480}
"""Pixels, the commonest in COCO; for a sample that does not know its own."""
_NO_LIMIT = 2**31 - 1
_ROWS_A_BATCH = 8192
_COUNTS = pa.schema(
    [
        ("task", pa.string()),
        ("digest", pa.string()),
        ("tokens", pa.int64()),
        ("media", pa.int64()),
        ("pictures", pa.list_(pa.int64())),
        ("max_image_side", pa.int32()),
    ]
)


def count_prompts(requests: Dataset, samples: Dataset, texts: Counter, model: str) -> pa.Table:
    """Count the prompt of each different request that can be asked.

    Args:
        requests: of `mmgen_datasets.generation.requests.build_requests`.
        samples: what they were built from.
        texts: what counts the tokens of a text; where it is not exact, the count that the
            requests carry is taken.
        model: by whose rule pictures are counted.

    Returns:
        Columns ``task``, ``digest``, ``tokens``, ``media``, the number of pictures in it, and
        ``pictures``, the row of the samples that each is of.
    """
    columns = ["task", "digest", "sample", "chat", "max_image_side", "prompt_tokens", "error"]
    batches = requests.select_columns(columns).with_format("arrow").iter(_ROWS_A_BATCH)
    count = lru_cache(maxsize=1024)(texts.count) if texts.is_exact else None
    counts = pa.concat_tables([_COUNTS.empty_table(), *(_count(rows, count) for rows in batches)])
    first = np.sort(np.unique(counts["digest"].to_numpy(), return_index=True)[1])
    counts = counts.take(first)
    if not pc.any(pc.greater(counts["media"], 0)).as_py():
        return counts
    tokens = counts["tokens"].to_numpy() + _tokens_of_pictures(counts, samples, model)
    return counts.set_column(counts.column_names.index("tokens"), "tokens", pa.array(tokens))


def _count(rows: pa.Table, count: Callable[[str], int] | None) -> pa.Table:
    rows = rows.filter(pc.is_null(rows["error"]))
    chats = rows["chat"].combine_chunks()
    turns = pc.struct_field(pc.list_flatten(chats), "parts")
    parts = pc.list_flatten(turns)
    row_of_turn = pc.list_parent_indices(chats).to_numpy()
    row_of_part = row_of_turn[pc.list_parent_indices(turns).to_numpy()]
    is_media = pc.not_equal(pc.struct_field(parts, "kind"), "text").to_numpy(zero_copy_only=False)
    tokens = rows["prompt_tokens"].to_numpy().astype(np.int64)
    if count is not None:
        said = _tokens_of_texts(pc.struct_field(parts, "text"), count)
        tokens = TURN_OVERHEAD * np.bincount(row_of_turn, minlength=len(rows))
        np.add.at(tokens, row_of_part, said)
    of_request = rows["sample"].combine_chunks().take(pa.array(row_of_part[is_media]))
    of_part = pc.struct_field(parts, "sample").filter(pa.array(is_media))
    media = np.bincount(row_of_part[is_media], minlength=len(rows))
    ends = pa.array(np.concatenate([[0], np.cumsum(media)]), pa.int32())
    return pa.table(
        {
            **{name: rows[name] for name in ("task", "digest", "max_image_side")},
            "tokens": tokens,
            "media": media,
            "pictures": pa.ListArray.from_arrays(ends, pc.coalesce(of_part, of_request)),
        },
        schema=_COUNTS,
    )


def _tokens_of_texts(texts: pa.StringArray, count: Callable[[str], int]) -> Ints:
    """Of each text; null, which stands for media, has none."""
    different = texts.fill_null("").dictionary_encode()
    of_each = np.array([count(text) for text in different.dictionary.to_pylist()], dtype=np.int64)
    of_all: Ints = of_each[different.indices.to_numpy()]
    return of_all


def _tokens_of_pictures(counts: pa.Table, samples: Dataset, model: str) -> Ints:
    """Of all pictures of each request as they are sent; a size is worked out once."""
    table = samples.select_columns(list(_USUAL_SIZE)).with_format("arrow")[:]
    of_sample = [pc.fill_null(table[name], usual).to_numpy() for name, usual in _USUAL_SIZE.items()]
    shown, request = pc.list_flatten(counts["pictures"]), pc.list_parent_indices(counts["pictures"])
    pictures, requests = shown.to_numpy(), request.to_numpy()
    limits = pc.fill_null(counts["max_image_side"], _NO_LIMIT).to_numpy()[requests]
    rows = np.stack([*(side[pictures] for side in of_sample), limits], axis=1)
    sizes, which = np.unique(rows.clip(min=1), axis=0, return_inverse=True)
    sent = (fitted_size(*map(int, size)) for size in sizes)
    of_each = [picture_tokens(model, width, height) for width, height in sent]
    tokens = np.zeros(len(counts), np.int64)
    np.add.at(tokens, requests, np.array(of_each, dtype=np.int64)[which.ravel()])
    return tokens
