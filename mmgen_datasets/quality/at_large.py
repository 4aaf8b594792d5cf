"""Whether an answer speaks of a kind of thing at large, or of the picture as such.

Asked whether this cup is full, "cups keep a drink warm" is no answer, and neither is "the picture
shows a table"; "it is", "hardly" and "the sun has just come out" are.
"""

from __future__ import annotations

import re

from mmgen_datasets.quality.phrases import any_of
from mmgen_datasets.quality.sentences import sentences, words

_AT_LARGE = any_of(
    r"\b(?:often|usually|typically|generally|always|commonly|tends? to|these days|nowadays|known"
    r" (?:for|to)|popular|can be|important|favou?rite|(?:is|are) (?:\w+ )?common|some people|many"
    r" people|most people|people (?:often|like|love|use|find)|(?:is|are) (?:\w+ )?used (?:for|to"
    r"|as)|in many (?:countries|places|homes)|comes? in (?:many|all)|vary|varies|essential|all"
    r" over the world|around the world|requires?|a (?:great|good|fine) way)\b"
)
"""How one speaks of a kind of thing and not of the one that is seen."""
_OF_THE_PICTURE = any_of(
    r"^(?:the|this) (?:picture|image|photo|photograph|scene) (?:shows|features|depicts|is (?:of|a"
    r"|an|very|quite|full)|captures|presents|portrays|contains)\b",
    r"^(?:whether|if) [^.!?]* (?:is|are|matters?|has|depends?)\b(?! (?:not|un|hard|difficult"
    r"|impossible))",
    r"^there(?: is|['’]s| are) (?:a lot|lots|much|plenty|many things) (?:to (?:see|look at|like"
    r"|say|discover))\b",
    r"^that (?:depends|is (?:an?|the) )\b",
)
"""Statements about the picture or the question as such."""
_DETERMINERS = frozenset(
    "a an the this that these those it he she they we you i there his her its their my our your "
    "one two three four five both all some most many each every no none any another others "
    "neither either yes not what such "
    "nobody nothing somebody someone everyone everybody everything something here".split()
)
DECIDED = any_of(
    r"\b(?:yes|yeah|yep|no|nope|not|never|none|nobody|nothing|neither|nor|indeed|correct"
    r"|certainly|definitely|absolutely|exactly|probably|likely|unlikely|possibly|perhaps|maybe"
    r"|presumably|apparently|evidently|clearly|obviously|must|hence|therefore|against|hardly"
    r"|barely|rarely|seldom|easily|gladly|partly|without)\b|n['’]t\b",
    r"\b(?:seem|appear|look|suggest|indicate|hint|point|prove|speak)s? (?:to|like|as|that|so|it|a"
    r"|an|at|for|against|full|empty)\b|\b(?:judging|to judge)\b|\bso (?:it|he|she|they|yes|no"
    r"|the)\b",
)
"""A stance, where the rest of a sentence is about things at large."""
_OF_A_KIND = any_of(
    r"^(?:the|a|an) [\w-]+ of (?:an?|most|many|such) \w+|^(?:an?|any|every|many|most|some|lots of"
    r"|all) \w+"
)
"""What sounds like one thing and means all: "the hands of a batter"."""
_ANCHOR = any_of(r"\b(?:the|this|these|those|that|his|her|its|their|here|it|there|him|them)\b")
"""What ties a sentence to the picture."""
_ONE = re.compile(r"\b(?:the|this|that|these|those|his|her|its|their)(?: [\w-]+)?? ([\w-]+)")


def is_at_large(asked: str, said: str) -> bool:
    """Whether an answer begins with the picture as such, or with a kind of thing in general."""
    first = sentences(said)[0].text
    if _OF_THE_PICTURE.search(first):
        return True
    found = words(first)
    if not found or found[0] in _DETERMINERS:
        is_kind = _OF_A_KIND.search(first) is not None
        return is_kind and _AT_LARGE.search(first) is not None
    return _takes_for_kind(found[0], first, asked) or _AT_LARGE.search(first) is not None


def _takes_for_kind(word: str, first: str, asked: str) -> bool:
    """Whether "the cup" of a question has become cups in general."""
    asked_of = {_stem(one) for one in _ONE.findall(asked.lower())}
    if word.endswith("s") and _stem(word) in asked_of:
        return True
    is_asked_of = bool(asked_of) and _stem(word) in {_stem(one) for one in words(asked)}
    return word.endswith("s") and is_asked_of and not _ANCHOR.search(first)


def _stem(word: str) -> str:
    return word.removesuffix("s").removesuffix("e")
