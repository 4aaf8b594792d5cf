"""Faults, kills and restarts; `make soak` tries many more schedules than this."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.schedules import run_schedule


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_lost_or_wrong_or_asked_twice(seed: int, tmp_path: Path) -> None:
    run_schedule(seed, tmp_path)
