"""Reads the words of an exchange back: nouns, numbers and what "the dog" stands for."""

from __future__ import annotations

import re

from tests.grounded_facts import Item, Sample, WrongError, exact, must
from tests.grounded_names import COCO_NAMES, NAMES, without_article
from tests.grounded_sentences import NUMBERS

FORMS: dict[str, dict[str, list[str]]] = {"one": {}, "many": {}, "a": {}}
for _name, (_a, _many) in NAMES.items():
    for _form, _text in (("one", without_article(_name)), ("many", _many), ("a", _a)):
        FORMS[_form].setdefault(_text, []).append(_name)

_NUMBER = "|".join(NUMBERS)


def _alternatives(form: str) -> str:
    return "|".join(map(re.escape, sorted(FORMS[form], key=len, reverse=True)))


def pattern_of(text: str) -> re.Pattern[str]:
    """Compile ``<form:group>`` to a group that matches that form of any known name."""
    return re.compile(
        re.sub(r"<(\w+):(\w+)>", lambda m: f"(?P<{m[2]}>{_alternatives(m[1])})", text)
    )


_AMOUNT = re.compile(rf"\b({_NUMBER}) ({_alternatives('many')}|{_alternatives('one')})\b", re.I)


def plain_text(text: str) -> str:
    """Make one word of "the picture" and "this image", and undo the capital."""
    text = re.sub(r"\b(the|this) (picture|image)\b", "PIC", text, flags=re.I)
    return text if text.startswith(("PIC", "TV", "CAF", "X-")) else text[0].lower() + text[1:]


def understood(match: re.Match[str] | None) -> re.Match[str]:
    if match is None:
        raise WrongError("not understood")
    return match


def category(sample: Sample, form: str, text: str) -> str:
    """The category of the sample, or of its vocabulary, that a text stands for."""
    names = FORMS[form].get(text, [])
    annotated = [o["category"] for o in sample["objects"]]
    annotated += [label["name"] for label in sample["labels"]]
    here = [name for name in names if name in annotated]
    if not here and sample["vocabulary"] == "coco":
        here = [name for name in names if name in COCO_NAMES]
    must(len(here) == 1, f"{text!r} stands for {here}")
    return here[0]


def the(sample: Sample, text: str) -> Item:
    """The only object of a category, for "the dog"."""
    name = category(sample, "one", text)
    must(exact(sample, name) == 1, f"not the only {name}")
    must(NAMES[name][0].startswith("a"), f"{name} has no number")
    return next(o for o in sample["objects"] if o["category"] == name)


def amounts(sample: Sample, text: str) -> list[tuple[int, str]]:
    found = []
    for number, noun in _AMOUNT.findall(text):
        form = "one" if number.lower() == "one" else "many"
        found.append((NUMBERS.index(number.lower()), category(sample, form, noun)))
    return found
