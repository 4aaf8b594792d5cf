"""What a question asks for, where that makes an answer right that would be a fault elsewhere."""

from __future__ import annotations

import re

from mmgen_datasets.quality.case import Case

_ASKS_FOR_PLACES = re.compile(
    r"\b(?:give|provide|return|output|what (?:is|are)|what's|draw|find|predict|tell|list|detect"
    r"|write|mark|report|locate|show|state|need|want|can you|could you|please|estimate|name"
    r"|generate|specify|with|as|in)\b[^.!?]*?\b(?:bounding[- ]box(?:es)?|bbox(?:es)?|coordinates?"
    r"|pixels?|normali[sz]ed (?:point|place)s?)\b|\[\s*x_?(?:1|min)?\s*,|\(\s*x_?(?:1|min)?\s*,"
    r"|\b(?:give|provide|return|output|mark|locate|click)\b[^.!?]*\bpoint\b"
    r"|\b(?:give|provide|return|output|state|as)\b[^.!?]*\b(?:x and y|x, ?y|shares of the width)\b",
    re.IGNORECASE,
)
"""Grounding data asks in these ways; "what do the bounding boxes show?" is not among them."""

_GOES_ON = re.compile(
    r"\W*(?:and|also|now|then|next|(?:what|how) about|the same|as for|likewise)\b"
    r"(?:\W+\w+){1,7}\W*$",
    re.IGNORECASE,
)
"""Questions that want the same of another thing: "And of the dog?"."""
_ASKS_FOR_FORM = re.compile(
    r"\b(?:json|yaml|xml|html|csv|latex|markdown|code|fence[ds]?|snippet|script|python|javascript"
    r"|regex|dictionary|key[- ]value|svg|ascii|structured|schema|format(?:ted)?|list of strings"
    r"|array|program|function|template|placeholders?|slots?|fill[- ]in|blanks?|tags?)\b",
    re.IGNORECASE,
)
_ASKS_FOR_DIALOGUE = re.compile(
    r"\b(?:dialogues?|dialogs?|script|interview|quiz|faqs?|q&a|trivia|flash ?cards?|riddles?|play"
    r"|chat|transcript|conversation between|questions? (?:and|with) (?:an |its |their )?answers?"
    r"|(?:write|make up|invent|pose|come up with|think of|ask)[^.!?]* questions?)\b",
    re.IGNORECASE,
)


def asks_for_places(question: str) -> bool:
    """Whether boxes, points or coordinates are asked for.

    Example:
        >>> asks_for_places("Give the bounding box of the cat."), asks_for_places("Where is it?")
        (True, False)
    """
    return _ASKS_FOR_PLACES.search(question) is not None


def asks_for_form(question: str) -> bool:
    """Whether code, markup or a template is asked for."""
    return _ASKS_FOR_FORM.search(question) is not None


def asks_for_dialogue(question: str) -> bool:
    """Whether a text with parts of its own is asked for: a quiz, an interview."""
    return _ASKS_FOR_DIALOGUE.search(question) is not None


def turns_about_places(case: Case) -> set[int]:
    """The turns of exchanges that ask for boxes, points or coordinates."""
    found: set[int] = set()
    is_asked = False
    for question, answer in case.exchanges:
        goes_on = is_asked and _GOES_ON.match(question.text) is not None
        is_asked = goes_on or asks_for_places(question.text)
        if is_asked:
            found |= {question.turn, answer.turn}
    return found


def question_before(case: Case) -> dict[int, str]:
    """The text of the question that each answer answers, by the turn of the answer."""
    return {one.answer.turn: one.question.text for one in case.exchanges}
