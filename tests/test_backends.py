"""The table of backends."""

from __future__ import annotations

import importlib

import pytest

from mmgen_datasets.backends import BACKENDS
from tests.contracts.backend import BackendContract


@pytest.mark.parametrize("name", BACKENDS)
def test_every_backend_of_the_table_keeps_the_contract(name: str) -> None:
    """``tests/test_NAME.py`` inherits the contract."""
    module = importlib.import_module(f"tests.test_{name}")
    values = vars(module).values()
    assert any(
        isinstance(v, type) and issubclass(v, BackendContract)
        for v in values
        if v is not BackendContract
    )
