"""Files that are no JSON in ways that are easily forgotten are refused like all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen_datasets import load_dataset
from mmgen_datasets.conversion.data_file import read_data_file
from mmgen_datasets.errors import SourceError
from mmgen_datasets.targeting.prompt_file import read_prompt_file
from mmgen_datasets.targeting.task import read_task

BROKEN = {
    "a string that is no UTF-8": b'{"samples": [], "dataset_description": "\xff"}',
    "brackets a thousand deep": b'{"samples": [], "image_folder": ' + b"[" * 10**5 + b"}",
    "cut off": b'{"samples": [',
}


@pytest.mark.parametrize("read", [read_data_file, read_task, read_prompt_file])
@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_no_json_is_refused(read: object, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "task.json"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=r"task\.json"):
        read(path)  # type: ignore[operator]


def test_a_record_with_a_broken_string_is_no_conversation(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    turns = b'"conversations": [{"from": "human", "value": "A"}, {"from": "gpt", "value": "%s"}]'
    path = tmp_path / "llava.json"
    path.write_bytes(b"[{" + turns % b"B" + b"}, {" + turns % b"\xff" + b"}]")
    rows = load_dataset("llava_json", data_dir=str(tmp_path), split="train")
    whole, broken = rows
    assert (whole["messages"][1]["content"], whole["error"]) == ("B", None)
    assert broken["messages"] == []
    assert broken["error"].startswith("it is no JSON: 'utf-8' codec can't decode")
    assert f"{path}: 1 record is no conversation: it is no JSON" in caplog.text
