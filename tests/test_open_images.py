"""Open Images V7: what its rows hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen_datasets.loading import load_dataset
from tests.contracts.source import SourceContract, rows_of
from tests.open_images_files import (
    BARE,
    BOXES,
    FIRST,
    LABELLED,
    METADATA,
    NAMES,
    SECOND,
    change,
    load,
    narrative,
    texts,
    write,
    write_pictures,
)


class TestOpenImages(SourceContract):
    source = "open_images_v7"

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        root = write(tmp_path / "oi", NAMES | texts("train") | texts() | texts("test"))
        for split in ("train", "validation"):
            write_pictures(root / split, FIRST, SECOND)
        return root


class TestRows:
    def test_they_hold_what_the_files_say(self, oi: Path) -> None:
        first = load(oi)[0]
        person, guitar = [0.0125, 0.148438, 0.195312, 0.5875], [0.1, 0.25, 0.5, 1]
        wooden = {"subject": "Guitar", "predicate": "is", "object": "Wooden"}
        assert first == {
            "id": FIRST,
            "source": "open_images_v7",
            "split": "validation",
            "file_name": f"{FIRST}.jpg",
            "width": None,
            "height": None,
            "captions": [],
            "objects": [
                {
                    "category": "Person",
                    "bbox": pytest.approx(person),
                    "area": None,
                    "is_crowd": None,
                    "confidence": 1,
                    "method": "xclick",
                    "is_occluded": False,
                    "is_truncated": True,
                    "is_group_of": False,
                    "is_depiction": False,
                    "is_inside": False,
                },
                {
                    "category": "Guitar",
                    "bbox": pytest.approx(guitar),
                    "area": None,
                    "is_crowd": None,
                    "confidence": 1,
                    "method": "activemil",
                    "is_occluded": None,
                    "is_truncated": None,
                    "is_group_of": None,
                    "is_depiction": None,
                    "is_inside": None,
                },
            ],
            "labels": [
                {"name": "Person", "present": True, "verified": True, "confidence": None},
                {
                    "name": 'Tart, "open" pie',
                    "present": False,
                    "verified": True,
                    "confidence": None,
                },
                {
                    "name": "Table",
                    "present": True,
                    "verified": False,
                    "confidence": pytest.approx(0.7),
                },
            ],
            "relations": [
                {
                    "subject": "Person",
                    "predicate": "plays",
                    "object": "Guitar",
                    "subject_bbox": pytest.approx(person),
                    "object_bbox": pytest.approx(guitar),
                },
                {**wooden, "subject_bbox": pytest.approx(guitar), "object_bbox": None},
            ],
            "narratives": [
                {"text": 'A sign says \\ "hi", {"image_id": 5}', "words": []},
                {"text": "Again\nÇa 人々", "words": []},
            ],
            "vocabulary": None,
            "license": {
                "id": "https://creativecommons.org/licenses/by/2.0/",
                "name": "CC BY 2.0",
                "url": "https://creativecommons.org/licenses/by/2.0/",
                "commercial": True,
                "derivatives": True,
                "share_alike": False,
            },
            "credit": {
                "author": 'Ada "A" Lovelace, Countess',
                "title": "One, two",
                "landing_url": f"https://www.flickr.com/photos/{FIRST}",
                "original_url": f"https://farm1.staticflickr.com/{FIRST}_o.jpg",
            },
            "image": None,
            "rotation": 0,
            "original_md5": "0Sad+xMj2ttXM1U8meEJ0A==",
        }

    def test_images_come_in_the_order_of_their_ids(self, oi: Path) -> None:
        assert list(load(oi)["id"]) == [FIRST, SECOND, BARE, LABELLED]

    def test_an_image_without_annotations_is_kept(self, oi: Path) -> None:
        bare = load(oi)[2]
        assert (bare["objects"], bare["labels"], bare["credit"]["title"]) == ([], [], "Ça 人々")

    def test_an_image_of_labels_alone_is_kept(self, oi: Path) -> None:
        (oi / METADATA).unlink()
        rows = load(oi)
        assert list(rows["id"]) == [FIRST, SECOND, LABELLED]
        assert [label["name"] for label in rows[2]["labels"]] == ["Sea turtle"]
        assert (rows[2]["license"], rows[2]["credit"], rows[2]["rotation"]) == (None, None, None)

    def test_a_group_says_so(self, oi: Path) -> None:
        [turtles] = load(oi)[1]["objects"]
        assert (turtles["is_group_of"], turtles["is_inside"]) == (True, True)

    def test_rotation_is_stated_and_nothing_is_turned(self, oi: Path) -> None:
        rows = load(oi)
        assert list(rows["rotation"]) == [0, 270, 0, None]
        assert rows[1]["objects"][0]["bbox"] == [0.5, 0, 0.5, 1]

    def test_what_is_not_said_is_null_and_a_title_may_be_any_word(self, oi: Path) -> None:
        titles = [credit["title"] for credit in load(oi)["credit"]]
        assert titles == ["One, two", "nan", "Ça 人々", None]

    def test_lines_may_end_as_on_windows(self, oi: Path) -> None:
        expected = rows_of(load(oi))
        for path in oi.iterdir():
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        assert rows_of(load(oi)) == expected

    def test_the_last_line_may_have_no_end(self, oi: Path) -> None:
        expected = rows_of(load(oi))
        for path in oi.iterdir():
            path.write_bytes(path.read_bytes().rstrip(b"\r\n"))
        assert rows_of(load(oi)) == expected

    def test_narratives_with_times_go_before_those_without(self, oi: Path) -> None:
        said = [("A turtle", 0.5, 1.25), ("swims.", 1.25, 2.0)]
        text = narrative(SECOND, "A turtle swims.", said) + narrative(BARE, "Nothing.", [])
        write(oi, {"open_images_validation_localized_narratives.jsonl": text})
        words = [{"text": t, "start_s": a, "end_s": b} for t, a, b in said]
        assert load(oi)["narratives"][:3] == [
            [],
            [{"text": "A turtle swims.", "words": words}],
            [{"text": "Nothing.", "words": []}],
        ]

    def test_narratives_in_parts_are_one(self, tmp_path: Path) -> None:
        name = "open_images_train_v6_localized_narratives-0000{}-of-00010.jsonl"
        parts = {name.format(n): narrative(FIRST, f"Part {n}.", []) for n in (7, 0)}
        oi = write(tmp_path / "oi", NAMES | parts)
        [row] = load_dataset("open_images_v7", data_dir=str(oi), split="train")
        assert [narrative["text"] for narrative in row["narratives"]] == ["Part 0.", "Part 7."]

    def test_masks_and_points_come_where_they_were_asked_for(self, oi: Path) -> None:
        assert not {"masks", "points"} & {*load(oi).column_names}
        first, second, *_ = load(oi, with_masks=True, with_points=True)
        assert first["masks"] == [
            {
                "category": "Person",
                "bbox": first["objects"][0]["bbox"],
                "path": f"{FIRST}_m01g317_0a1b2c3d.png",
                "predicted_iou": pytest.approx(0.82),
            }
        ]
        points = [(p["name"], p["x"], p["y"], p["present"]) for p in first["points"]]
        assert points == [
            ("Table", 0.25, 0.5, True),
            ("Guitar", 0.5, 0.75, False),
            ("polished wood", 0.75, 1, None),
        ]
        assert [first["points"][0][f"{v}_votes"] for v in ("yes", "no", "unsure")] == [3, 0, 1]
        assert (second["masks"], second["points"]) == ([], [])

    def test_boxes_of_version_4_have_no_clicks(self, oi: Path) -> None:
        expected = load(oi)["objects"][:]
        lines = (oi / BOXES).read_text().splitlines()
        (oi / BOXES).write_text("\n".join(",".join(line.split(",")[:13]) for line in lines))
        assert load(oi)["objects"][:] == expected

    def test_a_flag_without_a_column_is_not_known(self, oi: Path) -> None:
        lines = (oi / BOXES).read_text().splitlines()
        (oi / BOXES).write_text("\n".join(",".join(line.split(",")[:12]) for line in lines))
        things = [thing for things in load(oi)["objects"] for thing in things]
        assert {thing["is_inside"] for thing in things} == {None}
        assert [thing["is_depiction"] for thing in things] == [False, None, False]

    def test_metadata_of_several_splits_gives_those_of_one(self, oi: Path) -> None:
        change(oi, METADATA, f"{BARE},validation", f"{BARE},train")
        assert list(load(oi)["id"]) == [FIRST, SECOND, LABELLED]

    def test_a_class_without_a_name_stands_as_it_is_and_that_is_said(
        self, oi: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        change(oi, "oidv7-class-descriptions.csv", "/m/0342h,Guitar\r\n", "")
        assert load(oi)[0]["objects"][1]["category"] == "/m/0342h"
        assert "the class /m/0342h" in caplog.text
