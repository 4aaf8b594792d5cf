"""What the overview tells, and what filters and searches leave, held against what Python counts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mmgen_datasets as mmgen
from mmgen_datasets.cli import main
from mmgen_datasets.generation.run_samples import run_samples
from mmgen_datasets.quality.check_run import check_run
from mmgen_datasets.report.write import write_report
from tests.report_page.pages import choose, found, opened, shown_id
from tests.report_runs import KINDS, Row, changed, sample_run

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


def test_the_overview_tells_what_python_counts(page: Page, rows: list[Row]) -> None:
    failing = sum(any(c["passed"] is False for c in row["checks"]) for row in rows)
    figures = page.locator(".figures").inner_text()
    assert re.search(rf"\b{len(rows)}\b", figures)
    assert re.search(rf"\b{failing}\b", figures)
    table = page.locator("#part-kinds .bars").first
    told = dict(row.inner_text().split("\t")[:2] for row in table.locator("tbody tr").all())
    assert told == {kind: str(sum(row["kind"] == kind for row in rows)) for kind in KINDS}


def test_checks_that_all_passed_are_a_line(context: BrowserContext, tmp_path: Path) -> None:
    folder = sample_run(tmp_path / "run")
    check_run(folder, checks=["turns", "refusal"], annotations=False)
    write_report(folder)
    part = opened(context, folder).locator("#part-checks .body")
    assert part.inner_text().startswith("All 2 checks passed, on 23 conversations.")
    assert not part.locator("table").is_visible()
    part.locator("summary").click()
    assert part.locator("table").is_visible()


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


def test_choices_stay_where_they_are_when_one_is_made(page: Page) -> None:
    """The pointer rests where it was: a second click there must not choose something else."""
    page.click("#to-samples")
    first = page.locator("#facets label").first
    before = first.bounding_box()
    choose(page, "check", "*")
    page.wait_for_selector("#clear:visible")
    assert first.bounding_box() == before


def test_a_choice_that_leaves_nothing_is_a_line_like_others(page: Page) -> None:
    page.click("#to-samples")
    usual = page.locator("#facets label").first.bounding_box()
    page.fill("#search", "what nobody says")
    empty = page.locator("#facets label.none").first
    assert empty.locator(".count").inner_text() == "0"
    found_box = empty.bounding_box()
    assert usual is not None
    assert found_box is not None
    assert found_box["height"] == usual["height"]


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


def test_a_score_that_is_always_the_same_is_no_filter(
    context: BrowserContext, tmp_path: Path
) -> None:
    score = {"name": "tone", "value": 5.0, "judge": "judge", "detail": None}
    folder = changed(sample_run(tmp_path / "run"), lambda _, row: row | {"scores": [score]})
    write_report(folder)
    page = opened(context, folder, view="samples")
    assert page.locator(".scores").is_visible()
    assert page.locator(".range").count() == 0


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
