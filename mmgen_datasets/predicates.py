"""What is said of a thing that stands in a relation: the words of Open Images in English.

The predicates are those of ``oidv6-relationships-description.csv`` and the attributes, which
``is`` gives to a thing, those of ``oidv6-attributes-description.csv``. All of them go on where
"the man is" leaves off.
"""

from __future__ import annotations

from mmgen_datasets.nouns import plain

DEEDS = {
    "catch": "catching",
    "cut": "cutting",
    "dance": "dancing with",
    "drink": "drinking",
    "eat": "eating",
    "handshake": "shaking hands with",
    "highfive": "giving a high five to",
    "hits": "hitting",
    "holding hands": "holding hands with",
    "holds": "holding",
    "hug": "hugging",
    "kick": "kicking",
    "kiss": "kissing",
    "plays": "playing",
    "pull": "pulling",
    "push": "pushing",
    "read": "reading",
    "ride": "riding",
    "throw": "throwing",
    "wears": "wearing",
}
"""Predicate to what its subject is doing to its object."""

PLACES = {"on": "on", "under": "under", "inside of": "inside", "at": "at"}
"""Predicate to where its subject is."""

VAGUE = {
    "interacts with": "interacting with",
    "ski": "skiing with",
    "skateboard": "skateboarding with",
    "snowboard": "snowboarding with",
    "surf": "surfing with",
    "talk on phone": "talking on",
}
"""Predicates that make a sentence, but no good question."""

MATERIALS = {
    "wooden": "made of wood",
    "plastic": "made of plastic",
    "(made of)leather": "made of leather",
    "(made of)textile": "made of fabric",
    "wood": "made of wood",
    "leather": "made of leather",
    "textile": "made of fabric",
}
"""Attributes by their own names, and by those that the list of all classes gives them."""
POSTURES = {"stand": "standing", "sit": "sitting", "lay": "lying down"}
"""Attributes of which one at most is right."""

ACTS = {
    "walk": "walking",
    "run": "running",
    "jump": "jumping",
    "sing": "singing",
    "smile": "smiling",
    "cry": "crying",
    "talk": "talking",
}


def sentence_end(predicate: str, object: str, article: str) -> str | None:
    """What follows "a man is"; None if there are no words for it.

    Args:
        predicate: as the source has it; ``"is"`` where the object is an attribute.
        object: a category or an attribute.
        article: the category with its article, ``"a guitar"``.

    Example:
        >>> sentence_end("inside_of", "Box", "a box"), sentence_end("is", "Wooden", "")
        ('inside a box', 'made of wood')
    """
    if plain(predicate) == "is":
        attribute = plain(object)
        return {**MATERIALS, **POSTURES, **ACTS}.get(attribute, attribute)
    words = {**DEEDS, **PLACES, **VAGUE}.get(plain(predicate))
    return words and f"{words} {article}"
