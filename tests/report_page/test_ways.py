"""How one gets from sample to sample: by keys, links and names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mmgen_datasets.quality.case import Fault
from mmgen_datasets.quality.detail import write_detail
from mmgen_datasets.report.write import write_report
from tests.report_page.pages import choose, found, opened, shown_id
from tests.report_runs import KINDS, Row, changed, sample_run

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


def test_keys_lead_through_the_samples(page: Page, rows: list[Row]) -> None:
    page.keyboard.press("s")
    page.wait_for_selector("#sample h2")
    assert shown_id(page) == rows[0]["id"]
    for key, place in [("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("k", 0)]:
        page.keyboard.press(key)
        page.locator("#sample h2", has_text=rows[place]["id"]).wait_for()
        assert page.locator(".item[aria-selected=true]").get_attribute("aria-posinset") == str(
            place + 1
        )
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("jk?")
    assert page.locator("#search").input_value() == "jk?"
    page.keyboard.press("Escape")
    page.wait_for_selector("#clear", state="hidden")
    assert found(page) == f"{len(rows)} conversations"
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    assert page.locator("#overview").is_visible()


def test_a_link_leads_to_the_same_again(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    page = opened(context, run)
    page.click("#to-samples")
    choose(page, "kind", KINDS[2])
    page.keyboard.press("j")
    page.locator("#sample h2", has_text=rows[5]["id"]).wait_for()
    page.wait_for_url(re.compile("id="))
    again = context.new_page()
    again.goto(page.url)
    again.wait_for_selector("body[data-read]")
    again.locator("#sample h2", has_text=rows[5]["id"]).wait_for()
    assert found(again) == found(page)
    page.go_back()
    assert page.locator("#overview").is_visible()


def test_what_repeats_another_conversation_leads_to_it(
    context: BrowserContext, tmp_path: Path
) -> None:
    def repeating(place: int, row: Row) -> Row:
        detail = write_detail([Fault(0, "", "as a whole, repeats coco2017-1046-grounded")])
        found = {"name": "duplicate", "passed": False, "detail": detail}
        return row | {"checks": [found] if place == 0 else []}

    folder = changed(sample_run(tmp_path / "run"), repeating)
    write_report(folder)
    page = opened(context, folder, view="samples")
    page.get_by_role("button", name="coco2017-1046-grounded").click()
    page.locator("#sample h2", has_text="coco2017-1046-grounded").wait_for()


def test_an_id_that_is_not_there_is_told(context: BrowserContext, run: Path) -> None:
    page = opened(context, run, id="<b>none</b>")
    assert "<b>none</b>" in page.locator("#sample").inner_text()


def test_a_run_without_conversations_has_a_page(context: BrowserContext, tmp_path: Path) -> None:
    folder = sample_run(tmp_path / "run")
    for file in (folder / "conversations").glob("*.parquet"):
        file.unlink()
    write_report(folder)
    page = opened(context, folder)
    assert "no question follows" in page.locator("#part-rejects").inner_text()
    page.click("#to-samples")
    assert "no conversations" in page.locator("#nothing").inner_text()
