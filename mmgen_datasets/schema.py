"""The two tables that every source, recipe, backend and exporter agrees on.

A *sample* is a row of a source, a *conversation* a row of a result. Both are plain
`datasets.Features`; a column that a source knows nothing about is null or empty, and a media
column stands only where the source has such media.
"""

from __future__ import annotations

from typing import Any, get_args

from datasets import Array2D, Audio, Dataset, Features, Image, List, Value, Video

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.errors import UsageError

_STRING, _BOOL, _FLOAT, _INT = Value("string"), Value("bool"), Value("float32"), Value("int32")

MEDIA: dict[MediaKind, Any] = {
    "image": Image(),
    "video": Video(),
    "audio": Audio(),
    "motion": Array2D(shape=(None, 263), dtype="float32"),
}
"""The media columns. Files stay paths while local and are embedded when pushed."""

BBOX = List(_FLOAT, length=4)
"""x_min, y_min, x_max, y_max as shares of the width and height, 0..1, y downwards."""

OBJECT = {
    "category": _STRING,
    "bbox": BBOX,
    "area": _FLOAT,  # share of the picture that the outline covers, 0..1
    "is_crowd": _BOOL,  # the box holds an uncounted number of them
    "confidence": _FLOAT,
    "is_occluded": _BOOL,
    "is_truncated": _BOOL,  # the picture's border cuts it off
    "is_group_of": _BOOL,
    "is_depiction": _BOOL,  # a drawing or a model of one
    "is_inside": _BOOL,  # seen from within
}
"""A thing in a picture. What the source does not say is null, never false."""

LABEL = {"name": _STRING, "present": _BOOL, "verified": _BOOL, "confidence": _FLOAT}
"""A category that the whole picture has, or (``present`` false) is known not to have."""

RELATION = {
    "subject": _STRING,
    "predicate": _STRING,
    "object": _STRING,
    "subject_bbox": BBOX,
    "object_bbox": BBOX,
}

KEYPOINT = {"name": _STRING, "x": _FLOAT, "y": _FLOAT, "is_visible": _BOOL}
"""A joint that is marked, at shares of the width and height; not visible where it is covered."""

POSE = {
    "category": _STRING,
    "bbox": BBOX,  # that of the object which it is the pose of, to the bit
    "is_crowd": _BOOL,
    "keypoints": List(KEYPOINT),  # none where nobody marked any
}
"""The joints of a thing in a picture: the column ``poses``, of sources that were asked for it."""

NARRATIVE = {
    "text": _STRING,
    "words": List({"text": _STRING, "start_s": _FLOAT, "end_s": _FLOAT}),
}
"""A spoken description and when each part of it was said, in seconds."""

LICENSE = {
    "id": _STRING,
    "name": _STRING,
    "url": _STRING,
    "commercial": _BOOL,
    "derivatives": _BOOL,
    "share_alike": _BOOL,
}
"""The terms of the media file, not of its annotations; see `mmgen_datasets.licence`."""

CREDIT = {
    "author": _STRING,
    "title": _STRING,
    "landing_url": _STRING,
    "original_url": _STRING,
}
"""Whom to name, and where the media file came from."""

SAMPLE = Features(
    {
        "id": _STRING,  # stable, unique within source and split
        "source": _STRING,
        "split": _STRING,
        "file_name": _STRING,  # of the media file, as the source names it
        "width": _INT,  # pixels
        "height": _INT,
        "captions": List(_STRING),  # as the source has them, white space and all
        "objects": List(OBJECT),
        "labels": List(LABEL),
        "relations": List(RELATION),
        "narratives": List(NARRATIVE),
        "vocabulary": _STRING,  # closed list the annotators looked for: `mmgen_datasets.vocabulary`
        "license": LICENSE,
        "credit": CREDIT,
    }
)
"""A row of a source, without its media column; `sample_features` adds that."""

MESSAGE = {"role": _STRING, "content": _STRING}
"""A turn; media stand as ``<image>``, ``<video>``, ``<audio>`` or ``<motion>`` in its text."""

PROVENANCE = {
    "recipe": _STRING,
    "recipe_sha256": _STRING,
    "backend": _STRING,  # the server or engine that ran the model
    "model": _STRING,  # as it names itself
    "sampling": _STRING,  # JSON of what was set
    "seed": Value("int64"),
    "request_key": _STRING,  # of the journal's row
    "prompt_tokens": _INT,
    "completion_tokens": _INT,
    "finish_reason": _STRING,
    "created_at": _STRING,  # of the reply, ISO 8601, UTC; null where no model was asked
    "library_version": _STRING,
    "families": List(_STRING),  # question family of each exchange of a `grounded` conversation
}

CHECK = {"name": _STRING, "passed": _BOOL, "detail": _STRING}

CONVERSATION = Features(
    {
        "id": _STRING,
        "sample_id": _STRING,
        "source": _STRING,
        "split": _STRING,
        "file_name": _STRING,
        "messages": List(MESSAGE),
        "kind": _STRING,  # conversation, detail, complex_reasoning, ...
        "license": LICENSE,
        "credit": CREDIT,
        "provenance": PROVENANCE,
        "checks": List(CHECK),
        "error": _STRING,  # null, or why there are no messages
    }
)
"""A row of a result, without its media column; `conversation_features` adds that."""


def sample_features(*media: MediaKind) -> Features:
    """The columns of a source that has these media."""
    return Features({**SAMPLE, **{kind: MEDIA[kind] for kind in media}})


def conversation_features(*media: MediaKind) -> Features:
    """The columns of a result whose samples have these media."""
    return Features({**CONVERSATION, **{kind: MEDIA[kind] for kind in media}})


def media_kinds(features: Features) -> list[MediaKind]:
    """Which media columns a table has, in the schema's order."""
    return [kind for kind in get_args(MediaKind) if kind in features]


def check_samples(samples: object) -> None:
    """Refuse what is no table of samples.

    Raises:
        UsageError: naming the type that is wrong, or the columns that are missing.
    """
    if not isinstance(samples, Dataset):
        raise UsageError(
            f"samples are a {type(samples).__name__}, not a Dataset",
            "load one split, without streaming: load_dataset(..., split='train')",
        )
    if missing := [name for name in SAMPLE if name not in samples.features]:
        raise UsageError(
            f"the samples lack the columns {', '.join(missing)}",
            "load them with mmgen_datasets.load_dataset, or see mmgen_datasets.schema.SAMPLE",
        )
