"""Run many random schedules of faults, kills and restarts.

python -m tests.soak --schedules 200
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.schedules import run_schedule


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="number of the first schedule")
    options = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.first, options.first + options.schedules):
            run_schedule(seed, Path(folder))
    seconds = time.monotonic() - start
    print(f"{options.schedules} schedules in {seconds:.0f} s: nothing lost, nothing wrong")  # noqa: T201


if __name__ == "__main__":
    main()
