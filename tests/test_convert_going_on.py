"""`mmgen convert`: a conversion that ended early goes on, and nothing of others is mixed in."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen_datasets import convert
from mmgen_datasets.conversion.record import Names
from mmgen_datasets.errors import RunError, SourceError
from tests.parquet_files import content, converted, media, picture, talk, write

ROOT = Path(__file__).resolve().parent.parent


class TestGoingOn:
    def data(self, folder: Path, files: int = 4, rows: int = 6) -> Path:
        """Some rejects among the rows."""
        for file in range(files):
            pictures = [media(picture(colour=file * rows + row)) for row in range(rows)]
            pictures[1] = media(b"broken")
            columns = {"image": pictures, "conversations": [talk()] * rows}
            write(folder, columns, f"train-{file:05}-of-{files:05}")
        return folder

    def test_what_is_finished_is_not_written_again(self, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        convert(str(data), tmp_path / "whole")
        third = data / "train-00002-of-00004.parquet"
        good, status = third.read_bytes(), third.stat()
        third.write_bytes(good[:4] + bytes(100) + good[104:])
        os.utime(third, ns=(status.st_atime_ns, status.st_mtime_ns))
        with pytest.raises(SourceError, match=r"train-00002-of-00004\.parquet"):
            convert(str(data), tmp_path / "out")
        assert not (tmp_path / "out" / "data" / "annotations").exists()
        first = tmp_path / "out" / "data" / "default" / "0.jpg"
        written = first.stat().st_mtime_ns
        third.write_bytes(good)
        os.utime(third, ns=(status.st_atime_ns, status.st_mtime_ns))
        _, part = converted(data, tmp_path / "out")
        assert first.stat().st_mtime_ns == written
        assert content(tmp_path / "out") == content(tmp_path / "whole")
        assert part.counts.rejects == {"not a readable picture": 4}

    def test_done_again_it_does_nothing_and_says_the_same(self, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        before = convert(str(data), tmp_path / "out")
        file = before[0].folder.annotations
        written = file.stat().st_mtime_ns
        assert convert(str(data), tmp_path / "out") == before
        assert file.stat().st_mtime_ns == written

    @pytest.mark.parametrize("lost", ["annotations", "default"])
    def test_what_was_removed_is_made_again(self, lost: str, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        convert(str(data), tmp_path / "out")
        whole = content(tmp_path / "out")
        shutil.rmtree(tmp_path / "out" / "data" / lost)
        convert(str(data), tmp_path / "out")
        assert content(tmp_path / "out") == whole

    def test_other_data_are_not_mixed_in(self, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        convert(str(data), tmp_path / "out")
        with pytest.raises(RunError, match="with other settings, or from other data"):
            convert(str(data), tmp_path / "out", names="data")

    def test_a_file_of_others_is_not_written_over(self, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        file = tmp_path / "out" / "data" / "annotations" / "default.json"
        file.parent.mkdir(parents=True)
        file.write_text("[]")
        with pytest.raises(RunError, match="was not written by this command"):
            convert(str(data), tmp_path / "out")

    def test_row_groups_are_units_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With units of one row group, what comes out is the same."""
        monkeypatch.setattr("mmgen_datasets.conversion.plan._UNIT_BYTES", 1)
        rows = {
            "image": [media(picture(colour=n)) for n in range(7)],
            "conversations": [talk()] * 7,
        }
        (tmp_path / "data").mkdir()
        pq.write_table(pa.table(rows), tmp_path / "data" / "train.parquet", row_group_size=2)
        records, _ = converted(tmp_path / "data", tmp_path / "out")
        assert [record["image"] for record in records] == [f"default/{n}.jpg" for n in range(7)]

    @pytest.mark.slow
    def test_several_processes_write_what_one_writes(self, tmp_path: Path) -> None:
        data = self.data(tmp_path / "data")
        convert(str(data), tmp_path / "one")
        convert(str(data), tmp_path / "three", num_proc=3)
        assert content(tmp_path / "one") == content(tmp_path / "three")

    @pytest.mark.slow
    @pytest.mark.parametrize(("num_proc", "names"), [(1, "row"), (2, "data")])
    def test_killed_at_any_moment_it_goes_on_to_the_same_end(
        self, num_proc: int, names: Names, tmp_path: Path
    ) -> None:
        data = self.data(tmp_path / "data", files=12, rows=60)
        convert(str(data), tmp_path / "whole", names=names)
        words = [sys.executable, "-m", "scripts.convert_hf_parquet_to_llava"]
        words += ["--dataset_path", str(data), "--save_root", str(tmp_path / "out")]
        words += ["--num_proc", str(num_proc), "--names", names]
        rng = random.Random(num_proc)
        for _ in range(6):
            process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
            state = tmp_path / "out" / "data" / ".convert" / "default"
            while not state.exists() and process.poll() is None:
                time.sleep(0.01)
            time.sleep(rng.uniform(0, 0.3 * num_proc))
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert subprocess.run(words, cwd=ROOT, stdout=subprocess.DEVNULL).returncode == 0
        assert content(tmp_path / "out") == content(tmp_path / "whole")
        assert not list((tmp_path / "out" / "data" / ".convert" / "default").glob("*"))
