"""What has happened so far in a run."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from mmgen_datasets.chat import Reply


@dataclass
class Tally:
    """Counts, for whoever shows them while the engine runs."""

    total: int
    known: int = 0
    """Requests that the journal had settled before, or that say the same as an earlier one."""
    replies: int = 0
    failures: int = 0
    """Requests given up."""
    retries: int = 0
    """Attempts that failed or were cut short and were, or will be, made again."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    """Of the prompt's tokens, those that the server took from a cache of its own."""
    cost: float = 0.0
    """US dollars that the run has spent; 0 where no price is known."""
    last_problem: str = ""
    note: str = ""
    """What else is to be told of it."""
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Requests that need nothing more in this run."""
        return self.known + self.replies + self.failures

    def add(self, reply: Reply, *, is_last: bool = True) -> None:
        """Count a reply, or the tokens of one that another attempt is to follow."""
        self.replies += is_last
        self.retries += not is_last
        self.prompt_tokens += reply.prompt_tokens or 0
        self.completion_tokens += reply.completion_tokens or 0
        self.cached_tokens += reply.cached_tokens or 0

    def give_up(self, problem: str) -> None:
        """Count a request that came to nothing."""
        self.failures += 1
        self.last_problem = problem
