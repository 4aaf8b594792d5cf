"""The limiter: what it lets go, and when. Time is a number here."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen_datasets.chat import Allowance
from mmgen_datasets.errors import RowError
from mmgen_datasets.generation.breaker import FAILURES_IN_A_ROW, Breaker
from mmgen_datasets.generation.limits import FIRST_WINDOW, Limiter


def send_all(limiter: Limiter, now: float, tokens: int = 1) -> int:
    """Send until it says no; returns how many."""
    count = 0
    while limiter.wait_s(tokens, now) == 0:
        limiter.sent(tokens, now)
        count += 1
    return count


def test_a_run_begins_with_few_and_quadruples_with_each_round_of_replies() -> None:
    limiter = Limiter(1000, Allowance())
    rounds = []
    for now in range(4):
        rounds.append(send_all(limiter, now))
        for _ in range(rounds[-1]):
            limiter.landed()
            limiter.answered()
    assert rounds == [FIRST_WINDOW, 4 * FIRST_WINDOW, 16 * FIRST_WINDOW, 1000]


def test_a_full_window_waits_for_a_landing() -> None:
    limiter = Limiter(2, Allowance())
    assert send_all(limiter, 0) == 2
    assert limiter.wait_s(1, 0) == math.inf
    limiter.landed()
    assert limiter.wait_s(1, 0) == 0


def test_a_round_of_which_half_is_refused_halves_the_window() -> None:
    limiter = Limiter(16, Allowance())
    for number in range(16):
        if number % 2:
            limiter.refused(None, now=0)
        else:
            limiter.answered()
    assert 8 <= limiter.window < 9


def test_a_stray_refusal_costs_next_to_nothing() -> None:
    """One refused in a hundred: the window stays where it is."""
    limiter = Limiter(64, Allowance())
    for number in range(3000):
        if number % 100 == 50:
            limiter.refused(1.0, now=0)
        else:
            limiter.answered()
        assert limiter.window >= 15
    assert limiter.window > 62
    assert limiter.wait_s(1, 0) == 0


def test_a_server_that_takes_eight_at_a_time_is_found_out() -> None:
    """Whoever finds more than eight before it is refused; few are, once that is found out."""
    limiter = Limiter(64, Allowance())
    refused = []
    for _ in range(200):
        sent = send_all(limiter, 0)
        refused.append(max(0, sent - 8))
        for number in range(sent):
            limiter.landed()
            if number < 8:
                limiter.answered()
            else:
                limiter.refused(None, 0)
    assert 7 <= limiter.window <= 10
    assert sum(refused[-100:]) <= 0.05 * 100 * 8


def test_a_second_refusal_in_a_row_makes_all_wait_as_long_as_the_server_asks() -> None:
    limiter = Limiter(16, Allowance())
    limiter.refused(30.0, now=100)
    assert limiter.wait_s(1, 100) == 0
    limiter.refused(30.0, now=101)
    assert limiter.wait_s(1, 101) == 30
    assert limiter.wait_s(1, 131) == 0


@settings(deadline=None)
@given(per_minute=st.floats(1, 6000), seconds=st.integers(10, 120))
def test_all_that_a_minute_allows_goes_and_no_more(per_minute: float, seconds: int) -> None:
    limiter = Limiter(10**6, Allowance(requests_per_minute=per_minute))
    limiter.window = 1e6
    now, sent = 0.0, 0
    while now < seconds:
        sent += send_all(limiter, now)
        now += limiter.wait_s(1, now) + 1e-6
    allowed = per_minute / 60 * seconds
    assert allowed - 1 <= sent <= allowed + max(1, per_minute / 60) + 1


@pytest.mark.parametrize(
    ("concurrency", "shares"), [(10, [4, 3, 3]), (3, [1, 1, 1]), (1, [1, 1, 1])]
)
def test_workers_share_what_may_be_in_flight(concurrency: int, shares: list[int]) -> None:
    """Each has one at least."""
    limiters = [Limiter(concurrency, Allowance()) for _ in shares]
    for place, limiter in enumerate(limiters):
        assert limiter.share(place, len(shares))
        assert not limiter.share(place, len(shares)), "it knows"
    assert [send_all(limiter, 0) for limiter in limiters] == shares


def test_a_worker_that_is_left_alone_takes_all() -> None:
    limiter = Limiter(10, Allowance())
    limiter.share(0, 2)
    assert send_all(limiter, 0) == 5
    limiter.share(0, 1)
    for _ in range(5):
        limiter.landed()
        limiter.answered()
    assert send_all(limiter, 0) == 10


def test_workers_share_the_requests_and_tokens_a_minute() -> None:
    limiters = [Limiter(1000, Allowance(120, 6000)) for _ in range(2)]
    sent = 0
    for place, limiter in enumerate(limiters):
        limiter.share(place, 2)
        limiter.window, now = 1e6, 0.0
        while now < 60:
            sent += send_all(limiter, now, tokens=50)
            now += limiter.wait_s(50, now) + 1e-6
    assert 118 <= sent <= 120 + 2 * 2


def test_tokens_are_allowed_by_the_minute_as_well() -> None:
    limiter = Limiter(100, Allowance(tokens_per_minute=6000))
    assert send_all(limiter, 0, tokens=50) == 2, "a second has a hundred"
    assert limiter.wait_s(50, 0) == pytest.approx(0.5)
    assert send_all(limiter, 0.5, tokens=50) == 1


def test_a_large_request_goes_when_its_share_is_full_and_the_next_wait_longer() -> None:
    limiter = Limiter(100, Allowance(tokens_per_minute=6000))
    limiter.sent(3000, now=0)
    assert limiter.wait_s(50, 0) == pytest.approx((3000 - 100 + 50) / 100)


def test_what_no_minute_has_room_for_is_refused_at_once() -> None:
    limiter = Limiter(4, Allowance(tokens_per_minute=5000))
    limiter.refuse_too_large(5000)
    with pytest.raises(RowError, match=r"takes about 9,000 tokens, and 5,000 a minute"):
        limiter.refuse_too_large(9000)


def test_the_headers_are_believed_where_the_user_states_nothing() -> None:
    told = Allowance(requests_per_minute=60)
    limiter = Limiter(100, Allowance())
    limiter.answered(told)
    assert send_all(limiter, 0) == 1
    stated = Limiter(100, Allowance(requests_per_minute=120))
    stated.answered(told)
    assert send_all(stated, 0) == 2


class TestBreaker:
    def test_some_failures_are_no_sign_of_a_server_that_is_down(self) -> None:
        breaker = Breaker(patience_s=60)
        for number in range(100):
            assert breaker.failed(number, number) == 0
            if number % (FAILURES_IN_A_ROW - 1) == 0:
                breaker.worked()
        assert not breaker.is_open

    def test_many_in_a_row_are(self) -> None:
        breaker = Breaker(patience_s=60)
        pauses = [breaker.failed(0, 1) for _ in range(FAILURES_IN_A_ROW)]
        assert breaker.is_open
        assert pauses[-1] == 1

    def test_pauses_double_with_each_probe_and_not_with_what_was_in_flight(self) -> None:
        breaker = Breaker(patience_s=600)
        for _ in range(FAILURES_IN_A_ROW):
            breaker.failed(0, 1)
        assert [breaker.failed(0, 1) for _ in range(50)] == [0] * 50
        assert [breaker.failed(now, now) for now in range(2, 9)] == [2, 4, 8, 16, 30, 30, 30]

    def test_a_sign_of_life_ends_it(self) -> None:
        breaker = Breaker(patience_s=5)
        for _ in range(FAILURES_IN_A_ROW):
            breaker.failed(0, 1)
        breaker.worked()
        assert not breaker.is_open
        assert not breaker.is_hopeless(1000)

    def test_it_is_hopeless_only_after_it_was_waited_for(self) -> None:
        breaker = Breaker(patience_s=60)
        for _ in range(FAILURES_IN_A_ROW):
            breaker.failed(0, 1)
        assert not breaker.is_hopeless(60)
        assert breaker.is_hopeless(62)
