"""What the annotations of a sample say, worked out from the raw boxes.

Written apart from the generator, for the oracle. Where the generator keeps a margin, this asks
for a smaller one: it would notice a margin that fell away, and rounding does not trouble it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from tests.grounded_names import COCO_NAMES, NAMES, without_article

Sample: TypeAlias = Mapping[str, Any]
Item: TypeAlias = Mapping[str, Any]

SMALL_MARGIN = 0.05


class WrongError(AssertionError):
    """The annotations do not bear an exchange out."""


def must(holds: object, why: str) -> None:
    if not holds:
        raise WrongError(why)


def is_real(item: Item) -> bool:
    flags = (item["is_depiction"], item["is_inside"])
    return not any(flags) and item["confidence"] in (None, 1.0)


def covers(item: Item) -> float:
    """The share of the picture; 0 for a box that is broken or beyond the picture."""
    x_min, y_min, x_max, y_max = item["bbox"]
    if not all(-0.02 <= side <= 1.02 for side in item["bbox"]):
        return 0.0
    return max(0.0, float(x_max - x_min)) * max(0.0, float(y_max - y_min))


def union_share(a: list[float], b: list[float]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return width * height / both


def must_be_complete(sample: Sample, name: str) -> None:
    """Whether all there are of a category have boxes."""
    is_listed = sample["vocabulary"] == "coco" and name in COCO_NAMES
    must(is_listed or _label(sample, name, present=True), f"{name} may be incomplete")
    must(not _label(sample, name, present=False), f"{name} is denied by a label")


def must_have_no_kin(sample: Sample, name: str) -> None:
    for other in {o["category"] for o in sample["objects"]} - {name}:
        must(not _are_kin(name, other), f"{name} beside {other}")
        must(name not in _kinds(other) and other not in _kinds(name), f"{name} beside {other}")
    for label in sample["labels"]:
        is_there = label["present"] is not False
        must(not is_there or label["name"] not in _kinds(name), f"{name} beside {label['name']}")


def exact(sample: Sample, name: str) -> int:
    """How many there are, if that can be known."""
    must_be_complete(sample, name)
    items = [o for o in sample["objects"] if o["category"] == name]
    for item in items:
        must(is_real(item), f"a doubtful {name}")
        must(not item["is_crowd"] and not item["is_group_of"], f"a crowd of {name}")
        must(covers(item) > 0.0015, f"a tiny {name}")
        is_outlined = item["area"] and item["area"] <= 1
        must(not is_outlined or item["area"] > 0.045 * covers(item), f"a scattered {name}")
    for i, item in enumerate(items):
        for other in items[:i]:
            must(union_share(item["bbox"], other["bbox"]) < 0.91, f"twins of {name}")
    must(0 < len(items) <= 8, f"{len(items)} of {name}")
    must_have_no_kin(sample, name)
    a, many = NAMES[name]
    if len(items) == 1 and not a.endswith(f" {many}"):
        must(f" {many} " not in _words(sample), f"a caption speaks of {many}")
    return len(items)


_PEOPLE = {"man", "woman", "boy", "girl"}
_PAIRS = [{"bicycle", "bike"}, {"tv", "television"}, {"bear", "teddy bear", "polar_bear"}]
_PAIRS += [{"person", kind} for kind in (*_PEOPLE, "human face")]
_PAIRS += [{"table", "dining table"}, {"van", "car"}, {"van", "truck"}]
_KINDS = {
    "Animal": {"dog", "cat", "bear", "mouse", "teddy bear", "bird", "horse", "Goose", "Deer"},
    "person": {"Man", "Woman", "Boy"},
}
_KINDS["Animal"] |= {"polar_bear", "sheep", "cow", "elephant", "zebra", "giraffe"}


def _kinds(name: str) -> set[str]:
    return _KINDS.get(name, set())


def _are_kin(a: str, b: str) -> bool:
    return any({a.lower(), b.lower()} <= group for group in _PAIRS)


def _label(sample: Sample, name: str, *, present: bool) -> bool:
    wanted = (name, present, True)
    return any((i["name"], i["present"], i["verified"]) == wanted for i in sample["labels"])


def must_be_labelled(sample: Sample, name: str, *, present: bool) -> None:
    must(_label(sample, name, present=present), f"nobody said so of {name}")


def _words(sample: Sample) -> str:
    texts = [*sample["captions"], *(narrative["text"] for narrative in sample["narratives"])]
    words = re.findall(r"[^\W\d_]+", " ".join(texts).lower())
    return f" {' '.join(words)} "


def must_be_there(sample: Sample, name: str) -> None:
    items = [o for o in sample["objects"] if o["category"] == name and is_real(o)]
    is_seen = any(covers(item) > 0.0015 for item in items)
    must(is_seen or _label(sample, name, present=True), f"no {name} is there")


_SAID = {
    "person": "man woman boy girl people men women child",
    "bicycle": "bike bikes",
    "couch": "sofa",
    "motorcycle": "motorbike",
    "airplane": "plane jet",
    "tv": "television",
}


def must_be_absent(sample: Sample, name: str) -> None:
    is_listed = sample["vocabulary"] == "coco" and name in COCO_NAMES
    must(is_listed or _label(sample, name, present=False), f"nobody looked for {name}")
    for other in [o["category"] for o in sample["objects"]]:
        must(other != name and not _are_kin(name, other), f"{other} is there")
        must(other not in _kinds(name), f"{other} is there")
    for label in sample["labels"]:
        is_firm = is_listed or label["verified"] is not False
        is_there = is_firm and label["present"] is not False
        must(not is_there or label["name"] not in {name, *_kinds(name)}, f"{name} is labelled")
    one, many = without_article(name), COCO_NAMES.get(name, "  ")[1]
    for word in [one.lower(), many.lower(), *_SAID.get(name.lower(), "").split()]:
        must(f" {word} " not in _words(sample), f"a caption has {word!r}")


def middle(item: Item, axis: int) -> float:
    return float(item["bbox"][axis] + item["bbox"][axis + 2]) / 2


def is_in_half(item: Item, side: str) -> bool:
    axis = 0 if side in ("left", "right") else 1
    low, high = item["bbox"][axis], item["bbox"][axis + 2]
    if side in ("left", "upper"):
        return bool(high <= 0.5 and (low + high) / 2 < 0.5 - SMALL_MARGIN)
    return bool(low >= 0.5 and (low + high) / 2 > 0.5 + SMALL_MARGIN)


def lies(a: Item, b: Item, direction: str) -> bool:
    if direction in ("right", "lower"):
        a, b = b, a
    axis = 0 if direction in ("left", "right") else 1
    is_clear = a["bbox"][axis + 2] <= b["bbox"][axis] + 1e-6
    return bool(is_clear and middle(b, axis) - middle(a, axis) > SMALL_MARGIN)


def must_be_larger(a: Item, b: Item) -> None:
    must(covers(a) > 1.4 * covers(b), "hardly larger by boxes")
    if a["area"] and b["area"] and max(a["area"], b["area"]) <= 1:
        must(a["area"] > 1.4 * b["area"], "hardly larger by outlines")


def distances(sample: Sample, a: Item, b: Item) -> tuple[float, float]:
    """Centre to centre and edge to edge, in pixels."""
    sides = (sample["width"], sample["height"])
    between = [(middle(a, i) - middle(b, i)) * sides[i] for i in (0, 1)]
    gaps = []
    for i in (0, 1):
        gap = max(a["bbox"][i] - b["bbox"][i + 2], b["bbox"][i] - a["bbox"][i + 2], 0)
        gaps.append(gap * sides[i])
    return (between[0] ** 2 + between[1] ** 2) ** 0.5, (gaps[0] ** 2 + gaps[1] ** 2) ** 0.5
