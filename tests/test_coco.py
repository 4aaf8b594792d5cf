"""COCO: what its rows hold, where its files may lie, and what it says of bad ones."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import datasets
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mmgen_datasets.builders import coco_files, coco_json, coco_rows
from mmgen_datasets.builders.coco_records import CaptionRecord

from mmgen_datasets.errors import MissingFileError, SourceError
from mmgen_datasets.loading import load_dataset
from mmgen_datasets.schema import sample_features
from mmgen_datasets.vocabulary import COCO
from tests.coco_files import (
    Documents,
    documents,
    file_name,
    pack,
    write,
    write_pictures,
)
from tests.contracts.source import SourceContract, rows_of
from tests.servers.files import serve_files


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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of the user's with the validation split of 2017."""
    write(tmp_path / "coco" / "annotations", documents())
    return tmp_path / "coco"


def load(root: Path, **kwargs: Any) -> Any:
    return load_dataset("coco2017", data_dir=str(root), split="validation", **kwargs)


class TestRows:
    def test_they_hold_what_the_files_say(self, root: Path) -> None:
        first, *_ = load(root)
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

    def test_images_keep_the_order_of_the_file(self, root: Path) -> None:
        assert list(load(root)["id"]) == ["9", "5", "7"]

    def test_an_image_with_nothing_said_of_it_is_kept(self, root: Path) -> None:
        last = load(root)[2]
        assert (last["captions"], last["objects"]) == ([], [])

    def test_captions_are_left_as_they_are_and_in_file_order(self, root: Path) -> None:
        assert load(root)[1]["captions"] == ["A crowd. ", "Ça, 人々 \U0001f600"]

    def test_a_crowd_says_so_and_half_a_pixel_too_many_is_clipped(self, root: Path) -> None:
        [crowd] = load(root)[1]["objects"]
        assert crowd["is_crowd"] is True
        assert crowd["bbox"] == [0, 0, 1, 1]

    def test_a_license_that_the_file_does_not_list_is_null(self, root: Path) -> None:
        assert load(root)[2]["license"] is None

    def test_what_a_file_leaves_out_is_null(self, root: Path) -> None:
        changed = documents()
        for thing in changed["instances_val2017.json"]["annotations"]:
            del thing["iscrowd"], thing["area"], thing["segmentation"]
        for name in ("instances_val2017.json", "captions_val2017.json"):
            del changed[name]["licenses"]
            for image in changed[name]["images"]:
                del image["flickr_url"], image["license"]
        write(root / "annotations", changed)
        first = load(root)[0]
        assert first["objects"][0]["is_crowd"] is None
        assert first["objects"][0]["area"] is None
        assert first["license"] is None
        assert first["credit"]["original_url"] is None

    def test_other_categories_are_not_called_cocos(self, root: Path) -> None:
        changed = documents()
        changed["instances_val2017.json"]["categories"][0]["name"] = "human"
        write(root / "annotations", changed)
        assert set(load(root)["vocabulary"]) == {None}

    def test_images_of_either_file_are_kept(self, root: Path) -> None:
        changed = documents()
        del changed["instances_val2017.json"]["images"][2]
        write(root / "annotations", changed)
        assert list(load(root)["id"]) == ["9", "5", "7"]

    def test_poses_name_the_joints_that_are_marked(self, root: Path) -> None:
        plain, posed = load(root), load(root, with_keypoints=True)
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


