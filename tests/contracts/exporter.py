"""What every exporter must do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Image

from mmgen_datasets import export
from mmgen_datasets.errors import UsageError
from mmgen_datasets.files import PARTIAL


class ExporterContract:
    """Inherit it, name the format, and say how its file is read back."""

    format: str

    def read(self, file: Path) -> list[Any]:
        """The records of a written file, one for each conversation or exchange."""
        raise NotImplementedError

    def conversation_ids(self, records: list[Any]) -> set[str]:
        """The ids of the conversations that records belong to."""
        return {record["id"] for record in records}

    def test_what_it_says_it_wrote_is_what_can_be_read(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        exported = export(conversations, self.format, tmp_path)
        ids = self.conversation_ids(self.read(exported.file))
        assert len(ids) == exported.conversations
        good = conversations.remove_columns("image").filter(lambda row: row["error"] is None)
        assert ids == set(good["id"])

    def test_rows_with_an_error_are_left_out(self, conversations: Dataset, tmp_path: Path) -> None:
        rows = conversations.cast_column("image", Image(decode=False)).to_list()
        rows[0] |= {"error": "refused", "messages": []}
        spoiled = Dataset.from_list(rows, features=conversations.features)
        exported = export(spoiled, self.format, tmp_path)
        assert rows[0]["id"] not in self.conversation_ids(self.read(exported.file))

    def test_the_same_conversations_give_the_same_bytes(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        first, second = (
            export(conversations, self.format, tmp_path / name).file.read_bytes() for name in "ab"
        )
        assert first == second

    def test_nothing_to_export_is_an_error_and_leaves_no_file(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        with pytest.raises(UsageError, match="no conversation to export"):
            export(conversations.select([]), self.format, tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_an_export_that_fails_leaves_the_one_before(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        exported = export(conversations, self.format, tmp_path)
        before = exported.file.read_bytes()
        rows = conversations.cast_column("image", Image(decode=False)).to_list()
        rows[-1]["messages"][0]["role"] = "nobody"
        spoiled = Dataset.from_list(rows, features=conversations.features)
        with pytest.raises(UsageError, match="'nobody'"):
            export(spoiled, self.format, tmp_path)
        assert exported.file.read_bytes() == before
        assert not list(tmp_path.glob(f"*{PARTIAL}"))

    def test_any_text_survives(self, conversations: Dataset, tmp_path: Path) -> None:
        odd = 'A “café” \\ / 图 \U0001f415 <b> \t "quoted" \u2028 end'
        rows = conversations.cast_column("image", Image(decode=False)).select([0]).to_list()
        rows[0]["messages"][1]["content"] = odd
        changed = Dataset.from_list(rows, features=conversations.features)
        exported = export(changed, self.format, tmp_path)
        assert odd in self.texts(self.read(exported.file))

    def texts(self, records: list[Any]) -> list[str]:
        """Every text that the records hold, in order."""
        raise NotImplementedError
