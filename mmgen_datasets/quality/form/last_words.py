"""Whether an English sentence without a mark at its end stops before its end.

Hardly a word cannot be the last: "what it is made of", "the hat she is wearing", "if asked to".
So a last word that takes another after it tells of a break only where nothing before it has taken
that place.
"""

from __future__ import annotations

import re

from mmgen_datasets.quality.reading.sentences import WORD
from mmgen_datasets.quality.reading.wordings import any_of

_NEVER_LAST = frozenset(
    # articles and determiners
    "a an the my your our their its "
    # conjunctions
    "and or nor because although whereas if unless whether than as until "
    # adverbs and particles that something has to follow
    "very extremely including".split()
)
_TAKES_A_NOUN = frozenset(
    # prepositions, but for those that are adverbs too
    "of with at from for to into onto between among towards toward during without against upon via "
    "per like despite except amid "
    # verbs
    "wearing holding carrying containing featuring showing".split()
)
_TAKES_A_CLAUSE = frozenset("am is are was were been has have had seems appears becomes".split())
_POSTURE = any_of(
    r"\b(?:sit(?:s|ting)?|sat|seated|stand(?:s|ing)?|stood|l(?:ies|ying|ay)|rest(?:s|ing|ed)"
    r"|lean(?:s|ing|ed)|hangs?|hanging|perched|parked|placed|mounted|located|situated|covered"
    r"|dressed|surrounded|followed|based) (?:on|in|by)$|\b(?:sitting|standing|lying|parked|right"
    r"|placed) next$"
)
"""What a particle stands behind that is no adverb: "lying on", not "the light is on"."""
_ADVERBIAL = frozenset("behind beneath under underneath across near".split())
_LONG_FOR_ADVERBS = 10
"""Words from which on those are cut off: "two in front and two behind" is whole."""
_ELLIPSIS = 7
"""Words of an answer that may end in a form of "to be", having left out what was asked: "the man on
the left is"."""

_PRONOUN = r"(?:he|she|it|they|we|you|i|one|people|somebody|someone|everybody|everyone|nobody)"
_SUBJECT = rf"(?:{_PRONOUN}|(?:the|a|an|his|her|its|their|this|that|every|no) \w+)"
_NO_NOUN = (
    "because|while|if|since|but|although|though|so|and|or|when|like|as|before|after|until|then|thinks"
    "|seems|in|on|at|of|near|behind|with|by|to|for|from|over|under"
)
_TAKEN = any_of(
    # what it is looking at, the one that all else is covered in; "who is on" takes no object
    r"\b(?:what|which|who|whom|whose|where|how|that|than|as|whatever|whichever|whoever|wherever)"
    r" (?!(?:is|are|was|were|has|have|had|can|could|will|would|may|might)\b)(?:\w+ ){0,7}\w+$",
    r"^(?:like )?(?:what|who|where|how)$",
    # somebody to play with; not: about to play with
    r"(?:^|\b(?!(?:about|going|trying|wants|seems|appears|starts) to\b)\w+ )to \w+(?: (?:it|them"
    r"|him|her|us|things))?(?: (?:up|down|on|away|back|out|forward|afraid|fond|proud|\w+ed))?$",
    r"\b(?:(?:some|any|no|every)(?:body|one|thing|where)|place|ones?|things?|person|people"
    r"|friends?|way) (?:\w+ )?to (?:\w+ ){1,4}\w+$",
    r"^to (?!(?:the|his|her|its|their|an?)\b)(?:\w+ ){1,6}\w+$",
    r"^(?:an?|the|some|any) (?:(?!(?:is|are|was|were|has|seems|wants|tries|begins|starts|appears"
    r"|about|going|likes|comes|goes|stops|turns|reaches|leans)\b)\w+ ){1,4}to (?:\w+ ){1,3}\w+$",
    r"\bworth (?:\w+ )?\w+ing(?: (?:up|down|on|away|back|out|forward))?$",
    # the man it belongs to, the bench the boys sit on
    rf"\b(?!(?:{_NO_NOUN})\b)\w+ {_PRONOUN} (?:\w+ ){{0,3}}\w+$",
    rf"\b(?:the|a|an|any|every|only|some|same) (?:\w+ )?(?!(?:{_NO_NOUN})\b)\w+ {_SUBJECT}"
    r" (?:\w+ ){0,2}\w+$",
)
"""What stands before a last word that has its noun already."""
_WHOLE = any_of(
    # verbs that are passive with their prepositions
    r"\b(?:looked|stared|laughed|shouted|barked|waved|smiled|aimed) at$|\b(?:cared|accounted"
    r"|spoken|paid|called|looked|longed|hoped|asked) for$|\b(?:dealt|tampered|done|finished"
    r"|reckoned|over|to (?:start|begin)) with$|\b(?:seen|attended|listened|forward|close) to$"
    r"|\b(?:care|hold|rid|heard|disposed|thought) of$|\b(?:for (?:and|or)|those) against$",
    # the rest of the verb left out
    r"\b(?:asked|told|allowed|supposed|used|forced|required|expected|invited|meant|needed|wanted"
    r"|tempted|inclined|permitted|encouraged|ready|willing|eager|keen|happy|afraid|glad|free"
    r"|likely|able|going|has|have|had|ought|how|where|what|who|reason|chance|time|right|need"
    r"|(?:wants?|likes?|loves?|hopes?|wish(?:es)?|try|tries|refuses?|forgets?|dares?|learns?"
    r"|deserves?|manages?|allows?|tells?|asks?|expects?|forces?|helps?|chooses?|decides?"
    r"|plans?|cares?)(?: \w+)?) to$",
    # set phrases
    r"\b(?:just|only) because$|\bwhat if$|\bno matter whether$|\bas such$|\bthe like$"
    r"|\b(?:if|as|whatever|whenever) \w+ likes?$|\b(?:in|far|and|or|anything|nothing|something)"
    r" between$|\b(?:do|does|go|goes|live|manage|with (?:and|or)) without$|(?:^|[,;] |\bis |\bare "
    r"|'s |\byes )(?:kind|sort) of$|\b(?:more|less) or$|\bmore than$",
    # a clause that is whole with its verb alone
    r"\b(?:so|as|than|what|how|that|it) (?:it )?(?:seems|appears)$",
)
"""Ends that lack nothing."""
_HALF = any_of(
    # an adjective or a possessive without its noun
    r"\b(?:a|an|its|his|her|their|with) (?:very |rather |quite )?(?:big|small|large|long|short"
    r"|tall|young|old|new|little|huge|tiny|wide|narrow|wooden|beautiful|heavy|soft)$",
    r"\b(?:at|in|on|with|from|into|onto|over|under|by|behind|around|near|through|\w+ing) his$",
    r"\bone\b.*\bone\b.*\band one$",
    # a subject without its verb
    r"\b(?:because|while|when|if|since|although|that) (?:he|she|they|we|i)$"
    r"|, and (?:he|she|they|it)$",
    # a pronoun without its clause; "I can't say where" has left it out
    r"(?:,|\b(?:the|a|an|his|her|their|its|some|two|three) [\w-]+) (?:who|whom|which|whose|where"
    r"|when|that)$",
    r"\b(?:who|which|and|such as|because) (?:am|is|are|was|were|been|has|have|had)$",
)
"""Ends that lack something, whatever stands before."""

