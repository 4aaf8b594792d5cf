"""Reads a question and an answer back and works the answer out anew from the annotations.

Written apart from the generator: it knows the sentences by patterns of its own, and takes the
facts as `tests.grounded_facts` finds them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from tests import grounded_annotators as annotators
from tests.grounded_facts import (
    SMALL_MARGIN,
    Sample,
    WrongError,
    distances,
    exact,
    is_in_half,
    lies,
    middle,
    must,
    must_be_absent,
    must_be_larger,
    must_be_there,
)
from tests.grounded_names import NAMES
from tests.grounded_reading import FORMS, amounts, category, pattern_of, plain_text, the, understood
from tests.grounded_sentences import QUESTIONS

Groups: TypeAlias = dict[str, str]
Rule: TypeAlias = Callable[[Sample, Groups, str], None]


def confirm(sample: Sample, question: str, answer: str) -> str:
    """Check an exchange against the annotations.

    Returns:
        The kind of question that it was read as.

    Raises:
        WrongError: no pattern reads it, or the annotations say otherwise.
    """
    plain_question, plain_answer = plain_text(question), plain_text(answer)
    for kind, patterns in _READERS.items():
        for pattern in patterns:
            if match := pattern.fullmatch(plain_question):
                try:
                    _RULES[kind](sample, match.groupdict(), plain_answer)
                except WrongError as error:
                    raise WrongError(f"{kind}: {error}: {question!r} {answer!r}") from error
                return kind
    raise WrongError(f"not understood: {question!r}")


def must_deny(sample: Sample, answer: str) -> str:
    """Read "There is no dog in PIC", and check it."""
    patterns = [
        pattern_of(r"(?:[iI] can see the others, but |no, )?there (?:is|are) no <one:c> in PIC\."),
        pattern_of(
            r"(?:no, )?(?:PIC does not show|[iI] cannot see) (?:any )?(?:an? )?<one:c>( in PIC)?\."
        ),
    ]
    for pattern in patterns:
        if match := pattern.fullmatch(answer):
            name = category(sample, "one", match["c"])
            must_be_absent(sample, name)
            return name
    raise WrongError("not understood as a denial")


def counting(sample: Sample, groups: Groups, answer: str) -> None:
    name = category(sample, "many", groups["c"])
    must(amounts(sample, answer) == [(exact(sample, name), name)], "another number")


def count_check(sample: Sample, groups: Groups, answer: str) -> None:
    [(claim, name)] = amounts(sample, groups["claim"])
    truth = exact(sample, name)
    must(answer.startswith("yes, " if claim == truth else "no, "), "yes for no")
    must(amounts(sample, answer) == [(truth, name)], "another number")


def more(sample: Sample, groups: Groups, answer: str) -> None:
    a, b = (category(sample, "many", groups[key]) for key in "ab")
    numbers = {a: exact(sample, a), b: exact(sample, b)}
    match = pattern_of(r".*more <many:most>[, :].*").fullmatch(answer)
    match = understood(match)
    most = category(sample, "many", match["most"])
    must(numbers[most] == max(numbers.values()), "fewer, not more")
    must(abs(numbers[a] - numbers[b]) >= 2, "nearly as many")
    for number, name in amounts(sample, answer):
        must(number == numbers[name], "another number")


def presence(sample: Sample, groups: Groups, answer: str) -> None:
    name = category(sample, "one", re.sub("^(an?|any) ", "", groups["c"]))
    if answer.startswith("no, "):
        must(must_deny(sample, answer) == name, "speaks of something else")
        return
    must_be_there(sample, name)
    a, many = NAMES[name]
    body = re.fullmatch(r"yes, (?:there (?:is|are)|PIC shows) (.*?)(?: in PIC)?\.", answer)
    body = understood(body)
    if body[1] == "at least one":
        return
    if body[1] == many and many != a:
        items = [o for o in sample["objects"] if o["category"] == name]
        is_crowd = any(item["is_crowd"] or item["is_group_of"] for item in items)
        must(is_crowd or len(items) > 1, "only one")
    elif many != a or a.startswith("a "):
        must(body[1] == a and exact(sample, name) == 1, "not one")


def where(sample: Sample, groups: Groups, answer: str) -> None:
    if re.search(r" in the .* part| half of|near the centre", answer):
        position(sample, groups, answer)
    else:
        name = category(sample, "one", groups["c"])
        must(must_deny(sample, answer) == name, "speaks of something else")


def _listed(groups: Groups) -> list[str]:
    return re.split(", | or | and ", groups["options"])


def _options(sample: Sample, groups: Groups) -> list[str]:
    texts = _listed(groups)
    must(len(texts) == 3 and len(set(texts)) == 3, "not three options")
    return [category(sample, "a", text) for text in texts]


def choice(sample: Sample, groups: Groups, answer: str) -> None:
    match = re.fullmatch(
        r"(?:PIC shows|it shows|of these, only) (.*?)(?: can be seen in PIC)?\.", answer
    )
    match = understood(match)
    form = "a" if match[1] in FORMS["a"] else "many"
    shown = category(sample, form, match[1])
    options = _options(sample, groups)
    must(shown in options, "none of the options")
    for option in options:
        (must_be_there if option == shown else must_be_absent)(sample, option)


def missing(sample: Sample, groups: Groups, answer: str) -> None:
    gone, options = must_deny(sample, answer), _options(sample, groups)
    must(gone in options, "none of the options")
    for option in options:
        if option != gone:
            must_be_there(sample, option)


def position(sample: Sample, groups: Groups, answer: str) -> None:
    item = the(sample, groups["c"])
    subject = rf"(?:it is|(?:you can see )?the {groups['c']}(?: is)?)"
    place = "(?:in the ([a-z ]+) (?:part|half)|near the (centre))"
    match = re.fullmatch(rf"{subject} {place} of PIC\.", answer)
    match = understood(match)
    if match[2]:
        must(abs(middle(item, 0) - 0.5) < 0.15 > abs(middle(item, 1) - 0.5), "not central")
    else:
        must(all(is_in_half(item, side) for side in match[1].split()), "elsewhere")


def half(sample: Sample, groups: Groups, answer: str) -> None:
    item = the(sample, groups["c"])
    match = re.fullmatch(r"(yes|no), (?:the .* is|it is) in the (\w+) half(?: of PIC)?\.", answer)
    match = understood(match)
    must(is_in_half(item, match[2]), "elsewhere")
    axes = ({"left", "right"}, {"upper", "lower"})
    must(any({groups["side"], match[2]} <= axis for axis in axes), "another axis")
    must((match[1] == "yes") == (groups["side"] == match[2]), "yes for no")


def beside(sample: Sample, groups: Groups, answer: str) -> None:
    match = re.search(r"to the (left|right) of the", answer)
    match = understood(match)
    must(lies(the(sample, groups["a"]), the(sample, groups["b"]), match[1]), "elsewhere")


def _winner(groups: Groups, answer: str, *texts: str) -> list[str]:
    """The first of the things asked about that the answer names, then the others."""
    spots = {text: re.search(rf"\bthe {re.escape(text)}\b", answer) for text in texts}
    named = sorted((m.start(), -len(t), t) for t, m in spots.items() if m)
    must(named, "names none of them")
    return [named[0][2], *(text for text in texts if text != named[0][2])]


def stacked(sample: Sample, groups: Groups, answer: str) -> None:
    upper, lower = _winner(groups, answer, groups["a"], groups["b"])
    must(lies(the(sample, upper), the(sample, lower), "upper"), "elsewhere")


def relation_check(sample: Sample, groups: Groups, answer: str) -> None:
    match = re.search(r"(left|right|higher|lower)", answer)
    match = understood(match)
    a, b = the(sample, groups["a"]), the(sample, groups["b"])
    truth = match[1].replace("higher", "upper")
    claim = groups["claim"].replace("higher", "upper")
    must(lies(a, b, truth), "elsewhere")
    opposite = {"left": "right", "right": "left", "upper": "lower", "lower": "upper"}
    must(claim in (truth, opposite[truth]), "another axis")
    must(answer.startswith("yes, " if claim == truth else "no, "), "yes for no")


def extreme(sample: Sample, groups: Groups, answer: str) -> None:
    texts = [text.removeprefix("the ") for text in _listed(groups)]
    winner, *others = _winner(groups, answer, *texts)
    must(len(set(texts)) == 3 and groups["way"] in answer, "another side")
    axis, sign = {"left": (0, 1), "right": (0, -1), "highest": (1, 1), "lowest": (1, -1)}[
        re.findall("left|right|highest|lowest", groups["way"])[0]
    ]
    first = the(sample, winner)
    for other in (the(sample, text) for text in others):
        for edge in (axis, axis + 2):
            must(sign * (other["bbox"][edge] - first["bbox"][edge]) > -1e-6, "not the first")
        ahead = sign * (middle(other, axis) - middle(first, axis))
        must(ahead > SMALL_MARGIN, "hardly the first")


def size(sample: Sample, groups: Groups, answer: str) -> None:
    larger, smaller = _winner(groups, answer, groups["a"], groups["b"])
    must_be_larger(the(sample, larger), the(sample, smaller))


def size_check(sample: Sample, groups: Groups, answer: str) -> None:
    size(sample, groups, answer)
    larger, _ = _winner(groups, answer, groups["a"], groups["b"])
    must(answer.startswith("yes, " if larger == groups["a"] else "no, "), "yes for no")


def largest(sample: Sample, groups: Groups, answer: str) -> None:
    texts = [text.removeprefix("the ") for text in _listed(groups)]
    winner, *others = _winner(groups, answer, *texts)
    must(len(set(texts)) == 3 and f"the {groups['most']}" in answer, "another end")
    for other in others:
        pair = (the(sample, winner), the(sample, other))
        must_be_larger(*(pair if groups["most"] == "most" else pair[::-1]))


def nearest(sample: Sample, groups: Groups, answer: str) -> None:
    near, far = _winner(groups, answer, groups["a"], groups["b"])
    anchor = the(sample, groups["anchor"])
    must(f"to the {groups['anchor']}" in answer, "another anchor")
    pairs = zip(
        distances(sample, anchor, the(sample, near)),
        distances(sample, anchor, the(sample, far)),
        strict=True,
    )
    must(all(n * 1.4 < f + 1e-6 and f > 1 for n, f in pairs), "hardly nearer")


def _flag(name: str, *, question_is_positive: bool) -> Rule:
    def rule(sample: Sample, groups: Groups, answer: str) -> None:
        is_set = the(sample, groups["c"])[name]
        must(is_set is not None, "unknown flag")
        is_yes = answer.startswith("yes, ")
        must(is_yes or answer.startswith("no, "), "neither yes nor no")
        must(is_yes == (is_set == question_is_positive), "yes for no")
        denies = re.search(r"no part|not cut|nothing", answer) is not None
        must(denies != is_set, "the reason says otherwise")
        must(("hid" in answer or "front" in answer) == (name == "is_occluded"), "another flag")

    return rule


_RULES: dict[str, Rule] = {
    "counting": counting,
    "count_check": count_check,
    "more": more,
    "relation_check": relation_check,
    "relation beside": beside,
    "relation stacked": stacked,
    "nearest": nearest,
    "size": size,
    "size_check": size_check,
    "extreme": extreme,
    "largest": largest,
    "missing": missing,
    "choice": choice,
    "half": half,
    "is_truncated": _flag("is_truncated", question_is_positive=True),
    "is not truncated": _flag("is_truncated", question_is_positive=False),
    "is_occluded": _flag("is_occluded", question_is_positive=True),
    "is not occluded": _flag("is_occluded", question_is_positive=False),
    "where": where,
    "presence": presence,
} | annotators.RULES

_READERS = {
    kind: [pattern_of(text) for text in texts]
    for kind, texts in {**annotators.QUESTIONS, **QUESTIONS}.items()
}
