"""Open Images V7: what its rows hold, where its files may lie, and what it says of bad ones."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import pytest
from mmgen_datasets.builders import open_images_files

from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from mmgen_datasets.loading import load_dataset
from tests.contracts.source import SourceContract, rows_of
from tests.open_images_files import (
    BARE,
    FIRST,
    LABELLED,
    NAMES,
    SECOND,
    narrative,
    texts,
    write,
    write_pictures,
)
from tests.servers.files import serve_files

BOXES = "validation-annotations-bbox.csv"
LABELS = "oidv7-val-annotations-human-imagelabels.csv"
METADATA = "validation-images-with-rotation.csv"
CAPTIONS = "open_images_validation_captions.jsonl"
OFFICIAL = "https://storage.googleapis.com/openimages/"


class TestOpenImages(SourceContract):
    source = "open_images_v7"

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        root = write(tmp_path / "oi", NAMES | texts("train") | texts() | texts("test"))
        for split in ("train", "validation"):
            write_pictures(root / split, FIRST, SECOND)
        return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of the user's with the validation split."""
    return write(tmp_path / "oi", NAMES | texts())


def load(root: Path, **kwargs: Any) -> Any:
    return load_dataset("open_images_v7", data_dir=str(root), split="validation", **kwargs)


def change(root: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    before = (root / name).read_bytes().decode()
    assert old in before
    (root / name).write_bytes(before.replace(old, new).encode())


class TestRows:
    def test_they_hold_what_the_files_say(self, root: Path) -> None:
        first = load(root)[0]
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

    def test_images_come_in_the_order_of_their_ids(self, root: Path) -> None:
        assert list(load(root)["id"]) == [FIRST, SECOND, BARE, LABELLED]

    def test_an_image_without_annotations_is_kept(self, root: Path) -> None:
        bare = load(root)[2]
        assert (bare["objects"], bare["labels"], bare["credit"]["title"]) == ([], [], "Ça 人々")

    def test_an_image_of_labels_alone_is_kept(self, root: Path) -> None:
        (root / METADATA).unlink()
        rows = load(root)
        assert list(rows["id"]) == [FIRST, SECOND, LABELLED]
        assert [label["name"] for label in rows[2]["labels"]] == ["Sea turtle"]
        assert (rows[2]["license"], rows[2]["credit"], rows[2]["rotation"]) == (None, None, None)

    def test_a_group_says_so(self, root: Path) -> None:
        [turtles] = load(root)[1]["objects"]
        assert (turtles["is_group_of"], turtles["is_inside"]) == (True, True)

    def test_rotation_is_stated_and_nothing_is_turned(self, root: Path) -> None:
        rows = load(root)
        assert list(rows["rotation"]) == [0, 270, 0, None]
        assert rows[1]["objects"][0]["bbox"] == [0.5, 0, 0.5, 1]

    def test_what_is_not_said_is_null_and_a_title_may_be_any_word(self, root: Path) -> None:
        titles = [credit["title"] for credit in load(root)["credit"]]
        assert titles == ["One, two", "nan", "Ça 人々", None]

    def test_lines_may_end_as_on_windows(self, root: Path) -> None:
        expected = rows_of(load(root))
        for path in root.iterdir():
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        assert rows_of(load(root)) == expected

    def test_the_last_line_may_have_no_end(self, root: Path) -> None:
        expected = rows_of(load(root))
        for path in root.iterdir():
            path.write_bytes(path.read_bytes().rstrip(b"\r\n"))
        assert rows_of(load(root)) == expected

    def test_narratives_with_times_go_before_those_without(self, root: Path) -> None:
        said = [("A turtle", 0.5, 1.25), ("swims.", 1.25, 2.0)]
        text = narrative(SECOND, "A turtle swims.", said) + narrative(BARE, "Nothing.", [])
        write(root, {"open_images_validation_localized_narratives.jsonl": text})
        words = [{"text": t, "start_s": a, "end_s": b} for t, a, b in said]
        assert load(root)["narratives"][:3] == [
            [],
            [{"text": "A turtle swims.", "words": words}],
            [{"text": "Nothing.", "words": []}],
        ]

    def test_narratives_in_parts_are_one(self, tmp_path: Path) -> None:
        name = "open_images_train_v6_localized_narratives-0000{}-of-00010.jsonl"
        parts = {name.format(n): narrative(FIRST, f"Part {n}.", []) for n in (7, 0)}
        root = write(tmp_path / "oi", NAMES | parts)
        [row] = load_dataset("open_images_v7", data_dir=str(root), split="train")
        assert [narrative["text"] for narrative in row["narratives"]] == ["Part 0.", "Part 7."]

    def test_masks_and_points_come_where_they_were_asked_for(self, root: Path) -> None:
        assert not {"masks", "points"} & {*load(root).column_names}
        first, second, *_ = load(root, with_masks=True, with_points=True)
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

    def test_boxes_of_version_4_have_no_clicks(self, root: Path) -> None:
        expected = load(root)["objects"][:]
        lines = (root / BOXES).read_text().splitlines()
        (root / BOXES).write_text("\n".join(",".join(line.split(",")[:13]) for line in lines))
        assert load(root)["objects"][:] == expected

    def test_a_flag_without_a_column_is_not_known(self, root: Path) -> None:
        lines = (root / BOXES).read_text().splitlines()
        (root / BOXES).write_text("\n".join(",".join(line.split(",")[:12]) for line in lines))
        things = [thing for things in load(root)["objects"] for thing in things]
        assert {thing["is_inside"] for thing in things} == {None}
        assert [thing["is_depiction"] for thing in things] == [False, None, False]

    def test_metadata_of_several_splits_gives_those_of_one(self, root: Path) -> None:
        change(root, METADATA, f"{BARE},validation", f"{BARE},train")
        assert list(load(root)["id"]) == [FIRST, SECOND, LABELLED]

    def test_a_class_without_a_name_stands_as_it_is_and_that_is_said(
        self, root: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        change(root, "oidv7-class-descriptions.csv", "/m/0342h,Guitar\r\n", "")
        assert load(root)[0]["objects"][1]["category"] == "/m/0342h"
        assert "the class /m/0342h" in caplog.text


class TestOrder:
    """Files need not be in the order of their images; those that are are not sorted."""

    @pytest.mark.parametrize("backwards", [False, True])
    def test_lines_in_any_order_give_the_same_rows(self, root: Path, backwards: bool) -> None:
        expected = rows_of(load(root, with_masks=True, with_points=True))
        for name in texts():
            head, *lines = (root / name).read_text(encoding="utf-8").splitlines(keepends=True)
            if name.endswith(".csv"):
                of_image = sorted(lines, key=lambda line: line[:16], reverse=backwards)
                write(root, {name: "".join([head, *of_image])})
        assert rows_of(load(root, with_masks=True, with_points=True)) == expected

    def test_only_what_is_not_in_order_is_copied(self, root: Path, tmp_path: Path) -> None:
        load(root, cache_dir=str(tmp_path / "cache"))
        copies = [path.name for path in (tmp_path / "cache").rglob("*.arrow")]
        copied = {name.rpartition("-")[0] for name in copies if "open_images" not in name}
        assert copied == {"metadata", "narratives"}

    def test_a_sorted_copy_is_made_once(self, root: Path, tmp_path: Path) -> None:
        load(root, cache_dir=str(tmp_path / "cache"))
        [copy] = (tmp_path / "cache").rglob("metadata-*.arrow")
        made = copy.stat().st_mtime_ns
        load(root, cache_dir=str(tmp_path / "cache"), image_ids=[FIRST])
        assert copy.stat().st_mtime_ns == made

    def test_a_changed_file_is_sorted_again(self, root: Path) -> None:
        load(root)
        change(root, METADATA, "One, two", "Three, four")
        assert load(root)[0]["credit"]["title"] == "Three, four"

    def test_processes_and_shards_give_the_same_rows_in_the_same_order(
        self, root: Path, tmp_path: Path
    ) -> None:
        expected = rows_of(load(root))
        parallel = load(root, num_proc=2, cache_dir=str(tmp_path / "other"))
        assert rows_of(parallel) == expected
        stream = load(root, streaming=True)
        assert stream.num_shards == 16
        shards = [stream.shard(3, index) for index in range(3)]
        assert sorted(row["id"] for shard in shards for row in shard) == [r["id"] for r in expected]


class TestWhichImages:
    @pytest.mark.parametrize("listed", [[SECOND, FIRST], [f"validation/{SECOND}", FIRST]])
    def test_a_list_chooses_them(self, root: Path, listed: list[str]) -> None:
        everything = rows_of(load(root))
        assert rows_of(load(root, image_ids=listed)) == everything[:2]

    def test_a_file_may_list_them_and_is_read_again_when_it_changes(
        self, root: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "wanted.txt"
        path.write_text(f"train/{FIRST}\nvalidation/{SECOND}\n\n")
        assert list(load(root, image_ids=str(path))["id"]) == [SECOND]
        path.write_text(f"validation/{BARE}\r\n")
        assert list(load(root, image_ids=str(path))["id"]) == [BARE]

    def test_splits_may_be_chosen(self, root: Path) -> None:
        write(root, texts("test"))
        loaded = load_dataset("open_images_v7", data_dir=str(root), splits=["test"])
        assert [*loaded] == ["test"]

    def test_none_of_them_is_an_error(self, root: Path) -> None:
        with pytest.raises(SourceError, match=r"no image of validation .* and in image_ids"):
            load(root, image_ids=["0123456789abcdef"])

    @pytest.mark.parametrize(
        ("settings", "problem"),
        [
            ({"image_ids": ["123"]}, "'123' is no image id"),
            ({"image_ids": ["ABCDEF0123456789"]}, "is no image id"),
            ({"image_ids": "nowhere.txt"}, "nowhere.txt cannot be read"),
            ({"splits": ["val"]}, r"splits cannot be \['val'\]"),
            ({"splits": "train,val"}, r"splits cannot be \['train', 'val'\]"),
            ({"download": ["box"]}, r"download cannot be \['box'\]"),
        ],
    )
    def test_settings_that_mean_nothing_are_refused(
        self, root: Path, settings: dict[str, Any], problem: str
    ) -> None:
        with pytest.raises((UsageError, SourceError), match=problem) as caught:
            load(root, **settings)
        assert caught.value.hint


class TestWhereFilesLie:
    @pytest.mark.parametrize("place", ["annotations", "v5", "2018_04/validation"])
    def test_they_may_lie_in_folders_as_the_addresses_have_them(
        self, root: Path, place: str
    ) -> None:
        expected = rows_of(load(root))
        (root / place).mkdir(parents=True)
        name = METADATA if "2018" in place else BOXES
        (root / name).rename(root / place / name)
        assert rows_of(load(root)) == expected

    @pytest.mark.parametrize("name", [BOXES, LABELS, METADATA, CAPTIONS])
    def test_what_is_not_there_is_empty_and_said_once(
        self, root: Path, caplog: pytest.LogCaptureFixture, name: str
    ) -> None:
        (root / name).unlink()
        assert load(root)["id"][0] == FIRST
        [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert name in record.getMessage()
        assert "https://storage.googleapis.com/" in record.getMessage()

    def test_labels_of_the_600_classes_serve_where_there_are_no_others(self, root: Path) -> None:
        expected = rows_of(load(root))
        (root / LABELS).rename(root / "validation-annotations-human-imagelabels-boxable.csv")
        assert rows_of(load(root)) == expected

    def test_class_names_may_have_no_titles(self, root: Path) -> None:
        expected = rows_of(load(root))
        old = root / "oidv7-class-descriptions.csv"
        lines = old.read_bytes().split(b"\r\n", 1)[1]
        old.unlink()
        (root / "class-descriptions-boxable.csv").write_bytes(lines)
        assert rows_of(load(root)) == expected

    def test_no_class_names_are_an_error_with_their_address(self, root: Path) -> None:
        for name in NAMES:
            (root / name).unlink()
        with pytest.raises(MissingFileError, match=r"no oidv7-class-descriptions\.csv") as caught:
            load(root)
        assert f"{OFFICIAL}v7/oidv7-class-descriptions.csv" in caught.value.hint

    def test_no_annotations_are_an_error_with_an_address(self, tmp_path: Path) -> None:
        root = write(tmp_path / "oi", NAMES)
        with pytest.raises(MissingFileError, match="no annotation file") as caught:
            load(root)
        assert f"{OFFICIAL}v5/{BOXES}" in caught.value.hint

    @pytest.mark.parametrize("kind", ["masks", "points"])
    def test_what_was_asked_for_must_be_there(self, root: Path, kind: str) -> None:
        word = {"masks": "segmentation", "points": "point-labels"}[kind]
        [name] = [name for name in texts() if word in name]
        (root / name).unlink()
        with pytest.raises(MissingFileError, match=f"with_{kind}=True needs {name}") as caught:
            load(root, **{f"with_{kind}": True})
        assert OFFICIAL in caught.value.hint

    @pytest.mark.parametrize("folder", ["validation", "images/validation", "validation/data"])
    def test_pictures_are_found_by_id_with_their_size(self, root: Path, folder: str) -> None:
        write_pictures(root / folder, SECOND, "0123456789abcdef")
        rows = load(root).cast_column("image", datasets.Image(decode=False))
        path = str(root / folder / f"{SECOND}.jpg")
        assert list(rows["image"]) == [None, {"bytes": None, "path": path}, None, None]
        assert [(row["width"], row["height"]) for row in rows][:2] == [(None, None), (100, 80)]

    def test_a_picture_that_comes_later_is_noticed(self, root: Path) -> None:
        write_pictures(root / "validation", SECOND)
        assert load(root)[0]["image"] is None
        write_pictures(root / "validation", FIRST)
        assert load(root)[0]["image"].size == (100, 80)

    def test_a_broken_picture_has_no_size(self, root: Path) -> None:
        write_pictures(root / "validation", SECOND)
        (root / "validation" / f"{SECOND}.jpg").write_bytes(b"<html>")
        assert load(root)["width"][1] is None


class TestDownloads:
    @pytest.fixture
    def site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """Serve files under the official paths, and pictures as the bucket has them."""
        site = tmp_path / "site"
        monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
        folders = {
            BOXES: "openimages/v5",
            METADATA: "openimages/2018_04/validation",
            CAPTIONS: "localized-narratives/annotations",
            "oidv7-class-descriptions.csv": "openimages/v7",
            "oidv6-attributes-description.csv": "openimages/v6",
        }
        for name, text in (NAMES | texts()).items():
            if name in folders:
                write(site / folders[name], {name: text})
        boxable = "validation-annotations-human-imagelabels-boxable.csv"
        write(site / "openimages/v5", {boxable: texts()[LABELS]})
        write_pictures(site / "validation", SECOND)
        with serve_files(site) as url:
            monkeypatch.setattr(open_images_files, "URL", url)
            monkeypatch.setattr(open_images_files, "BUCKET", url)
            yield site

    @pytest.mark.parametrize("streaming", [False, True])
    def test_come_on_request_and_no_more_than_was_asked_for(
        self, site: Path, tmp_path: Path, streaming: bool
    ) -> None:
        rows = load_dataset(
            "open_images_v7",
            split="validation",
            splits=["validation"],
            download=["boxes", "narratives"],
            cache_dir=str(tmp_path / "cache"),
            streaming=streaming,
        )
        first, *_ = rows
        assert [thing["category"] for thing in first["objects"]] == ["Person", "Guitar"]
        assert (len(first["narratives"]), first["labels"]) == (2, [])

    def test_fill_what_a_folder_lacks(self, site: Path, root: Path, tmp_path: Path) -> None:
        expected = rows_of(load(root))
        (root / LABELS).unlink()
        settings = {"download": ["labels"], "splits": ["validation"]}
        assert rows_of(load(root, cache_dir=str(tmp_path / "cache"), **settings)) == expected

    def test_pictures_come_from_the_bucket_when_they_are_opened(
        self, site: Path, root: Path
    ) -> None:
        write_pictures(root / "validation", FIRST)
        rows = load(root, with_images=True)
        assert [rows[place]["image"].size for place in (0, 1)] == [(100, 80)] * 2
        paths = rows.cast_column("image", datasets.Image(decode=False))["image"]
        assert paths[2]["path"] == f"{open_images_files.BUCKET}validation/{BARE}.jpg"

    def test_nothing_is_downloaded_unasked(self, site: Path) -> None:
        with pytest.raises(MissingFileError, match="no annotation file"):
            load_dataset("open_images_v7", split="validation")


class TestBadFiles:
    @pytest.mark.parametrize(
        ("name", "old", "new", "problem"),
        [
            (BOXES, "XMax", "XMix", "has no column 'XMax'; its first line is 'ImageID,Source"),
            (BOXES, "ImageID", "Image", "has no column 'ImageID'"),
            (BOXES, "0.5875", "much", "column 'YMax': .*'much'"),
            (BOXES, ",0.5,0.5,0,1,1", ",0.5,0.4,0,1,1", f"image {SECOND} has a box with XMin 0.5"),
            (BOXES, ",0.5,0.5,0,1,1", ",0.5,1.5,0,1,1", "XMax 1.5"),
            (BOXES, ",0.5,0.5,0,1,1", ",0.5,,0,1,1", "XMax nan"),
            (BOXES, f"{FIRST},xclick", "5fe6fee6369,xclick", "column 'ImageID': .*11-byte"),
            (BOXES, f"{FIRST},xclick", "00059XYZ6fee6369,xclick", "'00059XYZ6fee6369' is no image"),
            (METADATA, f"{BARE},", f"{FIRST},", f"image {FIRST} stands more than once"),
            (METADATA, f"\n{BARE},", "\n,", "a row has no image id"),
            (CAPTIONS, '"caption"', '"kaption"', "line 1: object missing required field `caption`"),
            (CAPTIONS, f'"{SECOND}"', '"12"', "line 1: '12' is no image id"),
            ("oidv7-class-descriptions.csv", "Person", "Person,x", "line 2: '/m/01g317,Person,x'"),
        ],
    )
    def test_are_named_with_what_is_wrong(
        self, root: Path, name: str, old: str, new: str, problem: str
    ) -> None:
        change(root, name, old, new)
        with pytest.raises(SourceError, match=problem) as caught:
            load(root)
        assert str(root / name) in caught.value.problem
        assert caught.value.hint

    @pytest.mark.parametrize("name", [BOXES, METADATA, CAPTIONS])
    def test_a_broken_off_line_is_named_with_the_address(self, root: Path, name: str) -> None:
        (root / name).write_bytes((root / name).read_bytes()[:-30])
        with pytest.raises(SourceError) as caught:
            load(root)
        assert str(root / name) in caught.value.problem
        assert "https://storage.googleapis.com/" in caught.value.hint
        assert name in caught.value.hint

    @pytest.mark.parametrize("name", [BOXES, METADATA, "oidv7-class-descriptions.csv"])
    def test_a_file_that_is_no_text_is_named(self, root: Path, name: str) -> None:
        (root / name).write_bytes(b"\x1f\x8b\x08\xff\xfe")
        with pytest.raises(SourceError) as caught:
            load(root)
        assert str(root / name) in caught.value.problem

    @pytest.mark.parametrize("name", [BOXES, METADATA, CAPTIONS])
    def test_a_folder_in_the_place_of_a_file_is_named(self, root: Path, name: str) -> None:
        (root / name).unlink()
        (root / name).mkdir()
        with pytest.raises(SourceError, match="cannot be read: Is a directory") as caught:
            load(root)
        assert str(root / name) in caught.value.problem

    def test_an_empty_file_is_named(self, root: Path) -> None:
        (root / BOXES).write_bytes(b"")
        with pytest.raises(SourceError, match="is empty"):
            load(root)

    def test_a_file_of_titles_alone_is_none_of_this(self, root: Path) -> None:
        (root / BOXES).write_text((root / BOXES).read_text().partition("\n")[0])
        assert load(root)["objects"][:] == [[]] * 4

    def test_an_error_in_one_of_several_processes_comes_out_as_itself(self, root: Path) -> None:
        change(root, BOXES, "0.5875", "much")
        with pytest.raises(SourceError, match="column 'YMax'"):
            load(root, num_proc=2)
