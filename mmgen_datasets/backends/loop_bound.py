"""Resources that belong to an event loop: opened when first asked for, closed with the loop.

A backend's settings move between processes and loops; its connections cannot. Here a generator
opens them, is advanced once and is then kept. `asyncio.run` ends by calling
`loop.shutdown_asyncgens`, which runs the closing half of it, so nobody has to close anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def loop_bound(
    opened: Callable[[], AsyncGenerator[T, None]],
) -> Callable[[], Coroutine[Any, Any, T]]:
    """Turn a generator that opens, yields once and closes into a function that shares.

    Args:
        opened: must not wait before it yields, or two callers would open twice.

    Returns:
        A coroutine function that gives the same resource to every caller on a loop, and
        another one on each other loop.

    Example:
        >>> @loop_bound
        ... async def notebook():
        ...     yield []
        >>> async def write_twice():
        ...     (await notebook()).append("a")
        ...     (await notebook()).append("b")
        ...     return await notebook()
        >>> asyncio.run(write_twice()), asyncio.run(notebook())
        (['a', 'b'], [])
    """
    # A resource mostly refers to its loop, so that weak keys would never die.
    kept: dict[asyncio.AbstractEventLoop, tuple[AsyncGenerator[T, None], T]] = {}

    async def shared() -> T:
        loop = asyncio.get_running_loop()
        if loop not in kept:
            _forget_closed(kept)
            generator = opened()
            kept[loop] = generator, await anext(generator)
        return kept[loop][1]

    return shared


def _forget_closed(kept: dict[asyncio.AbstractEventLoop, Any]) -> None:
    for loop in list(kept):
        if loop.is_closed():
            kept.pop(loop, None)
