"""The words by which captions speak of a category.

Of a category that a caption mentions nobody may say that it is absent, and where captions speak
of more of them than there are boxes, nobody knows their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from mmgen_datasets.nouns import NUMBERS, head, plain, plural

_ALSO_SAID = {
    "person": "man woman boy girl child kid baby toddler guy lady gentleman human adult "
    "someone somebody player skier surfer snowboarder skateboarder skater rider driver cyclist "
    "biker bicyclist motorcyclist batter pitcher catcher umpire hitter swinger tourist "
    "pedestrian passenger worker chef cook bride groom officer policeman soldier student "
    "teacher boarder racer jockey friend mother father son daughter face hand arm finger "
    "leg foot head individual male female teenager owner shopper fan",
    "bicycle": "bike cycle cyclist biker bicyclist",
    "car": "vehicle van suv taxi cab automobile sedan jeep traffic",
    "motorcycle": "motorbike bike scooter moped motorcyclist biker vehicle",
    "airplane": "plane aeroplane jet aircraft airliner jetliner biplane",
    "bus": "coach minibus trolley vehicle",
    "train": "locomotive subway tram trolley engine railcar",
    "truck": "lorry pickup van trailer vehicle",
    "boat": "ship canoe kayak sailboat yacht ferry raft barge vessel gondola",
    "traffic light": "stoplight signal light",
    "fire hydrant": "hydrant",
    "stop sign": "sign",
    "bench": "seat pew",
    "bird": "duck goose swan gull seagull pigeon parrot owl hawk eagle chicken rooster hen "
    "ostrich crow heron peacock penguin",
    "cat": "kitten kitty feline",
    "dog": "puppy pup canine hound",
    "horse": "pony foal colt mare",
    "sheep": "lamb ram ewe",
    "cow": "bull calf ox cattle steer bovine buffalo",
    "elephant": "calf",
    "bear": "cub",
    "zebra": "foal",
    "giraffe": "calf",
    "backpack": "bag knapsack rucksack pack",
    "umbrella": "parasol canopy",
    "handbag": "bag purse tote clutch",
    "tie": "necktie bowtie suit",
    "suitcase": "luggage bag briefcase baggage",
    "frisbee": "disc disk",
    "skis": "ski skiing skier",
    "snowboard": "board snowboarding snowboarder boarder",
    "sports ball": "ball football soccer baseball basketball volleyball tennis softball game",
    "baseball bat": "bat batter baseball",
    "baseball glove": "glove mitt catcher baseball",
    "skateboard": "board skateboarding skateboarder skater",
    "surfboard": "board surfing surfer",
    "tennis racket": "racquet racket tennis",
    "bottle": "beer wine soda condiment",
    "wine glass": "glass goblet wine drink",
    "cup": "mug glass coffee tea drink beverage",
    "fork": "utensil silverware cutlery",
    "knife": "utensil silverware cutlery",
    "spoon": "utensil silverware cutlery ladle",
    "bowl": "dish",
    "banana": "fruit",
    "apple": "fruit",
    "orange": "fruit tangerine mandarin citrus",
    "sandwich": "burger hamburger panini sub bun food",
    "broccoli": "vegetable veggie salad food",
    "carrot": "vegetable veggie salad food",
    "hot dog": "hotdog sausage food",
    "pizza": "food",
    "donut": "doughnut pastry food dessert",
    "cake": "cupcake pastry dessert pie food",
    "chair": "stool seat armchair recliner furniture",
    "couch": "sofa loveseat futon settee furniture",
    "potted plant": "plant flower houseplant fern pot",
    "bed": "mattress bunk bedroom furniture",
    "dining table": "table desk counter meal dinner plate dish furniture",
    "toilet": "urinal bathroom restroom commode",
    "tv": "television monitor screen computer",
    "laptop": "computer notebook macbook",
    "mouse": "computer",
    "remote": "controller wii nintendo",
    "keyboard": "computer piano",
    "cell phone": "cellphone phone smartphone mobile iphone",
    "microwave": "kitchen appliance",
    "oven": "stove range kitchen appliance",
    "toaster": "kitchen appliance",
    "sink": "basin washbasin kitchen bathroom",
    "refrigerator": "fridge freezer kitchen appliance",
    "book": "novel textbook bookshelf bookcase magazine",
    "clock": "watch",
    "vase": "pot flower jar pitcher",
    "teddy bear": "teddy toy stuffed doll",
    "hair drier": "hairdryer dryer blow",
    "toothbrush": "brush teeth",
}
"""Words of captions that may mean a category of COCO, or hint that it is there. Drawn up by
reading captions; to list a word too many only loses a question, one too few may cost a lie."""

_CROWDS = {
    "person": frozenset({"people", "crowd", "group", "couple", "family", "team", "audience"})
}
"""Words that speak of several at once."""

_MULTITUDE = frozenset({"several", "many", "various", "bunch", "pile", "lots", "herd", "flock"})
"""Words in a caption after which two of anything would be too few."""


class Heard(NamedTuple):
    """What all captions of a sample say, lower case."""

    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    """Each word with the one after it."""


class Words(NamedTuple):
    """What a caption may call a category."""

    one: frozenset[str]
    many: frozenset[str]


@cache
def also_called(category: str) -> frozenset[str]:
    """The other names, lower case, that what has a name may go by.

    Example:
        >>> sorted(also_called("Man"))
        ['person']
    """
    kind = head(plain(category))
    return frozenset(key for key, said in _also_said().items() if kind in said)


@cache
def words(category: str) -> Words:
    """The words of captions that may mean a category, lower case."""
    one: set[str] = set()
    many: set[str] = set()
    name = plain(category)
    for sense in {name, head(name), *also_called(name)}:
        one |= {head(sense), *_also_said().get(sense, ())}
        many |= _CROWDS.get(sense, frozenset())
    return Words(frozenset(one), frozenset(many.union(map(plural, one)) - one))


def hear(captions: Iterable[str]) -> Heard:
    """Take captions apart."""
    said = re.findall(r"[^\W\d_]+", " ".join(captions).lower())
    return Heard(frozenset(said), frozenset(pairwise(said)))


def least_said(category: str, heard: Heard) -> int:
    """How many of a category the captions speak of, at least; 0 where they speak of none.

    Example:
        >>> least_said("dog", hear(["Three dogs in a park"]))
        3
    """
    one, many = words(category)
    if many.isdisjoint(heard.words):
        return 0 if one.isdisjoint(heard.words) else 1
    named = [NUMBERS.index(a) for a, b in heard.pairs if b in many and a in NUMBERS]
    return max([*named, 2 if heard.words.isdisjoint(_MULTITUDE) else 3])


@cache
def _also_said() -> dict[str, frozenset[str]]:
    return {name: frozenset(said.split()) for name, said in _ALSO_SAID.items()}
