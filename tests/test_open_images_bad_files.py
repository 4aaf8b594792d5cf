"""Open Images V7: what is said of files that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen_datasets.errors import SourceError
from tests.open_images_files import BARE, BOXES, CAPTIONS, FIRST, METADATA, SECOND, change, load


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
        self, oi: Path, name: str, old: str, new: str, problem: str
    ) -> None:
        change(oi, name, old, new)
        with pytest.raises(SourceError, match=problem) as caught:
            load(oi)
        assert str(oi / name) in caught.value.problem
        assert caught.value.hint

    @pytest.mark.parametrize("name", [BOXES, METADATA, CAPTIONS])
    def test_a_broken_off_line_is_named_with_the_address(self, oi: Path, name: str) -> None:
        (oi / name).write_bytes((oi / name).read_bytes()[:-30])
        with pytest.raises(SourceError) as caught:
            load(oi)
        assert str(oi / name) in caught.value.problem
        assert "https://storage.googleapis.com/" in caught.value.hint
        assert name in caught.value.hint

    @pytest.mark.parametrize("name", [BOXES, METADATA, "oidv7-class-descriptions.csv"])
    def test_a_file_that_is_no_text_is_named(self, oi: Path, name: str) -> None:
        (oi / name).write_bytes(b"\x1f\x8b\x08\xff\xfe")
        with pytest.raises(SourceError) as caught:
            load(oi)
        assert str(oi / name) in caught.value.problem

    @pytest.mark.parametrize("name", [BOXES, METADATA, CAPTIONS])
    def test_a_folder_in_the_place_of_a_file_is_named(self, oi: Path, name: str) -> None:
        (oi / name).unlink()
        (oi / name).mkdir()
        with pytest.raises(SourceError, match="cannot be read: Is a directory") as caught:
            load(oi)
        assert str(oi / name) in caught.value.problem

    def test_an_empty_file_is_named(self, oi: Path) -> None:
        (oi / BOXES).write_bytes(b"")
        with pytest.raises(SourceError, match="is empty"):
            load(oi)

    def test_a_file_of_titles_alone_is_none_of_this(self, oi: Path) -> None:
        (oi / BOXES).write_text((oi / BOXES).read_text().partition("\n")[0])
        assert load(oi)["objects"][:] == [[]] * 4

    def test_an_error_in_one_of_several_processes_comes_out_as_itself(self, oi: Path) -> None:
        change(oi, BOXES, "0.5875", "much")
        with pytest.raises(SourceError, match="column 'YMax'"):
            load(oi, num_proc=2)
