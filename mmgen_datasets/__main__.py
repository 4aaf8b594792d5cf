"""`python -m mmgen_datasets` is `mmgen`."""

from __future__ import annotations

import signal
import sys

from mmgen_datasets.cli import main


def start() -> None:
    """Run the command line, and end the process with its exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a scheduler's stop is an interrupt
    sys.exit(main())


if __name__ == "__main__":
    start()
