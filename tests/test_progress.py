"""The progress line, as a terminal shows it."""

from __future__ import annotations

import io

from rich.console import Console

from mmgen_datasets.generation.progress import _render, describe
from mmgen_datasets.generation.tally import Tally


def drawn(tally: Tally, width: int) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, force_terminal=True, no_color=True).print(_render(tally))
    return file.getvalue().splitlines()


def test_the_counts_stand_below_the_bar_and_are_not_cut_off() -> None:
    tally = Tally(total=300, known=100, replies=50, retries=2, completion_tokens=9000)
    bar, *text = drawn(tally, width=100)
    assert "300" not in bar
    assert "150 of 300" in text[0]
    assert "2 tried again" in " ".join(text)
    assert "9,000 tokens" in " ".join(text)


def test_the_tokens_written_in_a_second_are_told() -> None:
    tally = Tally(total=300, replies=50, prompt_tokens=9000, completion_tokens=3000)
    assert describe(tally, 10).endswith("12,000 tokens · 300 written a second")


def test_a_long_problem_takes_one_line() -> None:
    tally = Tally(total=3, last_problem="the server said " + "no " * 100)
    assert len(drawn(tally, width=60)) == 3
