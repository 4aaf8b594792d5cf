"""The kinds of things in Open Images: which of its boxable classes are kinds of others.

After ``bbox_labels_600_hierarchy.json`` (https://storage.googleapis.com/openimages/2018_04/),
by the names of ``oidv7-class-descriptions-boxable.csv``; annotations of Google LLC under CC BY
4.0. The root, "Entity", is left out, and so are parts, but for those in `PARTS`: the file makes
every tool a part of a building.

Names are looked up however they are written: "Fire_Hydrant" is "fire hydrant", and "Squash
(Plant)" is "squash". Of names that are not in the file nothing is known.
"""

from __future__ import annotations

from functools import cache

from mmgen_datasets.nouns import plain

KINDS = {
    "toy": "doll, balloon, dice, flying disc, kite, teddy bear",
    "home appliance": "washing machine, toaster, oven, blender, gas stove, mechanical fan, "
    "heater, kettle, hair dryer, refrigerator, wood-burning stove, humidifier, mixer, "
    "coffeemaker, microwave oven, dishwasher, sewing machine, hand dryer, ceiling fan",
    "plumbing fixture": "sink, bidet, shower, tap, bathtub, toilet",
    "office supplies": "scissors, poster, calculator, box, stapler, whiteboard, pencil sharpener, "
    "eraser, fax, adhesive tape, ring binder, pencil case, plastic bag, paper cutter, "
    "toilet paper, envelope, pen",
    "kitchenware": "kitchen utensil, tableware, frying pan, wok, spice rack, kitchen appliance",
    "kitchen utensil": "chopsticks, ladle, spatula, can opener, cutting board, whisk, "
    "drinking straw, knife, bottle opener, measuring cup, pizza cutter, spoon, fork",
    "tableware": "chopsticks, teapot, mug, coffee cup, salt and pepper shakers, mixing bowl, "
    "saucer, cocktail shaker, bottle, bowl, plate, pitcher, kitchen knife, jug, platter, "
    "wine glass, spoon, fork, serving tray, cake stand",
    "kitchen appliance": "oven, blender, slow cooker, food processor, refrigerator, waffle iron, "
    "mixer, coffeemaker, microwave oven, pressure cooker, dishwasher",
    "furniture": "chair, cabinetry, desk, wine rack, couch, wardrobe, nightstand, bookcase, bed, "
    "filing cabinet, table, chest of drawers, cupboard, bench, drawer, stool, shelf, wall clock, "
    "bathroom cabinet, closet",
    "couch": "sofa bed, loveseat",
    "bed": "infant bed, studio couch",
    "table": "coffee table, kitchen & dining room table",
    "clock": "alarm clock, digital clock, wall clock",
    "sculpture": "snowman, bust, bronze sculpture",
    "bathroom accessory": "towel, toilet paper, soap dispenser, facial tissue holder",
    "traffic sign": "stop sign",
    "building": "tree house, lighthouse, skyscraper, castle, tower, house, office building, "
    "convenience store",
    "person": "man, woman, boy, girl",
    "food": "fast food, waffle, pancake, burrito, snack, dessert, guacamole, fruit, egg, "
    "baked goods, mushroom, pasta, pizza, seafood, taco, cooking spray, vegetable, honeycomb, "
    "sandwich, dairy, sushi",
    "fast food": "hot dog, french fries",
    "snack": "pretzel, popcorn, cookie",
    "dessert": "muffin, cookie, ice cream, cake, candy",
    "fruit": "apple, grape, common fig, pear, strawberry, tomato, lemon, banana, orange, peach, "
    "mango, pineapple, grapefruit, pomegranate, watermelon, cantaloupe",
    "baked goods": "pretzel, bagel, muffin, cookie, bread, pastry",
    "pastry": "doughnut, croissant, tart",
    "seafood": "squid, shellfish",
    "shellfish": "oyster, lobster, shrimp, crab",
    "vegetable": "cucumber, radish, artichoke, potato, tomato, asparagus, squash, cabbage, "
    "carrot, salad, broccoli, bell pepper, winter melon",
    "squash": "pumpkin, zucchini",
    "sandwich": "hamburger, submarine sandwich",
    "dairy": "cheese, milk",
    "plant": "houseplant, tree, flower",
    "tree": "christmas tree, palm tree, maple, willow",
    "flower": "lavender, rose, sunflower, lily",
    "vehicle": "land vehicle, watercraft, aircraft",
    "land vehicle": "ambulance, cart, bicycle, bus, snowmobile, golf cart, motorcycle, segway, "
    "tank, train, truck, unicycle, car, taxi, wheelchair",
    "car": "limousine, van",
    "watercraft": "boat, jet ski, submarine",
    "boat": "barge, gondola, canoe",
    "aircraft": "helicopter, airplane, rocket",
    "clothing": "shorts, dress, swimwear, brassiere, tiara, shirt, coat, suit, hat, scarf, skirt, "
    "jacket, fashion accessory, swim cap, trousers, footwear, sports uniform, luggage and bags, "
    "helmet",
    "hat": "cowboy hat, fedora, sombrero, sun hat",
    "skirt": "miniskirt",
    "fashion accessory": "glove, belt, sunglasses, tiara, necklace, sock, earrings, tie, goggles, "
    "hat, scarf, handbag, watch, umbrella, glasses, crown",
    "glove": "baseball glove",
    "trousers": "jeans",
    "footwear": "roller skates, boot, high heels, sandal",
    "luggage and bags": "backpack, suitcase, briefcase, handbag",
    "helmet": "bicycle helmet, football helmet",
    "animal": "bird, invertebrate, mammal, reptile, fish, shellfish",
    "bird": "magpie, woodpecker, blue jay, ostrich, penguin, raven, chicken, eagle, owl, duck, "
    "canary, goose, swan, falcon, parrot, sparrow, turkey",
    "invertebrate": "tick, centipede, marine invertebrates, insect, scorpion, worm, spider, "
    "oyster, snail",
    "marine invertebrates": "starfish, isopod, squid, lobster, jellyfish, shrimp, crab",
    "insect": "bee, beetle, ant, moths and butterflies, dragonfly",
    "beetle": "ladybug",
    "moths and butterflies": "caterpillar, butterfly",
    "mammal": "bat, carnivore, camel, cattle, giraffe, rhinoceros, goat, horse, hamster, "
    "kangaroo, koala, mouse, pig, rabbit, squirrel, sheep, zebra, monkey, hippopotamus, deer, "
    "elephant, porcupine, hedgehog, bull, antelope, mule, marine mammal, skunk, alpaca, armadillo",
    "carnivore": "bear, cat, fox, jaguar, lynx, red panda, tiger, lion, dog, leopard, cheetah, "
    "otter, raccoon",
    "bear": "brown bear, panda, polar bear, teddy bear",
    "marine mammal": "dolphin, whale, sea lion, harbor seal",
    "reptile": "dinosaur, lizard, snake, turtle, crocodile, frog",
    "turtle": "tortoise, sea turtle",
    "fish": "goldfish, shark, rays and skates, seahorse",
    "cosmetics": "face powder, hair spray, lipstick, perfume",
    "personal care": "toothbrush, sunglasses, goggles, crutch, cream, diaper, glasses, wheelchair",
    "medical equipment": "syringe, stretcher, stethoscope, band-aid",
    "musical instrument": "organ, banjo, cello, drum, horn, guitar, harp, harpsichord, harmonica, "
    "musical keyboard, oboe, piano, saxophone, trombone, trumpet, violin, chime, flute, "
    "accordion, maracas",
    "sports equipment": "paddle, ball, bicycle, surfboard, bow and arrow, hiking equipment, "
    "roller skates, flying disc, baseball bat, baseball glove, punching bag, golf ball, "
    "lifejacket, scoreboard, snowboard, skateboard, ski, bowling equipment, dumbbell, "
    "stationary bicycle, treadmill, training bench, indoor rower, horizontal bar, parachute, "
    "racket, balance beam, helmet, billiard table",
    "ball": "football, cricket ball, volleyball, tennis ball, rugby ball",
    "racket": "tennis racket, table tennis racket",
    "tool": "container, ladder, toothbrush, screwdriver, drill, chainsaw, wrench, flashlight, "
    "scissors, ratchet, kitchen utensil, hammer, scale, snowplow, nail, tripod, torch, chisel, "
    "axe, camera, grinder, ruler, binoculars",
    "container": "tin can, barrel, bottle, picnic basket, jug, waste container, beaker, flowerpot",
    "weapon": "bow and arrow, cannon, dagger, knife, rifle, shotgun, tank, axe, handgun, sword, "
    "missile, bomb",
    "telephone": "mobile phone, corded phone",
    "drink": "beer, cocktail, coffee, juice, tea, wine",
    "auto part": "vehicle registration plate, wheel, seat belt, tire",
}
"""Class to the classes directly below it, lower case."""

