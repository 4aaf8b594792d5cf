"""How hard a backend is pressed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from mmgen_datasets.chat import Allowance
from mmgen_datasets.errors import UsageError

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True)
class Pace:
    """How many requests at a time, how many a minute, how often, and for how long.

    Raises:
        UsageError: a number below what it can be.
    """

    concurrency: int = 16
    """The most requests in flight; fewer where the server refuses some."""
    requests_per_minute: float | None = None
    """What the server allows; where left out, what its headers say."""
    tokens_per_minute: float | None = None
    """The same for tokens, those of prompts and of expected replies together."""
    attempts: int = 6
    """How often a request is sent before its failure counts for this run."""
    patience_s: float = 600.0
    """How long a server that answered before may be down until the run stops."""

    def __post_init__(self) -> None:
        for name in ("concurrency", "attempts"):
            if (value := getattr(self, name)) < 1:
                raise UsageError(f"{name} is {value}", "give a number of at least 1")
        for name in ("requests_per_minute", "tokens_per_minute", "patience_s"):
            if (value := getattr(self, name)) is not None and value <= 0:
                raise UsageError(f"{name} is {value}", "give a number above 0, or leave it out")

    @property
    def allowance(self) -> Allowance:
        """What the user states of the server's limits."""
        return Allowance(self.requests_per_minute, self.tokens_per_minute)


def pause_s(failures: int, retry_after: float | None) -> float:
    """Seconds to leave a request alone after so many failures of it.

    Twice as long each time, from what the server asked for or half a second, to a minute or
    what the server asked for; and up to a quarter more, so that requests which failed together
    do not come back together.
    """
    first = retry_after or FIRST_PAUSE_S
    pause = min(first * 2.0 ** (failures - 1), max(first, LONGEST_PAUSE_S))
    return pause * random.uniform(1.0, 1.25)
