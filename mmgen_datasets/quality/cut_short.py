"""Whether a reply breaks off.

Without a full stop at its end an answer may still be whole: "Two dogs", "The man it belongs to".
What counts is where it stops, and whether its other sentences have their full stops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.sentences import WORD, Sentence, quotations, sentences

_WHOLE = re.compile(r"""[.!?…。！？][\"'”’»)\]}*_`]*$|[\"”’»)\]}`]$""")
_OPEN_MARK = re.compile(r"[,;:(\[{&/+=–—]$|\s-$")
_LONE_MARKER = re.compile(r"(?:^|\n)[ \t]*(?:[-*+•#]+|\d{1,2}[.)])$")
_ITEM = re.compile(r"[-*+•|>#]|\d{1,2}[.)]\s|[A-Za-z][.)]\s")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|Mr|Mrs|Ms|Dr|Prof|vs|approx)\.$")

_NEVER_LAST = frozenset(
    # articles and determiners
    "a an the my your our their its every another "
    # conjunctions
    "and or but nor because although while whereas if unless whether than as since until so that "
    # verbs and adverbs that something has to follow
    "be being very quite rather extremely wearing holding carrying containing including featuring "
    "showing such who whose which where when seems appears becomes".split()
)
_COPULAS = frozenset("am is are was were been has have had".split())
_PREPOSITIONS = frozenset(
    "of with at from for to into onto between among beside towards toward during without against "
    "upon "
    "via per like about beyond despite except amid alongside".split()
)
_PARTICLES = frozenset("on in by next".split())
"""Prepositions that are adverbs too, as in "the light is on", and cut off only after a posture."""
_ADVERBIAL = frozenset(
    "behind below above beneath under over across through around along near inside outside".split()
)
"""Those that may end what is short: "two in front and two behind"."""
_LONG_FOR_ADVERBS = 10

_PRONOUN = r"(?:he|she|it|they|we|you|i|one)"
_FILLED = re.compile(
    r"\bto \w+(?: (?:up|down|on|away|back|out|afraid|fond|proud|\w+ed))?$|\b(?!(?:because|while"
    r"|as|and|when|if|since|but|like|though|although|so|or|after|before|until|then)"
    rf"\b)\w+ (?:{_PRONOUN}|(?:the|a) \w+) (?:\w+ ){{0,3}}\w+$|\b(?:what|where|who|how|that"
    rf"|which) {_PRONOUN} (?:\w+ ){{0,2}}\w+$"
)
"""What stands before a last preposition that has its noun already: "somebody to play with", "the
man it belongs to"."""
_ELLIPSIS = re.compile(
    r"\b(?:wants?|likes?|loves?|has|have|needs?|used|able|going|wish|allowed|supposed|tries"
    r"|hopes?) to$"
)
_STANDS_ALONE = re.compile(
    rf"^(?:(?:yes|no|well|i (?:think|believe|guess)|of course|sure|indeed|maybe|perhaps|so),? )*"
    rf"(?:{_PRONOUN}|there|that|this) (?:\w+ )?\w+$"
    r"|\b(?:what|where|who|how|than|as|which)(?: \w+){1,4} \w+$"
)
"""What may end in a form of "to be": "yes, it is", "more than there are"."""
_POSED = re.compile(r"(?:ing|ed|sits?|stands?|lies?|lay|sat|stood|right|is|are)$")
_SWITCHED = re.compile(r"\b(?:turned|switched|is|are|was|were|being|left|put|tuned|all) (?:on|in)$")
_HALF_A_PHRASE = re.compile(
    r"\b(?:a|an|its|his|her|their|with) (?:very |rather |quite )?(?:big|small|large|long|short"
    r"|tall|young|old|new|little|huge|tiny|wide|narrow|wooden|beautiful|heavy|soft)$"
    r"|\bone\b.*\bone\b.*\band (?:one|another)$|(?<!is)(?<!are)(?<!was)(?<!of)(?<!than)(?<!like)"
    r" his$"
)

_SHORT = frozenset(
    "ad ah am an as at be by do eh em ex go ha he hi hm id if in is it kg km lb li lo ma me mi ml "
    "mm mr my "
    "no of oh ok on or os ox oz pa pc ph pm re so tv to uk um up us uv vs we wi yo a i".split()
)
_NO_WORDS_END = re.compile(
    r"^[^aeiouy]{3,}$|(?:[bcdfgpt]r|[bcdfgkpt]l|wh|wr|qu|[fp]n|tw|dw|sw|[^aeiou]j|q|thr)$"
)
"""Letters that no English word ends in: what ends so is half a word."""

_LITTLE_PROSE, _PROSE = 6, 8
"""Words of whole sentences after which a last one without a full stop has been cut; the lower
number where they are several, or shorter than the last."""
_LONG = 16
"""Words of a single sentence that nobody leaves without a full stop."""


