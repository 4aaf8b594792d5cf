"""What one does on the page of a run, and reads there."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

_PATIENCE_S = 20


def opened(context: BrowserContext, run: Path, **wanted: str | list[str]) -> Page:
    """The page of a run, once all of it is read."""
    page = context.new_page()
    page.goto(f"{(run / 'report.html').as_uri()}#{urlencode(wanted, doseq=True)}")
    page.wait_for_selector("body[data-read]")
    return page


def found(page: Page) -> str:
    return page.locator("#found").inner_text()


def shown_id(page: Page) -> str:
    return page.locator("#sample h2").inner_text()


def choose(page: Page, facet: str, name: str) -> None:
    box = page.locator(f"input[data-facet={facet}]")
    box.nth([b.get_attribute("data-name") for b in box.all()].index(name)).click()


def wait_until(page: Page, met: Callable[[], bool]) -> None:
    """Wait for something; Playwright's own wait is not allowed by the page's policy."""
    end = time.monotonic() + _PATIENCE_S
    while not met():
        assert time.monotonic() < end, "it did not come to this in time"
        page.wait_for_timeout(50)
