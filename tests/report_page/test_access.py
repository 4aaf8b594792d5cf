"""Everybody can use the page: by keys, with a screen reader, on paper, without motion."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mmgen_datasets as mmgen
from mmgen_datasets.quality.case import Fault
from mmgen_datasets.quality.detail import read_detail
from mmgen_datasets.report.write import write_report
from tests.report_page.pages import opened, wait_until
from tests.report_runs import Row, motion_run, sample_run
from tests.sample import SAMPLE_DIR

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


def faults_of(page: Page) -> list[str]:
    """What axe-core, the usual checker of web pages, finds wrong with one."""
    axe = pytest.importorskip("axe_playwright_python", reason="pip install --group dev")
    page.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    return [f"{one['help']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


@pytest.mark.parametrize(
    "context",
    [
        {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        for width, scheme in ((1440, "light"), (390, "dark"))
    ],
    indirect=True,
)
def test_axe_finds_no_fault(context: BrowserContext, run: Path, rows: list[Row]) -> None:
    for wanted in ({}, {"view": "samples"}, {"id": rows[-1]["id"]}):
        page = opened(context, run, **wanted)
        assert faults_of(page) == [], wanted
    page.keyboard.press("?")
    assert faults_of(page) == []


def test_axe_finds_no_fault_with_motions(context: BrowserContext, tmp_path: Path) -> None:
    folder = motion_run(tmp_path / "run")
    write_report(folder)
    page = opened(context, folder, view="samples")
    page.locator(".sides").wait_for()
    assert faults_of(page) == []


def faults_in(row: Row) -> list[Fault]:
    """What checks found in a conversation."""
    return [fault for check in row["checks"] for fault in read_detail(check["detail"])]


_FOCUSED = """() => {
  const it = document.activeElement, box = it.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(it);
  return [
    it.id || it.className || it.tagName,
    outlineStyle !== "none" && parseFloat(outlineWidth) >= 1,
    box.width > 0 && box.right > 0 && box.left < innerWidth,
  ];
}"""


def test_tab_leads_to_everything_and_is_seen_to(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    faulty = [row for row in rows if any(fault.words for fault in faults_in(row))]
    page = opened(context, run, id=faulty[-1]["id"])
    names = []
    for _ in range(200):
        page.keyboard.press("Tab")
        name, is_marked, is_visible = page.evaluate(_FOCUSED)
        if name == "BODY":
            break
        assert is_marked, name
        assert is_visible, name
        names.append(name)
    wanted = ["to-overview", "to-samples", "theme", "show-help", "search", "list", "frame"]
    assert [name for name in names if name in wanted] == wanted
    marks = page.locator("mark.fault").count()
    assert marks
    assert sum(name.split(" ")[0] == "fault" for name in names) == marks


def test_boxes_are_shown_by_keys(context: BrowserContext, run: Path, rows: list[Row]) -> None:
    page = opened(context, run, id=rows[0]["id"])
    frame = page.get_by_role("button", name=re.compile(r"The picture .*: \d+ box"))
    for key, wanted in (("Enter", "true"), (" ", "false")):
        frame.press(key)
        assert frame.get_attribute("aria-pressed") == wanted


def test_home_and_end_lead_to_the_first_and_the_last(page: Page, rows: list[Row]) -> None:
    page.keyboard.press("s")
    for key, row in (("End", rows[-1]), ("Home", rows[0])):
        page.keyboard.press(key)
        page.locator("#sample h2", has_text=row["id"]).wait_for()


@pytest.mark.parametrize("context", [{"viewport": {"width": 500, "height": 900}}], indirect=True)
def test_end_leads_to_the_last_where_none_was_chosen(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    page = opened(context, run, view="samples")
    page.keyboard.press("End")
    page.locator("#sample h2", has_text=rows[-1]["id"]).wait_for()


@pytest.mark.parametrize("context", [{"viewport": {"width": 820, "height": 900}}], indirect=True)
def test_the_focus_comes_back_from_the_filters(context: BrowserContext, run: Path) -> None:
    page = opened(context, run, view="samples")
    page.get_by_role("button", name="Filter").press("Enter")
    page.locator("#facets input").first.focus()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "show-filters"


def test_the_page_forbids_itself_all_connections(run: Path) -> None:
    text = (run / "report.html").read_text(encoding="utf-8")
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    told = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert told.pop("default-src") == "'none'"
    allowed = " ".join(value for name, value in told.items())
    assert re.fullmatch(r"((data:|blob:|'none'|'sha256-[\w+/=]+') ?)+", allowed)
    assert "unsafe" not in policy


def test_what_is_looked_at_is_printed_in_light_colours(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    page = opened(context, run)
    page.click("#theme")
    page.click("#theme")
    page.emulate_media(media="print")
    assert page.locator("#part-making pre").is_visible()
    assert not page.locator("#theme").is_visible()
    page.keyboard.press("s")
    page.locator("#sample h2", has_text=rows[0]["id"]).wait_for()
    assert page.locator(".frame img").is_visible()
    assert page.locator(".said").last.is_visible()
    assert not page.locator("#list").is_visible()
    assert not page.locator("#overview").is_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 27, 24)"
    assert page.locator("#sample").evaluate("it => it.scrollHeight <= it.clientHeight + 1")


def test_a_run_of_one_conversation_is_told_as_one(context: BrowserContext, tmp_path: Path) -> None:
    plan = mmgen.Plan("coco2017", data_dir=str(SAMPLE_DIR), limit=1)
    mmgen.fill_run(mmgen.RunFolder(tmp_path / "run"), plan)
    write_report(tmp_path / "run")
    page = opened(context, tmp_path / "run")
    assert page.locator(".story").inner_text().startswith("1 conversation about 1 sample of coco")


def test_nothing_is_told_of_no_conversations(context: BrowserContext, tmp_path: Path) -> None:
    folder = sample_run(tmp_path / "run")
    for file in (folder / "conversations").glob("*.parquet"):
        file.unlink()
    write_report(folder)
    page = opened(context, folder)
    assert page.locator(".story").inner_text() == "No conversation came of it."
    parts = page.locator("#overview > section:visible h2")
    assert parts.all_inner_texts() == ["Rejects", "Making"]
    page.keyboard.press("s")
    wait_until(page, lambda: page.locator("#nothing").is_visible())
    assert page.locator("#sample").inner_text() == ""
