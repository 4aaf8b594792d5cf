"""The oracle's part for what only annotators of Open Images tell: denials, flags and relations.

Sentences as in `tests.grounded_sentences`, and rules as in `tests.grounded_oracle`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeAlias

from tests.grounded_facts import (
    Item,
    Sample,
    covers,
    exact,
    is_real,
    must,
    must_be_absent,
    must_be_complete,
    must_be_labelled,
    must_have_no_kin,
    union_share,
)
from tests.grounded_names import NAMES
from tests.grounded_reading import FORMS, category, pattern_of, the, understood
from tests.grounded_sentences import NUMBERS

Groups: TypeAlias = dict[str, str]
Rule: TypeAlias = Callable[[Sample, Groups, str], None]

_DOING = {
    "at": "at",
    "holding": "holds",
    "hugging": "hug",
    "inside": "inside_of",
    "on": "on",
    "playing": "plays",
    "playing with": "plays",
    "riding": "ride",
    "under": "under",
    "wearing": "wears",
}
_DO = rf"(?P<doing>{'|'.join(sorted(_DOING, key=len, reverse=True))})"
_WHO = "(?P<who>who|what)"
_CLAIM = rf"{_DO} (?P<thing>[^?]+?)"
_STATES = {
    "Wooden": "wood",
    "(made of)Leather": "leather",
    "Plastic": "plastic",
    "Sit": "sitting",
    "Stand": "standing",
    "Lay": "lying down",
    "Jump": "jumping",
    "Smile": "smiling",
}
_POSTURE = "(sitting|standing|lying down)"

QUESTIONS: dict[str, list[str]] = {
    "claim": [
        r"true or false: there (?:is|are) <a:c> in PIC\.",
        r"somebody says that PIC shows <a:c>\. Is that true or false\?",
        r"[iI] believe that there (?:is|are) <a:c> in PIC\. True or false\?",
        r"is it true or false that PIC shows <a:c>\?",
    ],
    "either": [
        r"is there <a:x> or <a:y> in PIC\?",
        r"can you see <a:x> or <a:y> in PIC\?",
        r"does PIC show <a:x> or <a:y>, or neither\?",
        r"which of the two does PIC show, <a:x> or <a:y>, if any\?",
    ],
    "group": [
        r"is there a single <one:c> in PIC, or a group of <many:m>\?",
        r"does PIC show one <one:c> or a whole group\?",
        r"can you see only one <one:c> in PIC, or a group of them\?",
        r"which does PIC show, a group of <many:m> or a single <one:c>\?",
    ],
    "is real": [
        r"is the <one:c> in PIC a real one\?",
        r"does PIC show a real <one:c>\?",
        r"would you say that the <one:c> in PIC is real\?",
    ],
    "is_depiction": [
        r"is the <one:c> in PIC only a depiction, such as a drawing or a statue\?",
        r"is it a drawing or a model of <a:c> that PIC shows, rather than a real one\?",
        r"does PIC merely show a likeness of the <one:c>, such as a drawing or a figure\?",
    ],
    "is_inside": [
        r"was PIC taken inside the <one:c>\?",
        r"does PIC show the <one:c> from the inside\?",
        r"is the viewer of PIC inside the <one:c>\?",
    ],
    "is outside": [
        r"was PIC taken from outside the <one:c>\?",
        r"does PIC show the <one:c> from the outside\?",
        r"is the viewer of PIC outside the <one:c>\?",
    ],
    "interaction of a subject": [
        rf"{_WHO} is the <one:s> {_DO}(?: in PIC)?\?",
        rf"in PIC, {_WHO} is the <one:s> {_DO}\?",
        rf"can you tell {_WHO} the <one:s> is {_DO} in PIC\?",
    ],
    "interaction with an object": [
        rf"{_WHO} is {_DO} the <one:o>(?: in PIC)?\?",
        rf"in PIC, {_WHO} is {_DO} the <one:o>\?",
        rf"can you tell {_WHO} is {_DO} the <one:o> in PIC\?",
    ],
    "interaction_check": [
        rf"is the <one:s> {_CLAIM}(?: in PIC)?\?",
        rf"is it true that the <one:s> is {_CLAIM} in PIC\?",
        rf"would you say that the <one:s> is {_CLAIM}\?",
    ],
    "state": [
        r"what is the <one:c>(?: in PIC)? made of\?",
        r"which material is the <one:c> in PIC made of\?",
        r"can you tell what the <one:c> is made of\?",
        r"what is the <one:c> doing(?: in PIC)?\?",
        r"in PIC, what is the <one:c> doing\?",
        r"can you tell what the <one:c> in PIC is doing\?",
        rf"is the <one:c> {_POSTURE} or {_POSTURE}\?",
        rf"in PIC, is the <one:c> {_POSTURE} or {_POSTURE}\?",
        rf"which is it: is the <one:c> {_POSTURE}, or {_POSTURE}\?",
        rf"would you say that the <one:c> in PIC is {_POSTURE} or {_POSTURE}\?",
    ],
}


def _must_be_denied(sample: Sample, name: str) -> None:
    must_be_labelled(sample, name, present=False)
    must_be_absent(sample, name)


def claim(sample: Sample, groups: Groups, answer: str) -> None:
    name = category(sample, "a", groups["c"])
    true = [r"true: PIC shows <a:c>\.", r"true, I can see <a:c> in PIC\."]
    false = [
        r"false: there (?:is|are) no <one:c> in PIC\.",
        r"false: PIC does not show (?:any )?(?:an? )?<one:c>\.",
        r"false, I cannot see (?:any )?(?:an? )?<one:c> in PIC\.",
    ]
    form, patterns = ("a", true) if answer.startswith("true") else ("one", false)
    matches = [m for text in patterns if (m := pattern_of(text).fullmatch(answer))]
    must(matches and category(sample, form, matches[0]["c"]) == name, "speaks of something else")
    if form == "a":
        must(exact(sample, name) == 1, "not one")
    else:
        _must_be_denied(sample, name)


def either(sample: Sample, groups: Groups, answer: str) -> None:
    options = {category(sample, "a", groups[key]) for key in "xy"}
    must(len(options) == 2, "twice the same")
    one = pattern_of(
        r"(?:PIC shows|there is|[iI] can see) <a:shown>(?: in PIC)?, but no <one:gone>\."
    )
    if match := one.fullmatch(answer):
        shown = category(sample, "a", match["shown"])
        gone = category(sample, "one", match["gone"])
        must({shown, gone} == options, "other things")
        must(exact(sample, shown) == 1, "not one")
        _must_be_denied(sample, gone)
        return
    for text in (
        r"neither: PIC shows no <one:a> and no <one:b>\.",
        r"there is neither <a:a> nor <a:b> in PIC\.",
    ):
        if match := pattern_of(text).fullmatch(answer):
            form = "one" if answer.startswith("neither") else "a"
            must({category(sample, form, match[key]) for key in "ab"} == options, "other things")
            break
    else:
        must(re.fullmatch(r"[iI] can see neither of the two in PIC\.", answer), "not understood")
    for name in options:
        _must_be_denied(sample, name)


def group(sample: Sample, groups: Groups, answer: str) -> None:
    name = category(sample, "one", groups["c"])
    one, many = groups["c"], NAMES[name][1]
    must(groups.get("m", many) == many, "another plural")
    items = [o for o in sample["objects"] if o["category"] == name]
    if answer in (f"there is a group of {many} in PIC.", f"PIC shows a group of {many}."):
        marked = [o for o in items if o["is_group_of"]]
        must(marked, "no group is marked")
        must_be_complete(sample, name)
    else:
        must(answer in (f"there is a single {one} in PIC.", f"PIC shows only one {one}."), "?")
        must(exact(sample, name) == 1, "not one")
        must(items[0]["is_group_of"] is False, "nobody said that it is no group")


def _only(sample: Sample, text: str) -> Item:
    """The only object of a category, though it may be a depiction or seen from within."""
    name = category(sample, "one", text)
    must_be_complete(sample, name)
    must_have_no_kin(sample, name)
    items: list[Item] = [o for o in sample["objects"] if o["category"] == name]
    must(len(items) == 1, f"{len(items)} of {name}")
    item = items[0]
    must(item["confidence"] in (None, 1.0) and covers(item) > 0.0015, f"a doubtful {name}")
    must(not item["is_crowd"] and not item["is_group_of"], f"a crowd of {name}")
    must(NAMES[name][0].startswith("a"), f"{name} has no number")
    return item


def _flag(flag: str, denial: str, *, question_is_positive: bool) -> Rule:
    def rule(sample: Sample, groups: Groups, answer: str) -> None:
        text = groups["c"].removeprefix("an ").removeprefix("a ")
        is_set = _only(sample, text)[flag]
        must(is_set is not None, "unknown flag")
        is_yes = answer.startswith("yes, ")
        must(is_yes or answer.startswith("no, "), "neither yes nor no")
        must(is_yes == (is_set == question_is_positive), "yes for no")
        must((re.search(denial, answer) is not None) != is_set, "the reason says otherwise")
        must(text in answer or answer.endswith("depiction."), "another thing")

    return rule


def _is_at(item: Item, bbox: list[float] | None) -> bool:
    return bbox is not None and union_share(item["bbox"], bbox) > 0.75


def _things_at(sample: Sample, name: str, bbox: list[float] | None) -> list[Item]:
    items = [o for o in sample["objects"] if o["category"] == name and is_real(o)]
    plain = [o for o in items if not o["is_group_of"] and not o["is_crowd"]]
    return [o for o in plain if covers(o) > 0.0015 and _is_at(o, bbox)]


def _rows(sample: Sample, doing: str, **sides: str) -> list[Any]:
    rows = [r for r in sample["relations"] if r["predicate"] == _DOING[doing]]
    rows = [r for r in rows if all(r[side] == name for side, name in sides.items())]
    return [r for r in rows if _are_two(sample, r)]


def _are_two(sample: Sample, row: Any) -> bool:
    subjects, objects = _ends(sample, row, "subject"), _ends(sample, row, "object")
    return bool(subjects and objects and subjects[0] is not objects[0])


def _ends(sample: Sample, row: Any, side: str) -> list[Item]:
    return _things_at(sample, row[side], row[f"{side}_bbox"])


def _listed(sample: Sample, text: str) -> Counter[str]:
    """Read "a guitar, two books and glasses"."""
    found: Counter[str] = Counter()
    for part in re.split(", | and ", text):
        number, _, rest = part.partition(" ")
        if part in FORMS["a"]:
            found[category(sample, "a", part)] += 1
        else:
            must(number in NUMBERS, f"not understood: {part!r}")
            found[category(sample, "many", rest)] += NUMBERS.index(number)
    return found


def _must_name(sample: Sample, rows: list[Any], side: str, listed: Counter[str]) -> None:
    """Whether a list has what the rows have on one side, box by box."""
    boxes = {(r[side], tuple(_ends(sample, r, side)[0]["bbox"])) for r in rows}
    wanted = Counter(name for name, _ in boxes)
    for name in wanted:
        if not NAMES[name][0].startswith(("a ", "an ")):
            wanted[name] = 1
    must(listed == wanted, f"{dict(listed)} instead of {dict(wanted)}")


_PEOPLE = {"person", "Man", "Woman", "Boy"}


def of_a_subject(sample: Sample, groups: Groups, answer: str) -> None:
    subject = category(sample, "one", groups["s"])
    the(sample, groups["s"])
    body = rf"(?:in PIC, )?the {groups['s']} is {groups['doing']} (.*)\."
    listed = _listed(sample, understood(re.fullmatch(body, answer))[1])
    _must_name(sample, _rows(sample, groups["doing"], subject=subject), "object", listed)
    must((groups["who"] == "who") == (set(listed) <= _PEOPLE), "who for what")


def with_an_object(sample: Sample, groups: Groups, answer: str) -> None:
    target = category(sample, "one", groups["o"])
    the(sample, groups["o"])
    rows = _rows(sample, groups["doing"], object=target)
    body = rf"(.*) (is|are)(?: {groups['doing']} the {groups['o']})?\."
    match = understood(re.fullmatch(body, answer))
    if match[1].startswith("the "):
        name = category(sample, "one", match[1].removeprefix("the "))
        the(sample, match[1].removeprefix("the "))
        listed = Counter({name: 1})
    else:
        listed = _listed(sample, match[1])
    _must_name(sample, rows, "subject", listed)
    must((groups["who"] == "who") == (set(listed) <= _PEOPLE), "who for what")
    is_one = list(listed.values()) == [1] and NAMES[next(iter(listed))][0].startswith("a")
    must((match[2] == "is") == is_one, "is for are")


def interaction_check(sample: Sample, groups: Groups, answer: str) -> None:
    subject = category(sample, "one", groups["s"])
    the(sample, groups["s"])
    body = rf"(yes|no), (?:in PIC )?the {groups['s']} is (.*)\."
    match = understood(re.fullmatch(body, answer))
    doing, text = understood(re.fullmatch(rf"{_DO} (.+)", match[2])).groups()
    name = _thing(sample, text)
    must(_rows(sample, doing, subject=subject, object=name), "no such relation")
    asked = f"{groups['doing']} {groups['thing']}"
    must((match[1] == "yes") == (asked == match[2]), "yes for no")
    if match[1] == "yes":
        return
    if text == groups["thing"]:
        must({groups["doing"], doing} == {"on", "under"}, "no contradiction")
        the(sample, text.removeprefix("the "))
        must(not _rows(sample, groups["doing"], subject=subject, object=name), "both hold")
    else:
        must(groups["doing"] == doing, "something else is asked")
        _must_be_denied(sample, _thing(sample, groups["thing"].removeprefix("any ")))


def _thing(sample: Sample, text: str) -> str:
    if text.startswith("the "):
        the(sample, text.removeprefix("the "))
        return category(sample, "one", text.removeprefix("the "))
    return category(sample, "a", text)


def state(sample: Sample, groups: Groups, answer: str) -> None:
    name, item = category(sample, "one", groups["c"]), the(sample, groups["c"])
    rows = [r for r in sample["relations"] if r["predicate"] == "is" and r["subject"] == name]
    known = [_STATES.get(r["object"]) for r in rows if _is_at(item, r["subject_bbox"])]
    body = rf"(?:in PIC, )?(?:it|the {groups['c']}) is (?:made of )?(.*)\."
    said = understood(re.fullmatch(body, answer))[1]
    must(set(said.split(" and ")) <= set(known), f"{said} is not known")
    if said in ("sitting", "standing", "lying down"):
        must(len({"sitting", "standing", "lying down"} & set(known)) == 1, "two postures")


RULES: dict[str, Rule] = {
    "claim": claim,
    "either": either,
    "group": group,
    "is real": _flag("is_depiction", "real\\.$|it is a real", question_is_positive=False),
    "is_depiction": _flag("is_depiction", "is real\\.$|it is a real", question_is_positive=True),
    "is_inside": _flag("is_inside", "outside", question_is_positive=True),
    "is outside": _flag("is_inside", "outside", question_is_positive=False),
    "interaction of a subject": of_a_subject,
    "interaction with an object": with_an_object,
    "interaction_check": interaction_check,
    "state": state,
}
