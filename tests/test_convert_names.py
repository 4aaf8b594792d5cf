"""`mmgen convert`: the names of the files that it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets import convert
from mmgen_datasets.conversion.names import distinct_stems, safe_stem
from tests.parquet_files import converted, media, picture, talk, write


class TestNames:
    @given(st.text())
    def test_a_stem_is_one_that_every_file_system_takes(self, name: str) -> None:
        stem = safe_stem(name)
        assert stem == safe_stem(stem)
        assert 0 < len(stem.encode()) <= 101
        assert not set(stem) & set('<>:"/\\|?*\0\n\t')
        assert stem[0] != "." and stem[-1] not in ". "
        assert stem.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}

    @given(st.lists(st.text(max_size=3) | st.sampled_from(["a", "A", "ß", "SS", "rejects"])))
    def test_no_two_names_meet_where_case_does_not_count(self, names: list[str]) -> None:
        stems = distinct_stems(set(names), taken=["rejects"])
        folded = [stem.casefold() for stem in stems.values()]
        assert len({*folded, "rejects"}) == len({*names}) + 1
        assert all(safe_stem(stem) == stem for stem in stems.values())

    @pytest.mark.parametrize("name", ["train", "allava-caption-part0", "000000033471", "小猫"])
    def test_a_usual_name_stays(self, name: str) -> None:
        assert safe_stem(name) == name

    def test_files_keep_the_names_of_the_data_made_safe(self, tmp_path: Path) -> None:
        names = ["cat.jpg", "../../cat.jpg", "/etc/CAT.png", "C:\\NUL.jpg", "a\0b", ".", None]
        pictures = [media(picture(colour=index), name) for index, name in enumerate(names)]
        columns = {"image": pictures, "conversations": [talk()] * len(names)}
        data = write(tmp_path / "in" / "data", columns)
        records, part = converted(data, tmp_path / "in" / "out", names="data")
        found = [Path(record["image"]).name for record in records]
        stems = [name.rpartition("-")[0] for name in found]
        assert stems == ["cat", "cat", "CAT", "NUL_", "a_b", "_", "media"]
        assert len({name.casefold() for name in found}) == len(names)
        for record, one in zip(records, pictures, strict=True):
            assert (part.folder.root / record["image"]).read_bytes() == one["bytes"]
        assert {path.name for path in (tmp_path / "in").iterdir()} == {"data", "out"}

    def test_a_picture_of_several_rows_is_one_file(self, tmp_path: Path) -> None:
        columns = {"image": [media(picture(), "x.jpg")] * 3, "conversations": [talk()] * 3}
        records, part = converted(write(tmp_path / "data", columns), tmp_path / "out", names="data")
        assert len({record["image"] for record in records}) == part.counts.files == 1

    def test_a_configuration_named_like_a_folder_of_ours_gets_another(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        entries = ""
        for number, name in enumerate(["annotations", "Ab", "aB"]):
            write(data, {"conversations": [talk(name)]}, f"file{number}")
            entries += f"- {{config_name: {name}, data_files: file{number}.parquet}}\n"
        (data / "README.md").write_text(f"---\nconfigs:\n{entries}---\n")
        stems = [part.folder.name for part in convert(str(data), tmp_path / "out")]
        assert len({stem.casefold() for stem in stems}) == 3
        assert "annotations" not in stems
