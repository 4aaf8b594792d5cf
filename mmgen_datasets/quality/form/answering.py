"""What makes an answer one: a number of what was asked for, a colour, or that it cannot be told."""

from __future__ import annotations

import re

from mmgen_datasets.quality.form.content import stem
from mmgen_datasets.quality.reading.sentences import words
from mmgen_datasets.quality.reading.wordings import any_of

_CANNOT_TELL = any_of(
    r"\b(?:can ?not|can't|could ?n't|could not|cannot) (?:\w+ )?(?:be |really |quite |clearly "
    r")*(?:see[n]?|tell|told|say|said|make|made|know|known|determine[d]?|discern\w*|read|judge[d]?"
    r"|count\w*|be|identif\w+|answer\w*|recogni[sz]\w+|distinguish\w*|decide[d]?|ruled?|find|spot)",
    r"\b(?:impossible|hard|difficult|tricky|tough) to\b|\bhard(?:ly)? (?:possible|visible)\b"
    r"|\bunclear\b|\bunknown\b|\bunsure\b|\buncertain\b|\bno way (?:of|to)\b|\bdepends on\b"
    r"|\bopen question\b",
    r"\b(?:not|isn't|aren't|n't) (?:\w+ )?(?:clear|visible|possible|shown|certain|sure|known|seen"
    r"|legible|readable|in (?:the |this )?(?:picture|frame|view|image|photo|shot)|enough|reveal"
    r"|show|tell|say|let)",
    r"\bno (?:\w+ ){1,2}(?:is|are|can be) (?:visible|shown|seen|to be seen|in (?:sight|view))\b",
    r"\bnobody (?:can|could|knows)\b|\btoo (?:dark|small|blurr\w+|far|faint|many)\b"
    r"|\bout of (?:view|frame|sight|focus)\b|\b(?:hidden|obscured|covered (?:by|up)|cropped"
    r"|cut off|turned away)\b",
    r"\b(?:lies?|falls?|stays?|remains?) (?:outside|beyond|hidden|a mystery|open)\b|\bhides?\b"
    r"|\bno (?:hint|sign|clue|trace|telling)\b|\bleaves? (?:it )?open\b|\bI don't know\b",
)


def cannot_tell(answer: str) -> bool:
    """Whether an answer says that it cannot be told.

    Example:
        >>> cannot_tell("It is hard to say from here."), cannot_tell("It is hard.")
        (True, False)
    """
    return _CANNOT_TELL.search(answer.replace("’", "'")) is not None


_EXACT = (
    r"\d[\d,.]*|zero|none|nobody|nothing|nowhere|no one|one|two|three|four|five|six|seven|eight"
    r"|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|(?:twen"
    r"|thir|for|fif|six|seven|eigh|nine)ty\S*|hundreds?|thousands?|dozens?|pairs?|couple|trio"
    r"|quartet|duo|twins?|half|quarter|thirds?|never|once|twice|thrice|double|triple|everyone"
    r"|everybody|innumerable|uncounted|countless|(?:more|less) than|too many|at (?:least|most)|as "
    r"(?:many|much)"
)
_VAGUE = (
    r"scores of|handful|several|few|fewer|many|numerous|lots?|plenty|both|myriad|multitude|pack"
    r"|litter|family|swarm|a (?:bunch|crowd|group|number|flock|herd|row|pile|heap|great deal|little"
    r"|bit|second|third|fourth)|all|most|various|multiple|some"
)
_NEEDS_NOUN = (
    r"single|only|just|lone|sole|solitary|each|another|the same|no|not any|n't any|without any|an?"
)
_QUANTITY = any_of(
    rf"\b(?:(?P<exact>{_EXACT})|(?P<vague>{_VAGUE})|(?P<bound>{_NEEDS_NOUN}))"
    r"(?!\w|-(?!third|half|quarter|odd)[a-z])"  # "a two-storey house"
)
_AS_A_WHOLE = any_of(r"^\W*(?:an?|just|only|the)(?: [\w-]+){1,3}\W*$")
"""An answer that is a thing is one of them: "a dog"."""
_NO_NUMBER = any_of(
    r"\bone of (?:the|my|those) (?:most|best|main|\w+est)\b|\bone another\b|\bone day\b|\bat one"
    r" time\b|\bno doubt\b|\bhow many\b|\bno one knows\b|\bfor one(?: thing)?\b|\beach other\b"
    r"|\bjust as\b|\bmany (?:people|owners|photographers|viewers) (?:love|like|enjoy|find|would"
    r"|think|ask|wonder|keep)|\bjust (?:love|great|wonderful|like|how)\b|\bsome (?:people|may"
    r"|would|say)\b|\bat once\b|\bone (?:can|could|would|may|might|must|should|sees)\b"
)
"""Number words that count nothing."""
_COUNTED = any_of(
    r"\b(?:how many|number of|count (?:the|all)(?: the)?) (?P<named>[\w-]+(?: [\w-]+){0,2})"
)
_ENDS_NAME = frozenset(
    "is are was were do does did can could will would may might have has had in on at of with to "
    "from "
    "there be you around by".split()
)
_WITHIN = any_of(
    r"\b(?:on|in|at|from|by|to|for|within|behind|near|over|under|has|have|had) (?:the |its |his "
    r"|her |their )?$"
)
"""What makes a number one of something else: "windows on two sides"."""
_NEXT = re.compile(
    r"\s*(?:of\s+)?(?:(?:the|these|those)\s+)?([\w'-]*)(?:\s+([\w'-]+))?(?:\s+([\w'-]+))?"
)
_NO_NOUN = frozenset(
    "them us those one ones of in on at and but or that which who are is there here to each stand "
    "sit lie".split()
)


