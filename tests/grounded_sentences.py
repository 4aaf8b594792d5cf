"""The sentences of the grounded questions, as patterns that the oracle reads them by.

``<form:group>`` stands for a noun: ``one`` is "dog", ``many`` "dogs", ``a`` "a dog". PIC stands
for "the picture", "this image" and the like.
"""

from __future__ import annotations

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]

_ANY = "(?P<c>[^?]+?)"
_THREE = "(?P<options>[^?]+)"
_SIDE = "(?P<side>left|right|upper|lower)"
_CLAIM = "(?:to the |)(?P<claim>left|right|higher|lower) (?:of|up than|down than)"
_COUNT = rf"(?P<claim>(?:{'|'.join(NUMBERS)}) [^?.]+?)"
_WAY = r"(?P<way>furthest to the left|furthest to the right|highest up|lowest down)"
_MOST = r"(?P<most>most|least)"


QUESTIONS: dict[str, list[str]] = {
    "counting": [
        r"how many <many:c> (?:are there|can you see) in PIC\?",
        r"how many <many:c> does PIC show\?",
        r"can you tell me how many <many:c> are in PIC\?",
        r"please count the <many:c> in PIC\.",
    ],
    "count_check": [
        rf"(?:is|are) there exactly {_COUNT} in PIC\?",
        rf"does PIC show exactly {_COUNT}\?",
        rf"would you say that there (?:is|are) exactly {_COUNT} in PIC\?",
        rf"is it true that PIC shows exactly {_COUNT}\?",
        rf"[iI] count {_COUNT} in PIC\. Is that right\?",
    ],
    "more": [
        r"are there more <many:a> or more <many:b> in PIC\?",
        r"does PIC show more <many:a> or more <many:b>\?",
        r"which are there more of in PIC, <many:a> or <many:b>\?",
        r"which does PIC show more of, <many:a> or <many:b>\?",
    ],
    "relation_check": [
        rf"is the <one:a> {_CLAIM} the <one:b> in PIC\?",
        rf"in PIC, is the <one:a> {_CLAIM} the <one:b>\?",
        rf"is it true that the <one:a> is {_CLAIM} the <one:b> in PIC\?",
        rf"looking at PIC, would you say that the <one:a> is {_CLAIM} the <one:b>\?",
    ],
    "relation beside": [
        r"is the <one:a> to the left or to the right of the <one:b> in PIC\?",
        r"on which side of the <one:b> is the <one:a> in PIC\?",
        r"looking at PIC, which side of the <one:b> is the <one:a> on\?",
        r"where is the <one:a> in PIC, to the left or to the right of the <one:b>\?",
    ],
    "relation stacked": [
        r"which (?:is higher up|appears higher) in PIC, the <one:a> or the <one:b>\?",
        r"of the <one:a> and the <one:b>, which is higher up in PIC\?",
        r"is it the <one:a> or the <one:b> that is higher up in PIC\?",
    ],
    "nearest": [
        r"which is closer to the <one:anchor> in PIC, the <one:a> or the <one:b>\?",
        r"in PIC, is the <one:a> or the <one:b> closer to the <one:anchor>\?",
        r"of the <one:a> and the <one:b>, which is nearer to the <one:anchor> in PIC\?",
        r"looking at PIC, what is nearer to the <one:anchor>, the <one:a> or the <one:b>\?",
    ],
    "size": [
        r"which (?:takes up|covers) more of PIC, the <one:a> or the <one:b>\?",
        r"of the <one:a> and the <one:b>, which takes up more space in PIC\?",
        r"does the <one:a> or the <one:b> fill more of PIC\?",
    ],
    "size_check": [
        r"does the <one:a> (?:take up|cover) more of PIC than the <one:b>\?",
        r"is it true that the <one:a> takes up more of PIC than the <one:b>\?",
        r"would you say that the <one:a> fills more of PIC than the <one:b>\?",
    ],
    "extreme": [
        rf"which is {_WAY} in PIC: {_THREE}\?",
        rf"among {_THREE}, which is {_WAY} in PIC\?",
        rf"looking at PIC, which is {_WAY}: {_THREE}\?",
        rf"what do you see {_WAY} in PIC, {_THREE}\?",
    ],
    "largest": [
        rf"which takes up the {_MOST} space in PIC: {_THREE}\?",
        rf"what covers the {_MOST} of PIC, {_THREE}\?",
        rf"among {_THREE}, which fills the {_MOST} of PIC\?",
        rf"looking at PIC, which takes up the {_MOST} of it: {_THREE}\?",
    ],
    "missing": [
        rf"which of these is not in PIC: {_THREE}\?",
        rf"what is missing from PIC: {_THREE}\?",
        rf"two of these can be seen in PIC: {_THREE}\. Which one cannot\?",
        rf"which can you not see in PIC, {_THREE}\?",
        rf"PIC shows two of the following: {_THREE}\. What does it not show\?",
    ],
    "choice": [
        rf"which of these is in PIC: {_THREE}\?",
        rf"what does PIC show: {_THREE}\?",
        rf"one of these can be seen in PIC: {_THREE}\. Which one\?",
        rf"which can you see in PIC, {_THREE}\?",
        rf"is it {_THREE} that PIC shows\?",
    ],
    "half": [
        rf"is the <one:c> in the {_SIDE} half of PIC\?",
        rf"can the <one:c> be seen in the {_SIDE} half of PIC\?",
        rf"is it true that the <one:c> is in the {_SIDE} half of PIC\?",
        rf"would I find the <one:c> in the {_SIDE} half of PIC\?",
    ],
    "is_truncated": [
        r"is the <one:c> cut off by the edge of PIC\?",
        r"does the <one:c> reach beyond the edge of PIC\?",
    ],
    "is not truncated": [
        r"is all of the <one:c> within the frame of PIC\?",
        r"does the <one:c> fit into PIC without being cut off\?",
    ],
    "is_occluded": [
        r"is the <one:c> partly hidden by something in PIC\?",
        r"does anything in PIC stand in front of the <one:c>\?",
    ],
    "is not occluded": [
        r"is the <one:c> free of anything that hides a part of it\?",
        r"does PIC show the <one:c> with nothing in front of it\?",
    ],
    "where": [
        r"where in PIC (?:is|are) the <one:c>\?",
        r"in which part of PIC is the <one:c>\?",
        r"whereabouts in PIC can the <one:c> be seen\?",
        r"which part of PIC is the <one:c> in\?",
        r"can you tell me where the <one:c> is in PIC\?",
        r"what can be seen next to the <one:c> in PIC\?",
        r"which side of PIC (?:is|are) the <one:c> on\?",
        r"what can you tell me about the <one:c> in PIC\?",
        r"can you point out the <one:c> in PIC\?",
    ],
    "presence": [
        rf"(?:is|are) there {_ANY} to be seen in PIC\?",
        rf"(?:is|are) there {_ANY}(?: anywhere)? in PIC\?",
        rf"can you see {_ANY} in PIC\?",
        rf"does PIC show {_ANY}\?",
    ],
}
"""Kind of question to its forms; the first kind that fits is the one meant."""