class TestWhereFilesLie:
    @pytest.mark.parametrize("place", [".", "annotations"])
    def test_annotations_may_lie_straight_in_the_folder(self, tmp_path: Path, place: str) -> None:
        write(tmp_path / "coco" / place, documents())
        assert len(load(tmp_path / "coco")) == 3

    def test_an_archive_is_read_without_unpacking_it(self, root: Path) -> None:
        unpacked = rows_of(load(root))
        pack(root / "annotations_trainval2017.zip", root / "annotations", prefix="annotations/")
        assert rows_of(load(root)) == unpacked
        assert [path.name for path in root.iterdir()] == ["annotations_trainval2017.zip"]

    @pytest.mark.parametrize("folder", ["val2017", "images/val2017"])
    def test_pictures_on_disk_are_paths_and_others_null(self, root: Path, folder: str) -> None:
        write_pictures(root / folder, "000000000005.jpg", "stranger.jpg")
        rows = load(root).cast_column("image", datasets.Image(decode=False))
        path = str(root / folder / "000000000005.jpg")
        assert list(rows["image"]) == [None, {"bytes": None, "path": path}, None]

    def test_pictures_in_an_archive_open(self, root: Path) -> None:
        write_pictures(root / "val2017", "000000000005.jpg")
        pack(root / "val2017.zip", root / "val2017", prefix="val2017/")
        images = [row["image"] for row in load(root)]
        assert images[0] is None
        assert images[1].size == (100, 80)

    def test_how_many_pictures_are_missing_is_said_once(
        self, root: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        write_pictures(root / "val2017", "000000000005.jpg")
        load(root)
        [said] = [record.getMessage() for record in caplog.records if "pictures" in record.msg]
        assert said.startswith(f"coco2017: 2 of 3 pictures are not in {root}/val2017")

    def test_a_picture_that_comes_later_is_noticed(self, root: Path) -> None:
        write_pictures(root / "val2017", "000000000005.jpg")
        assert load(root)[0]["image"] is None
        write_pictures(root / "val2017", "000000000009.jpg")
        assert load(root)[0]["image"] is not None

    def test_a_split_without_files_is_not_offered(self, root: Path) -> None:
        assert [*load_dataset("coco2017", data_dir=str(root))] == ["validation"]

    @pytest.mark.parametrize(
        ("missing", "column", "other"),
        [("instances", "objects", "captions"), ("captions", "captions", "objects")],
    )
    def test_one_kind_of_file_is_enough_and_the_other_is_missed(
        self, root: Path, caplog: pytest.LogCaptureFixture, missing: str, column: str, other: str
    ) -> None:
        (root / "annotations" / f"{missing}_val2017.json").unlink()
        rows = load(root)
        assert [*rows[column]] == [[], [], []]
        assert any(rows[other])
        [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert f"{missing}_val2017.json" in record.getMessage()

    def test_no_annotations_at_all_say_what_was_looked_for(self, root: Path) -> None:
        with pytest.raises(MissingFileError) as caught:
            load_dataset("coco2014", data_dir=str(root))
        assert "instances_train2014.json" in caught.value.problem
        assert str(root) in caught.value.problem
        assert "https://cocodataset.org" in caught.value.hint

    def test_keypoints_that_were_asked_for_must_be_there(self, root: Path) -> None:
        (root / "annotations" / "person_keypoints_val2017.json").unlink()
        with pytest.raises(MissingFileError, match="person_keypoints_val2017"):
            load(root, with_keypoints=True)

    @pytest.mark.parametrize("name", ["annotations_trainval2017.zip", "val2017.zip"])
    def test_what_is_no_archive_is_named(self, root: Path, name: str) -> None:
        (root / name).write_bytes(b"<html>not found</html>")
        with pytest.raises(SourceError, match=name):
            load(root)

    def test_a_damaged_archive_is_named(self, root: Path) -> None:
        archive = pack(root / "annotations_trainval2017.zip", root / "annotations")
        data = bytearray(archive.read_bytes())
        data[200:210] = bytes(10)  # in the first member's packed text
        archive.write_bytes(data)
        with pytest.raises(SourceError, match=r"annotations_trainval2017\.zip is damaged"):
            load(root)


class TestDownloads:
    @pytest.fixture
    def official(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Callable[[], None]]:
        """Serve archives of the official layout; the call lists them as the official ones."""
        site = tmp_path / "site"
        write(site / "unpacked", documents())
        (site / "annotations").mkdir()
        (site / "zips").mkdir()
        write_pictures(site / "val2017", file_name(9, "val2017"))
        annotations = site / "annotations" / "annotations_trainval2017.zip"
        pack(annotations, site / "unpacked", prefix="annotations/")
        pictures = pack(site / "zips" / "val2017.zip", site / "val2017", prefix="val2017/")

        def list_them() -> None:
            for path in (annotations, pictures):
                name = f"{path.parent.name}/{path.name}"
                sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
                monkeypatch.setitem(coco_files.ARCHIVES, name, (path.stat().st_size, sha256))

        monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
        with serve_files(site) as url:
            monkeypatch.setattr(coco_files, "URL", url)
            yield list_them

    def test_annotations_alone_come_by_default(
        self, official: Callable[[], None], tmp_path: Path
    ) -> None:
        official()
        rows = load_dataset("coco2017", split="validation", cache_dir=str(tmp_path / "cache"))
        assert list(rows["id"]) == ["9", "5", "7"]
        assert rows[0]["image"] is None

    def test_pictures_come_where_they_were_asked_for(
        self, official: Callable[[], None], tmp_path: Path
    ) -> None:
        official()
        rows = load_dataset(
            "coco2017", split="validation", cache_dir=str(tmp_path / "cache"), with_images=True
        )
        assert rows[0]["image"].size == (100, 80)

    def test_an_archive_that_is_not_the_official_one_is_refused(
        self, official: Callable[[], None], tmp_path: Path
    ) -> None:
        with pytest.raises(SourceError, match=r"annotations_trainval2017\.zip has [\d,]+ bytes"):
            load_dataset("coco2017", split="validation", cache_dir=str(tmp_path / "cache"))

    def test_streaming_reads_over_the_network(self, official: Callable[[], None]) -> None:
        rows = load_dataset("coco2017", split="validation", streaming=True, with_images=True)
        first = next(iter(rows))
        assert (first["id"], first["image"].size) == ("9", (100, 80))


Change = Callable[[Documents], object]


def _records(files: Documents, kind: str = "instances", key: str = "annotations") -> Any:
    return files[f"{kind}_val2017.json"][key]


class TestBadData:
    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (lambda d: _records(d)[0].update(image_id=8), r"annotation 11 is of image 8"),
            (lambda d: _records(d, "captions")[0].update(image_id=8), r"1 is of image 8"),
            (lambda d: _records(d)[0].update(category_id=99), r"11 is of category 99"),
            (
                lambda d: _records(d)[0].update(bbox=[90, 0, 20, 5]),
                r"\[90.0, 0.0, 20.0, 5.0\] of annotation 11 .* image 9 of 100 x 80 pixels",
            ),
            (lambda d: _records(d)[2].update(bbox=[9, 9, -1, 5]), r"of annotation 13 is not in"),
            (lambda d: _records(d)[0].update(bbox=[1, 2, 3]), r"annotations\[0\].bbox: expected"),
            (lambda d: _records(d)[1].update(area=-4), r"area -4.0 of annotation 900100000012"),
            (lambda d: _records(d)[1].update(id=11), r"annotation id 11 stands more than once"),
            (lambda d: _records(d, key="images")[1].update(id=9), r"image id 9 stands more than"),
            (
                lambda d: [
                    _records(d, kind, "images")[1].update(file_name="000000000007.jpg")
                    for kind in ("instances", "captions", "person_keypoints")
                ],
                r"file_name '000000000007.jpg' stands more than once",
            ),
            (
                lambda d: _records(d, "captions", "images")[1].update(
                    id=6, file_name="000000000007.jpg"
                ),
                r"file_name '000000000007.jpg' stands more than once",
            ),
            (lambda d: _records(d, key="images")[1].update(width=0), r"images\[1\].width"),
            (lambda d: _records(d)[2].pop("bbox"), r"annotations\[2\]: .*`bbox`"),
            (lambda d: d["instances_val2017.json"].pop("images"), r"has no 'images'"),
            (lambda d: d["instances_val2017.json"].pop("categories"), r"has no 'categories'"),
            (lambda d: d["captions_val2017.json"].pop("annotations"), r"has no 'annotations'"),
            (
                lambda d: _records(d, "person_keypoints")[0].update(keypoints=[1, 2]),
                r"annotation 13 has 2 numbers for its joints",
            ),
        ],
    )
    def test_is_named_with_its_file_and_record(
        self, root: Path, change: Change, problem: str
    ) -> None:
        changed = documents()
        change(changed)
        write(root / "annotations", changed)
        with pytest.raises(SourceError, match=problem) as caught:
            load(root, with_keypoints=True)
        assert str(root / "annotations") in caught.value.problem
        assert caught.value.hint

    @pytest.mark.parametrize(
        ("change", "hint"),
        [
            (lambda d: _records(d, "captions")[0].update(image_id=8), "add the image"),
            (lambda d: _records(d)[0].update(category_id=99), "add the category"),
            (lambda d: _records(d)[0].update(bbox=[90, 0, 20, 5]), "boxes are x, y, width"),
            (lambda d: _records(d)[1].update(area=-4), "leave out the area"),
            (
                lambda d: _records(d, "person_keypoints")[0].update(keypoints=[1, 2]),
                "joints are x, y",
            ),
            (lambda d: _records(d, key="images")[0].update(file_name=""), "a name as in"),
            (lambda d: _records(d)[1].update(id=11), "one of its own"),
        ],
    )
    def test_the_hint_is_about_what_is_wrong(self, root: Path, change: Change, hint: str) -> None:
        changed = documents()
        change(changed)
        write(root / "annotations", changed)
        with pytest.raises(SourceError) as caught:
            load(root, with_keypoints=True)
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
        self, root: Path, kind: str, name: str
    ) -> None:
        changed = documents()
        _records(changed, kind, "images")[1]["file_name"] = name
        write(root / "annotations", changed)
        with pytest.raises(SourceError) as caught:
            load(root)
        assert str(root / "annotations" / f"{kind}_val2017.json") in caught.value.problem
        assert f"image 5 has the file_name {name!r}" in caught.value.problem

    @pytest.mark.parametrize("name", ["a..b.jpg", "..a.jpg", "...", "a b/ç 人.jpg", "ab:c.jpg"])
    def test_a_file_name_that_only_looks_odd_is_kept(self, root: Path, name: str) -> None:
        changed = documents()
        for kind in ("instances", "captions"):
            _records(changed, kind, "images")[1]["file_name"] = name
        write(root / "annotations", changed)
        assert load(root)[1]["file_name"] == name

    @pytest.mark.parametrize("name", ["captions_val2017.json", "annotations_trainval2017.zip"])
    def test_a_folder_in_the_place_of_a_file_is_named(self, root: Path, name: str) -> None:
        (root / "annotations" / name).unlink(missing_ok=True)
        (root / "annotations" / name).mkdir()
        with pytest.raises(SourceError, match="cannot be read: Is a directory") as caught:
            load(root)
        assert str(root / "annotations" / name) in caught.value.problem

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
        self, root: Path, text: str, problem: str
    ) -> None:
        path = root / "annotations" / "instances_val2017.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match=problem) as caught:
            load(root)
        assert str(path) in caught.value.problem

    def test_text_that_is_not_unicode_is_refused(self, root: Path) -> None:
        path = root / "annotations" / "captions_val2017.json"
        path.write_bytes(path.read_bytes().replace(b"A crowd", b"A \xff crowd"))
        with pytest.raises(SourceError, match=r"captions_val2017\.json is not the JSON of COCO"):
            load(root)

    def test_nothing_half_written_stays_in_the_cache(self, root: Path, tmp_path: Path) -> None:
        changed = documents()
        _records(changed)[0]["image_id"] = 8
        write(root / "annotations", changed)
        with pytest.raises(SourceError):
            load(root, cache_dir=str(tmp_path / "cache"))
        left = [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()]
        assert all(name.endswith(".lock") for name in left)


