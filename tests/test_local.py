"""What backends in this process share: how tokens are drawn, and the thread that answers."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.backends.local.drawing import draw, generator
from mmgen_datasets.backends.local.worker import Ask, Worker, answer
from mmgen_datasets.chat import Reply, Request, Sampling
from mmgen_datasets.errors import RowError, StopError
from tests.contracts.backend import request

LOGITS = np.log(np.array([0.4, 0.1, 0.3, 0.2], np.float32))


def shares(sampling: Sampling, number: int = 4000) -> list[float]:
    """How often each of four tokens is drawn."""
    random = np.random.default_rng(0)
    drawn = [draw(LOGITS, sampling, random) for _ in range(number)]
    return [drawn.count(token) / number for token in range(4)]


class TestDrawing:
    def test_each_token_is_drawn_as_often_as_is_its_share(self) -> None:
        found = shares(Sampling(temperature=1, top_p=1))
        assert found == pytest.approx([0.4, 0.1, 0.3, 0.2], abs=0.02)

    def test_a_temperature_of_a_half_squares_the_shares(self) -> None:
        squares = np.array([0.16, 0.01, 0.09, 0.04])
        found = shares(Sampling(temperature=0.5, top_p=1))
        assert found == pytest.approx((squares / squares.sum()).tolist(), abs=0.02)

    def test_the_fewest_tokens_that_make_top_p_share_what_there_is(self) -> None:
        found = shares(Sampling(temperature=1, top_p=0.6))
        assert found == pytest.approx([4 / 7, 0, 3 / 7, 0], abs=0.02)

    def test_at_a_temperature_or_top_p_of_zero_it_is_the_likeliest(self) -> None:
        assert shares(Sampling(temperature=0), 9) == [1, 0, 0, 0]
        assert shares(Sampling(temperature=1, top_p=0), 9) == [1, 0, 0, 0]

    @given(st.integers(0, 2**32), st.integers(1, 50))
    def test_what_is_masked_is_never_drawn(self, seed: int, allowed: int) -> None:
        random = np.random.default_rng(seed)
        logits = random.standard_normal(64).astype(np.float32) * 3
        logits[allowed:] = -np.inf
        assert draw(logits, Sampling(temperature=2, top_p=1), random) < allowed

    def test_a_rounding_error_changes_nothing(self) -> None:
        """A batch rounds otherwise than a chat alone; its reply is to be the same."""
        random = np.random.default_rng(0)
        for seed in range(300):
            logits = random.standard_normal(2000).astype(np.float32)
            other = logits + random.uniform(-1e-6, 1e-6, 2000).astype(np.float32)
            first, second = (
                draw(each, Sampling(), np.random.default_rng(seed)) for each in (logits, other)
            )
            assert first == second

    def test_luck_follows_the_seed_or_else_the_key(self) -> None:
        one, two = Request("one", ()), Request("two", ())
        assert generator(one).random() == generator(one).random() != generator(two).random()
        same = [Request(key, (), Sampling(seed=3)) for key in ("one", "two")]
        assert generator(same[0]).random() == generator(same[1]).random()


class Counting:
    """An engine that answers each chat after two steps, with the number of its step."""

    def __init__(self, fault: Exception | None = None) -> None:
        self._asks: list[tuple[int, Ask]] = []
        self._steps = 0
        self._fault = fault

    def add(self, ask: Ask) -> None:
        if ask.request.key == "refused":
            ask.settle(RowError("no"))
        else:
            self._asks.append((self._steps + 2, ask))

    def step(self) -> bool:
        self._steps += 1
        if self._fault:
            raise self._fault
        for due, ask in self._asks:
            if due <= self._steps and not ask.is_over:
                ask.settle(Reply(str(self._steps)))
        self._asks = [(due, ask) for due, ask in self._asks if not ask.is_over]
        return bool(self._asks)

    def close(self) -> None:
        pass


class TestWorker:
    def test_it_answers_one_request_after_another(self) -> None:
        worker = Worker(Counting)
        assert worker.ask(request("a")).result().text == "2"
        assert worker.ask(request("b")).result().text > "2"
        worker.close()

    def test_a_refusal_meets_one_request_only(self) -> None:
        worker = Worker(Counting)
        refused, answered = worker.ask(Request("refused", ())), worker.ask(request("a"))
        assert isinstance(refused.exception(), RowError)
        assert answered.result().text
        worker.close()

    @pytest.mark.parametrize("fault", [StopError("out of memory"), ZeroDivisionError("a defect")])
    def test_a_fault_of_the_engine_reaches_all_who_wait_and_who_come_later(
        self, fault: Exception
    ) -> None:
        worker = Worker(lambda: Counting(fault))
        for _ in range(2):
            with pytest.raises(type(fault), match=str(fault)):
                worker.ask(request("a")).result()
        worker.close()

    def test_so_does_one_of_opening_it(self) -> None:
        def opened() -> Counting:
            raise StopError("no such model")

        worker = Worker(opened)
        with pytest.raises(StopError, match="no such model"):
            worker.ask(request("a")).result()
        worker.close()

    def test_whoever_gives_up_leaves_the_others_alone(self) -> None:
        worker = Worker(Counting)
        leaving = worker.ask(request("a"))
        leaving.cancel()
        assert worker.ask(request("b")).result().text
        worker.close()

    def test_settings_have_one_engine_and_another_after_it_failed(self) -> None:
        opened = [Counting(StopError("no network")), Counting()]

        async def answers() -> str:
            with pytest.raises(StopError, match="no network"):
                await answer("settings", lambda: opened.pop(0), request("a"))
            first, second = [
                await answer("settings", lambda: opened.pop(0), request(text)) for text in "ab"
            ]
            return first.text + second.text

        assert asyncio.run(answers()) == "24"
        assert not opened
