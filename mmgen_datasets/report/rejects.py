"""What came to nothing in a run: reasons, and replies to look at."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.manifest import NOT_ASKED, Manifest
from mmgen_datasets.generation.run import RunFolder

_REASONS = 40
_EXAMPLES = 3
_LONGEST_REPLY = 4000  # characters


def reject_reasons(shards: Sequence[tuple[RunFolder, Manifest]]) -> list[dict[str, Any]]:
    """The commonest reasons, the greatest first.

    Returns:
        Rows of ``reason``, ``count`` and ``examples``, each of those with ``id``, ``kind`` and
        ``reply`` (null where there was none).

    Raises:
        RunError: a file of rejects cannot be read.
    """
    reasons: Counter[str] = Counter()
    for _, manifest in shards:
        reasons.update(manifest.rejects)
    del reasons[NOT_ASKED]
    common = reasons.most_common(_REASONS)
    examples: dict[str, list[dict[str, Any]]] = {reason: [] for reason, _ in common}
    for folder, _ in shards:
        _take_examples(folder, examples)
    rows: list[dict[str, Any]] = [
        {"reason": reason, "count": count, "examples": examples[reason]} for reason, count in common
    ]
    if others := reasons.total() - sum(count for _, count in common):
        rows.append({"reason": None, "count": others, "examples": []})
    return rows


def _take_examples(folder: RunFolder, examples: dict[str, list[dict[str, Any]]]) -> None:
    if not folder.rejects_path.exists():
        return
    try:
        with folder.rejects_path.open(encoding="utf-8") as lines:
            for line in lines:
                reject = json.loads(line)
                found = examples.get(reject["reason"])
                if found is not None and len(found) < _EXAMPLES:
                    reply = reject["reply"]
                    found.append(
                        {
                            "id": reject["id"],
                            "kind": reject["kind"],
                            "reply": reply and reply[:_LONGEST_REPLY],
                        }
                    )
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{folder.rejects_path}: cannot be read: {error}",
            "give the run's command again; it writes the file anew",
        ) from error
