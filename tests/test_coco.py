"""COCO: what its rows hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mmgen_datasets.builders import coco_rows

from mmgen_datasets.schema import sample_features
from mmgen_datasets.vocabulary import COCO
from tests.coco_files import documents, file_name, load, pack, records, write, write_pictures
from tests.contracts.source import SourceContract


class TestCoco2017(SourceContract):
    source = "coco2017"

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        root = tmp_path / "coco"
        for split in ("train2017", "val2017"):
            write(root / "annotations", documents(split))
            write_pictures(root / split, file_name(9, split), file_name(5, split))
        return root


class TestCoco2014(SourceContract):
    """In archives, as they are downloaded."""

    source = "coco2014"

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        root = tmp_path / "coco"
        for split in ("train2014", "val2014"):
            write(root / "unpacked", documents(split))
            write_pictures(root / split, file_name(9, split), file_name(5, split))
            pack(root / f"{split}.zip", root / split, prefix=f"{split}/")
        pack(root / "annotations_trainval2014.zip", root / "unpacked", prefix="annotations/")
        return root


class TestRows:
    def test_they_hold_what_the_files_say(self, coco: Path) -> None:
        first, *_ = load(coco)
        unknown = dict.fromkeys(
            ("confidence", "method", "is_occluded", "is_truncated", "is_group_of", "is_depiction")
        ) | {"is_inside": None}
        assert first == {
            "id": "9",
            "source": "coco2017",
            "split": "validation",
            "file_name": "000000000009.jpg",
            "width": 100,
            "height": 80,
            "captions": ['Braces },{"id": 5 and [a] \\ "quote"\n', "},{"],
            "objects": [
                {
                    "category": "car",
                    "bbox": pytest.approx([0.1, 0.25, 0.4, 0.75]),
                    "area": pytest.approx(600 / 8000),
                    "is_crowd": False,
                    **unknown,
                },
                {
                    "category": "person",
                    "bbox": pytest.approx([0.505, 0, 0.505, 1]),
                    "area": 0,
                    "is_crowd": False,
                    **unknown,
                },
            ],
            "labels": [],
            "relations": [],
            "narratives": [],
            "vocabulary": "coco",
            "license": {
                "id": "4",
                "name": "BY",
                "url": "http://creativecommons.org/licenses/by/2.0/",
                "commercial": True,
                "derivatives": True,
                "share_alike": False,
            },
            "credit": {
                "author": None,
                "title": None,
                "landing_url": None,
                "original_url": "http://farm1.staticflickr.com/9_z.jpg",
            },
            "image": None,
        }

    def test_images_keep_the_order_of_the_file(self, coco: Path) -> None:
        assert list(load(coco)["id"]) == ["9", "5", "7"]

    def test_an_image_with_nothing_said_of_it_is_kept(self, coco: Path) -> None:
        last = load(coco)[2]
        assert (last["captions"], last["objects"]) == ([], [])

    def test_captions_are_left_as_they_are_and_in_file_order(self, coco: Path) -> None:
        assert load(coco)[1]["captions"] == ["A crowd. ", "Ça, 人々 \U0001f600"]

    def test_a_crowd_says_so_and_half_a_pixel_too_many_is_clipped(self, coco: Path) -> None:
        [crowd] = load(coco)[1]["objects"]
        assert crowd["is_crowd"] is True
        assert crowd["bbox"] == [0, 0, 1, 1]

    def test_a_license_that_the_file_does_not_list_is_null(self, coco: Path) -> None:
        assert load(coco)[2]["license"] is None

    def test_what_a_file_leaves_out_is_null(self, coco: Path) -> None:
        changed = documents()
        for thing in changed["instances_val2017.json"]["annotations"]:
            del thing["iscrowd"], thing["area"], thing["segmentation"]
        for name in ("instances_val2017.json", "captions_val2017.json"):
            del changed[name]["licenses"]
            for image in changed[name]["images"]:
                del image["flickr_url"], image["license"]
        write(coco / "annotations", changed)
        first = load(coco)[0]
        assert first["objects"][0]["is_crowd"] is None
        assert first["objects"][0]["area"] is None
        assert first["license"] is None
        assert first["credit"]["original_url"] is None

    def test_other_categories_are_not_called_cocos(self, coco: Path) -> None:
        changed = documents()
        changed["instances_val2017.json"]["categories"][0]["name"] = "human"
        write(coco / "annotations", changed)
        assert set(load(coco)["vocabulary"]) == {None}

    def test_images_of_either_file_are_kept(self, coco: Path) -> None:
        changed = documents()
        del changed["instances_val2017.json"]["images"][2]
        write(coco / "annotations", changed)
        assert list(load(coco)["id"]) == ["9", "5", "7"]

    def test_poses_name_the_joints_that_are_marked(self, coco: Path) -> None:
        plain, posed = load(coco), load(coco, with_keypoints=True)
        assert "poses" not in plain.column_names
        [pose] = posed[0]["poses"]
        assert pose == {
            "category": "person",
            "bbox": plain[0]["objects"][1]["bbox"],
            "is_crowd": False,
            "keypoints": [
                {"name": "nose", "x": 0.5, "y": 0.5, "is_visible": True},
                {"name": "right_eye", "x": 1.0, "y": 1.0, "is_visible": False},
            ],
        }
        assert [pose["keypoints"] for pose in posed[1]["poses"]] == [[]]
        assert posed[2]["poses"] == []


@settings(max_examples=40)
@given(
    owners=st.lists(st.integers(0, 4), max_size=30),
    boxes=st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=30, max_size=30),
)
def test_rows_are_those_of_a_plain_join(
    tmp_path_factory: pytest.TempPathFactory, owners: list[int], boxes: list[tuple[int, ...]]
) -> None:
    image = records(documents(), key="images")[0]
    files = documents()
    for kind in ("instances", "captions"):
        files[f"{kind}_val2017.json"]["images"] = [
            image | {"id": n, "file_name": f"{n}.jpg"} for n in (4, 2, 0, 3, 1)
        ]
    thing = records(documents())[0]
    files["instances_val2017.json"]["annotations"] = [
        thing | {"id": number, "image_id": owner, "bbox": list(box), "category_id": number + 1}
        for number, (owner, box) in enumerate(zip(owners, boxes, strict=False))
    ]
    files["captions_val2017.json"]["annotations"] = [
        {"id": number, "image_id": owner, "caption": f"caption {number}"}
        for number, owner in enumerate(owners)
    ]
    folder = write(tmp_path_factory.mktemp("coco"), files)
    names = {kind: str(folder / f"{kind}_val2017.json") for kind in ("instances", "captions")}
    rows = coco_rows.read_rows(names, sample_features("image").arrow_schema).to_pylist()
    assert [row["id"] for row in rows] == ["4", "2", "0", "3", "1"]
    for row in rows:
        mine = [number for number, owner in enumerate(owners) if str(owner) == row["id"]]
        assert row["captions"] == [f"caption {number}" for number in mine]
        assert [thing["category"] for thing in row["objects"]] == [COCO[n].name for n in mine]
        for number, thing in zip(mine, row["objects"], strict=True):
            x, y, width, height = boxes[number]
            corners = [x / 100, y / 80, (x + width) / 100, (y + height) / 80]
            assert thing["bbox"] == pytest.approx(corners)


def test_the_order_of_annotations_in_the_file_is_kept_within_an_image(coco: Path) -> None:
    changed = documents()
    things = changed["instances_val2017.json"]["annotations"]
    changed["instances_val2017.json"]["annotations"] = [
        things[0] | {"id": number, "image_id": (9, 5, 7)[number % 3], "area": number}
        for number in range(300)
    ]
    write(coco / "annotations", changed)
    for row, start in zip(load(coco), (0, 1, 2), strict=True):
        areas = [round(thing["area"] * 8000) for thing in row["objects"]]
        assert areas == [*range(start, 300, 3)]
