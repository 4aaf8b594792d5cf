"""The picture files of an export: kept as they are, or their conversation left out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from datasets import Dataset, Image

from mmgen_datasets import export
from mmgen_datasets.errors import UsageError
from mmgen_datasets.exporters.base import Pictures


def test_pictures_keep_their_bytes(conversations: Dataset, tmp_path: Path) -> None:
    export(conversations, "llava", tmp_path)
    for row in conversations.cast_column("image", Image(decode=False)):
        if row["error"] is None:
            copy = tmp_path / "images" / row["file_name"]
            assert copy.read_bytes() == Path(row["image"]["path"]).read_bytes()


def test_links_take_no_space(conversations: Dataset, tmp_path: Path) -> None:
    """The source is copied first, as another file system cannot be linked to."""
    source = tmp_path / "source"
    source.mkdir()
    rows = conversations.cast_column("image", Image(decode=False)).select([0]).to_list()
    here = source / "a.jpg"
    here.write_bytes(Path(rows[0]["image"]["path"]).read_bytes())
    rows[0]["image"] = {"bytes": None, "path": str(here)}
    linked = Dataset.from_list(rows, features=conversations.features)
    export(linked, "llava", tmp_path / "out", pictures="link")
    target = tmp_path / "out" / "images" / rows[0]["file_name"]
    assert here.samefile(target)


def test_embedded_pictures_are_written_out(conversations: Dataset, tmp_path: Path) -> None:
    rows = conversations.cast_column("image", Image(decode=False)).select([0]).to_list()
    data = Path(rows[0]["image"]["path"]).read_bytes()
    rows[0]["image"] = {"bytes": data, "path": "a.jpg"}
    embedded = Dataset.from_list(rows, features=conversations.features)
    export(embedded, "llava", tmp_path, pictures="link")
    assert (tmp_path / "images" / rows[0]["file_name"]).read_bytes() == data


def spoiled(conversations: Dataset, image: Any, **changes: Any) -> Dataset:
    rows = conversations.cast_column("image", Image(decode=False)).select(range(3)).to_list()
    rows[0] |= {"image": image, **changes}
    return Dataset.from_list(rows, features=conversations.features)


def test_a_conversation_without_its_picture_is_left_out_and_counted(
    conversations: Dataset, tmp_path: Path
) -> None:
    exported = export(spoiled(conversations, None), "llava", tmp_path)
    assert (exported.conversations, exported.left_out) == (2, {"the picture is not on disk": 1})


def test_a_picture_without_bytes_and_path_is_none(conversations: Dataset, tmp_path: Path) -> None:
    """As tables of others may have it; `datasets` itself writes null."""
    nothing = [{"bytes": None, "path": None}] * len(conversations)
    rows = conversations.remove_columns("image")
    rows = rows.add_column("image", nothing, feature=Image(decode=False))
    with pytest.raises(UsageError, match="the picture is not on disk"):
        export(rows, "llava", tmp_path)


def test_a_picture_that_cannot_be_read_tells_why(conversations: Dataset, tmp_path: Path) -> None:
    long = {"bytes": None, "path": str(tmp_path / ("a" * 300))}
    [problem] = export(spoiled(conversations, long), "llava", tmp_path / "out").left_out
    assert "File name too long" in problem


def test_pictures_that_are_gone_are_one_reason_which_tells_where_they_were(
    conversations: Dataset, tmp_path: Path
) -> None:
    gone = tmp_path / "no longer here"
    rows = conversations.cast_column("image", Image(decode=False)).select(range(3)).to_list()
    for row in rows[:2]:
        row["image"] = {"bytes": None, "path": str(gone / row["file_name"])}
    moved = Dataset.from_list(rows, features=conversations.features)
    exported = export(moved, "llava", tmp_path / "out")
    assert exported.left_out == {f"the picture is no longer in {gone}": 2}
    with pytest.raises(UsageError, match=r"no longer in .* \(2 of them\)\n.*--data-dir where"):
        export(moved.select(range(2)), "llava", tmp_path / "none")


def test_without_pictures_every_conversation_is_written(
    conversations: Dataset, tmp_path: Path
) -> None:
    exported = export(spoiled(conversations, None), "llava", tmp_path, pictures="none")
    assert (exported.conversations, exported.pictures) == (3, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ATTRIBUTION.csv", "llava.json"]


def test_where_no_picture_is_there_at_all_it_says_so(
    conversations: Dataset, tmp_path: Path
) -> None:
    nothing = spoiled(conversations, None).select([0])
    with pytest.raises(UsageError, match="none of 1 conversation can be exported"):
        export(nothing, "llava", tmp_path)
    assert not (tmp_path / "llava.json").exists()


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\xff\xd8\xff\xe0 cut"])
def test_a_broken_picture_is_left_out_and_counted(
    conversations: Dataset, tmp_path: Path, data: bytes
) -> None:
    broken = spoiled(conversations, {"bytes": data, "path": "a.jpg"})
    exported = export(broken, "llava", tmp_path)
    assert exported.left_out == {f"not a readable picture ({len(data)} bytes)": 1}


def test_a_picture_cut_short_is_found(conversations: Dataset, tmp_path: Path) -> None:
    rows = conversations.cast_column("image", Image(decode=False)).select([0]).to_list()
    whole = Path(rows[0]["image"]["path"]).read_bytes()
    half = {"bytes": whole[: len(whole) // 2], "path": "a.jpg"}
    exported = export(spoiled(conversations, half), "llava", tmp_path)
    assert exported.left_out.total() == 1


@pytest.mark.parametrize("name", ["../up.jpg", "/etc/passwd", "a\\b.jpg", "", "C:x.jpg", None])
@pytest.mark.parametrize("pictures", ["copy", "none"])
def test_a_name_out_of_data_never_leaves_the_folder(
    conversations: Dataset, tmp_path: Path, name: str | None, pictures: Pictures
) -> None:
    [image] = conversations.cast_column("image", Image(decode=False)).select([0])["image"]
    renamed = spoiled(conversations, image, file_name=name)
    exported = export(renamed, "llava", tmp_path / "out", pictures=pictures)
    [reason] = exported.left_out
    assert "cannot be used as a file name" in reason
    assert exported.conversations == 2


def test_two_pictures_of_one_name_are_not_taken_for_one(
    conversations: Dataset, tmp_path: Path
) -> None:
    rows = conversations.cast_column("image", Image(decode=False)).select(range(2)).to_list()
    rows[1]["file_name"] = rows[0]["file_name"]
    exported = export(Dataset.from_list(rows, features=conversations.features), "llava", tmp_path)
    assert exported.conversations == 1
    assert exported.left_out == {"another picture has the same name": 1}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"])
def test_half_a_picture_of_any_form_is_found(
    conversations: Dataset, tmp_path: Path, form: str
) -> None:
    drawn = io.BytesIO()
    PIL.Image.effect_noise((64, 64), 50).save(drawn, form)
    for data, left_out in ((drawn.getvalue(), 0), (drawn.getvalue()[:-600], 1)):
        image = {"bytes": data, "path": "a"}
        exported = export(spoiled(conversations, image), "llava", tmp_path / str(left_out))
        assert exported.left_out.total() == left_out


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("a", "a/b.jpg"), "another picture has the name of its folder"),
        (("a/b.jpg", "a"), "another picture has the name of its folder"),
        (("a.jpg", "x" * 300), "its name is too long for a file"),
        (("a.jpg", "a.jpg.part"), "its name ends in .part, as those of unfinished files do"),
    ],
)
def test_a_name_that_no_file_can_have_costs_its_row_only(
    conversations: Dataset, tmp_path: Path, names: tuple[str, str], reason: str
) -> None:
    rows = conversations.cast_column("image", Image(decode=False)).select(range(3)).to_list()
    for row, name in zip(rows, names, strict=False):
        row["file_name"] = name
    exported = export(Dataset.from_list(rows, features=conversations.features), "llava", tmp_path)
    assert (exported.conversations, exported.left_out) == (2, {reason: 1})
