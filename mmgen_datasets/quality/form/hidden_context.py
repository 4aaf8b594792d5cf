"""Whether somebody speaks of what only the annotators had: captions, boxes, a given text.

Whoever is asked about a picture sees the picture alone. Labels, boxes and captions may also be
things in it; then they have a place ("the label on the bottle").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault, Said
from mmgen_datasets.quality.form.asking import turns_about_places
from mmgen_datasets.quality.reading.sentences import HIDDEN, sentences
from mmgen_datasets.quality.reading.wordings import any_of, find_phrases

_PICTURE = r"(?:image|picture|photo|photograph|scene|video|clip|audio|recording|motion)"
_TELLS = (
    r"(?:says?|mentions?|mentioned|describes?|described|suggests?|states?|stated|indicates?"
    r"|notes?|tells?|speaks?|refers?|calls?|reveals?|gives?|reports?|specif(?:y|ies)|confirms?"
    r"|impl(?:y|ies)|hints?|lists?|agrees?|disagree|includes?|do(?:es)?(?: not|n't)|only|all|both"
    r"|leaves?|puts?|shows?|is silent|are silent|makes?)\b"
)
_BY = (
    r"(?:according to|based on|judging (?:by|from)|going by|as per|per|given|from|following|in"
    r" line with|as (?:the|stated|mentioned|noted|described|said) (?:in|by)|(?:mentioned|stated"
    r"|described|noted|said|given|suggested|indicated|specified|told|implied|listed|named"
    r"|referred to|spoken of|written) (?:in|by|of in)|to judge (?:by|from))"
)
_GIVEN = (
    r"(?:provided|given|supplied|accompanying|available|above|input|reference|original|attached"
    r"|source|underlying|textual|written)"
)
_INFO = (
    r"(?:context|information|info|sentences?|texts?|data|details|captions?|descriptions?|facts"
    r"|annotations?|box(?:es)?|coordinates|labels?|lists?|narrations?|narratives?|inputs?|material"
    r"|statements?|notes?|metadata|summary|passages?|paragraphs?|transcripts?|prompt)"
)
_MARKED = (
    r"(?:marked|listed|labell?ed|tagged|annotated|detected|recorded|boxed|outlined|catalogued)"
)

_HIDDEN: dict[str, re.Pattern[str]] = {
    "speaks of captions": any_of(
        rf"\b{_BY} (?:one of |any of |all of |both of |each of |some of )?"
        rf"(?:the |these |those |this |its |all |both |\w+ )?(?:\w+ )?captions?\b",
        rf"\b(?:the|these|those|this|all|one of the|each|both|any|no|neither|several|other|another"
        rf"|\w+ of the) (?:\w+ )?captions? (?:\w+ly )?{_TELLS}",
        rf"\b{_PICTURE}(?:'s)? captions?\b|\bcaptions? (?:of|for|to|about) (?:the|this)"
        rf" (?:image|scene|video|clip)",
        r"\b(?:the|these|those|your) (?:\w+ )?captions\b|\bnone of the captions\b|\bcaptioners?\b",
    ),
    "speaks of a given description": any_of(
        rf"\b{_BY} (?:the|this|that|its|your|a) (?:\w+ )?(?:description|narration|narrative"
        rf"|narrator|alt[- ]text|text|sentences|passage|prompt|transcript)\b",
        rf"\b(?:the|this|these|one of the|none of the|your|\w+ of the) (?:{_GIVEN} |{_PICTURE} "
        rf"|first |second |third |last |other )?(?:descriptions?|narrations?|narratives?|narrator"
        rf"|alt[- ]text|sentences?|prompt|transcripts?|annotators?) (?:of the {_PICTURE} )?(?:\w+ly"
        rf" )?{_TELLS}",
        rf"\b(?:the|this|these|your) (?:{_GIVEN}) (?:{_PICTURE} )?{_INFO}\b",
        r"\bthe data (?:say|do(?:es)?(?: not|n't)|includes?|lists?|mentions?|tells?)\b",
        rf"\b{_INFO} (?:that )?(?:I|we) (?:was|were|am|are|have|had|got|have been|'ve been)"
        rf" (?:given|provided|shown|handed|sent|received|got)\b|\bI (?:was|have been|'ve been)"
        rf" told\b",
        rf"\b{_INFO} (?:that |which )?accompan(?:ies|ied|ying) (?:the|this) {_PICTURE}"
        rf"|\b(?:the|this) {_PICTURE} is said to\b",
        r"\b(?:one|two|three|four|some|none|any|each|all|most|both|several) of the (?:\w+"
        r" )?sentences\b|\bthe (?:two|three|four|five|six|seven|other) sentences\b",
        rf"\b(?:{_INFO}) (?:that (?:was|were|is|are|has been|have been|I was|I have been|we were"
        rf"|you) )?(?:provided|given|supplied|available|at hand)(?: (?:to|for|with|in|about|of"
        rf"|by) (?:me|us|you|(?:the|this) {_PICTURE}))?",
        rf"\b(?:was|were|been|is|are) (?:said|told|written|noted) (?:about|of) (?:the|this)"
        rf" {_PICTURE}",
        r"\b(?:the|this) context (?:says|mentions|states|provided|does(?: not|n't) (?:say"
        r"|mention))",
        rf"\b(?:those|people|persons?|somebody|someone|whoever|speakers?|writers?|ones?"
        rf"|annotators?) (?:who |that )?(?:have |has |had )?(?:describe[sd]?|narrate[sd]?|wrote"
        rf" about|annotated|labell?ed|captioned|tagged|summari[sz]ed) (?:the|this) {_PICTURE}",
        r"\b(?:data|texts?|words|notes|list|information|lines|descriptions?|captions?|details"
        r"|facts) that (?:came|comes?|goes?|went|belongs?|was sent|were sent) (?:along )?with\b",
        r"\b(?:descriptions?|captions?|text|details|information|sentences|coordinates|box(?:es)?"
        r"|list) (?:that )?you (?:have |'ve )?(?:gave|given|provided|sent|shared|supplied"
        r"|listed)\b",
        r"\b(?:is|are|was|were) (?:only |simply |just |also )?(?:described|captioned"
        rf"|recorded|annotated) as\b(?! ?[:{HIDDEN}]|(?: \w+){{1,4}} by\b)",
        r"\bthe (?:image|scene|picture|photo|textual|text) descriptions?\b",
        r"\b(?:no|not any|without) mention (?:of|is made)\b|\b(?:not|isn't|never) (?:explicitly "
        r"|been |directly )?mentioned\b",
        r"\b(?:what|the list|the things|everything|all) (?:I was|I have been|we were|that was)"
        r" (?:given|told|provided)\b",
    ),
    "speaks of boxes": any_of(
        r"\bbounding[- ]box(?:es)?\b|\bbbox(?:es)?\b|\bdetection box(?:es)?\b|\bobject"
        r" box(?:es)?\b",
        r"\b(?:the|its|their|his|her|each|both|whose|two|these|those) (?:\w+ )?box(?:es)? (?:drawn "
        r"|placed |put )?(?:around|enclosing|surrounding|that (?:enclose|surround|mark)s?)\b",
        rf"\b{_BY} (?:the (?:size|width|height|position|place) of )?(?:its|their|his|her)"
        rf" box(?:es)?\b"
        r"|\bthe boxes (?:place|put|say|indicate|suggest|tell)\b|\b(?:detected|drawn|annotated"
        r"|outlined) boxes\b",
        r"\bbox(?:es)? (?:was |were |is |are )?(?:drawn|placed|annotated|marked) (?:around|for"
        r"|over)\b",
        r"\b(?:their|whose|the two|its|his|her) (?:\w+ )?boxes (?:overlap|intersect|touch"
        r"|coincide)\w*",
        r"\b(?:marked|annotated|given|listed|labell?ed|recorded) (?:by|with|as) (?:an? |the "
        r"|their |its )?(?:\w+ )?box(?:es)?\b",
        r"\bbox(?:es)? (?:covers?|spans?|takes? up|fills?|occup(?:y|ies)|extends?)[^.!?]{0,30}"
        r"\b(?:picture|image|frame)\b",
        r"\b(?:size|area|height|width|position|edges?|corners?) of (?:its|their|the (?:dog|person"
        r"|object|cat|man|woman|car)'s) box(?:es)?\b",
    ),
    "speaks of coordinates": any_of(
        r"\b(?:the|these|those|given|their|its|his|her|exact|[xy]|provided|by|from|of|to|box|whose"
        r"|pixel|normali[sz]ed|image|in) coordinates\b(?! (?:with|the|a|his|her|their) )",
        r"\bcoordinates (?:of|for|given|provided|suggest|indicate|show|place|tell|say|put|are)\b",
        r"\b[xy][- ]coordinates?\b",
    ),
    "speaks of annotations": any_of(
        r"\bannotations?\b|\bannotators?\b|\bground[- ]truth\b|\bdata ?set(?:'s|s)?\b"
        r"|\bmeta-?data\b|\bannotated\b|\bsegmentations?\b",
        r"\b(?:specified|indicated|designated) (?:region|rectangle|box)\b",
        r"\b(?:marked|labell?ed|outlined|given) (?:area|region|rectangle|extent) (?:of|around)\b"
        r"|\b(?:region|rectangle|object|instance) (?:that is |which is )?(?:labell?ed|tagged)\b",
        r"\b(?:tagged|labell?ed|marked|listed|verified|given|recorded) (?:as|to be) (?:absent"
        r"|present|missing|occluded|truncated|not (?:present|there))\b|\b(?:in|from|by"
        r"|to) the data\b",
        r"\b(?:area|region|rectangle|outline|frame|square|zone) (?:that |which )?(?:was |is |were"
        r" |has been )?(?:outlined|drawn|marked|given|annotated|assigned) (?:for|around|to) (?:it"
        r"|him|her|them|each|this|that|its|every)\b",
        r"\bobject (?:detect(?:ion|or)s?|list|categor(?:y|ies)|labels?|classes)\b|\bdetections\b"
        r"|\bdetected (?:objects?|items?|things?|persons?|people|animals?|instances?|boxes)\b"
        r"|\b(?:is|are|was|were|been) (?:\w+ )?detected\b|\bthe detector\b|\bconfidence"
        r" (?:scores?|values?|levels?|of (?:0?\.\d|\d+ ?%))",
        rf"\b(?:objects?|things?|items?|categories|entities|elements|instances?|animals?|vehicles?)"
        rf"(?: that)? (?:have been |has been |are |were |is |was )?{_MARKED}"
        rf"(?: (?:for|in|on|by|with) (?:(?:the|this) {_PICTURE}|it|me|us))?",
        rf"\b{_MARKED} (?:objects|items|things|categories|elements|entities|instances)\b",
        rf"\b(?:image-level|class|category|verified|machine|human-verified) labels?\b|\b(?:labels?"
        rf"|tags?) (?:of|for|in|with|given (?:to|for|with)|attached to) (?:the|this) {_PICTURE}"
        rf"|\b{_PICTURE}'?s? labels\b|\bverified (?:as|to be) (?:absent|present|not)\b",
        r"\b(?:according to|based on|from|going by|judging by) the labels\b|\bthe labels (?:say"
        r"|mention|list|include|confirm|state|do not|don't|tell)\b",
        rf"\b{_MARKED} (?:for|in) (?:the|this) {_PICTURE}\b|\bthe list of (?:objects|labels"
        rf"|categories|items|things)\b|\bthe (?:object )?list (?:says|mentions|includes|does)\b",
    ),
}

_THING = (
    r"(?:sign|board|poster|label|bottle|jar|can|box|page|book|map|screen|cartoon|comic|meme|menu"
    r"|newspaper|magazine|brochure|leaflet|plaque|painting|print|postcard|package|packet|tin"
    r"|crate|card|paper|wall|back|front|side|ticket|receipt|banner|album|frame|display|panel"
    r"|monument|statue|shirt|bag|guidebook|museum|exhibit|carton|chart|diagram|margin|score|sheet"
    r"|tv|television|slide|notebook|tag|notice|website|article|drawing|bus|shop|box|window|door"
    r"|tank|advert\w*)s?"
)
_PLACED = any_of(
    # captions and labels with a place are things in the picture
    rf"\b(?:captions?|descriptions?|annotations?|labels?|(?<!bounding.)box(?:es)?|text"
    rf"|information|notes?|annotated|details|mentioned|marked|list|listed|data|context|mention"
    rf"|sentences?|words?|given|provided|labell?ed) (?:\w+ )?(?:\w+ )?(?:on|under|below|beneath"
    rf"|underneath|above|beside|across|over|at|in|along|inside|next to|printed|written|painted"
    rf"|pinned|engraved|handwritten|scribbled) (?:\w+'?s? ){{0,3}}{_THING}\b",
    rf"\b(?:captions?|descriptions?|text|information|notes?|details|mentioned|list|listed|data"
    rf"|context|mention|sentences?|words?|given|provided) (?:\w+ )?(?:\w+ )?(?:from|by|of)"
    rf" (?:\w+'?s? ){{0,3}}{_THING}\b",
    # what somebody works at
    r"\b(?:screen|monitor|laptop|computer|software|app|program)s?\b (?:[\w']+ ){0,3}?(?:shows?"
    r"|showing|shown|displays?|displaying|draws?|with|of|for|runs?|marks?|highlights?|full|filled"
    r"|reads?|has|have)\b[^.!?]*\b(?:bounding[- ]box(?:es)?"
    r"|annotations?|annotated|detections?|detected|data ?sets?|segmentations?|meta-?data)\b",
    r"\b(?:bounding[- ]box(?:es)?|annotations?|annotated|detections?|detected|data ?sets?"
    r"|segmentations?|meta-?data)\b[^.!?]*\bon (?:\w+ )?(?:screen|monitor|laptop|computer)s?\b",
    r"\bcamera\b[^.!?]*\bmeta-?data\b|\bmeta-?data of (?:\w+ )?(?:file|camera)s?\b",
    r"\b(?:captions?|labels?|annotations?|description|coordinates) (?:\w+ )?(?:printed|written"
    r"|underneath|below|under|beneath|engraved|handwritten|painted|scribbled|pencilled|carved)\b",
    # a caption that is asked for or thought up
    r"\b(?:a|an|your|good|fitting|funny|witty|possible|suitable|short|better|my|clever|new) "
    r"(?:\w+ )?captions?\b",
    # on things that bear such words
    rf"\b{_THING}(?:'s)? (?:captions?|labels?|annotations?|description|text)\b",
    rf"\b(?:annotated|labell?ed|marked) (?:\w+ )?{_THING}\b|\bannotated (?:\w+ )?(?:editions?"
    r"|cop(?:y|ies)|texts?|versions?|manuscripts?|bibliograph\w+|by|in (?:pencil|ink|pen|red"
    r"|blue))\b",
    r"\bhandwritten (?:annotations?|notes?)\b|\bsubtitles?\b|\bpencil\w* annotations?\b",
    # of a picture within the picture
    rf"\b{_THING}\b[^.!?]*\bcaptions?\b[^.!?,;]*",
    r"\b(?:his|her|their|student'?s|teacher'?s|reader'?s) annotations?\b",
)
"""What makes it harmless, where it stands upon the same words."""


_ON_EARTH = any_of(
    r"\b(?:maps?|sea charts?|charts?|gps|latitudes?|longitudes?|navigat\w+|sailors?|captain"
    r"|plaques?|compass|satellites?|geocach\w+|drones?|typed|survey\w*)\b"
)
"""What has coordinates that are no places in a picture."""
_MAY_BE_ASKED = ("speaks of boxes", "speaks of coordinates")
_CAPTION_IN_PICTURE = any_of(
    r"\b(?:a|another|its|printed|handwritten)(?: [\w-]+){0,2} captions?\b"
    r"(?! (?:would|could|might|for|should))",
    r"\b(?:a|another|its|with|printed|handwritten) (?:\w+ ){0,2}captions?\b (?:\w+ ){0,4}?(?:under"
    r"|below|beneath|above|beside|underneath|on|at|across|in|along|that reads)\b"
    rf"|\bcaptions? (?:\w+ ){{0,2}}(?:under|below|beneath|above|on|at|across|along|printed|in)"
    rf" (?:\w+ ){{0,4}}{_THING}\b",
)
"""In a picture that has a caption of its own, others may speak of it from then on."""


_STEMS = (
    "caption descri narrat sentence prompt transcript bbox box coordinate annot ground data detect "
    "confidence label tagged marked listed recorded outlined drawn provided given supplied mention "
    "told said text tags tagged segment specified indicated designated information context details "
    "material input alt- verified absent list"
).split()


def find(case: Case) -> Iterator[Fault]:
    """Find talk of what cannot be seen; boxes and coordinates may be asked for."""
    asked = turns_about_places(case)
    is_thing = any(_bears_caption(message["content"]) for message in case.messages)
    for said in sorted([*case.questions, *case.answers]):
        for fault in find_phrases(said, _HIDDEN, besides=_PLACED, may_hold=_may_speak_of_it):
            if said.turn in asked and fault.problem in _MAY_BE_ASKED:
                continue
            if fault.problem == "speaks of coordinates" and _are_on_earth(said, fault):
                continue
            if is_thing and fault.problem == "speaks of captions":
                continue
            yield fault


def _are_on_earth(said: Said, fault: Fault) -> bool:
    """Whether coordinates are spoken of in a sentence about a map or its like."""
    return any(
        fault.words in one.text and _ON_EARTH.search(one.text) for one in sentences(said.text)
    )


def _may_speak_of_it(text: str) -> bool:
    lower = text.lower()
    return any(stem in lower for stem in _STEMS)


def _bears_caption(content: str) -> bool:
    return "caption" in content and _CAPTION_IN_PICTURE.search(content) is not None
