"""Random schedules of faults, kills and restarts, after each of which all must be well.

A schedule is drawn from a number: how the server fails and how often, how many requests are in
flight, how many processes work on one journal, when the oldest of them is killed (SIGKILL) and
another one started. In the end every request has the reply that belongs to it, or the reason that
the server gave; and the server was asked again only for what it had answered at the moment of a
kill.
"""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.chat import Request, Sampling, chat_digest, request_key, text_turn
from mmgen_datasets.generation.engine import ask_all
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally
from tests.servers.openai_server import Behaviour, reply_text, serve

PASSING = ("busy", "busy-50ms", "error-500", "close", "close-midway", "malformed", "no-choices")
LASTING = ("bad-request", "filtered", "too-long")
"""Faults whose requests end with a reason, where they meet them at the last attempt."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.schedules"])


@dataclass(frozen=True)
class Schedule:
    """What happens in a run."""

    num_requests: int
    concurrency: int
    faults: dict[str, float]
    num_processes: int
    """At work at once."""
    kills_s: tuple[float, ...]
    """How long it takes each time until the oldest process is killed."""

    @classmethod
    def drawn(cls, seed: int) -> Schedule:
        """The schedule of a number."""
        draw = random.Random(seed)
        kinds = draw.sample(PASSING, k=draw.randint(0, 4)) + draw.sample(LASTING, k=1)
        return cls(
            num_requests=draw.randint(1, 200),
            concurrency=draw.choice((1, 4, 16, 64)),
            faults={kind: draw.choice((0.01, 0.05, 0.15)) for kind in kinds},
            num_processes=draw.choice((1, 2)),
            kills_s=tuple(draw.uniform(0.01, 0.5) for _ in range(draw.randint(0, 3))),
        )


def requests_of(schedule: Schedule, url: str) -> Iterator[Pending]:
    """The requests of a schedule; some say the same as others."""
    for number in range(schedule.num_requests):
        chat = (text_turn("user", question(number)),)
        key = request_key(chat_digest(chat, Sampling()), "any", url)
        yield Pending(key, partial(Request, key, chat))


def question(number: int) -> str:
    return f"What is in picture {number - number % 10 if number % 7 == 0 else number}?"


def work(schedule: Schedule, url: str, journal: Path) -> None:
    """What the process does that is killed."""
    pace = Pace(schedule.concurrency, attempts=20)
    tally = Tally(schedule.num_requests)
    batches = [list(requests_of(schedule, url))]
    ask_all(batches, OpenAI("any", url), journal=journal, pace=pace, tally=tally)


def run_schedule(seed: int, folder: Path) -> None:
    """Run one, and see that all is well.

    Raises:
        AssertionError: it is not.
    """
    schedule = Schedule.drawn(seed)
    journal = folder / f"{seed}.sqlite"
    behaviour = Behaviour(latency_s=0.005, latency_sigma=0.5, faults=schedule.faults, seed=seed)
    with serve(behaviour) as server:
        processes: list[ForkServerProcess] = []
        for life_s in (*schedule.kills_s, None):
            while len(processes) < schedule.num_processes:
                process = _context.Process(target=work, args=(schedule, server.url, journal))
                process.start()
                processes.append(process)
            if life_s is not None:
                processes[0].join(life_s)
                processes[0].kill()
                processes.pop(0).join()
        for process in processes:
            process.join()
            assert process.exitcode == 0, f"{seed}: a process failed that was not killed"
        _check_journal(schedule, server.url, journal)
        twice = sum(times > 1 for times in server.answered.values())
        in_flight = len(schedule.kills_s) * schedule.concurrency
        assert twice <= in_flight, f"{seed}: {twice} were answered twice"


def _check_journal(schedule: Schedule, url: str, journal: Path) -> None:
    with open_journal(journal) as opened:
        for number, pending in enumerate(requests_of(schedule, url)):
            record = opened.records([pending.key])[pending.key]
            assert record.is_settled, f"{number} has no outcome"
            if record.reply is not None:
                assert record.reply.text == reply_text(question(number)), f"{number} is another's"
            else:
                assert record.problem
