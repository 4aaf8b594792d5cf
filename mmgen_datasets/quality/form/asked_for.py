"""What an answer must have by the word that its question begins with: a place, a time, a measure.

Only answers that have nothing of the sort are at fault, so all words that may tell of one count.
"""

from __future__ import annotations

from mmgen_datasets.quality.form.answering import has_number
from mmgen_datasets.quality.form.content import content
from mmgen_datasets.quality.form.passing_by import name_of, names_subject
from mmgen_datasets.quality.reading.mentions import read_mentions
from mmgen_datasets.quality.reading.sentences import worded, words
from mmgen_datasets.quality.reading.traits import trait
from mmgen_datasets.quality.reading.wordings import any_of

_PLACE = any_of(
    r"\b(?:in(?:side)?|on|at|under(?:neath)?|over|behind|beside|near(?:by)?|next to|above|below"
    r"|beneath|outside|between|among|amid|around|against|across|along(?:side)?|left|right|front"
    r"|middle|cent(?:er|re)|corner|edge|top|bottom|here|there|nowhere|wherever|everywhere|somewhere"
    r"|anywhere|elsewhere|home|indoors|outdoors|foreground|background|upstairs|downstairs|close"
    r"|away|through|out|past|from|beyond|within|off|up|down|to (?:the|a|his|her|their|its|work"
    r"|school|bed)|towards?|into|(?:half)?way|north|south|east|west)\b"
)
_TIME = any_of(
    r"\d|\b(?:morning|noon|midday|midnight|afternoon|evening|night|days?|dawn|dusk|sunset|sunrise"
    r"|twilight|breakfast|lunch|dinner|supper|spring|summer|autumn|fall|winter|before|after|when(?:ever)?|while|during|until|since|once"
    r"|soon|now|later|early|late|just|moment|today|tomorrow|yesterday|already|times?|years?"
    r"|century|months?|weeks?|minutes?|seconds?|hours?|o'clock|half past|holidays?|christmas"
    r"|halloween|easter|season|as|around|about|never|always|ago|recent\w*|next|\w+day|january"
    r"|february|march|april|june|july|august|september|october|november|december"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|daytime|nighttime)\b"
)
_MEASURE = any_of(
    r"\d|\b(?:as|than|enough|too|very|quite|rather|fairly|so|about|around|roughly|nearly|almost"
    r"|over|under|most|half|each|every|once|never|always|often|rarely|seldom|sometimes|usually"
    r"|daily|weekly|far|near|close|long|short|tall|high|low|big|large|small|tiny|huge|old|young"
    r"|new|elderly|middle-aged|teenage|toddler|adult|baby|puppy|kitten|child|wide|narrow|deep"
    r"|shallow|heavy|light|fast|slow|slowly|quickly|little|much|stays?|still|spot|all|none|nothing|full|empty|size"
    r"|age|years?|months?|weeks?|days?|hours?|minutes?|seconds?|met(?:er|re)s?|feet|foot|inch\w*"
    r"|miles?|arm's length|\w+-\w*(?:deep|high|sized|length)|\w+ties|teens"
    r"|(?:old|young|long|short|tall|high|low|bigg|larg|small|wid|deep|heavi|fast|few)(?:er|est))\b"
)
_CAUSE = any_of(
    r"\b(?:because|since|as|to|so|for|due|that is why|hence|therefore|order|by|may|might|perhaps"
    r"|maybe|likely|probably|possibly|could|would|must|should|seems?|suggest\w*|means?|want\w*"
    r"|need\w*|helps?|keeps?|lets?|makes?|protect\w*|prevent\w*|after|before|reason|purpose)\b"
)
_SOMEBODY = any_of(
    r"\b(?:who|whoever|he|she|they|i|you|we|him|her|them|his|hers|their|theirs|nobody|none|no one"
    r"|one|somebody|someone|anyone|everyone|everybody|all|both|another|others?|does|do|did|members?"
    r"|owners?|staff|\w{3,}(?:ers?|ors?|ists?|ians?|man|men|woman|women))\b"
)
_LOOKS = frozenset("has have wears looks wearing a an the very quite".split())
_COPULAS = frozenset({"is", "are", "was", "were"})
_BEING = frozenset({"posture", "sleep", "mood", "motion"})


def has_place(asked: str, said: str) -> bool:
    """Whether an answer to "where" has any word for a place."""
    return _PLACE.search(said) is not None


def has_time(asked: str, said: str) -> bool:
    """Whether an answer to "when" has any word for a time."""
    return _TIME.search(said) is not None


def has_measure(asked: str, said: str) -> bool:
    """Whether an answer to "how old", "how far" or "how much" has any size, age or number."""
    return _MEASURE.search(said) is not None or has_number(asked, said)


def has_cause(asked: str, said: str) -> bool:
    """Whether an answer to "why" does more than to say that it is so."""
    first = worded(said)[0]
    if _CAUSE.search(said) or not name_of(first.words):
        return True
    return len(content(asked) - content(said)) > len(content(asked)) / 4


def names_somebody(asked: str, said: str) -> bool:
    """Whether an answer to "who" may name somebody, and not only what he has or does."""
    name = content(" ".join(name_of(worded(said)[0].words)))
    if not name or not name <= content(asked) or _SOMEBODY.search(said):
        return True
    return any("person" in m.kinds for m in read_mentions(said))


def tells_deed(asked: str, said: str) -> bool:
    """Whether an answer to "what is he doing" may tell more than what he looks like."""
    first = worded(said)[0].words
    name = name_of(first)
    if not (name and names_subject(asked, name)) and first[0] not in ("he", "she", "it", "they"):
        return True
    at = len(name) + 1 if name else 1
    if first[at : at + 1] and first[at] in _COPULAS:
        at += 1
    elif first[at : at + 1] not in (("has",), ("have",), ("wears",)):
        return True
    is_active = any(w.endswith("ing") and w != "wearing" for w in words(said))
    is_active = is_active or any(t[0] in _BEING for w in words(said) if (t := trait(w)))
    looks = trait(first[at]) if at < len(first) else None
    if first[at : at + 1] in (("has",), ("have",)) and first[at + 1 : at + 2]:
        is_active = is_active or first[at + 1].endswith("ed")
    return is_active or (first[at] not in _LOOKS and not looks)
