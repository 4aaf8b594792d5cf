"""The same picture under several names, however it was saved."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import combinations

import numpy as np
import PIL.Image
import pytest

from mmgen_datasets.quality.repeats.duplicates import check_duplicates
from mmgen_datasets.quality.repeats.picture_hash import SAME, distances, look_keys, look_of
from mmgen_datasets.quality.repeats.pictures import Pictures, check_pictures
from mmgen_datasets.quality.repeats.together import together
from tests.conversations import failed, outcome, table, talk
from tests.photographs import file_of, scene, turned

TALK = ("What is it?", "A scene.")
AGAIN: dict[str, Callable[[PIL.Image.Image], bytes]] = {
    "at a poor quality": lambda p: file_of(p, quality=15),
    "as PNG": lambda p: file_of(p, "PNG"),
    "at half its size": lambda p: file_of(p.resize((p.width // 2, p.height // 2))),
    "squeezed to a square": lambda p: file_of(p.resize((336, 336))),
    "in grey": lambda p: file_of(p.convert("L")),
    "cut by 2 % on all sides": lambda p: file_of(p.crop(trimmed(p, 0.02))),
    "turned, which its EXIF data undo": lambda p: file_of(p.rotate(90, expand=True), exif=turned()),
}


def trimmed(picture: PIL.Image.Image, share: float) -> tuple[int, int, int, int]:
    across, down = int(picture.width * share), int(picture.height * share)
    return across, down, picture.width - across, picture.height - down


def apart(*files: bytes) -> int:
    looks = np.array([look_of(data) for data in files])
    return int(distances(looks, np.array([0]), np.array([1]))[0])


@pytest.mark.parametrize("how", AGAIN)
def test_a_picture_that_was_saved_anew_looks_the_same(how: str) -> None:
    for seed in range(5):
        picture = scene(seed, 640, 480)
        assert apart(file_of(picture), AGAIN[how](picture)) <= SAME


def test_different_pictures_look_different() -> None:
    looks = np.array([look_of(file_of(scene(seed))) for seed in range(40)])
    left, right = np.array([*combinations(range(40), 2)]).T
    assert distances(looks, left, right).min() > SAME


def test_a_picture_of_one_colour_has_no_look() -> None:
    assert look_of(file_of(PIL.Image.new("RGB", (90, 60), "navy"))) is None


def test_pictures_at_the_limit_share_a_key_nearly_always() -> None:
    """Of 1,000 pairs that differ in 28 bits, 993 are expected."""
    chance = np.random.default_rng(2)
    bits = np.zeros((2000, 192), bool)
    bits[:1000, :144] = chance.integers(0, 2, (1000, 144))
    bits[1000:] = bits[:1000]
    for row in range(1000):
        bits[1000 + row, chance.choice(144, SAME, replace=False)] ^= True
    keys = look_keys(np.packbits(bits, axis=1).view(np.uint64))
    assert (keys[:1000] == keys[1000:]).any(axis=1).sum() > 980


def test_the_later_sample_fails_in_all_its_conversations() -> None:
    first, second = scene(1), scene(2)
    rows = [
        talk("a", *TALK, image=file_of(first)),
        talk("b", *TALK, image=file_of(second)),
        talk("c", *TALK, image=file_of(first, quality=30)),
        talk("c", "And now?", "Still.", image=file_of(first, quality=30)),
        talk("d", *TALK, image=file_of(first)),
    ]
    details = failed(check_pictures(table(rows)), "picture_duplicate")
    assert [*details] == ["row-2", "row-3", "row-4"]
    assert details["row-2"].startswith("shows the picture of sample a: ")
    assert details["row-2"].endswith(" of 144 bits differ")
    assert details["row-4"] == "shows the picture of sample a: the same file"


def test_several_conversations_about_one_sample_are_no_fault() -> None:
    rows = [talk("a", *TALK, image=file_of(scene(1)))] * 2
    assert not failed(check_pictures(table(rows)), "picture_duplicate")
    known = table(rows)
    assert not failed(check_pictures(table(rows), known={"other": known}), "picture_duplicate")


def test_a_picture_of_a_known_table_is_found_there() -> None:
    known = table([talk("k", *TALK, image=file_of(scene(1)))])
    own = table([talk("a", *TALK, image=file_of(scene(1)))])
    details = failed(check_pictures(own, known={"runs/old": known}), "picture_duplicate")
    assert details == {"row-0": "shows the picture of sample k of runs/old: the same file"}


def test_what_cannot_be_seen_is_not_judged() -> None:
    blank = file_of(PIL.Image.new("RGB", (90, 60), "navy"))
    rows = [
        talk("a", *TALK),
        talk("b", *TALK, image=b"no picture"),
        talk("c", *TALK, image=blank),
        talk("d", *TALK, image=file_of(PIL.Image.new("RGB", (90, 60), "red"))),
        talk("e", *TALK, image=blank),
    ]
    checked = check_pictures(table(rows))
    found = [outcome(checked, row, "picture_duplicate") for row in range(5)]
    assert [one["passed"] for one in found] == [None, None, True, True, False]
    assert found[0]["detail"] == "not judged: there is no picture"
    assert "not a readable picture" in found[1]["detail"]


def test_a_table_without_pictures_stays_as_it_is() -> None:
    bare = table([talk("a", *TALK)]).remove_columns("image")
    assert check_pictures(bare)["checks"][0] == []


def test_samples_that_show_one_picture_are_one_for_duplicates() -> None:
    rows = [
        talk(name, *TALK, image=file_of(scene(1), quality=q)) for name, q in [("a", 90), ("b", 40)]
    ]
    assert not failed(check_duplicates(table(rows)), "duplicate")
    pictures = Pictures(together(table(rows)))
    assert [*failed(check_duplicates(table(rows), pictures=pictures), "duplicate")] == ["row-1"]


def test_the_media_stay_as_they_were() -> None:
    data = file_of(scene(1))
    checked = check_pictures(table([talk("a", *TALK, image=data)]))
    assert checked.with_format("arrow")["image"][0]["bytes"].as_py() == data
    assert PIL.Image.open(io.BytesIO(data)).size == checked["image"][0].size
