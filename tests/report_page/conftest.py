"""Pages of a run in a browser; what is loaded or complained of there fails the test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mmgen_datasets as mmgen
from mmgen_datasets.report.write import write_report
from tests import browser
from tests.report_page.pages import opened
from tests.report_runs import Row, eventful_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = eventful_run(tmp_path_factory.mktemp("report") / "run")
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def rows(run: Path) -> list[Row]:
    """The conversations, as Python has them."""
    return list(mmgen.load_run(run).remove_columns("image"))


@pytest.fixture(scope="module")
def chromium(run: Path) -> Iterator[Browser]:
    """One browser; no other test runs while it is open, for its loop would be in their way."""
    if why := browser.missing():
        pytest.skip(why)
    with browser.chromium() as started:
        yield started


@pytest.fixture
def context(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A new context; a test fails of which a page complains, asks, or loads anything."""
    options = getattr(request, "param", {"viewport": {"width": 1440, "height": 900}})
    troubles: list[str] = []
    with chromium.new_context(**options) as context:
        context.on("console", lambda said: troubles.append(said.text))
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        context.on("dialog", lambda dialog: troubles.append(dialog.message))
        context.on("request", lambda asked: _allow(asked.url, troubles))
        yield context
        for page in context.pages:
            assert page.evaluate("window.hacked") is None
    assert troubles == []


def _allow(url: str, troubles: list[str]) -> None:
    if not re.match(r"data:|blob:|file:.*/report\.html(#|$)", url):
        troubles.append(f"a request: {url}")


@pytest.fixture
def page(context: BrowserContext, run: Path) -> Page:
    return opened(context, run)
