"""The page at several widths, in light and in dark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.report_page.pages import choose, found, opened
from tests.report_runs import Row

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

WIDTHS = [360, 820, 1440]


@pytest.mark.parametrize(
    "context", [{"viewport": {"width": w, "height": 800}} for w in WIDTHS], indirect=True
)
def test_nothing_stands_beyond_the_right_edge(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    for wanted in ({}, {"view": "samples"}, {"id": rows[6]["id"]}, {"id": rows[12]["id"]}):
        page = opened(context, run, **wanted)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), wanted
        assert page.evaluate("document.querySelector('#sample').scrollWidth <= innerWidth"), wanted


@pytest.mark.parametrize("context", [{"viewport": {"width": 390, "height": 800}}], indirect=True)
def test_a_telephone_shows_the_list_or_what_is_chosen_of_it(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    page = opened(context, run, view="samples")
    page.locator(".item").nth(1).click()
    page.locator("#sample h2", has_text=rows[1]["id"]).wait_for()
    assert not page.locator("#list").is_visible()
    page.click(".back")
    assert page.locator("#list").is_visible()
    page.click("#show-filters")
    choose(page, "kind", "detail")
    page.click("#close-filters")
    assert found(page).startswith(f"{sum(row['kind'] == 'detail' for row in rows)} of")


_CONTRAST = """([front, back]) => {
  const probe = document.body.appendChild(document.createElement("i"));
  const light = (name) => {
    probe.style.color = `var(${name})`;
    const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3)
      .map((part) => Number(part) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const [dark, bright] = [light(front), light(back)].sort((a, b) => a - b);
  probe.remove();
  return (bright + 0.05) / (dark + 0.05);
}"""


@pytest.mark.parametrize(
    "context", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True
)
def test_text_can_be_read_in_light_and_dark(page: Page) -> None:
    pairs = [
        ("--ink", "--paper"),
        ("--quiet", "--paper"),
        ("--quiet", "--wash"),
        ("--accent", "--paper"),
        ("--accent", "--wash"),
        ("--ink", "--fault"),
        ("--ink", "--found"),
        ("--ink", "--bar"),
    ]
    assert {pair: page.evaluate(_CONTRAST, pair) for pair in pairs} == {
        pair: pytest.approx(100, abs=95.5)
        for pair in pairs  # 4.5 and more
    }


@pytest.mark.parametrize("context", [{"color_scheme": "dark"}], indirect=True)
def test_colours_follow_the_system_and_the_switch(page: Page) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.click("#theme")
    light = page.evaluate(background)
    page.click("#theme")
    assert page.evaluate(background) == dark != light
    assert page.locator("#theme").inner_text() == "dark"
