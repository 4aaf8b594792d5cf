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

from mmgen_datasets.quality.asking import question_before
from mmgen_datasets.quality.case import Case, Fault, Said
from mmgen_datasets.quality.sentences import HIDDEN, WORD, sentences, unquoted

_LEAST_WORDS = 4
"""A greeting or a name of up to three words is no sentence in another language."""
_LEAST_LETTERS = 2
"""In scripts without spaces a word is a run of them; this many letters count as one."""

_MOST_LIKELY = 0.02
"""The probability of the expected language below which a sentence is in another one. Labelled
sentences in English lie above 0.1, but for lists of foreign names; foreign ones below 0.005."""
_MOST_ENGLISH = 0.26
"""The share of English function words that a foreign sentence has at most: in Dutch, "is in",
in French, "on a"."""

_FUNCTION_WORDS = frozenset(
    "the of and to in is are it its that with for on as at by from this was be or an not there "
    "they their he she his her which has have but one two some what who how where does do "
    "can would like looks most likely very".split()
)
_OTHERWISE = re.compile(
    r"\b(?:translat\w+|in (?:another|other|a foreign|which|what) languages?|language|(?:say|said|call"
    r"|called|write|read|reads?|answer|reply|respond|name|word|greet\w*|spell\w*)\b[^.?!]*\bin"
    r" (?:[A-Z][a-z]+)|in (?:French|Spanish|German|Italian|Portuguese|Dutch|Latin|Japanese|Chinese"
    r"|Korean|Russian|Arabic|Hindi|Swedish|Danish|Polish|Turkish|Greek|Swahili))\b"
)
"""Questions whose answers may be in another language."""


class _Judged(NamedTuple):
    language: str
    expected: float
    """Probability of the language that is expected, 0..1."""


def find(case: Case) -> Iterator[Fault]:
    """Find turns, or sentences of them, in another language."""
    questions = question_before(case)
    if case.language not in _labels():
        return
    for said in sorted([*case.questions, *case.answers]):
        if not _OTHERWISE.search(questions.get(said.turn, "")):
            yield from _foreign(said, case.language)


def _foreign(said: Said, expected: str) -> Iterator[Fault]:
    """The stretches of sentences that are in another language."""
    text = unquoted(said.text)
    for sentence in sentences(said.text):
        for start, end in _clauses(text, sentence.start, sentence.end):
            other = _other_language(text[start:end].replace(HIDDEN, " "), expected)
            if other:
                words = said.text[start:end].strip(" ,;:-.!?¿¡\n")
                yield Fault(said.turn, words, f"is in the language {other!r}")
                break


def _clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentence, then what stands between its commas and dashes."""
    commas = [start + found.end() for found in re.finditer(r"[,;:–—(]\s", text[start:end])]  # noqa: RUF001
    rests = [(comma, end) for comma in commas]
    return [(start, end), *rests]


def _other_language(text: str, expected: str) -> str | None:
    """The language of a text, None where it may be the one expected, or is too short to tell."""
    found = WORD.findall(text)
    letters = sum(map(str.isalpha, text))
    is_spaced = letters < 8 * max(1, len(found))
    if (len(found) if is_spaced else letters // _LEAST_LETTERS) < _LEAST_WORDS:
        return None
    if expected == "en":
        common = sum(word.lower() in _FUNCTION_WORDS for word in found)
        if common > _MOST_ENGLISH * len(found):
            return None
    judged = _judge(" ".join(found), expected)
    return judged.language if judged.expected < _MOST_LIKELY else None


@lru_cache(4096)
def _judge(text: str, expected: str) -> _Judged:
    ranked = _identifier().rank(text)
    return _Judged(ranked[0][0], dict(ranked)[expected])


@cache
def _identifier() -> LanguageIdentifier:
    """Load the model when a text is first judged: it takes 0.7 seconds."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _labels() -> frozenset[str]:
    return frozenset(_identifier().labels)
