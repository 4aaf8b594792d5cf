"""The two tables that every source, recipe, backend and exporter agrees on.

A *sample* is a row of a source, a *conversation* a row of a result. Both are plain
`datasets.Features`; a column that a source knows nothing about is null or empty, and a media
column stands only where the source has such media.
"""

from __future__ import annotations

from typing import Any, get_args

from datasets import Array2D, Audio, Features, Image, List, Value, Video

from mmgen_datasets.chat import MediaKind

_STRING, _BOOL, _FLOAT, _INT = Value("string"), Value("bool"), Value("float32"), Value("int32")

MEDIA: dict[MediaKind, Any] = {
    "image": Image(),
    "video": Video(),
    "audio": Audio(),
    "motion": Array2D(shape=(None, 263), dtype="float32"),
}
"""The media columns. Files stay paths while local and are embedded when pushed.

A motion has a row of features for each frame: 263 of HumanML3D, or 251 of KIT-ML.
"""

BBOX = List(_FLOAT, length=4)
"""x_min, y_min, x_max, y_max as shares of the width and height, 0..1, y downwards."""

OBJECT = {
    "category": _STRING,
    "bbox": BBOX,
    "area": _FLOAT,  # share of the picture that the outline covers, 0..1
    "is_crowd": _BOOL,  # the box holds an uncounted number of them
    "confidence": _FLOAT,
    "method": _STRING,  # how its box came about, in the source's own word
    "is_occluded": _BOOL,
    "is_truncated": _BOOL,  # the picture's border cuts it off
    "is_group_of": _BOOL,
    "is_depiction": _BOOL,  # a drawing or a model of one
    "is_inside": _BOOL,  # seen from within
}
"""A thing in a picture. What the source does not say is null, never false."""

LABEL = {"name": _STRING, "present": _BOOL, "verified": _BOOL, "confidence": _FLOAT}
"""A category that the whole picture has, or (``present`` false) is known not to have.

Where a person has seen to it (``verified``), `confidence` is null: it is a machine's.
"""

RELATION = {
    "subject": _STRING,
    "predicate": _STRING,
    "object": _STRING,
    "subject_bbox": BBOX,
    "object_bbox": BBOX,  # null for an attribute: predicate ``is``, object ``Wooden``
}

KEYPOINT = {"name": _STRING, "x": _FLOAT, "y": _FLOAT, "is_visible": _BOOL}
"""A joint that is marked, at shares of the width and height; not visible where it is covered."""

POSE = {
    "category": _STRING,
    "bbox": BBOX,  # that of the object which it is the pose of, to the bit
    "is_crowd": _BOOL,
    "keypoints": List(KEYPOINT),  # none where nobody marked any
}
"""The joints of a thing in a picture."""

MASK = {
    "category": _STRING,
    "bbox": BBOX,
    "path": _STRING,  # of the picture that is white where the thing is, as the source names it
    "predicted_iou": _FLOAT,  # with the true outline, as the annotators' tool foresaw it
}

POINT = {
    "name": _STRING,
    "x": _FLOAT,  # share of the width
    "y": _FLOAT,  # share of the height, downwards
    "present": _BOOL,  # whether that is seen there; null where the annotators were unsure
    "yes_votes": _INT,
    "no_votes": _INT,
    "unsure_votes": _INT,
}
"""What was asked about one point of a picture, and the answers."""

NARRATIVE = {
    "text": _STRING,
    "words": List({"text": _STRING, "start_s": _FLOAT, "end_s": _FLOAT}),
}
"""A spoken description and when each part of it was said, in seconds."""

DESCRIPTION = {
    "text": _STRING,
    "tokens": List(_STRING),  # its words with their kind: man/NOUN
    "start_s": _FLOAT,  # the part it is about, in seconds of the clip; null for all of it
    "end_s": _FLOAT,
}
"""A caption of a motion."""

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

_POINTS = List(List(_FLOAT, length=3))

