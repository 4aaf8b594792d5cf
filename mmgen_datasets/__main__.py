"""`python -m mmgen_datasets` is `mmgen`."""

from __future__ import annotations

import io
import signal
import sys

from mmgen_datasets.cli import main


def start() -> None:
    """Run the command line, and end the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # generated text is of any language
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a scheduler's stop is an interrupt
    sys.exit(main())


if __name__ == "__main__":
    start()
