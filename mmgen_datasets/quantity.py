"""Numbers of things in messages."""

from __future__ import annotations


def quantity(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun.

    Args:
        number: how many there are.
        one: the noun for one of them.
        many: for any other number; `one` with an s by default.

    Example:
        >>> quantity(1, "clip"), quantity(2000, "clip"), quantity(0, "reply", "replies")
        ('1 clip', '2,000 clips', '0 replies')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
