"""The line that a person watches while a backend is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mmgen_datasets.generation.tally import Tally


@contextmanager
def shown(tally: Tally) -> Iterator[None]:
    """Show a tally on standard error while it changes; silent where that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with Live(get_renderable=lambda: _render(tally), console=console, refresh_per_second=4):
        yield


def describe(tally: Tally, seconds: float) -> str:
    """Say in a line how far a run is and how it goes.

    Args:
        tally: the counts.
        seconds: since the engine began.

    Example:
        >>> describe(Tally(total=300, known=100, replies=50, failures=1, prompt_tokens=9000), 10)
        '151 of 300 · 5.1 a second · 0:00:29 left · 100 known before · 1 failed · 9,000 tokens'
    """
    asked = tally.replies + tally.failures
    rate = asked / seconds if seconds > 0 else 0.0
    parts = [f"{tally.done:,} of {tally.total:,}"]
    if rate:
        left = timedelta(seconds=round((tally.total - tally.done) / rate))
        parts += [f"{rate:.1f} a second", f"{left} left"]
    parts += [
        f"{count:,} {word}"
        for count, word in (
            (tally.known, "known before"),
            (tally.failures, "failed"),
            (tally.retries, "tried again"),
            (tally.prompt_tokens + tally.completion_tokens, "tokens"),
            (tally.cached_tokens, "of them cached"),
        )
        if count
    ]
    if tally.completion_tokens and seconds > 0:
        parts.append(f"{tally.completion_tokens / seconds:,.0f} written a second")
    if tally.cost:
        parts.append(f"${tally.cost:,.2f}")
    return " · ".join(parts)


def _render(tally: Tally) -> RenderableType:
    lines = Table.grid()  # a bar by itself does not end its line
    lines.add_row(ProgressBar(total=max(tally.total, 1), completed=tally.done))
    lines.add_row(Text(describe(tally, time.monotonic() - tally.started)))
    if tally.note:
        lines.add_row(Text(tally.note))
    if tally.last_problem:
        problem = f"last problem: {tally.last_problem}"
        lines.add_row(Text(problem, style="dim", no_wrap=True, overflow="ellipsis"))
    return lines
