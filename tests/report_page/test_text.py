"""What a model wrote, on the page: it stays text, and what is wrong with it is marked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmgen_datasets.quality.detail import read_detail
from tests.report_page.pages import opened
from tests.report_runs import HOSTILE, KINDS, Row

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_hostile_text_stays_text(
    context: BrowserContext, run: Path, rows: list[Row], place: int
) -> None:
    page = opened(context, run, id=rows[place]["id"])
    said = page.locator(".said").all()
    assert [one.evaluate("it => it.textContent") for one in said] == [
        message["content"] for message in rows[place]["messages"]
    ]
    assert (
        page.locator("#sample script, #sample img[onerror], #sample a[href^=javascript]").count()
        == 0
    )


def test_hostile_names_and_replies_stay_text(page: Page) -> None:
    assert KINDS[2] in page.locator("#part-kinds").inner_text()
    assert "not the form <i>asked</i> for" in page.locator("#part-rejects").inner_text()
    page.locator("#part-rejects summary").first.click()
    assert HOSTILE[0] in page.locator("#part-rejects pre").inner_text()
    assert "<b>bold</b>" in page.locator("#part-checks").inner_text()


def test_marks_stand_on_the_words_at_fault(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    for row in [r for r in rows if any(c["passed"] is False for c in r["checks"])][:6]:
        page = opened(context, run, id=row["id"])
        faults = [
            (fault.words, f"{check['name']}: {fault.problem}")
            for check in row["checks"]
            for fault in read_detail(check["detail"])
        ]
        for words, told in faults:
            if not words:
                assert told in page.locator(".about").inner_text()
                continue
            marks = page.locator("mark.fault")
            texts = [
                m.inner_text() for m in marks.all() if told in (m.get_attribute("data-told") or "")
            ]
            marked = "".join(texts)
            assert marked
            assert marked == words * (len(marked) // len(words))
        if page.locator("mark.fault").count():
            page.locator("mark.fault").first.focus()
            assert page.locator("#tip").is_visible()
        page.close()


def test_a_search_with_many_hits_in_a_long_text_is_answered(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    page = opened(context, run, id=rows[6]["id"], q="w")
    page.locator(".said mark.found").first.wait_for()
    assert page.locator(".said").nth(1).evaluate("it => it.textContent") == HOSTILE[6]
