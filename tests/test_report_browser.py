"""The page of a run in a browser: what it shows, where it leads, and that it loads nothing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

import mmgen_datasets as mmgen
from mmgen_datasets.cli import main
from mmgen_datasets.generation.run_samples import run_samples
from mmgen_datasets.quality.case import Fault
from mmgen_datasets.quality.check_run import check_run
from mmgen_datasets.quality.detail import read_detail, write_detail
from mmgen_datasets.report.write import write_report
from tests import browser
from tests.report_runs import (
    HOSTILE,
    KINDS,
    Row,
    changed,
    eventful_run,
    motion_run,
    sample_run,
    sound_run,
)
from tests.sounds import file_of, tone

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.skipif(browser.missing() is not None, reason=browser.missing() or "")

WIDTHS = [360, 820, 1440]


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
    with browser.chromium() as opened:
        yield opened


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
    if not re.match(r"data:|file:.*/report\.html(#|$)", url):
        troubles.append(f"a request: {url}")


@pytest.fixture
def page(context: BrowserContext, run: Path) -> Page:
    return opened(context, run)


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


def test_the_overview_tells_what_python_counts(page: Page, rows: list[Row]) -> None:
    failing = sum(any(c["passed"] is False for c in row["checks"]) for row in rows)
    figures = page.locator(".figures").inner_text()
    assert re.search(rf"\b{len(rows)}\b", figures)
    assert re.search(rf"\b{failing}\b", figures)
    table = page.locator("#part-kinds .bars").first
    told = dict(row.inner_text().split("\t")[:2] for row in table.locator("tbody tr").all())
    assert told == {kind: str(sum(row["kind"] == kind for row in rows)) for kind in KINDS}


def facet_cases(rows: list[Row], samples: dict[str, Row]) -> Iterator[tuple[str, str, list[str]]]:
    """Facet, choice, and the ids that it leaves."""

    def failed(row: Row) -> set[str]:
        return {check["name"] for check in row["checks"] if check["passed"] is False}

    yield "kind", "detail", [row["id"] for row in rows if row["kind"] == "detail"]
    yield "check", "my_checks:the", [row["id"] for row in rows if "my_checks:the" in failed(row)]
    yield "check", "*", [row["id"] for row in rows if failed(row)]
    yield "check", "-", [row["id"] for row in rows if not failed(row)]
    with_dog = {
        name
        for name, sample in samples.items()
        if "dog" in [thing["category"] for thing in sample["objects"]]
    }
    yield "category", "dog", [row["id"] for row in rows if row["sample_id"] in with_dog]
    licence = rows[0]["license"]["name"]
    yield "licence", licence, [row["id"] for row in rows if row["license"]["name"] == licence]


def test_filters_leave_what_python_counts(page: Page, run: Path, rows: list[Row]) -> None:
    samples = {row["id"]: row for row in run_samples(run).remove_columns("image")}
    page.click("#to-samples")
    for more in page.locator("#facets .more").all():
        more.click()
    for facet, name, ids in facet_cases(rows, samples):
        assert ids
        assert len(ids) < len(rows)
        choose(page, facet, name)
        assert found(page).startswith(f"{len(ids)} of {len(rows)} ")
        assert shown_id(page) in ids
        page.click("#clear")
    assert found(page) == f"{len(rows)} conversations"


def test_filters_of_two_kinds_hold_together(page: Page, rows: list[Row]) -> None:
    page.click("#to-samples")
    choose(page, "kind", "detail")
    choose(page, "kind", "conversation")
    choose(page, "check", "*")
    left = sum(
        row["kind"] != KINDS[2] and any(c["passed"] is False for c in row["checks"]) for row in rows
    )
    assert found(page).startswith(f"{left} of ")


def test_a_range_of_scores_is_a_filter(context: BrowserContext, run: Path, rows: list[Row]) -> None:
    page = opened(context, run, view="samples", score="correctness:2..3")
    left = sum(any(2 <= s["value"] <= 3 for s in row["scores"]) for row in rows)
    assert found(page).startswith(f"{left} of ")
    page.locator(".range input").first.fill("3")
    page.keyboard.press("Tab")
    left = sum(any(s["value"] == 3 for s in row["scores"]) for row in rows)
    assert found(page).startswith(f"{left} of ")


@pytest.mark.parametrize("words", ["picture", "THERE IS", "<script>", "שלום", "$&.*("])
def test_search_finds_what_python_finds(page: Page, rows: list[Row], words: str) -> None:
    left = [
        row["id"]
        for row in rows
        if any(words.lower() in message["content"].lower() for message in row["messages"])
    ]
    page.keyboard.press("/")
    page.keyboard.insert_text(words)
    page.wait_for_selector("#clear:visible")
    assert found(page).startswith(f"{len(left)} of {len(rows)} ")
    marked = page.locator(".said mark.found")
    if left:
        marked.first.wait_for()
    for one in marked.all():
        assert one.inner_text().lower() in words.lower()
    assert bool(marked.count()) is bool(left)


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


CHOICES: list[dict[str, Any]] = [
    {"kind": ["detail", KINDS[2]]},
    {"check": ["*"], "category": ["dog", "person"]},
    {"check": ["-"]},
    {"check": ["my_checks:the"], "score": ["correctness:2..4"]},
    {"licence": ["Attribution License"], "source": ["coco2017"]},
]


@pytest.mark.parametrize("choices", CHOICES, ids=[" ".join(each) for each in CHOICES])
def test_the_command_selects_what_the_filters_leave(
    context: BrowserContext, run: Path, tmp_path: Path, choices: dict[str, Any]
) -> None:
    page = opened(context, run, view="samples", **choices)
    page.click("#show-command")
    words = shlex.split(page.locator("#command-text").inner_text().replace("\\\n", " "))
    assert words[:3] == ["mmgen", "select", f"runs/{run.name}"]
    assert main(["select", str(run), *words[3:-1], str(tmp_path / "out")]) == 0
    assert found(page).startswith(f"{len(mmgen.load_run(tmp_path / 'out'))} of ")


def test_a_search_has_no_command(context: BrowserContext, run: Path) -> None:
    page = opened(context, run, view="samples", kind="detail", q="picture")
    assert not page.locator("#show-command").is_visible()


def test_a_search_with_many_hits_in_a_long_text_is_answered(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    page = opened(context, run, id=rows[6]["id"], q="w")
    page.locator(".said mark.found").first.wait_for()
    assert page.locator(".said").nth(1).evaluate("it => it.textContent") == HOSTILE[6]


def test_a_run_without_conversations_has_a_page(context: BrowserContext, tmp_path: Path) -> None:
    folder = sample_run(tmp_path / "run")
    for file in (folder / "conversations").glob("*.parquet"):
        file.unlink()
    write_report(folder)
    page = opened(context, folder)
    assert "no question follows" in page.locator("#part-rejects").inner_text()
    page.click("#to-samples")
    assert "no conversations" in page.locator("#nothing").inner_text()


def test_boxes_stand_where_they_are_annotated(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    samples = {row["id"]: row for row in run_samples(run).remove_columns("image")}
    row = next(row for row in rows if len(samples[row["sample_id"]]["objects"]) > 1)
    page = opened(context, run, id=row["id"])
    boxes = page.locator(".boxes")
    assert boxes.evaluate("it => getComputedStyle(it).opacity") == "0"
    page.hover(".frame")
    page.wait_for_timeout(250)  # it fades in
    assert boxes.evaluate("it => getComputedStyle(it).opacity") == "1"
    picture = page.locator(".frame img").bounding_box()
    assert picture is not None
    drawn = sorted(
        tuple(b.values()) for one in page.locator(".box").all() if (b := one.bounding_box())
    )
    expected = sorted(
        _placed(thing["bbox"], picture) for thing in samples[row["sample_id"]]["objects"]
    )
    assert drawn == [pytest.approx(edges, abs=1.0) for edges in expected]


def test_boxes_of_a_picture_that_is_not_there_stand_in_an_empty_frame(
    context: BrowserContext, tmp_path: Path
) -> None:
    folder = changed(
        sample_run(tmp_path / "run"),
        lambda place, row: row | {"image": None},
    )
    write_report(folder)
    page = opened(context, folder, view="samples")
    frame = page.locator(".empty").bounding_box()
    assert frame is not None
    [sample] = [
        one for one in run_samples(folder) if one["id"] == mmgen.load_run(folder)[0]["sample_id"]
    ]
    assert frame["width"] / frame["height"] == pytest.approx(
        sample["width"] / sample["height"], rel=0.01
    )
    drawn = sorted(
        tuple(b.values()) for one in page.locator(".box").all() if (b := one.bounding_box())
    )
    expected = sorted(_placed(thing["bbox"], frame) for thing in sample["objects"])
    assert drawn == [pytest.approx(edges, abs=1.0) for edges in expected]
    assert "not in the run" in page.locator(".picture").inner_text()


def test_checks_that_all_passed_are_a_line(context: BrowserContext, tmp_path: Path) -> None:
    folder = sample_run(tmp_path / "run")
    check_run(folder, checks=["turns", "refusal"], annotations=False)
    write_report(folder)
    part = opened(context, folder).locator("#part-checks .body")
    assert part.inner_text().startswith("All 2 checks passed, on 23 conversations.")
    assert not part.locator("table").is_visible()
    part.locator("summary").click()
    assert part.locator("table").is_visible()


def _placed(bbox: list[float], picture: Any) -> tuple[float, ...]:
    left, top, right, bottom = bbox
    across, down = picture["width"], picture["height"]
    return (
        picture["x"] + left * across,
        picture["y"] + top * down,
        (right - left) * across,
        (bottom - top) * down,
    )


def test_a_name_below_the_picture_shows_its_boxes(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    page = opened(context, run, id=rows[0]["id"])
    name = page.locator(".names button").first
    name.focus()
    page.wait_for_timeout(250)
    category = page.locator(".box.named").first.get_attribute("data-name")
    assert name.inner_text().startswith(category or "?")
    assert page.locator(".box.named .label").first.is_visible()
    name.click()
    page.mouse.move(0, 0)
    page.locator("#search").focus()
    assert page.locator(".box.named").first.get_attribute("data-name") == category
    assert name.get_attribute("aria-pressed") == "true"
    name.click()
    page.locator("#search").focus()
    assert page.locator(".box.named").count() == 0


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
            assert "".join(texts) == words * texts.count(words) or "".join(texts) == words
        if page.locator("mark.fault").count():
            page.locator("mark.fault").first.focus()
            assert page.locator("#tip").is_visible()
        page.close()


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


_INK = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 255) colours.add(`rgb(${data[at]}, ${data[at + 1]}, ${data[at + 2]})`);
  }
  return [...colours];
}"""