PARTS = {
    "person": "human body, human eye, skull, human mouth, human ear, human nose, human hair, "
    "human head, human face, human arm, human hand, human foot, human leg, human beard",
    "bicycle": "bicycle wheel",
    "land vehicle": "vehicle registration plate, wheel, seat belt, tire",
    "door": "door handle",
}
"""Class to what belongs to one of it, lower case."""

_OTHERS = (
    "coin, flag, light bulb, paper towel, pillow, fireplace, countertop, book, dog bed, "
    "cat furniture, lantern, vase, window blind, curtain, mirror, picture frame, candle, lamp, "
    "beehive, tent, parking meter, traffic light, billboard, fire hydrant, fountain, street light, "
    "jacuzzi, swimming pool, cassette deck, headphones, laptop, computer keyboard, printer, "
    "computer mouse, computer monitor, power plugs and sockets, light switch, television, "
    "tablet computer, microphone, ipod, remote control, window, stairs, porch, coconut"
)
"""What has no kind above or below it."""


def directly_above(name: str) -> frozenset[str]:
    """The classes one step above a name.

    Example:
        >>> sorted(directly_above("Teddy bear"))
        ['bear', 'toy']
    """
    return _above().get(plain(name), frozenset())


@cache
def broader(name: str) -> frozenset[str]:
    """The classes that everything of a name belongs to, without the name itself.

    Example:
        >>> sorted(broader("Dog"))
        ['animal', 'carnivore', 'mammal']
    """
    above = directly_above(name)
    return above.union(*map(broader, above))


