"""The page of a run in a browser while the run goes on: rows arrive, and nothing jumps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmgen_datasets import Pace, RunFolder, fill_run, load_run
from mmgen_datasets.quality import CHECKS
from mmgen_datasets.quality.check_run import check_run
from mmgen_datasets.report.payload import payload_of
from mmgen_datasets.report.server import Server
from tests import browser
from tests.live_runs import live_plan, served
from tests.report_runs import HOSTILE
from tests.test_processes import started, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.skipif(browser.missing() is not None, reason=browser.missing() or ""),
    pytest.mark.slow,
]

_FINISHED = "#standing[data-status=finished]"
_ROW_TOP = "row => document.getElementById(row)?.getBoundingClientRect().top"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser, once all checks are imported: a run is to go on while it is looked at."""
    first = tmp_path_factory.mktemp("first")
    fill_run(RunFolder(first), live_plan(limit=1))
    check_run(first, checks=[*CHECKS])
    with browser.chromium() as opened:
        yield opened


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ForkServerProcess]:
    """A run of 72 requests that takes some ten seconds."""
    process = started(tmp_path / "run", live_plan(0.25), Pace(2))
    try:
        wait_for((tmp_path / "run" / "run.json").exists)
        yield process
    finally:
        process.kill()
        process.join()


@pytest.fixture
def run(tmp_path: Path, process: ForkServerProcess) -> Path:
    return tmp_path / "run"


@pytest.fixture
def server(run: Path) -> Iterator[Server]:
    with served(run) as server:
        yield server


@pytest.fixture
def page(chromium: Browser, server: Server) -> Iterator[Page]:
    """The page; a test fails of which it complains, or which asks for anything elsewhere."""
    troubles: list[str] = []
    with chromium.new_context(viewport={"width": 1440, "height": 600}) as context:
        context.on("console", lambda said: troubles.append(said.text))
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        context.on("dialog", lambda dialog: troubles.append(dialog.message))
        context.on(
            "request",
            lambda asked: (
                None if asked.url.startswith((server.url, "data:")) else troubles.append(asked.url)
            ),
        )
        page = context.new_page()
        page.goto(server.url)
        page.wait_for_selector("body[data-read]")
        yield page
        assert page.evaluate("window.hacked") is None
    assert troubles == []


def number(page: Page, name: str) -> int:
    """A figure of the overview."""
    figures = page.locator("#figures div").all()
    told = {one.locator("dt").inner_text(): one.locator("dd").inner_text() for one in figures}
    return int(re.split(r"\s", told[name].replace(",", ""))[0])


def test_rows_arrive_until_the_run_is_finished(page: Page, run: Path) -> None:
    page.locator("#part-kinds .bars tbody tr").nth(1).wait_for()
    before = number(page, "conversations")
    assert "settled" in page.locator("#story").inner_text()
    page.wait_for_selector(_FINISHED, timeout=60_000)
    assert (page.locator("#said").text_content() or "").startswith("The run is finished. 72 of 72")
    check_run(run, checks=[*CHECKS])
    told = payload_of(run).overview
    assert before < number(page, "conversations") == told["counts"]["conversations"]
    assert number(page, "rejected") == told["counts"]["rejects"] > 0
    assert number(page, "failed a check") == told["counts"]["failing"] > 0
    table = page.locator("#part-kinds .bars").first
    kinds = dict(row.inner_text().split("\t")[:2] for row in table.locator("tbody tr").all())
    assert {name: int(n) for name, n in kinds.items()} == dict(told["kinds"])
    reasons = page.locator("#part-rejects .reason").all_inner_texts()
    assert sorted(reasons) == sorted(row["reason"] for row in told["rejects"])
    page.keyboard.press("s")
    assert page.locator("#found").inner_text() == f"{told['counts']['conversations']} conversations"
    listed = page.locator(".item .id").all_inner_texts()
    assert listed == load_run(run)["id"][: len(listed)]


