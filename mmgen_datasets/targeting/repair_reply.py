"""One more call for a reply that cannot be read: the model puts it into the form of its mode."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datasets import Dataset

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import chat_digest, text_turn
from mmgen_datasets.errors import RowError
from mmgen_datasets.generation.conversations import usable_text
from mmgen_datasets.generation.journal import Record, open_journal
from mmgen_datasets.generation.request_row import part_row
from mmgen_datasets.generation.requests import key_of
from mmgen_datasets.generation.rows import rows_of
from mmgen_datasets.generation.tokens import estimate_chat_tokens
from mmgen_datasets.targeting.items import read_items
from mmgen_datasets.targeting.mode import Mode, form
from mmgen_datasets.targeting.requests import REPAIR, TARGETED, Requests

_SYSTEM = (
    "You put text into the form that it was meant to have. You change no word of its content,"
    " add nothing and leave nothing out."
)
_ROWS_A_BATCH = 256


def repairs(requests: Requests, backend: Backend, journal: Path) -> Dataset:
    """The calls that replies in the journal need, one for each that cannot be read.

    A refusal, a reply that was cut short, and an empty one are not to be mended.

    Args:
        requests: that were put to the backend.
        backend: that will be asked again.
        journal: with its replies.

    Returns:
        Rows of `TARGETED`, text only.
    """
    found: list[dict[str, Any]] = []
    with open_journal(journal) as opened:
        for batch in requests.rows.remove_columns(["chat"]).iter(_ROWS_A_BATCH):
            asked = [row for row in rows_of(batch) if row["error"] is None]
            records = opened.records([key_of(row, backend) for row in asked])
            for row in asked:
                made = repair_of(row, records.get(key_of(row, backend)), requests)
                found += [made] if made is not None else []
    columns = {name: [row[name] for row in found] for name in TARGETED}
    return Dataset.from_dict(columns, features=TARGETED)


def repair_of(
    row: Mapping[str, Any], record: Record | None, requests: Requests
) -> dict[str, Any] | None:
    """The call that the reply to a request needs, if it needs one.

    Args:
        row: the request.
        record: what the journal has of it.
        requests: that it is one of.
    """
    mode = requests.mode
    try:
        text = usable_text(record)
    except RowError:
        return None
    try:
        read_items(mode, text)
    except RowError:
        return _row(row, text, mode, requests.pictures.nothing)
    return None


def _row(row: Mapping[str, Any], text: str, mode: Mode, nothing: int) -> dict[str, Any]:
    settings = {"max_tokens": None} | json.loads(row["sampling"])
    settings.pop("temperature", None)  # nothing is to be invented
    sampling = type(mode.sampling)(**settings | {"stop": tuple(settings.get("stop", ()))})
    wanted = f"{form(mode, row['count'])}\n\nPut this into that form:\n\n{text}"
    chat = (text_turn("system", _SYSTEM), text_turn("user", wanted))
    return dict(row) | {
        "id": f"{row['id']}-{REPAIR}",
        "sample": nothing,
        "task": REPAIR,
        "chat": [
            {"role": turn.role, "parts": [part_row(part) for part in turn.parts]} for turn in chat
        ],
        "max_image_side": None,
        "sampling": json.dumps(sampling.settings(), sort_keys=True),
        "digest": chat_digest(chat, sampling),
        "prompt_tokens": estimate_chat_tokens(chat),
    }
