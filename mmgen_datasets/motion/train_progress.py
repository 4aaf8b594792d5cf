"""The line that a person watches while a tokenizer is trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from mmgen_datasets.motion.train import Step

_SHOWN_EVERY = 5


@contextmanager
def shown(num_steps: int) -> Iterator[Callable[[Step], None]]:
    """Show steps on standard error; silent where that is no terminal."""
    console = Console(stderr=True)
    columns = (
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,} · {task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[state]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=num_steps, state="", rate="")

        def watch(step: Step) -> None:
            if step.step % _SHOWN_EVERY == 0 or step.step == num_steps:
                speed = progress.tasks[0].finished_speed or progress.tasks[0].speed
                progress.update(
                    task,
                    completed=step.step,
                    rate=f"{speed:.1f} steps a second" if speed else "",
                    state=f"loss {step.loss:.3f} · perplexity {step.perplexity:.0f}",
                )

        yield watch