_SHORT = frozenset(
    "ad ah ai am an as at be by cd cl cm co do dj eh em er ew ex ft gb go ha he hi hm hr id if in "
    "is it jr kg ki km la lb li lo ma mb me mg mi ml mm mr mu my nd nu no of oh ok on or os ox oz "
    "pa pc ph pm qi rd re so sr st ta th tv to uk um up us uv vr vs we wi xi xl xs yd yo yr a "
    "i".split()
)
_NO_WORD_ENDS = re.compile(
    r"^[^aeiouy]{3,}$|(?:[bcdfgpt]r|[bcdfgkp]l|ttl|wh|wr|qu|[fp]n|tw|dw|sw|[^aeioud]j|q|thr)$"
)
"""Letters that no English word ends in: what ends so is half a word."""
_NO_VOWELS = frozenset(
    "hmm psst pfft shh brr tsk nth mph kph rpm fps lbs hrs yrs cms bbq dvd cds tvs dvds pcs jpg "
    "png html pdf gps sms ctrl www bmx hdtv ltd pts".split()
)


def stops_within(last: str) -> bool:
    """Whether the last sentence of a text, without a mark at its end, lacks a word or half of one.

    Example:
        >>> stops_within("It is made of"), stops_within("I know what it is made of")
        (True, False)
    """
    last = last.replace("’", "'")
    before, _, word = last.rpartition(" ")
    if not before:
        return False
    if _is_half_a_word(before, word):
        return True
    if not word.islower():  # vitamin A; but as the only word of an item, "A" has just begun
        return word in ("A", "An", "The") and not WORD.search(before)
    lower = last.lower()
    if _HALF.search(lower):
        return True
    if _WHOLE.search(lower):
        return False
    if word in _TAKES_A_CLAUSE:
        is_elliptic = word not in ("seems", "appears", "becomes")
        return not (is_elliptic and len(WORD.findall(last)) <= _ELLIPSIS) and not _has_it(lower)
    if word in _TAKES_A_NOUN or _POSTURE.search(lower):
        return not _has_it(lower)
    if word in _ADVERBIAL:
        return len(WORD.findall(last)) >= _LONG_FOR_ADVERBS and not _has_it(lower)
    return word in _NEVER_LAST


def _has_it(lower: str) -> bool:
    return _TAKEN.search(lower.rpartition(" ")[0].rsplit(",")[-1].strip()) is not None


def _is_half_a_word(before: str, word: str) -> bool:
    is_plain = word.islower() and word.isascii() and word.isalpha()
    if not is_plain or before[-1:].isdigit() or len(WORD.findall(before)) < 2:
        return False
    is_short = len(word) <= 2 and word not in _SHORT
    return is_short or (word not in _NO_VOWELS and _NO_WORD_ENDS.search(word) is not None)
