"""What every backend does."""

from __future__ import annotations

import asyncio
import hashlib
import pickle
from collections.abc import Mapping

import pytest

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import (
    Media,
    MediaKind,
    Part,
    Reply,
    Request,
    Sampling,
    Text,
    Turn,
    text_turn,
)
from mmgen_datasets.errors import BackendError
from tests.photographs import file_of, photograph


def request(*texts: str) -> Request:
    """A request of one user's turn."""
    return of_turn(Turn("user", tuple(map(Text, texts))))


def of_turn(turn: Turn) -> Request:
    return Request(hashlib.sha256(repr(turn).encode()).hexdigest(), (turn,), Sampling())


def ask(backend: Backend, *requests: Request) -> list[Reply]:
    """Ask all at once, on a loop of their own."""

    async def gathered() -> list[Reply]:
        return await asyncio.gather(*map(backend.reply, requests))

    return asyncio.run(gathered())


def said(replies: list[Reply]) -> list[tuple[str, str | None]]:
    """What was answered, however much of it came from a cache."""
    return [(reply.text, reply.finish_reason) for reply in replies]


def _medium(kind: MediaKind, number: int) -> bytes:
    if kind == "image":
        return file_of(photograph(40, 30, seed=number, grain=90), "PNG")
    return b"%d" % number


def error_of(backend: Backend, asked: Request) -> BackendError:
    with pytest.raises(BackendError) as caught:
        ask(backend, asked)
    return caught.value


class BackendContract:
    """Inherit it, and give the fixtures: a backend whose replies depend on what it is asked."""

    sees: tuple[MediaKind, ...] = ("image",)
    """The media that the backend can be shown."""

    @pytest.fixture
    def backend(self) -> Backend:
        raise NotImplementedError

    @pytest.fixture
    def same_settings(self, backend: Backend) -> Backend:
        """Another backend with the settings of the first."""
        raise NotImplementedError

    @pytest.fixture
    def failing(self) -> Mapping[type[BackendError], tuple[Backend, Request]]:
        """How to meet the errors that this backend can raise."""
        raise NotImplementedError

    def test_its_settings_are_hashed_and_compared(
        self, backend: Backend, same_settings: Backend
    ) -> None:
        assert backend == same_settings
        assert hash(backend) == hash(same_settings)
        assert pickle.dumps(backend) == pickle.dumps(same_settings)

    def test_using_it_changes_neither_its_hash_nor_its_pickle(self, backend: Backend) -> None:
        before = hash(backend), pickle.dumps(backend), repr(backend)
        ask(backend, request("hello"))
        assert (hash(backend), pickle.dumps(backend), repr(backend)) == before

    def test_a_pickled_copy_answers_alike(self, backend: Backend) -> None:
        copy: Backend = pickle.loads(pickle.dumps(backend))
        assert (copy, copy.model, copy.endpoint) == (backend, backend.model, backend.endpoint)
        assert said(ask(copy, request("hello"))) == said(ask(backend, request("hello")))

    def test_a_reply_holds_text(self, backend: Backend) -> None:
        [reply] = ask(backend, request("hello"))
        assert reply.text.strip()

    def test_a_turn_without_text_gets_a_reply_or_a_backend_error(self, backend: Backend) -> None:
        for chat in [(), (text_turn("user", ""),), (Turn("user", ()),)]:
            try:
                [reply] = ask(backend, Request("key", chat))
            except BackendError as error:
                assert error.problem
            else:
                assert isinstance(reply, Reply)

    def test_many_replies_at_once_are_those_of_one_at_a_time(self, backend: Backend) -> None:
        requests = [request(f"question {number}") for number in range(50)]
        alone = [ask(backend, each)[0].text for each in requests]
        assert [reply.text for reply in ask(backend, *requests)] == alone
        assert len(set(alone)) == len(alone)

    def test_the_order_of_text_and_media_reaches_it(self, backend: Backend) -> None:
        for kind in self.sees:
            first, second = (Media(kind, _medium(kind, n), f"{kind}/png") for n in (1, 2))
            text = Text("and")
            orders: list[tuple[Part, ...]] = [
                (text, first, second),
                (text, second, first),
                (first, text, second),
            ]
            replies = ask(backend, *(of_turn(Turn("user", order)) for order in orders))
            assert len({reply.text for reply in replies}) == len(orders)

    def test_it_answers_on_one_loop_after_another(self, backend: Backend) -> None:
        assert said(ask(backend, request("hello"))) == said(ask(backend, request("hello")))

    def test_its_errors_are_of_the_promised_classes_and_survive_pickling(
        self, failing: Mapping[type[BackendError], tuple[Backend, Request]]
    ) -> None:
        for promised, (backend, asked) in failing.items():
            error = error_of(backend, asked)
            assert type(error) is promised
            assert str(pickle.loads(pickle.dumps(error))) == str(error)