VIEW = {
    "joint_type": _STRING,  # a name of `mmgen_datasets.motion.joint_types.JOINT_TYPES`, or null
    "scale": _POINTS,  # (T, 3): what positions were divided by
    "translation": _POINTS,  # (T, 3): and what was then taken away
    "affine": List(List(List(_FLOAT, length=3))),  # (T, 2, 3), from the picture to its crop
    "root": _POINTS,  # (T, 3): what they are counted from, in millimetres
    "factor_2_5d": List(_FLOAT),  # (T,): millimetres of a unit of the picture, where known
}
"""How joints came from a camera or a picture; what does not apply is null."""

MESSAGE = {"role": _STRING, "content": _STRING}
"""A turn; media stand as ``<image>``, ``<video>``, ``<audio>`` or ``<motion>`` in its text."""

FACTS = {
    "seconds": _FLOAT,
    "path": _FLOAT,  # metres over the ground
    "displacement": _FLOAT,  # metres from start to end
    "bearing": _FLOAT,  # degrees: of the end seen from the start, 0 ahead, 90 to the left
    "turned": _FLOAT,  # degrees, all turns together, to the left is more than 0
    "first_foot": _STRING,  # left or right; null where neither clearly steps first
    "jumps": _INT,
    "rise": _FLOAT,  # metres from the lowest to the highest of the root
}
"""What can be read off a motion: `mmgen_datasets.motion.facts.Facts`."""

EXTRAS: dict[str, Any] = {
    "facts": FACTS,
    "poses": List(POSE),
    "rotation": _INT,  # degrees by which picture and boxes are to be turned, counterclockwise
    "original_md5": _STRING,  # of the file at credit.original_url, in base64
    "masks": List(MASK),
    "points": List(POINT),
    "joints": List(_POINTS),  # (T, J, 3)
    "num_frames": _INT,
    "fps": _FLOAT,  # frames a second
    "clip": {"recording": _STRING, "start": _INT, "end": _INT, "stride": _INT},  # frames of it
    "frame_files": List(_STRING),  # a picture for each frame, from `data_dir` on
    "view": VIEW,
    "descriptions": List(DESCRIPTION),
    "skeleton": _STRING,  # of `mmgen_datasets.motion.skeleton.SKELETONS`
    "is_mirrored": _BOOL,  # made of another clip by changing left and right
    "messages": List(MESSAGE),  # what was said already, of a source of conversations
    "images": List(Image()),  # all pictures of a row that has several; `image` is the first
    "record": _STRING,  # JSON of what else the source's record has
    "error": _STRING,  # null, or why the source's record holds no messages
}
"""Columns that some sources have besides, some of them only where they were asked for them."""

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
    "dropped_examples": _INT,  # left out of a chat that was too long with them
    "finish_reason": _STRING,
    "created_at": _STRING,  # of the reply, ISO 8601, UTC; null where no model was asked
    "library_version": _STRING,
    "keyword": _STRING,  # of the subgroup of a task that it was made for
    "icl_indices": List(_INT),  # places of the examples that were shown, in the task's samples
    "families": List(_STRING),  # question family of each exchange of a `grounded` conversation
}

CHECK = {
    "name": _STRING,
    "passed": _BOOL,  # null where it could not be judged
    "detail": _STRING,  # `mmgen_datasets.quality.detail`
}

SCORE = {
    "name": _STRING,  # what is judged: correctness, ...
    "value": _FLOAT,  # on the scale of its rubric; null where the judge gave none
    "judge": _STRING,  # the model, or the name that was given to it with its rubric
    "detail": _STRING,  # why, in the judge's words
}

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
        "scores": List(SCORE),
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


def conversations_of(samples: Features) -> Features:
    """The columns of a result of such samples; their motions stay as wide as they are."""
    features = conversation_features(*media_kinds(samples))
    if "motion" in features:
        features["motion"] = samples["motion"]
    return features


def media_kinds(features: Features) -> list[MediaKind]:
    """Which media columns a table has, in the schema's order."""
    return [kind for kind in get_args(MediaKind) if kind in features]