def test_what_is_looked_at_stays(page: Page) -> None:
    page.keyboard.press("s")
    page.locator(".item").nth(9).wait_for()
    page.locator(".item").nth(3).click()
    chosen = page.locator(".item[aria-selected=true]").get_attribute("id")
    name = page.locator("#sample h2").inner_text()
    text = page.locator(".said").last.evaluate_handle("it => (window.kept = it)")
    page.locator("#list").evaluate("it => { it.scrollTop = 200; }")
    top = page.evaluate(_ROW_TOP, chosen)
    page.locator("input[data-facet=kind]").first.focus()
    page.wait_for_selector("#arrived:visible")
    page.wait_for_selector(_FINISHED, timeout=60_000)
    assert page.locator(".item[aria-selected=true]").get_attribute("id") == chosen
    assert page.locator("#sample h2").inner_text() == name
    assert text.evaluate("it => it === window.kept && it.isConnected")
    assert page.evaluate(_ROW_TOP, chosen) == pytest.approx(top, abs=1)
    assert page.evaluate("document.activeElement.dataset.facet") == "kind"
    assert re.fullmatch(r"\d+ new", page.locator("#arrived").inner_text())
    page.click("#arrived")
    page.wait_for_selector("#arrived", state="hidden")


def test_a_filter_holds_for_what_comes(page: Page) -> None:
    page.keyboard.press("s")
    page.locator("input[data-facet=kind]").nth(1).wait_for()
    page.locator("input[data-facet=kind]").first.click()
    kind = page.locator("input[data-facet=kind]:checked").get_attribute("data-name")
    page.wait_for_selector(_FINISHED, timeout=60_000)
    checked = page.locator("input[data-facet=kind]:checked")
    assert checked.get_attribute("data-name") == kind
    kinds = set(page.locator(".item .kind").all_inner_texts())
    assert kinds == {kind}
    left, total = re.findall(r"\d+", page.locator("#found").inner_text())[:2]
    assert 0 < int(left) < int(total)
    assert page.locator("label:has(:checked) .count").inner_text() == left


def test_hostile_text_that_comes_in_stays_text(page: Page) -> None:
    page.wait_for_selector(_FINISHED, timeout=60_000)
    page.locator("#part-rejects summary").first.click()
    assert "no answer came to <b>it</b>" in page.locator("#part-rejects").inner_text()
    page.keyboard.press("/")
    page.keyboard.insert_text("<img src=x onerror=")
    page.wait_for_selector("#clear:visible")
    page.locator(".said mark.found").first.wait_for()
    answers = page.locator(".said").all()
    assert HOSTILE[3] in [one.evaluate("it => it.textContent") for one in answers]
    assert page.locator("#sample img[onerror], #sample script").count() == 0


def test_an_open_part_of_the_overview_stays_open(page: Page) -> None:
    page.wait_for_selector("#part-rejects details")
    page.locator("#part-rejects summary").first.click()
    shown = page.locator("#part-categories .more")
    shown.click()
    rows = page.locator("#part-categories tbody tr")
    page.wait_for_selector(_FINISHED, timeout=60_000)
    assert page.locator("#part-rejects details[open]").count() == 1
    assert not shown.count()
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert rows.last.is_visible()


def test_a_server_that_ends_is_told(chromium: Browser, run: Path) -> None:
    with served(run) as server:
        page = chromium.new_page()
        page.goto(server.url)
        page.wait_for_selector("body[data-read]")
    page.wait_for_selector("#standing[data-status='no answer']", timeout=30_000)
    assert "does not answer" in page.locator("#story").inner_text()
    page.close()


def test_a_run_that_is_killed_and_started_again_is_told(
    page: Page, run: Path, process: ForkServerProcess
) -> None:
    process.kill()
    process.join()
    page.wait_for_selector("#standing[data-status=stopped]", timeout=30_000)
    assert "no process is at work on it" in page.locator("#story").inner_text()
    command = page.locator("#again pre").inner_text()
    assert command.startswith("mmgen generate coco2017 ")
    assert f"--out {run}" in command
    again = started(run, live_plan(0.05), Pace(8))
    try:
        page.wait_for_selector(_FINISHED, timeout=60_000)
    finally:
        again.kill()
        again.join()
    assert not page.locator("#again").is_visible()
    assert number(page, "conversations") == len(load_run(run))
