"""How far a run is, how fast it goes, and how it stands."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from mmgen_datasets.generation.manifest import Manifest, Shard

_WINDOW_S = 20.0
"""What is called the rate is that of so many seconds."""

Found = Sequence[tuple[Shard, Manifest]]
"""The shards of a run that there are, and what their manifests say."""


@dataclass
class Headway:
    """What was settled when."""

    clock: Callable[[], float] = time.monotonic
    _marks: deque[tuple[float, int]] = field(default_factory=deque)
    """Seconds, and how many requests were settled then."""
    _last_news: float | None = None

    def mark(self, settled: int) -> None:
        """Note how many requests are settled now."""
        now = self.clock()
        if not self._marks or settled != self._marks[-1][1]:
            self._last_news = now
        self._marks.append((now, settled))
        while len(self._marks) > 2 and now - self._marks[1][0] > _WINDOW_S:
            self._marks.popleft()

    @property
    def rate(self) -> float:
        """Requests a second; 0 before there is anything to compare."""
        if len(self._marks) < 2:
            return 0.0
        (began, before), (now, settled) = self._marks[0], self._marks[-1]
        return max(0.0, (settled - before) / (now - began)) if now > began else 0.0

    @property
    def quiet_s(self) -> float:
        """For how many seconds nothing was settled."""
        return 0.0 if self._last_news is None else self.clock() - self._last_news

    def told(self, requests: int) -> dict[str, Any]:
        """As plain data; seconds that are left are null where nobody knows."""
        settled = self._marks[-1][1] if self._marks else 0
        left = max(0, requests - settled)
        return {
            "settled": settled,
            "requests": requests,
            "rate": round(self.rate, 3),
            "left_s": round(left / self.rate, 1) if self.rate else None,
            "quiet_s": round(self.quiet_s, 1),
        }


def standing(found: Found, left: Collection[Shard] = ()) -> tuple[str, str | None]:
    """What a run is doing, in a word, and what ails it.

    Args:
        found: its shards.
        left: those of them that say that they run, while no process is at work on them.

    Returns:
        ``"running"`` where any of its shards is, ``"stopped"`` where those that say so have been
        left, ``"finished"`` where all are there and are,
        ``"in parts"`` where some are not there yet; else what the first one says that is not
        finished. And its problem.

    Example:
        >>> from mmgen_datasets.generation.manifest import Plan
        >>> half = Manifest(Plan("coco2017"), "", "", status="finished")
        >>> standing([(Shard(0, 2), half)])
        ('in parts', 'lacks the shards 1/2')
    """
    problem = next((manifest.problem for _, manifest in found if manifest.problem), None)
    statuses = ["stopped" if shard in left else manifest.status for shard, manifest in found]
    if left:
        names = "".join(f" {shard.index}/{shard.count}" for shard in left if shard.count > 1)
        problem = f"no process is at work on {f'the shards{names}' if names else 'it'}"
    if "running" in statuses:
        return "running", problem
    if others := [status for status in statuses if status != "finished"]:
        return others[0], problem
    count = found[0][0].count
    if missing := sorted(set(range(count)) - {shard.index for shard, _ in found}):
        return "in parts", f"lacks the shards {', '.join(f'{n}/{count}' for n in missing)}"
    return "finished", None
