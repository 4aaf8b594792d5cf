"""What every exporter must do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Image

from mmgen_datasets import export
from mmgen_datasets.errors import UsageError
from mmgen_datasets.exporters.base import Exported


def as_rows(conversations: Dataset) -> list[dict[str, Any]]:
    """The rows with their pictures as stored."""
    return list(conversations.cast_column("image", Image(decode=False)).to_list())


def as_table(conversations: Dataset, rows: list[dict[str, Any]]) -> Dataset:
    """Rows as a table like the one that they were taken from."""
    return Dataset.from_list(rows, features=conversations.features)


def answers_of(row: dict[str, Any]) -> list[str]:
    """What the assistant says in a conversation."""
    return [turn["content"] for turn in row["messages"] if turn["role"] == "assistant"]


def files_under(folder: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class ExporterContract:
    """Inherit it, name the format, and say how it is read back."""

    format: str

    def answers(self, exported: Exported) -> list[list[str]]:
        """What the assistant says in each conversation, in the order of the file."""
        raise NotImplementedError

    def test_what_it_says_it_wrote_is_what_can_be_read(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        exported = export(conversations, self.format, tmp_path)
        answers = self.answers(exported)
        assert len(answers) == exported.conversations
        good = [row for row in as_rows(conversations) if row["error"] is None]
        assert answers == [answers_of(row) for row in good]

    def test_rows_with_an_error_are_left_out(self, conversations: Dataset, tmp_path: Path) -> None:
        rows = as_rows(conversations)[:4]
        rows[0] |= {"error": "refused", "messages": []}
        exported = export(as_table(conversations, rows), self.format, tmp_path)
        assert self.answers(exported) == [answers_of(row) for row in rows[1:]]

    def test_the_same_conversations_give_the_same_bytes(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        export(conversations, self.format, tmp_path / "out")
        first = files_under(tmp_path / "out")
        (tmp_path / "out").rename(tmp_path / "before")
        export(conversations, self.format, tmp_path / "out")
        assert files_under(tmp_path / "out") == first

    def test_a_second_export_takes_the_place_of_the_first(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        export(conversations, self.format, tmp_path)
        exported = export(conversations.select(range(2)), self.format, tmp_path)
        assert len(self.answers(exported)) == 2

    def test_nothing_to_export_is_an_error_and_leaves_no_file(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        with pytest.raises(UsageError, match="no conversation to export"):
            export(conversations.select([]), self.format, tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_an_export_that_fails_leaves_the_one_before(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        export(conversations, self.format, tmp_path)
        before = files_under(tmp_path)
        rows = as_rows(conversations)
        rows[-1]["messages"][0]["role"] = "nobody"
        with pytest.raises(UsageError, match="'nobody'"):
            export(as_table(conversations, rows), self.format, tmp_path)
        assert files_under(tmp_path) == before

    def test_any_text_survives(self, conversations: Dataset, tmp_path: Path) -> None:
        odd = 'A “café” \\ / 图 \U0001f415 <b> \t "quoted" \u2028 end'
        [row, *_] = as_rows(conversations)
        row["messages"][1]["content"] = odd
        exported = export(as_table(conversations, [row]), self.format, tmp_path)
        assert self.answers(exported)[0][0] == odd
