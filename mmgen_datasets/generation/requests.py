"""Samples to requests: what a recipe asks, written out before anything is sent.

A request row holds the whole chat, so that it can be read, counted and priced; media stand in
it as the digest of their bytes and are read from the sample again when the request is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache, partial
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from datasets import Dataset

from mmgen_datasets.backends.base import Addressed, Backend
from mmgen_datasets.chat import (
    Chat,
    Media,
    Part,
    Request,
    Sampling,
    Text,
    Turn,
    chat_digest,
    request_key,
)
from mmgen_datasets.errors import RowError
from mmgen_datasets.generation.budget import Sizes
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.request_row import REQUEST, part_row
from mmgen_datasets.generation.rows import fingerprint, rows_of
from mmgen_datasets.generation.tokens import estimate_chat_tokens
from mmgen_datasets.media import media_state, read_media, undecoded
from mmgen_datasets.picture import fit_picture, picture_type
from mmgen_datasets.prompts.context import chat_for
from mmgen_datasets.prompts.recipe import Recipe
from mmgen_datasets.prompts.task import Task
from mmgen_datasets.schema import media_kinds

NO_PICTURE = "the picture is not on disk"
"""Why a request that shows a picture cannot be put."""
ABOUT_TEXT = "the conversation is about no picture"
"""Why one about what was said of a picture cannot, where it was said of none."""
_ROWS_A_BATCH = 256


def build_requests(samples: Dataset, recipe: Recipe) -> Dataset:
    """Write out what a recipe asks about each sample; no model is involved.

    Args:
        samples: rows of `mmgen_datasets.schema.SAMPLE`.
        recipe: one with tasks.

    Returns:
        Rows of `REQUEST`, one per sample and task, in the order of the samples.
    """
    texts, media = _taken_apart(samples)
    sees = any("image" in task.inputs for task in recipe.tasks)
    pictures = media_state(media, "image") if sees and "image" in media.features else ""
    return texts.map(
        partial(_ask, recipe=recipe, media=media),
        with_indices=True,
        batched=True,
        batch_size=_ROWS_A_BATCH,
        remove_columns=texts.column_names,
        features=REQUEST,
        new_fingerprint=fingerprint(
            "requests of samples", samples, recipe.model_dump_json(), pictures
        ),
        desc="requests",
    )


def pending(
    requests: Dataset,
    samples: Dataset,
    backend: Backend,
    sizes: Mapping[str, Sizes] = MappingProxyType({}),
) -> Iterator[list[Pending]]:
    """The requests that can be asked, in lists, for the engine to send.

    Args:
        requests: of `build_requests`.
        samples: what they were built from.
        backend: whom they are to be put to.
        sizes: what a request of each task may use, where a budget counts it.

    Returns:
        Lists in which those of a task stand together: they begin with the same turns, which a
        server may keep from one to the next.
    """
    _, media = _taken_apart(samples)
    task_of = itemgetter("task")
    for batch in requests.iter(_ROWS_A_BATCH):
        asked = [row for row in rows_of(batch) if row["error"] is None]
        asked.sort(key=task_of)
        prefixes = {task: _prefix(next(mine)) for task, mine in groupby(asked, key=task_of)}
        yield [_pending(row, backend, media, sizes, prefixes[task_of(row)]) for row in asked]


def _taken_apart(samples: Dataset) -> tuple[Dataset, Dataset]:
    """The columns without media and those with, which are read a row at a time.

    A picture may stand in its row with all its bytes, and a batch of those is large.
    """
    rows, kinds = undecoded(samples), media_kinds(samples.features)
    return rows.remove_columns(kinds), rows.select_columns(kinds)


def _pending(
    row: Mapping[str, Any],
    backend: Backend,
    media: Dataset,
    sizes: Mapping[str, Sizes],
    prefix: str,
    *,
    is_second: bool = False,
) -> Pending:
    sampling, size, longer = _sampling(row["sampling"]), sizes.get(row["task"], Sizes()), None
    if is_second:
        sampling = sampling.longer() or sampling
    elif sampling.max_tokens_if_cut is not None:
        longer = partial(_pending, row, backend, media, sizes, prefix, is_second=True)
    return Pending(
        key_of(row, backend),
        partial(_load, row, sampling, backend, media, prefix),
        _has_media(row),
        tokens=row["prompt_tokens"] + (sampling.max_tokens or 0),
        expected=size.if_cut if is_second else size.first,
        longer=longer,
    )


def key_of(row: Mapping[str, Any], backend: Addressed) -> str:
    """What the journal files the reply to a request row under."""
    return request_key(row["digest"], backend.model, backend.endpoint)


def _ask(
    batch: dict[str, list[Any]], indices: list[int], *, recipe: Recipe, media: Dataset
) -> dict[str, Any]:
    rows = []
    for sample, index in zip(rows_of(batch), indices, strict=True):
        picture = cache(partial(_picture_of, media, index))  # read once for all tasks, if for any
        rows += [_request_row(sample, index, task, picture) for task in recipe.tasks]
    return {name: [row[name] for row in rows] for name in REQUEST}


def _request_row(
    sample: dict[str, Any], index: int, task: Task, picture: Callable[[int | None], Media]
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": f"{sample['source']}-{sample['id']}-{task.name}",
        "sample": index,
        "task": task.name,
        "chat": [],
        "examples": len(task.examples) if task.drop_examples else 0,
        "max_image_side": task.max_image_side,
        "sampling": json.dumps(task.sampling.settings(), sort_keys=True),
        "digest": "",
        "prompt_tokens": 0,
        "error": None,
    }
    if sample.get("error"):
        return row | {"error": sample["error"]}
    try:
        media = [picture(task.max_image_side)] if "image" in task.inputs else []
    except RowError as error:
        is_text = error.problem == NO_PICTURE and _is_about_text(sample)
        return row | {"error": ABOUT_TEXT if is_text else error.problem}
    chat = chat_for(task, sample, media)
    if not chat[-1].parts:
        return row | {"error": f"the sample has nothing of {', '.join(task.inputs)}"}
    return row | {
        "chat": [{"role": t.role, "parts": [part_row(p) for p in t.parts]} for t in chat],
        "digest": chat_digest(chat, task.sampling, examples=row["examples"]),
        "prompt_tokens": estimate_chat_tokens(chat),
    }


def _is_about_text(sample: Mapping[str, Any]) -> bool:
    """Whether it is a conversation in which no picture has a place."""
    messages = sample.get("messages") or ()
    return bool(messages) and not any("<image>" in said["content"] for said in messages)


def _picture_of(media: Dataset, index: int, max_side: int | None) -> Media:
    data = _read_picture(media, index)
    return Media("image", data, picture_type(data), max_side)


def _read_picture(media: Dataset, index: int) -> bytes:
    # `features` would be copied each time, which takes longer than reading the file.
    value = media[index]["image"] if "image" in media.column_names else None
    if value is None:
        raise RowError(NO_PICTURE)
    return read_media(value)


def _prefix(row: Mapping[str, Any]) -> str:
    """Name the turns before the last, which all requests of a task have in common."""
    return hashlib.sha256(json.dumps(row["chat"][:-1]).encode()).hexdigest()[:16]


def _load(
    row: Mapping[str, Any], sampling: Sampling, backend: Backend, media: Dataset, prefix: str
) -> Request:
    def part(stored: Mapping[str, Any]) -> Part:
        if stored["kind"] == "text":
            return Text(stored["text"])
        of = row["sample"] if stored["sample"] is None else stored["sample"]
        data = _read_picture(media, of)
        if hashlib.sha256(data).hexdigest() != stored["digest"]:
            raise RowError("the picture's file has changed since the requests were built")
        return Media("image", *fit_picture(data, row["max_image_side"]))

    chat: Chat = tuple(
        Turn(turn["role"], tuple(part(stored) for stored in turn["parts"])) for turn in row["chat"]
    )
    return Request(key_of(row, backend), chat, sampling, prefix, row["examples"])


@lru_cache
def _sampling(settings: str) -> Sampling:
    fields = json.loads(settings)
    unset = {"max_tokens": None}  # null, where the recipe says so, and not the default
    return Sampling(**unset | fields | {"stop": tuple(fields.get("stop", ()))})


def _has_media(row: Mapping[str, Any]) -> bool:
    return any(part["kind"] != "text" for turn in row["chat"] for part in turn["parts"])
