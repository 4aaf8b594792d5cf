"""The bundled sample: its files, its pictures, and that the script still draws it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mmgen_datasets.licence import license_from_url
from mmgen_datasets.vocabulary import COCO
from scripts.draw_sample import main
from scripts.sample.outlines import polygons, run_lengths

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "builders" / "sample" / "coco"
SPLITS = ("train", "val")


@cache
def _read(kind: str, split: str) -> Any:
    path = SAMPLE / "annotations" / f"{kind}_{split}2017.json"
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def _pixels(split: str, image_id: int) -> NDArray[np.int16]:
    with Image.open(SAMPLE / f"{split}2017" / f"{image_id:012d}.jpg") as picture:
        return np.asarray(picture, dtype=np.int16)


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    assert main(["--out", str(out)]) == 0
    return out


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("kind", ["instances", "captions"])
def test_the_script_writes_the_same_annotations_again(redrawn: Path, kind: str, split: str) -> None:
    name = f"annotations/{kind}_{split}2017.json"
    assert (redrawn / name).read_bytes() == (SAMPLE / name).read_bytes()


def test_the_script_draws_the_same_pictures_again(redrawn: Path) -> None:
    """To the eye; another build of libjpeg may round otherwise."""
    drawn = {path.relative_to(redrawn) for path in redrawn.glob("*/*.jpg")}
    assert drawn == {path.relative_to(SAMPLE) for path in SAMPLE.glob("*/*.jpg")}
    for path in drawn:
        with Image.open(redrawn / path) as new, Image.open(SAMPLE / path) as kept:
            apart = np.abs(np.asarray(new, dtype=np.int16) - np.asarray(kept, dtype=np.int16))
            assert apart.mean() < 1


def test_the_script_runs_by_its_path() -> None:
    script = ROOT / "scripts" / "draw_sample.py"
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, check=True)
    assert b"--out" in done.stdout


def test_it_is_small() -> None:
    sizes = [path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()]
    assert sum(sizes) < 400_000


@pytest.mark.parametrize(("split", "number"), [("train", 24), ("val", 8)])
def test_every_picture_is_listed_with_its_size(split: str, number: int) -> None:
    images = _read("instances", split)["images"]
    assert images == _read("captions", split)["images"]
    assert len(images) == number == len({image["id"] for image in images})
    for image in images:
        with Image.open(SAMPLE / f"{split}2017" / image["file_name"]) as picture:
            assert picture.size == (image["width"], image["height"])
            assert picture.format == "JPEG"


def test_ids_are_unique_over_both_splits() -> None:
    ids = [image["id"] for split in SPLITS for image in _read("instances", split)["images"]]
    assert len(set(ids)) == len(ids)


def test_categories_are_the_official_ones() -> None:
    categories = _read("instances", "train")["categories"]
    named = [(category["name"], category["supercategory"]) for category in categories]
    assert named == list(COCO)
    official = {"person": 1, "stop sign": 13, "umbrella": 28, "tv": 72, "toothbrush": 90}
    ids = {category["name"]: category["id"] for category in categories}
    assert official.items() <= ids.items()


def test_licences_are_the_official_eight_and_several_are_used() -> None:
    content = _read("instances", "train")
    terms = [license_from_url(str(x["id"]), x["name"], x["url"]) for x in content["licenses"]]
    assert [term.commercial for term in terms] == [False, False, False, *[True] * 5]
    assert {4, 5, 7} < {image["license"] for image in content["images"]}


def test_one_picture_has_no_objects_and_one_no_captions() -> None:
    ids = {image["id"] for image in _read("instances", "train")["images"]}
    assert ids - {note["image_id"] for note in _read("instances", "train")["annotations"]} == {1675}
    assert ids - {note["image_id"] for note in _read("captions", "train")["annotations"]} == {1712}


@pytest.mark.parametrize("split", SPLITS)
def test_a_picture_has_five_captions(split: str) -> None:
    captions = defaultdict(list)
    for note in _read("captions", split)["annotations"]:
        captions[note["image_id"]].append(note["caption"])
    assert {len(set(texts)) for texts in captions.values()} == {5}


@pytest.mark.parametrize("split", SPLITS)
def test_boxes_lie_within_their_picture(split: str) -> None:
    for note in _read("instances", split)["annotations"]:
        x, y, width, height = note["bbox"]
        assert 0 <= x < x + width <= 320
        assert 0 <= y < y + height <= 240


@pytest.mark.parametrize("split", SPLITS)
def test_an_outline_fills_its_box_and_its_area(split: str) -> None:
    for note in _read("instances", split)["annotations"]:
        mask = _mask(note["segmentation"])
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        x, y, width, height = note["bbox"]
        edges = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
        assert edges == pytest.approx([x, y, x + width, y + height], abs=1.5)
        assert mask.sum() == pytest.approx(note["area"], rel=0.05, abs=10)


def test_crowds_are_run_lengths_and_the_rest_polygons() -> None:
    notes = [note for split in SPLITS for note in _read("instances", split)["annotations"]]
    assert sum(note["iscrowd"] for note in notes) == 3
    for note in notes:
        assert isinstance(note["segmentation"], dict if note["iscrowd"] else list)


def test_a_thing_is_where_its_box_says() -> None:
    """Within a box the picture differs from the same place without the thing."""
    places = {1120: 1675, 7198: 1675, 1342: 7124}  # pictures of the same place
    for image_id, other in places.items():
        here, there = (_pixels(_split(number), number) for number in (image_id, other))
        notes = _read("instances", _split(image_id))["annotations"]
        changed = np.abs(here - there).sum(2) > 60
        for note in (note for note in notes if note["image_id"] == image_id):
            assert changed[_mask(note["segmentation"])].mean() > 0.5


def test_nothing_is_drawn_outside_of_the_boxes() -> None:
    here, there = _pixels("val", 7198), _pixels("train", 1675)
    [note] = (n for n in _read("instances", "val")["annotations"] if n["image_id"] == 7198)
    x, y, width, height = (int(edge) for edge in note["bbox"])
    rest = np.abs(here - there).sum(2) > 60
    rest[y - 3 : y + height + 6, x - 3 : x + width + 3] = False  # ringing of JPEG, and the shadow
    assert not rest.any()


def test_a_red_ball_is_red() -> None:
    [note] = (
        note
        for note in _read("instances", "train")["annotations"]
        if note["image_id"] == 1009 and note["category_id"] == 37
    )
    red, green, blue = np.median(_pixels("train", 1009)[_mask(note["segmentation"])], axis=0)
    assert red > 180 > 120 > max(green, blue)


def test_a_square_has_four_corners() -> None:
    mask = np.zeros((6, 6), dtype=np.bool_)
    mask[1:4, 2:5] = True
    [square] = polygons(mask)
    corners = set(zip(square[::2], square[1::2], strict=True))
    assert corners == {(2.0, 1.0), (5.0, 1.0), (5.0, 4.0), (2.0, 4.0)}


def test_two_pieces_are_two_polygons_and_a_hole_is_none() -> None:
    mask = np.zeros((5, 9), dtype=np.bool_)
    mask[0:5, 0:5] = True
    mask[2, 2] = False
    mask[1:4, 6:9] = True
    assert len(polygons(mask)) == 2


@pytest.mark.parametrize("first", [False, True])
def test_run_lengths_begin_with_what_is_empty(first: bool) -> None:
    mask = np.array([[first, True], [True, False]])
    assert run_lengths(mask) == {"counts": [0, 3, 1] if first else [1, 2, 1], "size": [2, 2]}


def _split(image_id: int) -> str:
    return "val" if image_id >= 7013 else "train"


def _mask(segmentation: Any) -> NDArray[np.bool_]:
    """Fill an outline again, independently of how it was made."""
    if isinstance(segmentation, dict):
        counts, (height, width) = segmentation["counts"], segmentation["size"]
        filled = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
        return filled.reshape(width, height).T
    stencil = Image.new("L", (320 * 8, 240 * 8))
    for polygon in segmentation:
        ImageDraw.Draw(stencil).polygon([8 * number for number in polygon], 255)
    return np.asarray(stencil.reduce(8)) >= 128
