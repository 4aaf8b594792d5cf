"""What came to nothing in a run: reasons, and replies to look at."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.manifest import NOT_ASKED, Manifest
from mmgen_datasets.generation.run import RunFolder

_REASONS = 40
_EXAMPLES = 3
_LONGEST_REPLY = 4000  # characters


@dataclass
class Rejects:
    """Rejects as they become known; one that is answered after all can be taken back."""

    reasons: Counter[str] = field(default_factory=Counter)
    """Reason to number."""
    _examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _reason_of: dict[str, str] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any], reply: Callable[[], str | None]) -> None:
        """Count a row of `mmgen_datasets.schema.CONVERSATION` that has an error.

        Args:
            row: of the request, by its id, whatever was known of it before.
            reply: finds what came back; only asked where it is to be an example.
        """
        self.take_back(row["id"])
        reason = self._reason_of[row["id"]] = row["error"]
        self.reasons[reason] += 1
        examples = self._examples.setdefault(reason, [])
        if len(examples) < _EXAMPLES:
            examples.append(_example(row, reply()))

    def take_back(self, name: str) -> None:
        """Forget the reject of an id, if there is one."""
        reason = self._reason_of.pop(name, None)
        if reason is not None:
            self.reasons[reason] -= 1
            examples = self._examples[reason]
            examples[:] = [one for one in examples if one["id"] != name]

    def told(self) -> list[dict[str, Any]]:
        """The same as `reject_reasons` tells."""
        return _told(self.reasons, self._examples)


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
    examples: dict[str, list[dict[str, Any]]] = {
        reason: [] for reason, _ in reasons.most_common(_REASONS)
    }
    for folder, _ in shards:
        _take_examples(folder, examples)
    return _told(reasons, examples)


def _told(
    reasons: Counter[str], examples: Mapping[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    common = [(reason, count) for reason, count in reasons.most_common(_REASONS) if count]
    rows: list[dict[str, Any]] = [
        {"reason": reason, "count": count, "examples": examples[reason]} for reason, count in common
    ]
    if others := reasons.total() - sum(count for _, count in common):
        rows.append({"reason": None, "count": others, "examples": []})
    return rows


def _example(row: Mapping[str, Any], reply: str | None) -> dict[str, Any]:
    return {"id": row["id"], "kind": row["kind"], "reply": reply and reply[:_LONGEST_REPLY]}


def _take_examples(folder: RunFolder, examples: dict[str, list[dict[str, Any]]]) -> None:
    if not folder.rejects_path.exists():
        return
    try:
        with folder.rejects_path.open(encoding="utf-8") as lines:
            for line in lines:
                reject = json.loads(line)
                found = examples.get(reject["reason"])
                if found is not None and len(found) < _EXAMPLES:
                    found.append(_example(reject, reject["reply"]))
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{folder.rejects_path}: cannot be read: {error}",
            "give the run's command again; it writes the file anew",
        ) from error
