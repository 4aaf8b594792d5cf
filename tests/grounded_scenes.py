"""Samples to ask about: made by hand, and drawn with everything that annotations get wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.grounded_names import COCO_NAMES, OTHER_NAMES, UNSPEAKABLE

FLAGS = ("is_crowd", "is_occluded", "is_truncated", "is_group_of", "is_depiction", "is_inside")


def thing(category: str, *bbox: float, area: float | None = None, **flags: Any) -> dict[str, Any]:
    """An object of a sample; flags that are not given are unknown."""
    unknown = {**dict.fromkeys(FLAGS), "confidence": None}
    return {"category": category, "bbox": list(bbox), "area": area, **unknown, **flags}


def label(name: str, present: bool | None, verified: bool | None = True) -> dict[str, Any]:
    return {"name": name, "present": present, "verified": verified, "confidence": None}


def make_sample(*objects: dict[str, Any], **columns: Any) -> dict[str, Any]:
    """A row of the schema as the builder of COCO makes it."""
    return {
        "id": "1",
        "source": "coco2017",
        "split": "train",
        "file_name": "1.jpg",
        "width": 640,
        "height": 480,
        "captions": [],
        "objects": list(objects),
        "labels": [],
        "relations": [],
        "narratives": [],
        "vocabulary": "coco",
        "license": None,
        "credit": None,
    } | columns


def relation(
    subject: dict[str, Any], predicate: str, object: dict[str, Any] | str
) -> dict[str, Any]:
    """What a thing does to another, or (a text) what it is like."""
    return {
        "subject": subject["category"],
        "predicate": predicate,
        "object": object if isinstance(object, str) else object["category"],
        "subject_bbox": subject["bbox"],
        "object_bbox": None if isinstance(object, str) else object["bbox"],
    }


_FEW = ["person", "dog", "cat", "car", "truck", "bear", "teddy bear", "cup", "couch", "skis"]
_FEW += ["broccoli", "tv", "bicycle", "bus", "tie", "orange", "mouse"]
_CAPTIONS = [
    "Two dogs and a man on a sofa.",
    "A BIKE near several cars ",
    "Someone holds an orange cup\n",
    "A group of people",
    "",
]


def _share() -> st.SearchStrategy[float]:
    return st.one_of(
        st.integers(0, 20).map(lambda n: n / 20),
        st.floats(0, 1, width=32),
        st.sampled_from([-0.005, 1.004, -0.5, 1.5, float("nan"), float("inf")]),
    )


@st.composite
def _boxes(draw: st.DrawFn) -> list[float]:
    """Mostly plain boxes; some are tiny, without width, turned round or no numbers at all."""
    if draw(st.integers(0, 9)) == 0:
        return [draw(_share()) for _ in range(4)]
    x, y = draw(st.integers(0, 18)) / 20, draw(st.integers(0, 18)) / 20
    width = draw(st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.1, 0.2, 0.2, 0.4]))
    height = draw(st.sampled_from([0.0, 0.02, 0.05, 0.1, 0.1, 0.2, 0.2, 0.4]))
    return [x, y, min(x + width, 1.0), min(y + height, 1.0)]


def _rarely(*values: object) -> st.SearchStrategy[Any]:
    return st.sampled_from([None] * 8 + [False] * 8 + list(values))


def _things(names: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "category": st.sampled_from(names),
            "bbox": _boxes(),
            "area": st.sampled_from([None, None, 0.0, 0.004, 0.01, 0.05, 0.3, 1.5]),
            "confidence": st.sampled_from([None] * 6 + [1.0, 0.4]),
            "is_crowd": _rarely(True),
            "is_group_of": _rarely(True),
            "is_depiction": _rarely(True),
            "is_inside": _rarely(True),
            "is_occluded": st.sampled_from([None, False, True]),
            "is_truncated": st.sampled_from([None, False, True]),
        }
    )


_SIDES = st.sampled_from([0.02, 0.05, 0.06, 0.1, 0.2, 0.25, 0.4, 0.55])


@st.composite
def _plain_things(draw: st.DrawFn, name: str) -> dict[str, Any]:
    width, height = draw(_SIDES), draw(_SIDES)
    x = draw(st.integers(0, int(20 * (1 - width)))) / 20
    y = draw(st.integers(0, int(20 * (1 - height)))) / 20
    covers = draw(st.sampled_from([None, 1.0, 0.7, 0.2, 0.01])) if draw(st.booleans()) else None
    area = None if covers is None else covers * width * height
    return thing(name, x, y, x + width, y + height, area=area)


@st.composite
def plain_samples(draw: st.DrawFn) -> dict[str, Any]:
    """Rows with little wrong: three to six categories, of most of them one, close to margins."""
    names = draw(st.lists(st.sampled_from(_FEW), min_size=3, max_size=6, unique=True))
    numbers = draw(st.lists(st.sampled_from([1, 1, 1, 2, 3, 9]), min_size=6, max_size=6))
    things = [
        draw(_plain_things(name))
        for name, number in zip(names, numbers, strict=False)
        for _ in range(number)
    ]
    return make_sample(
        *things,
        id=str(draw(st.integers(0, 999))),
        captions=draw(st.lists(st.sampled_from(_CAPTIONS), max_size=1)),
    )


def samples() -> st.SearchStrategy[dict[str, Any]]:
    """Rows as a source would have them, and worse."""
    return st.one_of(plain_samples(), messy_samples(), labelled_samples())


_OF_OPEN_IMAGES = ["Man", "Woman", "Boy", "person", "Animal", "dog", "Goose", "Guitar", "Violin"]
_OF_OPEN_IMAGES += ["Drum", "Mug", "Table", "Van", "Tent", "Glasses", "Jeans", "chair", "horse"]
_PREDICATES = ["holds", "plays", "wears", "on", "under", "inside_of", "at", "hug", "ride", "hang"]
_ATTRIBUTES = ["Wooden", "(made of)Leather", "Plastic", "Sit", "Stand", "Lay", "Jump", "Smile"]


@st.composite
def labelled_samples(draw: st.DrawFn) -> dict[str, Any]:
    """Rows as of Open Images, with flags, verified labels, machine labels and relations."""
    names = draw(st.lists(st.sampled_from(_OF_OPEN_IMAGES), min_size=2, max_size=9, unique=True))
    names = list(dict.fromkeys([*draw(st.sampled_from([[], ["Man", "Guitar"]])), *names, "Drum"]))
    there = names[: draw(st.integers(1, 4))]
    flags = st.fixed_dictionaries(
        dict.fromkeys(FLAGS, st.sampled_from([None, False, False, False, False, True]))
        | {"is_crowd": st.none()}
    )
    things = [
        draw(_plain_things(name)) | draw(flags)
        for name in there
        for _ in range(draw(st.sampled_from([1, 1, 1, 2])))
    ]
    labels = [label(name, present=True) for name in there if draw(st.integers(0, 9))]
    labels += [label(name, present=False) for name in names[len(there) :] if draw(st.booleans())]
    labels += [label(draw(st.sampled_from(names)), draw(st.booleans()), draw(st.booleans()))]
    ends = st.sampled_from(things)
    ties = st.one_of(
        st.builds(relation, ends, st.sampled_from(_PREDICATES), ends),
        st.builds(relation, st.just(things[0]), st.just("on"), st.just(things[-1])),
        st.builds(relation, st.just(things[0]), st.just("plays"), st.just(things[-1])),
    )
    likes = st.builds(relation, ends, st.just("is"), st.sampled_from(_ATTRIBUTES))
    told = draw(st.sampled_from(["", "A man holds something.", "Two geese and some people."]))
    return make_sample(
        *things,
        id=str(draw(st.integers(0, 999))),
        source="open_images_v7",
        labels=labels,
        relations=draw(st.lists(st.one_of(ties, likes), max_size=5)),
        narratives=[{"text": told, "words": []}] if told else [],
        vocabulary=None,
    )


@st.composite
def messy_samples(draw: st.DrawFn) -> dict[str, Any]:
    """Rows as of COCO (a closed list) or Open Images (labels instead), full of faults."""
    is_closed = draw(st.booleans())
    names = [*_FEW, *(list(COCO_NAMES) if is_closed else OTHER_NAMES), *UNSPEAKABLE]
    names = draw(st.lists(st.sampled_from(names), min_size=1, max_size=7, unique=True))
    objects = draw(st.lists(_things(names), max_size=12))
    twins = draw(st.lists(st.sampled_from(objects), max_size=1)) if objects else []
    labels = st.builds(
        label,
        st.sampled_from([*names, *_FEW, *OTHER_NAMES]),
        st.sampled_from([True, False, None]),
        st.sampled_from([True, True, True, False, None]),
    )
    return make_sample(
        *objects,
        *twins,
        id=str(draw(st.integers(0, 999))),
        labels=draw(st.lists(labels, max_size=0 if is_closed else 12)),
        captions=draw(st.lists(st.sampled_from(_CAPTIONS), max_size=2)),
        vocabulary="coco" if is_closed else None,
        width=draw(st.sampled_from([640, 100, None])),
    )
