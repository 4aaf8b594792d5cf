"""Further processes that do the same work as this one, and end when it ends."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from types import FrameType
from typing import Any

import datasets

from mmgen_datasets.errors import MMGenError

_LOG = logging.getLogger(__name__)
_INTERRUPTED = 130


@contextmanager
def accompanied(count: int, work: Callable[[], object]) -> Iterator[None]:
    """Do work in so many further processes while a block runs, and wait for them at its end.

    Those that have not begun by then are not waited for. An interrupt of this process is one of
    each of them. They stop also when this one is killed.

    Args:
        count: how many; may be 0.
        work: what each is to do; has to be picklable.
    """
    context = multiprocessing.get_context("spawn")
    begun = [context.Event() for _ in range(count)]
    others: list[BaseProcess] = [
        context.Process(target=_accompany, args=(work, event), daemon=True) for event in begun
    ]
    with _interrupts_handed_on(others):
        for other in others:
            other.start()
        try:
            yield
            _interrupt(
                [other for other, event in zip(others, begun, strict=True) if not event.is_set()]
            )
        except KeyboardInterrupt:
            raise
        except BaseException:
            _interrupt(others)
            raise
        finally:
            for other in others:
                other.join()


@contextmanager
def _interrupts_handed_on(others: Sequence[BaseProcess]) -> Iterator[None]:
    """Hand on what interrupts this process; only the main thread hears of it."""
    with ExitStack() as stack:
        if others and threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                before = signal.getsignal(number)
                if callable(before):
                    signal.signal(number, _handing_on(others, before))
                    stack.callback(signal.signal, number, before)
        yield


def _handing_on(
    others: Sequence[BaseProcess], before: Callable[[int, FrameType | None], Any]
) -> Callable[[int, FrameType | None], Any]:
    def handle(number: int, frame: FrameType | None) -> None:
        _interrupt(others)
        before(number, frame)

    return handle


def _interrupt(others: Sequence[BaseProcess]) -> None:
    for other in others:
        if other.pid is not None:
            other.terminate()


def _accompany(work: Callable[[], object], begun: Event) -> None:
    """What a further process does: the same, quietly."""
    begun.set()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; the first process hands it on
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    datasets.disable_progress_bars()
    os.environ["TTY_COMPATIBLE"] = "0"  # to `rich`: the terminal is the first process's
    logging.disable(logging.WARNING)
    try:
        work()
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None
    except MMGenError as error:
        _LOG.error("%s", error)
        raise SystemExit(2) from None


def _end_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