class TestReadingInPieces:
    """The reader must not depend on where a piece of the file ends."""

    @pytest.fixture(params=[1, 7, 64, 1000])
    def small_pieces(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(coco_json, "PIECE_BYTES", request.param)

    @pytest.mark.parametrize("indent", [None, 2])
    @pytest.mark.parametrize("separators", [(",", ":"), (" ,\t", " : ")])
    def test_form_and_key_order_make_no_difference(
        self, root: Path, small_pieces: None, indent: int | None, separators: tuple[str, str]
    ) -> None:
        expected = rows_of(load(root, with_keypoints=True))
        for form in ({"sort_keys": True}, {"ensure_ascii": False}):
            write(root / "annotations", documents(), indent=indent, separators=separators, **form)
            assert rows_of(load(root, with_keypoints=True)) == expected

    @pytest.mark.usefixtures("small_pieces")
    def test_a_caption_may_look_like_the_seam_of_two_records(self) -> None:
        captions = ['},{"id":1', '}, {", ": ', "}]", '"', "\\", '},{"caption": "x"', "]}"] * 3
        assert _read_captions(json.dumps({"annotations": _captions(captions)})) == captions

    @pytest.mark.usefixtures("small_pieces")
    def test_records_may_hold_records(self) -> None:
        records = [{**r, "more": [{"a": 1}, {"a": 2}] * 20} for r in _captions(["x", "y", "z"])]
        assert _read_captions(json.dumps({"annotations": records})) == ["x", "y", "z"]

    @given(
        captions=st.lists(st.text(st.sampled_from('{}[],:"\\ id1é\n')), max_size=20),
        others=st.dictionaries(
            st.text(max_size=3),
            st.recursive(
                st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner),
                max_leaves=10,
            ),
            max_size=3,
        ),
        indent=st.none() | st.integers(0, 3),
        piece=st.integers(1, 300),
        first=st.booleans(),
    )
    def test_any_json_reads_as_json_loads_does(
        self,
        captions: list[str],
        others: dict[str, Any],
        indent: int | None,
        piece: int,
        first: bool,
    ) -> None:
        wanted = {"annotations": _captions(captions)}
        others = {f"other {key}": value for key, value in others.items()}
        text = json.dumps(wanted | others if first else others | wanted, indent=indent)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(coco_json, "PIECE_BYTES", piece)
            assert _read_captions(text) == captions

    def test_every_truncation_is_an_error(self, tmp_path: Path) -> None:
        text = json.dumps({"info": 1, "annotations": _captions(["a", "},{"]), "licenses": []})
        for end in range(len(text)):
            with pytest.raises(SourceError, match=r"is empty|ends too early"):
                _read_captions(text[:end])

    def test_a_wrong_record_is_counted_from_the_first_piece(self, small_pieces: None) -> None:
        records: list[dict[str, Any]] = [*_captions(["x"] * 50), {"id": 1, "image_id": 2}]
        with pytest.raises(SourceError, match=r"annotations\[50\]: "):
            _read_captions(json.dumps({"annotations": records}))

    def test_msgspec_says_where_a_value_ends(self) -> None:
        """The reader finds the end of an array by these words."""
        with pytest.raises(msgspec.DecodeError, match=r"trailing characters \(byte 6\)"):
            msgspec.json.decode(b"[1]  ,", type=list[int])


