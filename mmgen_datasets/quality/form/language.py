"""Whether turns are in the language that is expected.

A naive Bayes model over letters judges each sentence (py3langid, 139 languages, offline). Names
of dishes, species and streets are foreign anywhere, so a short English sentence must look very
foreign, and hold hardly any of the words that English cannot do without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from mmgen_datasets.errors import UnknownNameError
from mmgen_datasets.quality.case import Case, Fault, Said
from mmgen_datasets.quality.form.asking import question_before
from mmgen_datasets.quality.reading.sentences import Sentence, sentences, unquoted

_LEAST_WORDS = 4
"""A greeting or a name of up to three words is no sentence in another language."""
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of scripts without spaces between words: Thai, Lao, Burmese, Khmer, Kana, Han."""
_LETTERS_A_WORD = 2
_MARKUP = re.compile(r"</?\w[^<>]{0,80}>|[#@]\w+|https?://\S+")
"""Tags, hashtags and addresses, whose words are of no language either."""
_LETTER_WORD = re.compile(r"[^\W\d_]{2,}(?:['’\-][^\W\d_]+)*|[aAI]\b")
"""What counts as a word here; figures and single letters are of no language."""

_MOST_LIKELY = 0.02
_MOST_LIKELY_OF_FEW = 0.004
_FEW_WORDS, _MORE_WORDS = 8, 14
"""The probability of the expected language below which text is in another one; a text of few words
has to be less likely, since lists of dishes look foreign too. Sentences in English lie above 0.1,
what foreign people say mostly below 0.002."""
_LEAST_OF_CLAUSE = 5
"""Words behind a comma that are judged for themselves, where none is certainly English."""
_LEAST_LOWER = 3
"""Words without a capital, which names and titles hardly have."""
_MOST_CAPITALS = 0.6
"""The share of words with a capital that text has at most which is no row of names; in German a
third."""
_MOST_ENGLISH = 0.26
"""The share of English function words that text in another language has at most."""

_FUNCTION_WORDS = frozenset(
    "the of and to in is are it its that with for on as at by from this was be or an not there "
    "they their he she his her which has have but one two some what who how where does do "
    "can would like looks most likely very does did then when while about into you them him".split()
)
_ELSEWHERE = frozenset("in is on an was at of or one for by have as to be do her has not".split())
"""Those of them that are words of other languages too."""
_LEAD = re.compile(r"(?:yes|no|well|oh|ok|okay|sure|indeed|right)\b[,;:–—!.]?\s+", re.IGNORECASE)
_BREAK = re.compile(r"[,;:–—(]\s")
"""What may stand before another language within a sentence."""

_OTHERWISE = re.compile(
    r"\b(?:translat\w+|in (?:another|other|a foreign|which|what) languages?|language|(?:say|said"
    r"|call|called|write|read|reads?|answer|reply|respond|name|word|greet\w*"
    r"|spell\w*)\b[^.?!]*\bin (?:[A-Z][a-z]+)|in (?:French|Spanish|German|Italian|Portuguese"
    r"|Dutch|Latin|Japanese|Chinese|Korean|Russian|Arabic|Hindi|Swedish|Danish|Polish|Turkish"
    r"|Greek|Swahili))\b"
)
"""Questions whose answers may be in another language."""


class _Judged(NamedTuple):
    language: str
    expected: float
    """Probability of the language that is expected, 0..1."""


def find(case: Case) -> Iterator[Fault]:
    """Find turns, or parts of them, in another language.

    Raises:
        UnknownNameError: the model does not know the language that is expected.
    """
    questions = question_before(case)
    if case.language not in _languages():
        raise UnknownNameError(
            f"no language is called {case.language!r}",
            f"use one of {', '.join(sorted(_languages()))}",
        )
    for said in sorted([*case.questions, *case.answers]):
        if not _OTHERWISE.search(questions.get(said.turn, "")):
            yield from _foreign(said, case.language)


def _foreign(said: Said, expected: str) -> Iterator[Fault]:
    """The sentences or clauses in another language; the turn, where they are all too short."""
    text = unquoted(said.text)
    found = [
        fault
        for one in sentences(said.text)
        if (fault := _judge_sentence(said, text, one, expected))
    ]
    whole = None if found else other_language(text, expected)
    yield from [_fault(said, 0, len(text), whole, expected)] if whole else found


def _judge_sentence(said: Said, text: str, sentence: Sentence, expected: str) -> Fault | None:
    """The fault of a sentence, or of what stands in it behind a comma or dash."""
    start, end = sentence.start, sentence.end
    lead = _LEAD.match(text[start:end])
    begins = start + lead.end() if lead else start
    breaks = [start + one.end() for one in _BREAK.finditer(text[start:end])]
    for begin in [begins, *(one for one in breaks if one > begins)]:
        other = other_language(text[begin:end], expected, is_clause=begin > begins)
        if other:
            return _fault(said, begin, end, other, expected)
    return None


def _fault(said: Said, start: int, end: int, language: str, expected: str) -> Fault:
    words = said.text[start:end].strip(" ,;:-\n")
    return Fault(said.turn, words, f"is in the language {language!r}, not in {expected!r}")


def other_language(text: str, expected: str, *, is_clause: bool = False) -> str | None:
    """Find the language of a text; None where it may be the one expected, or is too short."""
    text = _MARKUP.sub(" ", text)
    found = _LETTER_WORD.findall(text)
    num_words = len(found) + len(_UNSPACED.findall(text)) // _LETTERS_A_WORD
    if num_words < (_LEAST_OF_CLAUSE if is_clause else _LEAST_WORDS):
        return None
    is_short = num_words < _FEW_WORDS
    least = 1 if is_short or is_clause else 2 if num_words < _MORE_WORDS else len(found)
    if expected == "en" and _reads_english([word.lower() for word in found], least):
        return None
    num_capitals = sum(word[0].isupper() for word in found[1:])
    is_name = len(found) - num_capitals < _LEAST_LOWER or num_capitals > _MOST_CAPITALS * len(found)
    if found and is_name and not _UNSPACED.search(text):
        return None
    if is_short and found and text.count(",") + 1 >= len(found) / 2 > 1:
        return None  # a list of names
    judged = _judge(" ".join(found), expected)
    most = _MOST_LIKELY_OF_FEW if is_short else _MOST_LIKELY
    return judged.language if judged.expected < most else None


def _reads_english(found: list[str], least: int) -> bool:
    """Whether many words are English function words, or so many at least and one for certain."""
    common = [word for word in found if word in _FUNCTION_WORDS]
    is_certain = any(word not in _ELSEWHERE for word in common)
    return len(common) > _MOST_ENGLISH * len(found) or (is_certain and len(common) >= least)


@lru_cache(4096)
def _judge(text: str, expected: str) -> _Judged:
    ranked = _identifier().rank(text)
    return _Judged(ranked[0][0], dict(ranked)[expected])


@cache
def _identifier() -> LanguageIdentifier:
    """Load the model when a text is first judged: it takes 0.7 seconds."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _languages() -> frozenset[str]:
    return frozenset(_identifier().labels)
