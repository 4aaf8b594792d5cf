from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator

import pytest

from mmgen_datasets.backends.loop_bound import loop_bound


class Resource:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.is_open = True


@loop_bound
async def resource() -> AsyncGenerator[Resource, None]:
    opened = Resource()
    try:
        yield opened
    finally:
        opened.is_open = False


def test_all_on_a_loop_share_one() -> None:
    async def twenty() -> set[Resource]:
        return set(await asyncio.gather(*(resource() for _ in range(20))))

    assert len(asyncio.run(twenty())) == 1


def test_it_is_open_as_long_as_its_loop() -> None:
    async def check() -> Resource:
        opened = await resource()
        await asyncio.sleep(0)
        assert opened.is_open
        return opened

    assert not asyncio.run(check()).is_open


def test_each_loop_has_its_own() -> None:
    first, second = asyncio.run(resource()), asyncio.run(resource())
    assert first.loop is not second.loop


def test_it_is_closed_when_the_loop_ends_with_an_error() -> None:
    held: list[Resource] = []

    async def fail() -> None:
        held.append(await resource())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(fail())
    assert not held[0].is_open


def test_a_closed_loop_is_let_go_when_the_next_one_opens() -> None:
    seen = weakref.ref(asyncio.run(resource()))
    asyncio.run(resource())
    gc.collect()
    assert seen() is None
