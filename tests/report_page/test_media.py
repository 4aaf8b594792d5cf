"""Pictures with their boxes, motions and recordings, beside what is said about them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mmgen_datasets as mmgen
from mmgen_datasets.generation.run_samples import run_samples
from mmgen_datasets.report.write import write_report
from tests.photographs import file_of as file_of_picture
from tests.photographs import photograph
from tests.report_page.pages import opened, wait_until
from tests.report_runs import (
    Row,
    changed,
    motion_run,
    sample_run,
    several_run,
    skeleton_run,
    sound_run,
    video_run,
)
from tests.sounds import file_of, tone
from tests.videos import webm

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


def test_boxes_stand_where_they_are_annotated(
    context: BrowserContext, run: Path, rows: list[Row]
) -> None:
    samples = {row["id"]: row for row in run_samples(run).remove_columns("image")}
    row = next(row for row in rows if len(samples[row["sample_id"]]["objects"]) > 1)
    page = opened(context, run, id=row["id"])
    boxes = page.locator(".boxes")
    assert boxes.evaluate("it => getComputedStyle(it).opacity") == "0"
    page.hover(".frame")
    wait_until(page, lambda: boxes.evaluate("it => getComputedStyle(it).opacity") == "1")
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


_SIZES = "all => all.map((it) => [it.naturalWidth, it.naturalHeight])"


def test_several_pictures_stand_in_their_order_and_text_alone_misses_none(
    context: BrowserContext, tmp_path: Path
) -> None:
    others = [file_of_picture(photograph(*size)) for size in ((64, 48), (30, 60))]
    folder = several_run(tmp_path / "run", others)
    write_report(folder)
    page = opened(context, folder, view="samples")
    pictures = page.locator(".media img")
    wait_until(page, lambda: pictures.evaluate_all("all => all.every((it) => it.complete)"))
    [first, *rest] = pictures.evaluate_all(_SIZES)
    assert rest == [[64, 48], [30, 60]]
    assert page.locator(".still img").first.evaluate("it => it.naturalWidth") == first[0]
    assert page.locator(".frame").first.locator(".box").count() > 0
    assert page.locator(".others .box").count() == 0
    assert page.locator(".missing").inner_text() == "4 of 4\nthe image is not in the run"
    edges = [box["y"] + box["height"] for p in pictures.all() if (box := p.bounding_box())]
    assert edges[0] < min(edges[1:]), "the others stand below the first"
    page.keyboard.press("j")
    wait_until(page, lambda: pictures.count() == 1)
    page.keyboard.press("j")
    page.locator(".said", has_text="What is one and one?").wait_for()
    assert page.locator(".media").inner_text() == ""
    page.keyboard.press("j")
    page.locator(".missing", has_text="the image is not in the run").wait_for()


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


_INK = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 255) colours.add(`rgb(${data[at]}, ${data[at + 1]}, ${data[at + 2]})`);
  }
  return [...colours];
}"""


_COLOUR = "(it, name) => getComputedStyle(it).getPropertyValue(name)"


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
    if page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches"):
        page.wait_for_timeout(300)  # as long as a motion that ran would take to be seen
        assert float(time.input_value()) == 0
        page.get_by_role("button", name="Play").click()
    wait_until(page, lambda: float(time.input_value()) > 0)


def test_recordings_can_be_played(context: BrowserContext, tmp_path: Path) -> None:
    folder = sound_run(tmp_path / "run", [file_of(tone(0.5, 16_000), 16_000), b"?"])
    write_report(folder)
    page = opened(context, folder, view="samples")
    player = page.locator("audio")
    player.wait_for()
    wait_until(page, lambda: player.evaluate("it => it.duration > 0"))
    assert player.evaluate("it => it.duration") == pytest.approx(0.5, abs=0.01)
    page.keyboard.press("j")
    page.get_by_text("in a format that browsers do not play").wait_for()


_TELL_REVOKED = """
const revoke = URL.revokeObjectURL.bind(URL);
window.revoked = [];
URL.revokeObjectURL = (address) => { window.revoked.push(address); revoke(address); };
"""


def test_videos_can_be_played_and_others_are_named(context: BrowserContext, tmp_path: Path) -> None:
    broken = webm(["red"])[:200]
    folder = video_run(tmp_path / "run", [webm(["red", "blue"], seconds=0.5), broken, b"?"])
    write_report(folder)
    context.add_init_script(_TELL_REVOKED)
    page = opened(context, folder, view="samples")
    player = page.locator("video")
    player.wait_for()
    wait_until(page, lambda: player.evaluate("it => it.readyState >= 2"))
    assert player.evaluate("it => [it.videoWidth, it.videoHeight, it.paused]") == [64, 48, True]
    assert player.evaluate("it => it.duration") == pytest.approx(0.5, abs=0.01)
    address = player.get_attribute("src") or ""
    player.evaluate("it => it.play()")
    wait_until(page, lambda: player.evaluate("it => it.ended"))
    assert page.locator(".still").first.inner_text().startswith("▶")
    for problem in ("cannot play the video", "in a format that browsers do not play"):
        page.keyboard.press("j")
        told = page.locator(".missing", has_text=problem)
        told.wait_for()
        assert re.search(r"\w+\.jpg", told.inner_text()), "the file is named"
    assert address.startswith("blob:")
    assert address in page.evaluate("window.revoked"), "what is no longer shown needs no memory"


@pytest.mark.parametrize("known", [True, False])
def test_joints_of_a_source_are_drawn(context: BrowserContext, tmp_path: Path, known: bool) -> None:
    joint_type = "joint3d_cam_rootrel_meter" if known else None
    folder = skeleton_run(tmp_path / "run", joint_type=joint_type, num_frames=10, data_stride=10)
    write_report(folder)
    page = opened(context, folder, view="samples")
    page.locator(".sides").wait_for()
    canvas = page.locator(".motion canvas")
    colours = {canvas.evaluate(_COLOUR, name) for name in ("--ink", "--accent", "--quiet")}
    assert colours <= set(canvas.evaluate(_INK))
    slider = page.get_by_label("Time")
    page.get_by_role("button", name="Pause").click()
    slider.focus()
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "0.0 of 0.4 s"
    slider.press("End")
    assert float(slider.input_value()) == 4
    assert page.locator(".still canvas").first.evaluate(_INK)
