"""Read Localized Narratives: what people said while they looked at a picture.

A line is a JSON object (Pont-Tuset et al., "Connecting Vision and Language with Localized
Narratives", ECCV 2020; CC BY 4.0). The short files have the caption alone, the full ones also
when each part of it was said, and the way of the mouse, which is skipped undecoded::

    {"dataset_id": "open_images", "image_id": "000595fe6fee6369", "annotator_id": 37,
     "caption": "In this image ...", "timed_caption": [{"utterance": "In this", "start_time":
     0.1, "end_time": 0.6}, ...], "traces": [...], "voice_recording": "..."}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate, islice
from pathlib import Path

import msgspec
import pyarrow as pa

from mmgen_datasets.errors import SourceError
from mmgen_datasets.schema import SAMPLE

from .open_images_csv import unreadable
from .open_images_files import File
from .open_images_ids import ID, ID_BYTES

IMAGE = "image_id"
_NARRATIVES = SAMPLE.arrow_schema.field("narratives").type.value_type
SCHEMA = pa.schema([(IMAGE, ID), *((field.name, field.type) for field in _NARRATIVES)])
"""A narrative in the form that samples have it, behind its image."""

_LINES_PER_BATCH = 4096


class _Utterance(msgspec.Struct, gc=False):
    utterance: str
    start_time: float | None
    end_time: float | None


class _Narrative(msgspec.Struct, gc=False):
    image_id: str
    caption: str
    timed_caption: list[_Utterance] = []


_DECODER = msgspec.json.Decoder(_Narrative)


def read_narratives(files: Iterable[File]) -> Iterator[pa.RecordBatch]:
    """Read narratives in the order of the files.

    Raises:
        SourceError: a file cannot be read, or a line is not of this form.
    """
    for file in files:
        narratives = _decoded(file)
        while lines := [*islice(narratives, _LINES_PER_BATCH)]:
            yield _columns(lines)


def _decoded(file: File) -> Iterator[_Narrative]:
    try:
        with Path(file.path).open("rb") as opened:
            for number, line in enumerate(opened, start=1):
                if line.strip():
                    yield _decode(line, file, number)
    except OSError as error:
        raise unreadable(file, error) from error


def _decode(line: bytes, file: File, number: int) -> _Narrative:
    try:
        narrative = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        problem = str(error)
    else:
        if len(narrative.image_id.encode()) == ID_BYTES:
            return narrative
        problem = f"{narrative.image_id!r} is no image id of Open Images"
    raise SourceError(
        f"open_images_v7: {file.path}, line {number}: {problem[:1].lower() + problem[1:]}",
        f"download it again from {file.url}",
    )


def _columns(narratives: list[_Narrative]) -> pa.RecordBatch:
    said = [part for narrative in narratives for part in narrative.timed_caption]
    offsets = accumulate((len(narrative.timed_caption) for narrative in narratives), initial=0)
    parts = [
        pa.array([part.utterance for part in said], pa.string()),
        pa.array([part.start_time for part in said], pa.float32()),
        pa.array([part.end_time for part in said], pa.float32()),
    ]
    type = SCHEMA.field("words").type
    columns = [
        pa.array([narrative.image_id.encode() for narrative in narratives], ID),
        pa.array([narrative.caption for narrative in narratives]),
        pa.ListArray.from_arrays(
            pa.array([*offsets], pa.int32()),
            pa.StructArray.from_arrays(parts, fields=[*type.value_type]),
        ),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
