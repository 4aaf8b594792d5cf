"""Whether places are given as bare figures, which nobody who looks at a picture speaks in."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.form.asking import turns_about_places
from mmgen_datasets.quality.reading.wordings import any_of, find_phrases

_SHARE = r"(?<![\d.])(?:0?\.\d+|[01]\.0+)(?![\d%])"
"""A number of 0..1 with decimals."""
_PER_CENT = r"\d{1,3}(?:\.\d+)? ?%"
_FIGURE = r"-?\d*\.?\d+"
_UNIT = (
    r"(?! ?(?:[a-z]?[ml]\b|%|°|km\b|kg\b|g\b|cm\b|mm\b|inch|feet|foot|ft\b|litres?|liters?"
    r"|met(?:er|re)s?|seconds?|s\b|hours?|miles?|percent|per\b|euros?|dollars?|cents?|pounds?|€|£))"
)
_SIDE = r"(?:left|right|top|bottom|upper|lower|edge|corner)"
_AXIS = (
    r"(?:across|down|along|horizontal(?:ly)?|vertical(?:ly)?|(?:on|along) the [xy][- ]?axis"
    r"|of the (?:way|width|height)|(?:in )?from the (?:\w+ )?" + _SIDE + ")"
)
_CUE = (
    r"\b(?:at|near|around|about|position(?:ed)?|located|place[ds]?|point|spot|from|spans?|region"
    r"|(?:top|bottom|upper|lower)[- ](?:left|right)(?: corner)?|coordinates?|cent(?:er|re)(?:ed"
    r"|d)?|between|begins?|starts?|ends?|x|y)"
)

_FIGURES = {
    "gives a place as figures": any_of(
        # boxes, of four figures in square brackets whatever they are ...
        rf"\[ ?{_FIGURE}(?: ?[,;] ?{_FIGURE}){{3}} ?\]",
        # ... and of four shares, or of corners in pixels where the second lies beyond the first
        rf"[(<{{] ?{_SHARE}(?: ?[,;] ?{_SHARE}){{3}} ?[)>}}]",
        r"\( ?(?!(?:19|20)\d\d\b)\d{1,4} ?, ?\d{1,4} ?, ?\d{3,4} ?, ?\d{2,4} ?\)",
        rf"{_SHARE}(?:(?: ?[,;] ?| ){_SHARE}){{3}}{_UNIT}",
        # points
        rf"[\[(<{{] ?{_SHARE} ?[,;|/] ?{_SHARE} ?[\])>}}]{_UNIT}",
        rf"{_CUE} (?:about |around )?(?:[\[(<{{] ?{_PER_CENT} ?[,;|/] ?{_PER_CENT} ?[\])>}}]"
        rf"|{_PER_CENT} ?[,;|/] ?{_PER_CENT}(?! ?,| and))",
        r"\b(?:located|positioned|cent(?:er|re)d|placed|point|pixel)(?: at| around| near)? "
        rf"\d{{2,4}} ?, ?\d{{2,4}}\b(?! ?,| and){_UNIT}",
        rf"{_CUE} (?:pixels? |points? )?[\[(] ?(?!(?:19|20)\d\d\b){_FIGURE} ?, ?{_FIGURE} ?[\])]",
        rf"{_CUE} (?:about |around |roughly |approximately )?{_SHARE}"
        rf"(?: ?[,/;|×] ?| and | by | to | x | ){_SHARE}{_UNIT}",
        # x = 0.43, y1: 120, x_min 0.1, width 0.3
        rf"\b[xy](?:[12]|[ _-]?(?:min|max)|[- ]?cent(?:er|re)|[- ]?coordinate|[- ]?position)?"
        rf"(?: ?[=:≈] ?| (?:is|of|at|equals) (?:about |around |roughly )?)(?:{_SHARE}|\d{{2,4}}\b)"
        r"(?! ?[a-z] ?[+*/^-])",
        rf"\b[xy][ _-]?(?:min|max) ?{_FIGURE}|\b[xy]1 {_FIGURE},? (?:and )?[xy][12] {_FIGURE}",
        rf"\b(?:left|right|top|bottom|width|height)(?: of| at| is|:| =)? {_SHARE}{_UNIT}",
        rf"\b[xy](?:[- ]?(?:values?|axis|range|positions?|coordinates?)| (?:is|of|at|around|about"
        rf"|near|from|between))+ {_SHARE}",
        # 0.93 across and 0.76 down, 0.3 of the width
        rf"{_SHARE} {_AXIS}(?: and (?:\w+ )?{_SHARE} {_AXIS})?",
        rf"{_PER_CENT} {_AXIS}(?:,| and|, and) (?:\w+ )?{_PER_CENT} {_AXIS}",
        rf"{_PER_CENT}[^\d.!?]{{1,20}}{_PER_CENT} (?:of the (?:\w+ )?(?:width|height)|horizontally"
        r"|vertically)\b",
        r"\d+ ?(?:px|pixels?) (?:from|across|down|to the|above|below)\b",
        r"\b(?:pixels?|position|point|coordinates?) \d+ ?, ?\d+\b|\bpixel (?:row|column|line) \d+",
    ),
    "marks a place as models do": any_of(r"<(?:loc|box|bbox|point|quad|ref)[_\d]*>"),
}

_PLOTTED = any_of(
    r"\b(?:(?:black|white)board|formulas?|equations?|charts?|graphs?|plots?|curves?)\b[^.!?]*?\b[xy]\b"
    r"[^.!?]{0,12}"
)
"""Letters of mathematics, which somebody has written in the picture."""
_TRIGGER = any_of(r"\d", "<")


def find(case: Case) -> Iterator[Fault]:
    """Find places in figures, where the question asks for none."""
    asked = turns_about_places(case)
    for said in sorted([*case.questions, *case.answers]):
        if said.turn not in asked:
            yield from find_phrases(said, _FIGURES, besides=_PLOTTED, may_hold=_TRIGGER.search)