def _captions(texts: list[str]) -> list[dict[str, Any]]:
    return [{"id": n, "image_id": 1, "caption": text} for n, text in enumerate(texts)]


def _read_captions(text: str) -> list[str]:
    pieces = coco_json.stream_arrays(
        io.BytesIO(text.encode()), "here.json", {"annotations": CaptionRecord}
    )
    return [record.caption for key, records in pieces for record in records]


@settings(max_examples=40)
@given(
    owners=st.lists(st.integers(0, 4), max_size=30),
    boxes=st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=30, max_size=30),
)
def test_rows_are_those_of_a_plain_join(
    tmp_path_factory: pytest.TempPathFactory, owners: list[int], boxes: list[tuple[int, ...]]
) -> None:
    image = _records(documents(), key="images")[0]
    files = documents()
    for kind in ("instances", "captions"):
        files[f"{kind}_val2017.json"]["images"] = [
            image | {"id": n, "file_name": f"{n}.jpg"} for n in (4, 2, 0, 3, 1)
        ]
    thing = _records(documents())[0]
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


def test_the_order_of_annotations_in_the_file_is_kept_within_an_image(root: Path) -> None:
    changed = documents()
    things = changed["instances_val2017.json"]["annotations"]
    changed["instances_val2017.json"]["annotations"] = [
        things[0] | {"id": number, "image_id": (9, 5, 7)[number % 3], "area": number}
        for number in range(300)
    ]
    write(root / "annotations", changed)
    for row, start in zip(load(root), (0, 1, 2), strict=True):
        areas = [round(thing["area"] * 8000) for thing in row["objects"]]
        assert areas == [*range(start, 300, 3)]


