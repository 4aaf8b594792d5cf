"""Whether an answer speaks of a kind of thing at large, or of the picture as such.

Asked whether this cup is full, "cups keep a drink warm" is no answer, and neither is "the picture
shows a table"; "it is", "hardly" and "the sun has just come out" are.
"""

from __future__ import annotations

import re

from mmgen_datasets.quality.form.content import stem
from mmgen_datasets.quality.reading.questions import EXISTENTIAL
from mmgen_datasets.quality.reading.sentences import sentences, words
from mmgen_datasets.quality.reading.wordings import any_of

_AT_LARGE = any_of(
    r"\b(?:often|usually|typically|generally|always|commonly|tends? to|these days|nowadays|known "
    r"(?:for|to)|popular|can be|important|favou?rite|(?:is|are) (?:\w+ )?common|some people|many "
    r"people|most people|people (?:often|like|love|use|find)|(?:is|are) (?:\w+ )?used (?:for|to|as)"
    r"|in many (?:countries|places|homes)|comes? in (?:many|all)|vary|varies|essential|all over "
    r"the world|around the world|requires?|an? (?:\w+ ){1,3}way to|helps? (?:people|owners|to|one"
    r"|you|us)|protects?|prevents?|allows? (?:people|owners|one|you|us)|(?:is|are) (?:meant"
    r"|designed|intended|made) to)\b"
)
"""How one speaks of a kind of thing and not of the one that is seen."""
_EVALUATION = (
    r"(?:healthy|popular|classic|beautiful|lovely|stylish|elegant|charming|iconic|timeless"
    r"|wonderful|delightful|fine|great|good|nice|typical|common|traditional|nutritious|versatile"
    r"|useful|practical|essential|important|famous|well-known|beloved|favou?rite|striking"
    r"|remarkable|fascinating|impressive|magnificent|majestic|noble|loyal|intelligent|friendly"
    r"|gorgeous|stunning|attractive|eye-catching|cute|pretty|tasty|valuable|special|suitable)"
)
_EVALUATES = any_of(rf"\b{_EVALUATION}\b|\b(?:suits?|fits?|match(?:es)?|goes?)\b")
_APPRAISES = any_of(
    rf"\b(?:is|are|makes?(?: for)?|of) (?:an? |the )?(?:\w+ly )?(?:{_EVALUATION}|kind|breed|type"
    rf"|sort)"
    r"(?: (?:and )?[\w-]+){0,2} (?:that|which|for|among|with (?:many|most|\w+ (?:owners"
    r"|lovers)))\b",
    r"\b(?:is|are) (?:an? |the )?(?:\w+ )?(?:example|symbol|staple|reminder|tradition|masterpiece) "
    r"(?:of|at|in|for)\b",
    r"\b(?:adds?|brings?|lends?|gives?) (?:[\w-]+ ){0,3}(?:touch|note|charm|colou?r|warmth|life"
    r"|character"
    r"|beauty|elegance|interest|depth|atmosphere|cheer|joy)\b|\bplays? an? (?:\w+ )?(?:role|part)\b"
    r"|\bsets? the (?:mood|tone|scene)\b|\bgo(?:es)? (?:\w+ )?well with\b|\bfor (?:centuries|ages"
    r"|generations)\b|\bsuits? (?:an?|any|every|everybody|it|him|her|them|the) \w+",
)
"""How one praises a thing and is silent on its state: "the door is a fine example of its kind"."""
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
_ASKS_OF_IT = any_of(r"^\W*(?:\w+ )?\w+ (?:the|this) (?:picture|image|photo|photograph|scene)\b")
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
_POINTS = any_of(r"\b(?:this|these(?! days)|those(?! days)|his|her|here|him|he|she)\b")
_ANCHOR = any_of(r"\b(?:the|this|these|those|that|his|her|its|their|here|it|there|him|them)\b")
"""What ties a sentence to the picture."""
_DEFINITE = re.compile(
    r"\b(?:the|this|that|these|those|his|her|its|their)(?: [\w-]+)?? ([\w-]+)", re.IGNORECASE
)
_INDEFINITE = re.compile(r"\b(?:a|an|any)(?: [\w-]+)?? ([\w-]+)", re.IGNORECASE)
_BARE = any_of(
    r"\b(?!(?:is|are|do|does|did|can|could|will|would|should|may|the|these|those|some)\b)\w+"
    r" (\w+s)\b"
)
_OF_DEFINITE = re.compile(
    r"^(?:the|this|these|his|her|their|its) ((?:[\w-]+ ){1,6})", re.IGNORECASE
)


def is_at_large(asked: str, said: str) -> bool:
    """Whether an answer begins with the picture as such, or with a kind of thing in general.

    So does one that only praises what it is asked about, or says that it is there.
    """
    first = sentences(said)[0].text
    if _OF_THE_PICTURE.match(first) and not _ASKS_OF_IT.match(asked):
        return True
    if _only_praises(asked, first):
        return True
    found = words(first)
    if not found or found[0] in _DETERMINERS:
        is_kind = _OF_A_KIND.match(first) is not None and not _POINTS.search(first)
        return is_kind and _AT_LARGE.search(first) is not None
    if found[1:3] in (["is", "a"], ["is", "an"]):  # "chess is a game of patience"
        return not _EVALUATES.search(asked)
    return _takes_for_kind(found[0], first, asked) or _AT_LARGE.search(first) is not None


def _only_praises(asked: str, first: str) -> bool:
    subject = _OF_DEFINITE.match(first)
    if not subject or not _APPRAISES.search(first) or _EVALUATES.search(asked):
        return False
    asked_of = {stem(one) for one in words(asked)}
    return any(stem(one) in asked_of for one in words(subject[1]) if len(one) > 2)


def _takes_for_kind(word: str, first: str, asked: str) -> bool:
    """Whether "the cup" of a question, or "a cup", has become cups in general."""
    if not word.endswith("s"):
        return False
    kind = stem(word)
    if kind in {stem(one) for one in _DEFINITE.findall(asked)}:
        return True
    if EXISTENTIAL.search(asked):
        return False
    bare = {one.lower() for one in _BARE.findall(asked)}
    indefinite = {stem(one) for one in _INDEFINITE.findall(asked)}
    if (word in bare or kind in indefinite) and not _POINTS.search(first):
        return True
    is_asked_of = _DEFINITE.search(asked) is not None and kind in map(stem, words(asked))
    return is_asked_of and not _ANCHOR.search(first)
