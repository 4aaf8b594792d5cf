"""COCO: what is said of files that are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mmgen_datasets.errors import SourceError
from tests.coco_files import Documents, documents, load, records, write

Change = Callable[[Documents], object]


class TestBadData:
    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (lambda d: records(d)[0].update(image_id=8), r"annotation 11 is of image 8"),
            (lambda d: records(d, "captions")[0].update(image_id=8), r"1 is of image 8"),
            (lambda d: records(d)[0].update(category_id=99), r"11 is of category 99"),
            (
                lambda d: records(d)[0].update(bbox=[90, 0, 20, 5]),
                r"\[90.0, 0.0, 20.0, 5.0\] of annotation 11 .* image 9 of 100 x 80 pixels",
            ),
            (lambda d: records(d)[2].update(bbox=[9, 9, -1, 5]), r"of annotation 13 is not in"),
            (lambda d: records(d)[0].update(bbox=[1, 2, 3]), r"annotations\[0\].bbox: expected"),
            (lambda d: records(d)[1].update(area=-4), r"area -4.0 of annotation 900100000012"),
            (lambda d: records(d)[1].update(id=11), r"annotation id 11 stands more than once"),
            (lambda d: records(d, key="images")[1].update(id=9), r"image id 9 stands more than"),
            (
                lambda d: [
                    records(d, kind, "images")[1].update(file_name="000000000007.jpg")
                    for kind in ("instances", "captions", "person_keypoints")
                ],
                r"file_name '000000000007.jpg' stands more than once",
            ),
            (
                lambda d: records(d, "captions", "images")[1].update(
                    id=6, file_name="000000000007.jpg"
                ),
                r"file_name '000000000007.jpg' stands more than once",
            ),
            (lambda d: records(d, key="images")[1].update(width=0), r"images\[1\].width"),
            (lambda d: records(d)[2].pop("bbox"), r"annotations\[2\]: .*`bbox`"),
            (lambda d: d["instances_val2017.json"].pop("images"), r"has no 'images'"),
            (lambda d: d["instances_val2017.json"].pop("categories"), r"has no 'categories'"),
            (lambda d: d["captions_val2017.json"].pop("annotations"), r"has no 'annotations'"),
            (
                lambda d: records(d, "person_keypoints")[0].update(keypoints=[1, 2]),
                r"annotation 13 has 2 numbers for its joints",
            ),
        ],
    )
    def test_is_named_with_its_file_and_record(
        self, coco: Path, change: Change, problem: str
    ) -> None:
        changed = documents()
        change(changed)
        write(coco / "annotations", changed)
        with pytest.raises(SourceError, match=problem) as caught:
            load(coco, with_keypoints=True)
        assert str(coco / "annotations") in caught.value.problem
        assert caught.value.hint

    @pytest.mark.parametrize(
        ("change", "hint"),
        [
            (lambda d: records(d, "captions")[0].update(image_id=8), "add the image"),
            (lambda d: records(d)[0].update(category_id=99), "add the category"),
            (lambda d: records(d)[0].update(bbox=[90, 0, 20, 5]), "boxes are x, y, width"),
            (lambda d: records(d)[1].update(area=-4), "leave out the area"),
            (
                lambda d: records(d, "person_keypoints")[0].update(keypoints=[1, 2]),
                "joints are x, y",
            ),
            (lambda d: records(d, key="images")[0].update(file_name=""), "a name as in"),
            (lambda d: records(d)[1].update(id=11), "one of its own"),
        ],
    )
    def test_the_hint_is_about_what_is_wrong(self, coco: Path, change: Change, hint: str) -> None:
        changed = documents()
        change(changed)
        write(coco / "annotations", changed)
        with pytest.raises(SourceError) as caught:
            load(coco, with_keypoints=True)
        assert hint in caught.value.hint
        assert ("boxes" in caught.value.hint) == ("the box" in caught.value.problem)

    @pytest.mark.parametrize("kind", ["instances", "captions"])
    @pytest.mark.parametrize(
        "name",
        [
            "",
            "/etc/x.jpg",
            "../secret.jpg",
            "a/../../x.jpg",
            "..",
            "a\0.jpg",
            "a\\b.jpg",
            "C:x.jpg",
        ],
    )
    def test_a_file_name_that_leads_astray_is_refused(
        self, coco: Path, kind: str, name: str
    ) -> None:
        changed = documents()
        records(changed, kind, "images")[1]["file_name"] = name
        write(coco / "annotations", changed)
        with pytest.raises(SourceError) as caught:
            load(coco)
        assert str(coco / "annotations" / f"{kind}_val2017.json") in caught.value.problem
        assert f"image 5 has the file_name {name!r}" in caught.value.problem

    @pytest.mark.parametrize("name", ["a..b.jpg", "..a.jpg", "...", "a b/ç 人.jpg", "ab:c.jpg"])
    def test_a_file_name_that_only_looks_odd_is_kept(self, coco: Path, name: str) -> None:
        changed = documents()
        for kind in ("instances", "captions"):
            records(changed, kind, "images")[1]["file_name"] = name
        write(coco / "annotations", changed)
        assert load(coco)[1]["file_name"] == name

    @pytest.mark.parametrize("name", ["captions_val2017.json", "annotations_trainval2017.zip"])
    def test_a_folder_in_the_place_of_a_file_is_named(self, coco: Path, name: str) -> None:
        (coco / "annotations" / name).unlink(missing_ok=True)
        (coco / "annotations" / name).mkdir()
        with pytest.raises(SourceError, match="cannot be read: Is a directory") as caught:
            load(coco)
        assert str(coco / "annotations" / name) in caught.value.problem

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "is empty"),
            ("  \n", "ends too early, after 3 bytes"),
            ("<html>", r"byte 0: '\{' expected, not '<'"),
            ("[]", r"byte 0: '\{' expected, not '\['"),
            ("{}", "has no 'images'"),
            ('{"images": {}}', r"byte 11: '\[' expected, not '\{'"),
            ('{"images": [', "ends too early, after 12 bytes"),
            ('{"images": [{"id": 1, "wi', "ends too early, after 25 bytes"),
            ('{"images": [] "x"', "byte 14: ',' or '}' expected"),
            ('{"images": [1]}', r"images\[0\]: expected `object`, got `int`"),
            ('{"images": [{"id": 1,, }]}', "byte 21: "),
            ('{"info": nothing, "images": []}', "byte 10: invalid"),
            ('{"info": {"a": [1, 2', "ends too early"),
            ('{"images": []} again', "byte 15: 'a' follows the end"),
            ("{5: []}", "byte 1"),
            ('{"info": 1', "ends too early"),
        ],
    )
    def test_text_that_is_not_cocos_is_told_by_its_byte(
        self, coco: Path, text: str, problem: str
    ) -> None:
        path = coco / "annotations" / "instances_val2017.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match=problem) as caught:
            load(coco)
        assert str(path) in caught.value.problem

    def test_text_that_is_not_unicode_is_refused(self, coco: Path) -> None:
        path = coco / "annotations" / "captions_val2017.json"
        path.write_bytes(path.read_bytes().replace(b"A crowd", b"A \xff crowd"))
        with pytest.raises(SourceError, match=r"captions_val2017\.json is not the JSON of COCO"):
            load(coco)

    def test_nothing_half_written_stays_in_the_cache(self, coco: Path, tmp_path: Path) -> None:
        changed = documents()
        records(changed)[0]["image_id"] = 8
        write(coco / "annotations", changed)
        with pytest.raises(SourceError):
            load(coco, cache_dir=str(tmp_path / "cache"))
        left = [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()]
        assert all(name.endswith(".lock") for name in left)


def test_a_file_without_images_is_an_error(coco: Path) -> None:
    """`datasets` would say that a split without rows is not there."""
    for path in (coco / "annotations").iterdir():
        document = json.loads(path.read_text())
        path.write_text(json.dumps(document | {"images": [], "annotations": []}))
    with pytest.raises(SourceError, match=r"instances_val2017\.json lists no images"):
        load(coco)