def test_a_file_without_images_is_an_error(root: Path) -> None:
    """`datasets` would say that a split without rows is not there."""
    for path in (root / "annotations").iterdir():
        document = json.loads(path.read_text())
        path.write_text(json.dumps(document | {"images": [], "annotations": []}))
    with pytest.raises(SourceError, match=r"instances_val2017\.json lists no images"):
        load(root)


def test_what_is_no_file_is_no_picture(root: Path) -> None:
    """A link to nowhere, a link in a circle and a folder; a link to a picture is one."""
    folder = root / "val2017"
    for number, start in ((9, "nowhere"), (5, file_name(5, "val2017"))):
        folder.mkdir(exist_ok=True)
        (folder / file_name(number, "val2017")).symlink_to(folder / start)
    (folder / file_name(7, "val2017")).mkdir()
    assert [row["image"] for row in load(root)] == [None] * 3
    write_pictures(root / "store", "nine.jpg")
    (folder / file_name(9, "val2017")).unlink()
    (folder / file_name(9, "val2017")).symlink_to(root / "store" / "nine.jpg")
    assert [row["image"] is None for row in load(root)] == [False, True, True]


def test_a_folder_in_an_archive_is_no_picture(root: Path) -> None:
    with zipfile.ZipFile(root / "val2017.zip", "w") as opened:
        opened.mkdir("val2017")
        opened.mkdir(f"val2017/{file_name(9, 'val2017')}")
    assert [row["image"] for row in load(root)] == [None] * 3


def test_an_archive_of_pictures_may_hold_more(root: Path) -> None:
    write_pictures(root / "val2017", "000000000005.jpg")
    with zipfile.ZipFile(root / "val2017.zip", "w") as opened:
        opened.write(root / "val2017" / "000000000005.jpg", "val2017/000000000005.jpg")
        opened.writestr("__MACOSX/val2017/000000000009.jpg", b"")
    shutil.rmtree(root / "val2017")
    assert [row["image"] is None for row in load(root)] == [True, False, True]


def test_a_large_archive_of_pictures_asks_to_be_unpacked(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with zipfile.ZipFile(root / "val2017.zip", "w") as opened:
        for number in range(10_001):
            opened.writestr(f"val2017/{number:012}.jpg", b"")
    load(root)
    assert f"unpack {root}/val2017.zip" in caplog.text
