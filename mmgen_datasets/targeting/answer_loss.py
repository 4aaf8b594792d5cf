"""How surprised a vision-language model is by the answers of conversations.

The loss of a conversation is the mean, over the tokens of its answers, of minus the logarithm of
the probability that the model gives to the token after all that comes before: pictures, questions
and earlier answers. The token that ends an answer counts as one of it; questions, pictures and the
chat template do not. MM-Gen keeps the half with the highest loss under the model to be tuned.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasets import Dataset, Features, Value

from mmgen_datasets.backends.hf.loading import load
from mmgen_datasets.backends.hf.model import Model
from mmgen_datasets.backends.huggingface import HuggingFace
from mmgen_datasets.chat import Media, Part, Text, Turn
from mmgen_datasets.errors import RowError
from mmgen_datasets.media import read_media, undecoded
from mmgen_datasets.picture import fit_picture
from mmgen_datasets.targeting.answer_batches import Item, losses
from mmgen_datasets.targeting.parts import batches_of, fill_parts, keep_parts, kept_keys, read_parts

_BATCHES_AT_ONCE = 8
"""Of so many batches the conversations are put in order of their length."""

_SCORE = Features(
    {
        "key": Value("string"),
        "loss": Value("float64"),
        "loss_tokens": Value("int32"),
        "loss_error": Value("string"),
    }
)
_IMAGE = "<image>"


@dataclass(frozen=True)
class Scorer:
    """A model of transformers that sees, and how it is run."""

    model: HuggingFace
    batch_size: int = 8
    """How many answers are looked at at once."""
    max_image_side: int | None = None
    """Larger pictures are shrunk to it, in pixels of the longer side."""


def score(
    rows: Dataset,
    scorer: Scorer,
    folder: Path,
    on_progress: Callable[[int], None] | None = None,
) -> Dataset:
    """Add the loss of each conversation.

    Interrupted or killed, the same call goes on where it was.

    Args:
        rows: with ``messages``, and ``image`` or ``images`` for the placeholders in them.
        scorer: the model.
        folder: where losses are kept.
        on_progress: called with the number of rows that are done, now and then.

    Returns:
        The rows with the columns ``loss`` (per token, in nats), ``loss_tokens`` (how many) and
        ``loss_error`` (why there is none).

    Raises:
        RunError: the folder has losses of another model or other settings.
        StopError: the model cannot be loaded or run.
    """
    settings = scorer.model
    about = {"model": settings.model, "dtype": settings.dtype, "side": scorer.max_image_side}
    keep_parts(folder, about)
    plain = undecoded(rows.select_columns(_columns(rows)))
    keys = [_key(row) for row in plain]
    known = kept_keys(folder)
    # The same rows are looked at together, however often the work was interrupted: what stands
    # beside a row in a batch changes the last digits of its loss.
    chunks = batches_of(range(len(keys)), scorer.batch_size * _BATCHES_AT_ONCE)
    todo = [chunk for chunk in chunks if any(keys[place] not in known for place in chunk)]
    fill_parts(folder, _SCORE, _scored(todo, plain, keys, scorer), on_progress)
    scores = read_parts(folder, keys).with_format(None) if keys else Dataset.from_dict({})
    for name in _SCORE:
        if name != "key":
            column = list(scores[name]) if keys else []
            rows = rows.add_column(name, column, feature=_SCORE[name])
    return rows


def _scored(
    chunks: Sequence[Sequence[int]], rows: Dataset, keys: Sequence[str], scorer: Scorer
) -> Iterator[list[dict[str, Any]]]:
    for chunk in chunks:
        model = _loaded(scorer.model)
        errors: dict[int, str] = {}
        items = []
        for place in chunk:
            try:
                items += list(_items(place, rows[place], model, scorer.max_image_side))
            except RowError as error:
                errors[place] = error.problem
        sums = losses(model, items, scorer.batch_size)
        yield [
            {"key": keys[place], **_result(errors.get(place), sums.get(place))} for place in chunk
        ]


def _result(error: str | None, sums: tuple[float, int] | RowError | None) -> dict[str, Any]:
    if isinstance(sums, RowError):
        error = sums.problem
    elif sums is not None and not math.isfinite(sums[0]):
        error = "the loss is not a finite number"
    if error is not None or sums is None or isinstance(sums, RowError):
        return {"loss": None, "loss_tokens": None, "loss_error": error}
    return {"loss": sums[0] / sums[1], "loss_tokens": sums[1], "loss_error": None}


def _items(
    place: int, row: Mapping[str, Any], model: Model, max_side: int | None
) -> Iterator[Item]:
    """What the model is to be asked about a conversation: each answer, after all before it."""
    turns = _turns(row, max_side)
    answers = [number for number, turn in enumerate(turns) if turn.role == "assistant"]
    if not answers:
        raise RowError("there is no answer")
    for number in answers:
        prompt = model.prompt(tuple(turns[:number]))
        item = Item(place, prompt, model.answer(turns[number].text))
        if model.longest is not None and item.length > model.longest:
            raise RowError(f"the conversation is longer than the model's {model.longest:,} tokens")
        yield item


def _turns(row: Mapping[str, Any], max_side: int | None) -> list[Turn]:
    pictures = iter(_pictures(row))
    turns = []
    for message in row["messages"]:
        parts: list[Part] = []
        for number, text in enumerate(message["content"].split(_IMAGE)):
            if number:
                parts.append(_picture(next(pictures, None), max_side))
            if text:
                parts.append(Text(text))
        turns.append(Turn(message["role"], tuple(parts)))
    if next(pictures, None) is not None:
        raise RowError("there are more pictures than placeholders")
    return turns


def _picture(value: Mapping[str, Any] | None, max_side: int | None) -> Media:
    if value is None:
        raise RowError("a picture is missing")
    try:
        return Media("image", *fit_picture(read_media(value), max_side))
    except RowError as error:
        # Without path and size, so that the same fault of many is counted as one.
        raise RowError("a picture cannot be read") from error


def _pictures(row: Mapping[str, Any]) -> list[Any]:
    if (several := row.get("images")) is not None:
        return list(several)
    is_named = any(_IMAGE in message["content"] for message in row["messages"])
    return [row.get("image")] if is_named else []


def _columns(rows: Dataset) -> list[str]:
    return [name for name in ("messages", "image", "images") if name in rows.column_names]


def _key(row: Mapping[str, Any]) -> str:
    """Name a conversation by all that its loss depends on, but for the model."""
    media = [_state(value) for value in _pictures(row)]
    return hashlib.sha256(json.dumps([row["messages"], media]).encode()).hexdigest()


def _state(value: Mapping[str, Any] | None) -> list[Any]:
    if value is None:
        return []
    if value["bytes"] is not None:
        return [hashlib.sha256(value["bytes"]).hexdigest()]
    try:
        state = Path(value["path"].rpartition("::")[2]).stat()
    except OSError:
        return [value["path"]]
    return [value["path"], state.st_size, state.st_mtime_ns]


@lru_cache(maxsize=1)
def _loaded(settings: HuggingFace) -> Model:
    return load(
        settings.place,
        settings.model,
        revision=settings.revision,
        device=settings.device,
        dtype=settings.dtype,
        trust_remote_code=settings.trust_remote_code,
    )
