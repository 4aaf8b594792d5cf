"""Whether the assistant declines, speaks of itself as a model, or says that it has no picture.

What a picture does not tell is an answer ("I can't see any dog", "it cannot be told from here"),
and so is somebody in the picture who refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.form.asking import question_before
from mmgen_datasets.quality.reading.wordings import any_of, find_phrases

_ADVERBS = r"(?:\w+ly |just |only |also |simply |not |still |in fact |yet |even |ever )*"
_CANNOT = (
    rf"\bI(?:'m| am)? (?:can ?not(?: and will not)?|can'?t(?: and won't)?|could(?: not|n't)"
    rf"|{_ADVERBS}"
    r"(?:unable to|not able to|not supposed to|not meant to|not at liberty to|incapable of|not "
    r"capable of|not allowed to|not permitted to|not in a position to|not equipped to|not designed "
    r"to|not programmed to|not comfortable(?: with)?|going to have to decline to)|won(?:'|’)t(?: "
    r"be able to)?|will not(?: be able to)?|would(?: not|n't) be able to|would rather not|(?:have "
    r"been|was|am) (?:\w+ )?(?:instructed|told|asked|taught|trained|programmed) not to|must "
    r"decline to|have to decline to|refuse to|decline to|prefer not to|lack the (?:ability|means) "
    r"to|have no (?:way|means) (?:of|to)|have no ability to|(?:don't|do not) have (?:the|any|a) "
    r"(?:ability|capability|capacity|way|means) (?:to|of)"
    rf"|(?:don't|do not) know how to) {_ADVERBS}"
)
_MEDIUM = (
    r"(?:images?|pictures?|photos?|photographs?|attachments?|uploads?|files?|links?|urls?|videos?"
    r"|audio|recordings?|clips?|visuals?|(?:visual|image|multimedia|media)"
    r" (?:content|input|data|information|files?|material))"
)
_A_MEDIUM = rf"(?:(?:the|this|that|your|an?|any|such|these|those|actual|of) )*(?:\w+ )?{_MEDIUM}"
_HUNG = r"(?! (?:on|in|hanging|above|over|behind|at|next|near|of|from) (?:the|a|his|her|its|any)\b)"
_MACHINE = (
    r"(?:AI\b(?!-)|A\.I\.|artificial intelligence|(?:large |visual |multimodal )?language model"
    r"|chat ?bot|computer program|neural network|machine[- ]learning|virtual assistant"
    r"|digital assistant|(?:a piece of )?software\b|code\b(?! )|text[- ]based|text[- ]only|LLM\b)"
)

_REFUSALS = {
    "speaks of itself as a machine": any_of(
        rf"\b(?:as|being|like any|since I(?:'m| am)|because I(?:'m| am)|while I(?:'m| am)"
        rf"|I(?:'m| am)) (?:just |only |merely |simply |but |here as |after all )?"
        rf"(?:an? )?(?:[\w-]+ )?{_MACHINE}",
        r"\bI(?:'m| am) (?:just |only |merely |simply |but )?an? (?:\w+ )?(?:machine|bot|model"
        r"|program|algorithm|software|computer|assistant)\b(?! (?:on|in|at) the)",
        r"\bas an? (?:\w+ )?(?:model|assistant|machine|program|system|bot"
        r"|computer)\b[^.!?;]{0,60}?\bI (?:tend|sometimes|often|can|cannot|can't|do|don't|have|am"
        r"|only|was|may|might|will|would|must|lack)\b",
        r"\b(?:OpenAI|Anthropic|Google|Meta|Microsoft|my (?:makers?|creators?|developers?)) (?:has "
        r"|have )?(?:trained|made|built|designed|taught|programmed|told) me\b",
        r"\bI was (?:only |just |merely )?(?:trained|programmed|not trained|not designed|not"
        r" built|built to)\b",
        r"\bmy (?:abilities|skills|functions?|input|perception) (?:are|is) (?:\w+ )?(?:limited"
        r"|restricted|confined) to\b",
        r"\bmy (?:training(?: data)?|programming|polic(?:y|ies)|knowledge cut-?off|developers"
        r"|creators|guidelines|capabilities|limitations)\b",
        r"\bI (?:only|can only) (?:work with|process|handle|read|understand|deal (?:in|with)"
        r"|answer questions (?:about|on)|respond to|help with) (?:the )?"
        rf"(?:words|text|written)[^,.;]*(?:(?:,| and)[^.;]*\b{_MEDIUM})?",
        r"\bI (?:don't|do not|lack|cannot|can't) (?:actually |really |truly )?(?:have|possess"
        r"|experience|hold|feel) (?:any |personal |human |real |my own |a )*(?:feelings|emotions"
        r"|opinions?|beliefs|preferences|consciousness|senses|eyes|eyesight|vision|taste|body)\b",
    ),
    "says that it has no picture": any_of(
        rf"{_CANNOT}(?:see|view|viewing|open|opening|access|look(?:ing)? at|process|analy[sz]e"
        r"|analy[sz]ing|inspect|examine|display|load|perceive|perceiving|interpret|watch|hear"
        rf"|listen to|read|receive|seeing) {_A_MEDIUM}\b{_HUNG}",
        rf"\b(?:there (?:does not|doesn't|do not|don't) (?:seem|appear) to be|there(?:'s| is| was"
        rf"|are) no|I (?:don't|do not|can't|cannot|didn't|did not|haven't|have not|never)"
        rf" (?:actually |currently )?(?:see|have|find|get|got|receive|received|been given|been"
        rf" sent)|I wasn't (?:given|sent|shown)|you (?:haven't|have not|didn't|did not|forgot to)"
        rf" (?:\w+ )?(?:attach(?:ed)?|upload(?:ed)?|sen[dt]|provided?|included?|shared?)) (?:an?"
        rf"|any|the|your|no) {_MEDIUM}(?: (?:attached|uploaded|included|provided|shared|here|in"
        rf"|with|to) ?(?:to |in |with |here|your |this |our |the |message|chat|question|look|at"
        rf"|go|by|on)*|(?= ?[,.;!]| (?:so|and|but|yet)\b|$))",
        rf"\bno {_MEDIUM} (?:was|were|has been|is|seems to (?:be|have been)|appears? to (?:be|have"
        rf" been)|came|reached|arrived)(?: (?:actually|in fact))? ?(?:attached|uploaded|provided"
        rf"|included|shared|sent|given|through|me|to me|received|available)"
        r"(?! (?:to|on|at|by) (?:the|a|his|her) (?!message|chat|conversation|question|prompt))",
        rf"\bthere (?:seems?|appears?) to be no {_MEDIUM}(?= ?[.,;!]| (?:attached|uploaded|here|in"
        r" your|with your|so|and|but)\b|$)",
        rf"\bif I (?:could|were able to) (?:see|view|open|look at) {_A_MEDIUM}\b{_HUNG}"
        rf"|{_CANNOT}(?:see|view|open) what you (?:have )?(?:sent|attached|uploaded|shared)\b"
        rf"|possible for me to (?:see|view|open|access|look at|process) {_A_MEDIUM}\b{_HUNG}",
        rf"\bI (?:never|do not|don't) (?:actually |really |ever |get to )*(?:see|view|perceive) "
        rf"{_MEDIUM}\b{_HUNG}",
        r"\bI(?:'ve|'m)? (?:have |am |was |had )?(?:only|just|merely|solely) (?:have |been |was "
        r"|had )?(?:given|sent|shown|provided with|got|have|had|received?|rely(?:ing)? on|working "
        r"from|going by) (?:the |an? |some |your |these |written |plain )*(?:captions?"
        r"|text(?:ual)?(?: \w+)?"
        rf"|descriptions?|annotations?|words|labels|metadata|transcripts?)\b{_HUNG}",
        rf"\bno {_MEDIUM} (?:\w+ )?(?:came|come|comes|arrived|reached) (?:with|through|along|to"
        rf"|me)\b",
        rf"\b(?:the|your|this) {_MEDIUM} (?:was|is|has been|were)(?: not|n't) (?:attached|included"
        rf"|provided|uploaded|shared|sent)\b|\bupload (?:\w+ ){{0,3}}?failed\b",
        rf"\bI have no (?:visual (?:input|access|sense)|vision|eyes|sight|{_MEDIUM})\b|(?:^"
        rf"|[.!?,;] )(?:without being|not being|unable|being unable)(?: able)? to (?:see|view"
        rf"|open) {_A_MEDIUM}{_HUNG}",
        rf"\b(?:the|your|this) (?:\w+ )?{_MEDIUM} (?:didn't|did not|does not|doesn't|failed to"
        rf"|hasn't|has not|could not|couldn't|won't|never) (?:seem to )?(?:be |have )?(?:load"
        rf"|come|c[ao]me|upload|open|arrived?|attached?|display)\w*(?: through| up)?",
        rf"\bplease (?:re-?)?(?:upload|attach|send|share|provide|resend|describe) (?:me )?"
        rf"(?:an?|the|your|it|that|this)(?: {_MEDIUM}| again)?\b",
        rf"\b(?:without|no|lack(?:ing)?) (?:any |direct )?(?:access|eyes|way) (?:to|of seeing)"
        rf" {_A_MEDIUM}",
        rf"\bI (?:have no|do not have|don't have|lack) (?:any |direct )*access to {_A_MEDIUM}",
        r"\bif you (?:could |can |would )?(?:describe|upload|share|attach|send|provide)[^.;]*"
        r"\bI(?:'d|'ll| would| will| can| could)\b",
        rf"\bI (?:have not|haven't|have never|never) (?:actually )?(?:seen|saw|looked"
        rf" at) {_A_MEDIUM}"
        r"\b(?= (?:you|that you|in question|itself)|[.,;!]|$)",
    ),
    "declines to answer": any_of(
        rf"{_CANNOT}(?:help(?! (?:it|but|\w+ing)\b)|helping|assist(?:ing)?|comply(?:ing)?|fulfil"
        rf"|fulfill|engag(?:e|ing)"
        r"|continu(?:e|ing)|discuss(?:ing)?|support|creat(?:e|ing)|generat(?:e|ing)|do that|do this"
        r"|offer|participate|take part|speculat(?:e|ing)|recogni[sz]e (?:people|faces|who|real)"
        r"|shar(?:e|ing)|talk about|respond)\b(?: (?:with|to|you|in|on|about|that|this|such"
        r"|your)\b)*",
        rf"{_CANNOT}(?:identify(?:ing)?|nam(?:e|ing)) (?:people|person|individuals?|anyone|anybody"
        r"|somebody|someone|real|specific|the (?:\w+ )?(?:person|people|individuals?|man|woman|men"
        r"|women)|him|her|them|who\b)",
        rf"{_CANNOT}(?:answer(?:ing)?|provid(?:e|ing)|describ(?:e|ing)|comment(?:ing)?|giv(?:e"
        rf"|ing))"
        r"(?: on| upon)?(?:(?: \w+){0,2} (?:questions?|requests?|quer(?:y|ies)|descriptions?"
        r"|information|advice|answers?|opinions?|comments?|analysis|diagnos[ei]s|people|persons?"
        r"|individuals?|minors|faces|content|him|her|them|responses?|assistance)\b"
        r"| (?:that|this)(?= ?[.!;,]|$)| (?:about|on) (?:people|any|that|this|such|his|her|their"
        r"|private|personal|specific|real|sensitive|matters|what|who|how)\b)",
        r"\bI (?:don't|do not|wouldn't|would not) feel (?:right|comfortable) (?:with )?\w+ing\b"
        r"|\bI(?:'m| am) (?:not comfortable|uncomfortable) (?:with )?\w+ing\b"
        r"|\bI (?:avoid|refrain from|abstain from) \w+ing\b|\bnot something (?:that )?I do\b"
        r"|\bI(?:'d| would) (?:rather|prefer to) leave (?:that|this|it) (?:\w+ )?unanswered\b",
        rf"{_CANNOT}(?:judge|assess|rate) (?:people|anyone|anybody|someone|him|her|them)\b",
        r"\b(?:not something|something) (?:that )?I(?: a|')?m? ?(?:can ?not|can'?t|can|able to"
        r"|will not|won't|would rather not|must|have to|prefer not to)\b(?: (?:do|help|assist"
        r"|answer|discuss|comment|decline|pass)\b(?: (?:with|on))?)?",
        r"\bsomething (?:that )?I (?:don't|do not|never) do\b",
        r"\bI(?:'d| would) (?:rather|prefer) not(?: to)? (?:say|answer|describe|comment|discuss"
        r"|speculate|name|identify|talk)\b",
        r"\bI (?:must|have to|need to|will have to|would have to|am going to|will|shall)"
        r" (?:\w+ )?(?:decline|refuse|refrain|pass on)\b|\bI (?:\w+ )?(?:decline|refuse)\b",
        r"\bit (?:would be|would not be|wouldn't be|is|isn't|is not) (?:inappropriate|unethical"
        r"|appropriate|right|ethical|my place) (?:for me )?to\b",
        r"\b(?:policy|policies|guidelines|rules|terms|privacy|ethics|safety|regulations|training"
        r"|programming|settings|principles|instructions"
        r"|restrictions)\b[^.;!?]{0,40}?\b(?:do(?:es)?(?: not|n't) (?:allow|permit|let|enable)"
        r"|prevents?|forbids?|prohibits?|bars?|keeps?|stops?) me\b",
        r"\bI(?:'m| am) not (?:at liberty|allowed|permitted|supposed) to (?:say|tell|answer|reveal"
        r"|disclose|judge|guess|name|identify|comment)\b",
        r"\brequest\b[^.;!?]{0,30}\bI (?:have to |must |will |need to )?(?:turn down|decline"
        r"|reject)\b",
        r"\bbeyond what I(?:'m| am)? (?:can|able|allowed|permitted)\b",
        r"\b(?:outside|beyond|not within|not in) (?:of )?my (?:abilities|capabilities|scope|power"
        r"|remit|reach)\b|\bagainst (?:my|the|our) (?:policy|policies|guidelines|rules"
        r"|principles)\b",
        r"\bI(?:'m| am)? (?:apologi[sz]e|sorry) (?:for|that) (?:my|the|any|I)"
        r" (?:inability|limitations?|inconvenience|can ?not|can'?t|am unable|am not able)\b",
    ),
}
"""Problem to wordings. Adverbs may stand anywhere, and verbs are those of serving a wish (help,
comply) or of getting at the medium (open, view); "I can't make out the sign" has neither."""

_TRIGGER = any_of(rf"\b(?:I|me|my|AI|please|{_MEDIUM}|guidelines|inappropriate|unethical)\b")

_OF_THE_PICTURE = any_of(
    r"[^.;!?]*\b(?:from (?:the|this|a|one|here|what)|in (?:the|this) (?:picture|photo|image|view)"
    r"|from (?:this|the) (?:angle|view|distance|picture|photo|image)|with certainty|for (?:certain"
    r"|sure)|visible|hidden|blur\w*|out of (?:the )?(?:frame|view|sight|focus)|cut off|too (?:small"
    r"|far|dark|blurry|faint|dim)|turned away|obscured|because of the|in this light)\b[^.;!?]*"
)
"""What tells that a picture and not the assistant is at its limits, in the same sentence."""
_PLAYS_A_PART = re.compile(
    r"\b(?:what|how) (?:would|might|could|may|does|do|is|are)\b[^.?!]*"
    r"\b(?:say|saying|think|thinking|tell|answer|reply|excuse)\b|\b(?:role|voice|words|perspective)"
    r" of\b|\bspeech bubble\b|\bimagine (?:you|being)\b|\bpretend\b",
    re.IGNORECASE,
)
"""Questions that ask for the words of somebody in the picture."""


def find(case: Case) -> Iterator[Fault]:
    """Find answers that refuse."""
    questions = question_before(case)
    for said in case.answers:
        if _PLAYS_A_PART.search(questions.get(said.turn, "")):
            continue
        for fault in find_phrases(said, _REFUSALS, may_hold=_TRIGGER.search):
            if not _is_about_the_picture(said.text, fault):
                yield fault


def _is_about_the_picture(text: str, fault: Fault) -> bool:
    """Whether "I can't describe it" goes on with "as it is out of the frame"."""
    if not fault.problem.startswith("declines") or re.search(
        r"help|assist|comply|people|decline|refuse|my ", fault.words
    ):
        return False
    return any(fault.words in found[0] for found in _OF_THE_PICTURE.finditer(text))