def find(case: Case) -> Iterator[Fault]:
    """Find answers that end before they are at their end."""
    for said in case.answers:
        words = _where_it_breaks(said.text, case.language)
        if words is not None:
            yield Fault(said.turn, words, "breaks off")
    answers = [said for said in case.answers if said.text]
    if case.finish_reason == "length" and answers:
        last = answers[-1]
        yield Fault(last.turn, _last_sentence(last.text), "was stopped at the limit of its length")


def _where_it_breaks(text: str, language: str) -> str | None:
    """The last words of a text that breaks off, None of one that is whole."""
    opened = _open_at(text)
    if opened is not None:
        return text[opened:]
    if not text or (
        _WHOLE.search(text) and not (_LONE_MARKER.search(text) or _ABBREVIATION.search(text))
    ):
        return None
    ends_open = _OPEN_MARK.search(text) or _LONE_MARKER.search(text) or _ABBREVIATION.search(text)
    if ends_open or (language == "en" and _stops_within(text)):
        return _last_words(text)
    return None


def _open_at(text: str) -> int | None:
    """Where a fence, bracket or quotation begins that is never closed."""
    if text.count("```") % 2:
        return text.rindex("```")
    tail = _last_sentence(text)
    start = text.rindex(tail) if tail else 0
    for opening, closing in ("()", "[]", "{}", "“”"):
        at = tail.rfind(opening)
        is_face = at > 0 and tail[at - 1] in ":;=-"
        if at >= 0 and not is_face and tail.count(opening) > tail.count(closing):
            return start + at
    return _open_quote(text)


def _open_quote(text: str) -> int | None:
    closed = {place for start, end in quotations(text) for place in range(start, end)}
    paragraph = text.rfind("\n\n") + 1
    for found in re.finditer(r'(?<![\w"\'”])"(?=\w)', text[paragraph:]):
        at = paragraph + found.start()
        if at not in closed and '"' not in text[at + 1 :]:
            return at
    return None


def _stops_within(text: str) -> bool:
    """Whether English text that has no mark at its end stops within a sentence."""
    found = WORD.findall(text)
    if not found or not text[-1].isalnum():
        return not (text[-1].isalnum() or len(found) < _LONG or _is_list(text)) and text[-1] in "'’"
    last = _last_sentence(text)
    if _ends_in_half_a_word(text[: -len(found[-1])].rstrip(), found[-1]) and len(found) > 2:
        return True
    whole = [one.text for one in _sentences_of_last_block(text)[:-1] if one.text[-1:] in ".!?"]
    num_whole = sum(len(WORD.findall(one)) for one in whole)
    is_more = len(whole) > 1 or len(WORD.findall(last)) > num_whole
    if num_whole >= _PROSE or (num_whole >= _LITTLE_PROSE and is_more) or _breaks_a_row(text):
        return True
    if len(WORD.findall(last)) >= _LONG and not _ITEM.match(last):
        return True
    return _ends_in_need(last)


def _ends_in_need(last: str) -> bool:
    """Whether the last word needs another after it."""
    lower = last.lower().replace("’", "'")
    before, _, word = lower.rpartition(" ")
    if not before:
        return False
    if word in _COPULAS:
        return not _STANDS_ALONE.search(lower)
    if word in _PREPOSITIONS:
        return not (_FILLED.search(before) or _ELLIPSIS.search(lower))
    if word in _PARTICLES:
        return bool(_POSED.search(before)) and not (
            _FILLED.search(before) or _SWITCHED.search(lower)
        )
    if word in _ADVERBIAL:
        return len(WORD.findall(last)) >= _LONG_FOR_ADVERBS
    return word in _NEVER_LAST or _HALF_A_PHRASE.search(lower) is not None


def _ends_in_half_a_word(before: str, word: str) -> bool:
    is_plain = word.islower() and word.isascii() and word.isalpha()
    is_unit = len(word) == 1 and before[-1:].isdigit()
    return (
        is_plain
        and not is_unit
        and ((len(word) <= 2 and word not in _SHORT) or _NO_WORDS_END.search(word) is not None)
    )


def _breaks_a_row(text: str) -> bool:
    """Whether a last line lacks the full stop that all lines before it have, alike in form."""
    *before, last = [line for line in text.split("\n") if line.strip()]
    alike = [line for line in before if line[:1] == last[:1] and not line[:1].isalpha()]
    return bool(alike) and alike == before and all(line.rstrip().endswith(".") for line in alike)


def _is_list(text: str) -> bool:
    return _ITEM.match(_last_sentence(text)) is not None


def _sentences_of_last_block(text: str) -> tuple[Sentence, ...]:
    return sentences(text.rstrip().rpartition("\n")[2])


def _last_sentence(text: str) -> str:
    found = sentences(text)
    return found[-1].text if found else text


def _last_words(text: str) -> str:
    """The last two words, or what there is."""
    found = list(WORD.finditer(text))
    return text[found[-2].start() :] if len(found) > 1 else text