@pytest.mark.parametrize(
    "context", [{"reduced_motion": "reduce"}, {"reduced_motion": "no-preference"}], indirect=True
)
def test_motions_are_drawn_and_move_where_that_is_wanted(
    context: BrowserContext, tmp_path: Path
) -> None:
    folder = motion_run(tmp_path / "run")
    write_report(folder)
    page = opened(context, folder, view="samples")
    canvas = page.locator(".motion canvas")
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert ink in canvas.evaluate(_INK)
    assert page.locator(".still canvas").first.evaluate(_INK)
    time = page.locator(".motion input")
    before = float(time.input_value())
    page.wait_for_timeout(300)
    if page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches"):
        assert float(time.input_value()) == before == 0
        page.get_by_role("button", name="Play").click()
        page.wait_for_timeout(300)
    assert float(time.input_value()) > before


def test_recordings_can_be_played(context: BrowserContext, tmp_path: Path) -> None:
    folder = sound_run(tmp_path / "run", [file_of(tone(0.5, 16_000), 16_000), b"?"])
    write_report(folder)
    page = opened(context, folder, view="samples")
    player = page.locator("audio")
    player.wait_for()
    page.wait_for_timeout(300)
    assert player.evaluate("it => it.duration") == pytest.approx(0.5, abs=0.01)
    page.keyboard.press("j")
    page.get_by_text("in a format that browsers do not play").wait_for()


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
