"""Tell a server that is down from requests that fail.

While it is down, nothing but a probe now and then is sent, and no request is held guilty for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FAILURES_IN_A_ROW = 10
"""So many, with no reply between them, mean that the server is down."""
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0


@dataclass
class Breaker:
    """Counts failures that are the server's.

    Args:
        patience_s: how long a server may be down before a run ends.
    """

    patience_s: float
    _failures: int = 0  # in a row
    _failing_since: float = 0.0
    _probes: int = 0
    _probed_at: float = -math.inf

    @property
    def is_open(self) -> bool:
        """Whether the server counts as down."""
        return self._failures >= FAILURES_IN_A_ROW

    def failed(self, sent_at: float, now: float) -> float:
        """Count a failure of a request that was sent at a time.

        Returns:
            Seconds to send nothing; 0 while the server counts as up. They double with each
            probe, and what was sent before the last one is none.
        """
        if not self._failures:
            self._failing_since = now
        self._failures += 1
        if not self.is_open or sent_at < self._probed_at:
            return 0.0
        self._probes += 1
        self._probed_at = now
        return min(_FIRST_PAUSE_S * 2.0 ** (self._probes - 1), _LONGEST_PAUSE_S)

    def worked(self) -> None:
        """Count a sign of life."""
        self._failures = self._probes = 0

    def is_hopeless(self, now: float) -> bool:
        """Whether it has been down for longer than it was given."""
        return self.is_open and now - self._failing_since > self.patience_s
