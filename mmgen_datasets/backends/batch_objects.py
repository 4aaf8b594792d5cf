"""What the Files and Batches pages of OpenAI's API speak of; fields that are not read are left out.

Format: https://platform.openai.com/docs/api-reference/batch.
"""

from __future__ import annotations

from typing import Any

import msgspec


class RequestLine(msgspec.Struct):
    """A line of a file of requests."""

    custom_id: str
    method: str
    url: str
    body: msgspec.Raw


class Response(msgspec.Struct):
    """What a live request would have been answered."""

    status_code: int = 200
    body: msgspec.Raw = msgspec.Raw(b"null")


class ResultLine(msgspec.Struct):
    """A line of a file of results."""

    custom_id: str
    response: Response | None = None
    error: Any = None


class FileObject(msgspec.Struct):
    """An uploaded file."""

    id: str


class FaultObject(msgspec.Struct):
    """Why a file of requests was refused."""

    code: str | None = None
    message: str | None = None
    param: str | None = None
    line: int | None = None


class FaultList(msgspec.Struct):
    """All that is said of that."""

    data: list[FaultObject] | None = None


class Counts(msgspec.Struct):
    """How many requests have a result."""

    completed: int = 0
    failed: int = 0

    @property
    def answered(self) -> int:
        """Of either kind."""
        return self.completed + self.failed


class BatchObject(msgspec.Struct):
    """A batch."""

    id: str
    status: str
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: FaultList | None = None
    request_counts: Counts | None = None


class BatchList(msgspec.Struct):
    """A page of the list of batches, the newest first."""

    data: list[BatchObject]
    has_more: bool = False


decode_result = msgspec.json.Decoder(ResultLine, strict=False).decode
