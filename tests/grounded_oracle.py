"""Reads a question and an answer back and works the answer out anew from the annotations.

Written apart from the generator: it knows the sentences by patterns of its own, and takes the
facts as `tests.grounded_facts` finds them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from tests.grounded_facts import (
    Item,
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
from tests.grounded_names import COCO_NAMES, NAMES, without_article

Groups: TypeAlias = dict[str, str]
Rule: TypeAlias = Callable[[Sample, Groups, str], None]

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


_FORMS: dict[str, dict[str, list[str]]] = {"one": {}, "many": {}, "a": {}}
for _name, (_a, _many) in NAMES.items():
    for _form, _text in (("one", without_article(_name)), ("many", _many), ("a", _a)):
        _FORMS[_form].setdefault(_text, []).append(_name)

_NUMBER = "|".join(NUMBERS)


def _alternatives(form: str) -> str:
    return "|".join(map(re.escape, sorted(_FORMS[form], key=len, reverse=True)))


def _pattern(text: str) -> re.Pattern[str]:
    """Compile ``<form:group>`` to a group that matches that form of any known name."""
    text = re.sub(r"<number:(\w+)>", rf"(?P<\1>{_NUMBER})", text)
    return re.compile(
        re.sub(r"<(\w+):(\w+)>", lambda m: f"(?P<{m[2]}>{_alternatives(m[1])})", text)
    )


_AMOUNT = re.compile(rf"\b({_NUMBER}) ({_alternatives('many')}|{_alternatives('one')})\b", re.I)


def confirm(sample: Sample, question: str, answer: str) -> str:
    """Check an exchange against the annotations.

    Returns:
        The kind of question that it was read as.

    Raises:
        WrongError: no pattern reads it, or the annotations say otherwise.
    """
    plain_question, plain_answer = _plain(question), _plain(answer)
    for kind, (patterns, rule) in RULES.items():
        for pattern in patterns:
            if match := pattern.fullmatch(plain_question):
                try:
                    rule(sample, match.groupdict(), plain_answer)
                except WrongError as error:
                    raise WrongError(f"{kind}: {error}: {question!r} {answer!r}") from error
                return kind
    raise WrongError(f"not understood: {question!r}")


def _plain(text: str) -> str:
    """Make one word of "the picture" and "this image", and undo the capital."""
    text = re.sub(r"\b(the|this) (picture|image)\b", "PIC", text, flags=re.I)
    return text if text.startswith(("PIC", "TV", "CAF", "X-")) else text[0].lower() + text[1:]


def _understood(match: re.Match[str] | None) -> re.Match[str]:
    if match is None:
        raise WrongError("not understood")
    return match


def category(sample: Sample, form: str, text: str) -> str:
    """The category of the sample, or of its vocabulary, that a text stands for."""
    names = _FORMS[form].get(text, [])
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


def must_deny(sample: Sample, answer: str) -> str:
    """Read "There is no dog in PIC", and check it."""
    patterns = [
        _pattern(r"(?:[iI] can see the others, but |no, )?there (?:is|are) no <one:c> in PIC\."),
        _pattern(
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
    match = _pattern(r".*more <many:most>[, :].*").fullmatch(answer)
    match = _understood(match)
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
    body = _understood(body)
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


def _options(sample: Sample, groups: Groups) -> list[str]:
    texts = re.split(", | or ", groups["options"])
    must(len(texts) == 3 and len(set(texts)) == 3, "not three options")
    return [category(sample, "a", text) for text in texts]


def choice(sample: Sample, groups: Groups, answer: str) -> None:
    match = re.fullmatch(
        r"(?:PIC shows|it shows|of these, only) (.*?)(?: can be seen in PIC)?\.", answer
    )
    match = _understood(match)
    form = "a" if match[1] in _FORMS["a"] else "many"
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
    match = _understood(match)
    if match[2]:
        must(abs(middle(item, 0) - 0.5) < 0.15 > abs(middle(item, 1) - 0.5), "not central")
    else:
        must(all(is_in_half(item, side) for side in match[1].split()), "elsewhere")


def half(sample: Sample, groups: Groups, answer: str) -> None:
    item = the(sample, groups["c"])
    match = re.fullmatch(r"(yes|no), (?:the .* is|it is) in the (\w+) half(?: of PIC)?\.", answer)
    match = _understood(match)
    must(is_in_half(item, match[2]), "elsewhere")
    axes = ({"left", "right"}, {"upper", "lower"})
    must(any({groups["side"], match[2]} <= axis for axis in axes), "another axis")
    must((match[1] == "yes") == (groups["side"] == match[2]), "yes for no")


def beside(sample: Sample, groups: Groups, answer: str) -> None:
    match = re.search(r"to the (left|right) of the", answer)
    match = _understood(match)
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
    match = _understood(match)
    a, b = the(sample, groups["a"]), the(sample, groups["b"])
    truth = match[1].replace("higher", "upper")
    claim = groups["claim"].replace("higher", "upper")
    must(lies(a, b, truth), "elsewhere")
    opposite = {"left": "right", "right": "left", "upper": "lower", "lower": "upper"}
    must(claim in (truth, opposite[truth]), "another axis")
    must(answer.startswith("yes, " if claim == truth else "no, "), "yes for no")


def extreme(sample: Sample, groups: Groups, answer: str) -> None:
    texts = [text.removeprefix("the ") for text in re.split(", | or ", groups["options"])]
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
    texts = [text.removeprefix("the ") for text in re.split(", | or ", groups["options"])]
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


_ANY = "(?P<c>[^?]+?)"
_THREE = "(?P<options>[^?]+)"
_SIDE = "(?P<side>left|right|upper|lower)"
_CLAIM = "(?:to the |)(?P<claim>left|right|higher|lower) (?:of|up than|down than)"
_COUNT = rf"(?P<claim>(?:{_NUMBER}) [^?.]+?)"
_WAY = r"(?P<way>furthest to the left|furthest to the right|highest up|lowest down)"
_MOST = r"(?P<most>most|least)"

_TEXTS: dict[str, tuple[list[str], Rule]] = {
    "counting": (
        [
            r"how many <many:c> (?:are there|can you see) in PIC\?",
            r"how many <many:c> does PIC show\?",
            r"can you tell me how many <many:c> are in PIC\?",
            r"please count the <many:c> in PIC\.",
        ],
        counting,
    ),
    "count_check": (
        [
            rf"(?:is|are) there exactly {_COUNT} in PIC\?",
            rf"does PIC show exactly {_COUNT}\?",
            rf"would you say that there (?:is|are) exactly {_COUNT} in PIC\?",
            rf"is it true that PIC shows exactly {_COUNT}\?",
            rf"[iI] count {_COUNT} in PIC\. Is that right\?",
        ],
        count_check,
    ),
    "more": (
        [
            r"are there more <many:a> or more <many:b> in PIC\?",
            r"does PIC show more <many:a> or more <many:b>\?",
            r"which are there more of in PIC, <many:a> or <many:b>\?",
            r"which does PIC show more of, <many:a> or <many:b>\?",
        ],
        more,
    ),
    "relation_check": (
        [
            rf"is the <one:a> {_CLAIM} the <one:b> in PIC\?",
            rf"in PIC, is the <one:a> {_CLAIM} the <one:b>\?",
            rf"is it true that the <one:a> is {_CLAIM} the <one:b> in PIC\?",
            rf"looking at PIC, would you say that the <one:a> is {_CLAIM} the <one:b>\?",
        ],
        relation_check,
    ),
    "relation beside": (
        [
            r"is the <one:a> to the left or to the right of the <one:b> in PIC\?",
            r"on which side of the <one:b> is the <one:a> in PIC\?",
            r"looking at PIC, which side of the <one:b> is the <one:a> on\?",
            r"where is the <one:a> in PIC, to the left or to the right of the <one:b>\?",
        ],
        beside,
    ),
    "relation stacked": (
        [
            r"which (?:is higher up|appears higher) in PIC, the <one:a> or the <one:b>\?",
            r"of the <one:a> and the <one:b>, which is higher up in PIC\?",
            r"is it the <one:a> or the <one:b> that is higher up in PIC\?",
        ],
        stacked,
    ),
    "nearest": (
        [
            r"which is closer to the <one:anchor> in PIC, the <one:a> or the <one:b>\?",
            r"in PIC, is the <one:a> or the <one:b> closer to the <one:anchor>\?",
            r"of the <one:a> and the <one:b>, which is nearer to the <one:anchor> in PIC\?",
            r"looking at PIC, what is nearer to the <one:anchor>, the <one:a> or the <one:b>\?",
        ],
        nearest,
    ),
    "size": (
        [
            r"which (?:takes up|covers) more of PIC, the <one:a> or the <one:b>\?",
            r"of the <one:a> and the <one:b>, which takes up more space in PIC\?",
            r"does the <one:a> or the <one:b> fill more of PIC\?",
        ],
        size,
    ),
    "size_check": (
        [
            r"does the <one:a> (?:take up|cover) more of PIC than the <one:b>\?",
            r"is it true that the <one:a> takes up more of PIC than the <one:b>\?",
            r"would you say that the <one:a> fills more of PIC than the <one:b>\?",
        ],
        size_check,
    ),
    "extreme": (
        [
            rf"which is {_WAY} in PIC: {_THREE}\?",
            rf"of these, which one is {_WAY} in PIC: {_THREE}\?",
            rf"looking at PIC, which is {_WAY}: {_THREE}\?",
            rf"which of these appears {_WAY} in PIC: {_THREE}\?",
        ],
        extreme,
    ),
    "largest": (
        [
            rf"which takes up the {_MOST} space in PIC: {_THREE}\?",
            rf"of these, which one covers the {_MOST} of PIC: {_THREE}\?",
            rf"which of the following fills the {_MOST} of PIC: {_THREE}\?",
            rf"looking at PIC, which takes up the {_MOST} of it: {_THREE}\?",
        ],
        largest,
    ),
    "missing": (
        [
            rf"which of these is (?:not in|missing from) PIC: {_THREE}\?",
            rf"which of the following does PIC not show: {_THREE}\?",
            rf"two of these can be seen in PIC\. Which one cannot: {_THREE}\?",
        ],
        missing,
    ),
    "choice": (
        [
            rf"which of these is in PIC: {_THREE}\?",
            rf"which of the following does PIC show: {_THREE}\?",
            rf"only one of these can be seen in PIC\. Which one: {_THREE}\?",
            rf"what does PIC show: {_THREE}\?",
        ],
        choice,
    ),
    "half": (
        [
            rf"is the <one:c> in the {_SIDE} half of PIC\?",
            rf"can the <one:c> be seen in the {_SIDE} half of PIC\?",
            rf"is it true that the <one:c> is in the {_SIDE} half of PIC\?",
            rf"would I find the <one:c> in the {_SIDE} half of PIC\?",
        ],
        half,
    ),
    "is_truncated": (
        [
            r"is the <one:c> cut off by the edge of PIC\?",
            r"does the <one:c> reach beyond the edge of PIC\?",
        ],
        _flag("is_truncated", question_is_positive=True),
    ),
    "is not truncated": (
        [
            r"is all of the <one:c> within the frame of PIC\?",
            r"does the <one:c> fit into PIC without being cut off\?",
        ],
        _flag("is_truncated", question_is_positive=False),
    ),
    "is_occluded": (
        [
            r"is the <one:c> partly hidden by something in PIC\?",
            r"does anything in PIC stand in front of the <one:c>\?",
        ],
        _flag("is_occluded", question_is_positive=True),
    ),
    "is not occluded": (
        [
            r"is the <one:c> free of anything that hides a part of it\?",
            r"does PIC show the <one:c> with nothing in front of it\?",
        ],
        _flag("is_occluded", question_is_positive=False),
    ),
    "where": (
        [
            r"where in PIC (?:is|are) the <one:c>\?",
            r"in which part of PIC is the <one:c>\?",
            r"whereabouts in PIC can the <one:c> be seen\?",
            r"which part of PIC is the <one:c> in\?",
            r"can you tell me where the <one:c> is in PIC\?",
            r"what (?:is|are) the <one:c> in PIC next to\?",
            r"which side of PIC (?:is|are) the <one:c> on\?",
            r"what can you tell me about the <one:c> in PIC\?",
            r"can you point out the <one:c> in PIC\?",
        ],
        where,
    ),
    "presence": (
        [
            rf"(?:is|are) there {_ANY} to be seen in PIC\?",
            rf"(?:is|are) there {_ANY}(?: anywhere)? in PIC\?",
            rf"can you see {_ANY} in PIC\?",
            rf"does PIC show {_ANY}\?",
        ],
        presence,
    ),
}

RULES = {kind: ([_pattern(text) for text in texts], rule) for kind, (texts, rule) in _TEXTS.items()}
