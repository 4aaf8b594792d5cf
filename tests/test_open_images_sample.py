"""The bundled sample of Open Images: its files, and that they are true of its pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mmgen_datasets import load_dataset
from scripts.draw_open_images import main
from tests.sample import OPEN_IMAGES_DIR, SAMPLE_DIR


@pytest.fixture(scope="module")
def splits() -> Any:
    return load_dataset("open_images_v7", data_dir=str(OPEN_IMAGES_DIR))


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    assert main(["--out", str(out)]) == 0
    return out


def test_the_script_writes_the_same_files_again(redrawn: Path) -> None:
    names = {path.relative_to(redrawn) for path in redrawn.rglob("*.*")}
    assert names == {path.relative_to(OPEN_IMAGES_DIR) for path in OPEN_IMAGES_DIR.rglob("*.*")}
    for name in names:
        if name.suffix != ".jpg":
            assert (redrawn / name).read_bytes() == (OPEN_IMAGES_DIR / name).read_bytes()


def test_the_script_draws_the_same_pictures_again(redrawn: Path) -> None:
    """To the eye; another build of libjpeg may round otherwise."""
    for path in redrawn.rglob("*.jpg"):
        with (
            Image.open(path) as new,
            Image.open(OPEN_IMAGES_DIR / path.relative_to(redrawn)) as kept,
        ):
            apart = np.abs(np.asarray(new, dtype=np.int16) - np.asarray(kept, dtype=np.int16))
            assert apart.mean() < 1


def test_it_is_small() -> None:
    sizes = [path.stat().st_size for path in OPEN_IMAGES_DIR.rglob("*") if path.is_file()]
    assert sum(sizes) < 400_000


def test_it_has_the_scenes_of_the_other_one(splits: Any) -> None:
    coco = load_dataset("coco2017", data_dir=str(SAMPLE_DIR))
    assert {name: len(split) for name, split in splits.items()} == {
        name: len(split) for name, split in coco.items()
    }
    for name, split in splits.items():
        numbers = sorted(len(things) for things in split["objects"])
        assert numbers == sorted(len(things) for things in coco[name]["objects"])


def test_every_picture_is_there_with_its_size_and_terms(splits: Any) -> None:
    for split in splits.values():
        for row in split:
            assert row["image"].size == (row["width"], row["height"])
            assert row["license"]["name"] == "CC0 1.0"
            assert row["license"]["commercial"]
            assert row["credit"]["author"]


def test_one_picture_lies_on_its_side_and_says_so(splits: Any) -> None:
    [lying] = [row for row in splits["validation"] if row["rotation"]]
    assert (lying["rotation"], lying["image"].size) == (90, (240, 320))
    upright = lying["image"].rotate(lying["rotation"], expand=True)
    sky, sand = (
        np.asarray(upright)[rows].mean(axis=(0, 1)) for rows in (slice(9), slice(-9, None))
    )
    assert sky[2] > sky[0] > 100  # blue above
    assert sand[0] > sand[2] > 100


def test_what_has_a_box_is_said_to_be_there_and_nothing_else(splits: Any) -> None:
    for split in splits.values():
        for row in split:
            seen = {thing["category"] for thing in row["objects"]}
            labels = {lab["name"]: lab["present"] for lab in row["labels"] if lab["verified"]}
            assert {name for name, present in labels.items() if present} == seen
            assert list(labels.values()).count(False) == 3
            guesses = {lab["name"]: lab["confidence"] for lab in row["labels"][len(labels) :]}
            assert guesses.keys() == seen
            assert all(0.5 <= confidence <= 0.9 for confidence in guesses.values())


def test_flags_are_known_and_several_are_set(splits: Any) -> None:
    things = [thing for split in splits.values() for row in split["objects"] for thing in row]
    for flag in ("is_occluded", "is_truncated", "is_group_of"):
        assert {thing[flag] for thing in things} == {False, True}


def test_relations_and_attributes_are_of_things_with_boxes(splits: Any) -> None:
    relations = [(row, r) for split in splits.values() for row in split for r in row["relations"]]
    stated = {(r["subject"], r["predicate"], r["object"]) for _, r in relations}
    assert {("Bird", "on", "Bench"), ("Bench", "is", "Wooden")} <= stated
    for row, relation in relations:
        boxes = {(thing["category"], *thing["bbox"]) for thing in row["objects"]}
        assert (relation["subject"], *relation["subject_bbox"]) in boxes
        if relation["predicate"] != "is":
            assert (relation["object"], *relation["object_bbox"]) in boxes


def test_narratives_have_times_in_one_split(splits: Any) -> None:
    [first] = splits["validation"][0]["narratives"]
    assert " ".join(word["text"] for word in first["words"]) == first["text"]
    assert first["words"][1]["start_s"] == first["words"][0]["end_s"] > 0
    assert not any(n["words"] for row in splits["train"]["narratives"] for n in row)
