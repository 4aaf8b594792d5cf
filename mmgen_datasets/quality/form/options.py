"""Whether the answer to a multiple choice is one of the options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mmgen_datasets.nouns import NUMBERS
from mmgen_datasets.quality.case import Case, Exchanged, Fault
from mmgen_datasets.quality.form.answering import cannot_tell
from mmgen_datasets.quality.form.choices import Choices, read_choices
from mmgen_datasets.quality.reading.sentences import WORD, singular, unquoted, words

_LETTER = re.compile(
    r"^\W*(?:(?:the )?(?:correct |right |best )?(?:answer|option|choice|letter)(?: is|:)?\s*"
    r"|(?:it(?:'s| is)|that(?:'s| is)|I(?:'d| would) (?:say|choose|pick|go (?:with|for))|I"
    r" choose) (?:option |letter |answer )?)?[(\[*\"]*(?P<letter>[A-Za-z]"
    r"|\d)(?P<close>[)\].:,*\"]+(?=\s|$)|\s*$|(?=\s(?:is|because|since|as|-|–|—)\s))",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:answer|option|choice|letter)(?: is|:)? [(\[\"]*(?P<letter>[A-H]|\d)\b[)\]\"]?"
    r"|[(\[](?P<bare>[A-H])[)\]]",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?<![\w.'’-])(?P<letter>[A-Hb-h])(?![\w'’-])(?!\. ?[A-Z][a-z])"
    r"(?<!A(?= (?!is|it|fits|seems|because|as|since|and|or|rather|to|would|must|looks|matches|makes"
    r"|leaves|applies|does|has|can)[a-z]))"
)
"""A letter within a sentence, and no article or initial."""
_RULED_OUT = re.compile(
    r"(?:\b(?:not|neither|nor|than|unlike|over|out|against|exclud\w+|without)(?: option)?\W*$)"
)
_IS_OUT = re.compile(
    r"\W*(?:is|are|would be|can be|seems)?\s*(?:wrong|out\b|not\b|false|impossible|cannot|can['’]t"
    r"|do(?:es)? not|doesn['’]t|isn['’]t)"
)
_CLAUSE = re.compile(r"[.;\n]|,? (?:because|since|as|for|not|unlike|rather|instead|while)\b")
_DENIED = re.compile(
    r"\b(?:not|no|neither|nor|isn't|aren't|never|rather than|instead of|than|unlike)(?: \w+){0,3}"
)
_DENIES = re.compile(r"\b(?:not|no|neither|nor|isn't|aren't|never)\b")
_ASKS_FOR_ABSENT = re.compile(
    r"\b(?:not|isn't|aren't|missing|absent|lacks?|without)\b", re.IGNORECASE
)
"""Of "which of these is not there?" what is denied is the answer."""
_ALL_OR_NONE = re.compile(
    r"\b(?:none|neither|nothing|no option|not any|both|all (?:of|three|four|the|are)|either"
    r"|everything|any of|two of|each of|the same|equally|a mix|somewhere between)\b",
    re.IGNORECASE,
)
_LEAST_ARGUED = 6
"""Words of an answer that says "none of these" and argues it."""
_MARKS_A_CHOICE = frozenset("first second third fourth last former latter".split())
_EMPTY = frozenset(
    "a an the of in on at to is are it its and or with one by for from as very this that there "
    "he she they his her their be some any".split()
)


def find(case: Case) -> Iterator[Fault]:
    """Find answers that are none of the options offered, or that mix two of them up."""
    for exchange in case.exchanges:
        choices = read_choices(exchange.question.text)
        if choices and exchange.answer.text:
            yield from _compare(exchange, choices)


def _compare(exchange: Exchanged, choices: Choices) -> Iterator[Fault]:
    answer = exchange.answer
    letters = [] if choices.is_labelled is False else _bare_letters(answer.text, choices)
    named = _named(answer.text, choices)
    if named is None and len(letters) == 1:
        named = letters[0]["letter"].upper(), _said_beside(answer.text, letters[0])
    if named is not None:
        label, rest = named
        if label not in choices.texts:
            yield Fault(
                answer.turn, answer.text, f"names the option {label!r}, which is not offered"
            )
        elif other := _other_text(rest, label, choices.texts):
            yield Fault(answer.turn, answer.text, f"names the option {label!r} and says {other!r}")
        return
    if letters:
        return  # several, and why
    text = answer.text.lower()
    is_none = _ALL_OR_NONE.search(text) is not None
    if is_none and (len(words(text)) >= _LEAST_ARGUED or _offers_none(choices)):
        return
    if _ASKS_FOR_ABSENT.search(exchange.question.text):
        text = _DENIES.sub(" ", text)
    if not is_none and (cannot_tell(text) or _says_one(text, choices)):
        return
    if not (is_none and _says_one(text, choices)):
        yield Fault(answer.turn, answer.text, "is none of the options")


def _named(answer: str, choices: Choices) -> tuple[str, str] | None:
    """The letter that an answer names, and what it says after it."""
    if not choices.is_labelled:
        return None
    found = _LETTER.match(answer) or _WITHIN.search(answer)
    if not found:
        return None
    rest = _said_beside(answer, found)
    letter = next(one for one in found.groupdict().values() if one)
    letter = (found["letter"] or found.groupdict().get("bare") or letter).upper()
    is_article = letter in "AI" and not (found[0].rstrip() != answer[:1] or len(answer) == 1)
    if is_article or letter.isdigit() != next(iter(choices.texts)).isdigit():
        return None
    return letter, rest


def _bare_letters(answer: str, choices: Choices) -> list[re.Match[str]]:
    """Letters of options within a sentence, but for those that it rules out."""
    text = unquoted(answer)
    return [
        found
        for found in _BARE.finditer(text)
        if found["letter"].upper() in choices.texts
        and not _RULED_OUT.search(text[: found.start()])
        and not _IS_OUT.match(text[found.end() :])
    ]


def _said_beside(answer: str, letter: re.Match[str]) -> str:
    """What is said after a letter, or before it where it comes last."""
    rest = answer[letter.end() :]
    return rest if WORD.search(rest) else _DENIED.sub(" ", answer[: letter.start()])


def _other_text(rest: str, label: str, texts: Mapping[str, str]) -> str | None:
    """The text of another option that stands where the text of the named one should."""
    clause = _CLAUSE.split(rest.strip(" .:-–—,)*"), 1)[0]
    said = _stems(clause)
    scores = {name: _share(_stems(text), said) for name, text in texts.items()}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] > scores[label] and scores[best] >= 0.99 and scores[label] < 0.99:
        return texts[best]
    return None


def _offers_none(choices: Choices) -> bool:
    return any(_ALL_OR_NONE.search(text) for text in choices.texts.values())


def _says_one(answer: str, choices: Choices) -> bool:
    """Whether an answer has a word of an option that not all options have, and does not deny it."""
    said = _stems(_DENIED.sub(" ", answer)) or _stems(answer)
    stems = [_stems(text) for text in choices.texts.values()]
    common = frozenset.intersection(*stems)
    if _MARKS_A_CHOICE & said:
        return True
    return any((one - common) & said or (one and one <= said) for one in stems)


def _share(wanted: frozenset[str], said: frozenset[str]) -> float:
    return len(wanted & said) / len(wanted) if wanted else 0.0


def _stems(text: str) -> frozenset[str]:
    """Words without endings, figures for numbers; empty words only where there are no others."""
    found = [word.lower() for word in WORD.findall(unquoted(text) if '"' not in text else text)]
    full = [word for word in found if word not in _EMPTY] or found
    return frozenset(_stem(part) for word in full for part in word.split("-"))


def _stem(word: str) -> str:
    word = singular(word.removesuffix("'s").removesuffix("’s"))
    if word in NUMBERS:
        return str(NUMBERS.index(word))
    for ending in ("iest", "ing", "ies", "ish", "ed", "es", "er", "ly", "y", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            return stem[:-1] if stem[-1:] == stem[-2:-1] else stem
    return word
