"""Closed lists of categories: what a source's annotators looked for in every picture.

Where a sample names a vocabulary, a category of that list without an object is absent from
the picture; about anything else nothing is known. That is what makes a question answered
with "no" a true one.
"""

from __future__ import annotations

from typing import NamedTuple


class Category(NamedTuple):
    """A kind of thing and the broader kind it belongs to."""

    name: str
    supercategory: str


COCO = (
    Category("person", "person"),
    Category("bicycle", "vehicle"),
    Category("car", "vehicle"),
    Category("motorcycle", "vehicle"),
    Category("airplane", "vehicle"),
    Category("bus", "vehicle"),
    Category("train", "vehicle"),
    Category("truck", "vehicle"),
    Category("boat", "vehicle"),
    Category("traffic light", "outdoor"),
    Category("fire hydrant", "outdoor"),
    Category("stop sign", "outdoor"),
    Category("parking meter", "outdoor"),
    Category("bench", "outdoor"),
    Category("bird", "animal"),
    Category("cat", "animal"),
    Category("dog", "animal"),
    Category("horse", "animal"),
    Category("sheep", "animal"),
    Category("cow", "animal"),
    Category("elephant", "animal"),
    Category("bear", "animal"),
    Category("zebra", "animal"),
    Category("giraffe", "animal"),
    Category("backpack", "accessory"),
    Category("umbrella", "accessory"),
    Category("handbag", "accessory"),
    Category("tie", "accessory"),
    Category("suitcase", "accessory"),
    Category("frisbee", "sports"),
    Category("skis", "sports"),
    Category("snowboard", "sports"),
    Category("sports ball", "sports"),
    Category("kite", "sports"),
    Category("baseball bat", "sports"),
    Category("baseball glove", "sports"),
    Category("skateboard", "sports"),
    Category("surfboard", "sports"),
    Category("tennis racket", "sports"),
    Category("bottle", "kitchen"),
    Category("wine glass", "kitchen"),
    Category("cup", "kitchen"),
    Category("fork", "kitchen"),
    Category("knife", "kitchen"),
    Category("spoon", "kitchen"),
    Category("bowl", "kitchen"),
    Category("banana", "food"),
    Category("apple", "food"),
    Category("sandwich", "food"),
    Category("orange", "food"),
    Category("broccoli", "food"),
    Category("carrot", "food"),
    Category("hot dog", "food"),
    Category("pizza", "food"),
    Category("donut", "food"),
    Category("cake", "food"),
    Category("chair", "furniture"),
    Category("couch", "furniture"),
    Category("potted plant", "furniture"),
    Category("bed", "furniture"),
    Category("dining table", "furniture"),
    Category("toilet", "furniture"),
    Category("tv", "electronic"),
    Category("laptop", "electronic"),
    Category("mouse", "electronic"),
    Category("remote", "electronic"),
    Category("keyboard", "electronic"),
    Category("cell phone", "electronic"),
    Category("microwave", "appliance"),
    Category("oven", "appliance"),
    Category("toaster", "appliance"),
    Category("sink", "appliance"),
    Category("refrigerator", "appliance"),
    Category("book", "indoor"),
    Category("clock", "indoor"),
    Category("vase", "indoor"),
    Category("scissors", "indoor"),
    Category("teddy bear", "indoor"),
    Category("hair drier", "indoor"),
    Category("toothbrush", "indoor"),
)
"""The 80 categories of COCO 2014 and 2017 in the order of their ids (Lin et al., ECCV 2014)."""

VOCABULARIES: dict[str, tuple[Category, ...]] = {"coco": COCO}
"""The lists by the name that the column ``vocabulary`` of a sample gives."""
