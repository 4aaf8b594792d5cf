"""Which beginnings of chats are worth to be evaluated once and shared."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from mmgen_datasets.backends.hf.memory import Beginning, Tokens

_SHORTEST = 32
"""Tokens; to evaluate fewer of them again costs less than to look after them."""

_MOST = 8  # beginnings that are kept
_REMEMBERED = 64  # chats that tell what later ones may begin with


class Beginnings:
    """Those that are evaluated, and the chats of late."""

    def __init__(self) -> None:
        self._known: list[Beginning] = []  # the one used last at the end
        self._seen: deque[Tokens] = deque(maxlen=_REMEMBERED)

    def find(self, tokens: Tokens) -> Beginning | None:
        """The longest one that tokens begin with, and do not end with."""
        fitting = [
            known
            for known in self._known
            if len(known.tokens) < len(tokens)
            and bool((tokens[: len(known.tokens)] == known.tokens).all())
        ]
        return max(fitting, key=lambda known: len(known.tokens), default=None)

    def worthwhile(self, tokens: Tokens, others: Iterable[Tokens]) -> int:
        """How many of a chat's first tokens are worth to be evaluated on their own; 0 for none.

        Args:
            tokens: of the chat that may be shared.
            others: those of the chats that wait.
        """
        known = self.find(tokens)
        least = len(known.tokens) if known else 0
        lengths = [common(tokens[:-1], other) for other in (*others, *self._seen)]
        # So many chats save what goes beyond the known beginning, and one has to pay it all.
        gains = [
            ((sharing + 1) * (length - least) - length, length)
            for sharing, length in enumerate(sorted(lengths, reverse=True), start=1)
            if length - least >= _SHORTEST
        ]
        gain, length = max(gains, default=(0, 0))
        return length if gain > 0 else 0

    def remember(self, tokens: Tokens) -> None:
        """Take note of a chat."""
        self._seen.append(tokens)

    def keep(self, beginning: Beginning) -> None:
        """Add one; the one that was not used for the longest time makes room."""
        self._known.append(beginning)
        del self._known[:-_MOST]

    def use(self, beginning: Beginning) -> None:
        """Note that it is of use still."""
        self._known.remove(beginning)
        self._known.append(beginning)

    def drop_unused(self, used: Iterable[Beginning | None]) -> bool:
        """Forget all others; returns whether there were any."""
        wanted = set(map(id, used))
        before = len(self._known)
        self._known = [known for known in self._known if id(known) in wanted]
        return len(self._known) < before


def common(a: Tokens, b: Tokens) -> int:
    """How many tokens two chats begin with alike.

    Example:
        >>> import numpy as np
        >>> common(np.array([1, 2, 3]), np.array([1, 2, 4, 5]))
        2
    """
    length = min(len(a), len(b))
    differing = a[:length] != b[:length]
    return int(differing.argmax()) if differing.any() else length
