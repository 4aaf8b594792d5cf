"""`python -m mmgen_datasets` is `mmgen`."""

from __future__ import annotations

import gc
import importlib
import io
import signal
import sys


def start() -> None:
    """Run the command line, and end the process with its exit status."""
    # The libraries make hundreds of thousands of objects that stay. With Python's thresholds,
    # walking through them again and again takes a seventh of the processor time of a short run.
    gc.set_threshold(100_000, 20, 100)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # generated text is of any language
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a scheduler's stop is an interrupt
    try:  # an interrupt may come while the command line is imported, which takes some tenths
        sys.exit(importlib.import_module("mmgen_datasets.cli").main())
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    start()