def has_number(asked: str, said: str) -> bool:
    """Whether an answer says how many there are of what a question asks to count.

    Where the answer names the thing itself, a number of something else does not count.

    Example:
        >>> has_number("How many windows are there?", "Several, on two sides.")
        True
        >>> has_number("How many windows are there?", "There are windows on two sides.")
        False
    """
    said = _NO_NUMBER.sub(" ", said)
    if _AS_A_WHOLE.search(said):
        return True
    named = _counted(asked)
    stems = {stem(word) for word in words(said)}
    if any(f"{one}less" in stems for one in named):
        return True
    is_named = bool(named & stems)
    return any(_counts(found, said, named, is_named) for found in _QUANTITY.finditer(said))


def _counted(asked: str) -> frozenset[str]:
    found = _COUNTED.search(asked)
    if not found:
        return frozenset()
    names: list[str] = []
    for word in words(found["named"]):
        if word in _ENDS_NAME:
            break
        names.append(word)
    return frozenset(map(stem, names))


def _counts(found: re.Match[str], said: str, named: frozenset[str], is_named: bool) -> bool:
    after = _NEXT.match(said, found.end())
    following = [word for word in (after.groups() if after else ()) if word]
    is_at_end = not following or said[found.end() :].lstrip(" ")[:1] in ",.;:!?)-–—"
    if not named.isdisjoint(map(stem, map(str.lower, following[:3]))) and not is_at_end:
        return True
    first = following[0].lower() if following else ""
    if found["bound"]:
        is_article = found["bound"].lower() in ("a", "an")
        return not is_article and (first == "one" or not is_named)
    if not is_named:
        return True
    if is_at_end or first in _NO_NOUN:
        return True
    return bool(found["exact"]) and not _WITHIN.search(said[: found.start()])


_COLOUR = any_of(
    r"\b(?:\w+-)?(?:black|white|red|orange|yellow|green|blue|purple|violet|pink|brown|gr[ae]y|beige"
    r"|tan|gold|silver|bronze|copper|turquoise|teal|cyan|magenta|maroon|olive|lavender|lilac|mauve"
    r"|indigo|crimson|scarlet|burgundy|ruby|amber|ochre|mustard|ivory|khaki|chestnut|rusty|auburn"
    r"|blond|blonde|hazel|ebony|sepia|emerald|jade|aqua|azure|cobalt|sapphire|fuchsia|fawn|taupe"
    r"|platinum|golden|silvery|metallic|transparent|translucent|colou?rless|pastel|neon"
    r"|multi-?colou?red|rainbow|striped|spotted|dappled|tabby|calico|tortoiseshell|piebald"
    r"|checke?red|plaid|patterned|camouflage|monochrome|terracotta|vermilion|cerulean|eggshell"
    r"|off-white|roan|palomino|sorrel|brindle|grizzled|tawny|buff)(?:s|ish|y)?\b",
    r"\b\w+[- ]colou?red\b|\bcolou?rs of (?:the|a|an) (?:rainbow|flag|\w+ flag)\b"
    r"|\bthe same(?: \w+)? (?:colou?r|shade|tone|hue|as)\b|\bevery colou?r\b|\ball colou?rs\b",
)
_MAYBE_COLOUR = any_of(
    r"(?:^|[,;(] ?|\b(?:is|are|was|were|it's|they're|looks?|in|like|as|of|or|and|pale|dark|deep"
    r"|bright|rich|warm|soft|light|mostly|mainly|rather|quite|very|the colou?r|shade) )(?:light"
    r"|dark|pale|clear|coffee|chocolate|caramel|wine|cherry|strawberry|raspberry|lemon|honey|straw"
    r"|wheat|plum|peach|apricot|sand|ash|brick|rose|steel|chrome|pearl|brass|oak|walnut|mahogany"
    r"|wood(?:en)?|denim|mint|lime|olive|salmon|coral|bay|buff|jet|slate|charcoal|cream|ginger|rust"
    r"|navy|snow(?:y)?|sandy)(?= ?(?:$|[,.;:!?)])| (?:in colou?r|colou?r|tone|shade|hue))",
)
"""Words of other senses ("used for coffee"), which are colours where a sentence ends in them."""


_OF_NEIGHBOUR = any_of(
    rf"\b(?:next to|beside|in front of|behind|near|under|below|above|on|at|against|by|opposite"
    rf"|past|along|between) (?:the|an?|his|her|its|their|some|two|another) (?:\w+ )?"
    rf"(?:{_COLOUR.pattern})"
    r" (?!(?:and|or|with|in|on|at|is|are|has|have)\b)\w+"
)
"""What stands in another place, with its colour: "beside a red house"."""


def has_colour_of(asked: str, said: str) -> bool:
    """Whether an answer names a colour, and not only that of something near by.

    Example:
        >>> has_colour_of("What colour is it?", "It is the colour of coffee.")
        True
        >>> has_colour_of("What colour is the car?", "The car is parked by a red house.")
        False
    """
    said = _OF_NEIGHBOUR.sub(" ", said)
    return _COLOUR.search(said) is not None or _MAYBE_COLOUR.search(said) is not None