@cache
def narrower(name: str) -> frozenset[str]:
    """The classes whose things all belong to a name, without the name itself.

    Example:
        >>> sorted(narrower("Telephone"))
        ['corded phone', 'mobile phone']
    """
    below = _below().get(plain(name), frozenset())
    return below.union(*map(narrower, below))


@cache
def parts(name: str) -> frozenset[str]:
    """What shows that one of a name, or of a kind of it, is there.

    Example:
        >>> sorted(parts("Vehicle"))[:2]
        ['bicycle wheel', 'seat belt']
    """
    kinds = (plain(name), *narrower(name))
    return frozenset[str]().union(*(_names(PARTS.get(kind, "")) for kind in kinds))


def is_class(name: str) -> bool:
    """Whether a name is one of the boxable classes: a thing, not a scene, mood or activity."""
    return plain(name) in classes()


@cache
def _below() -> dict[str, frozenset[str]]:
    return {kind: _names(below) for kind, below in KINDS.items()}


@cache
def _above() -> dict[str, frozenset[str]]:
    names = frozenset[str]().union(*_below().values())
    return {n: frozenset(kind for kind, below in _below().items() if n in below) for n in names}


@cache
def classes() -> frozenset[str]:
    """The names of all boxable classes, lower case."""
    return frozenset(KINDS).union(*map(_names, (*KINDS.values(), *PARTS.values(), _OTHERS)))


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split(", ")) if listed else frozenset()
