"""Kinds of questions, by their wording."""

from __future__ import annotations

from mmgen_datasets.quality.reading.wordings import any_of

_AUXILIARY = (
    r"(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should|might|must|isn't"
    r"|aren't|wasn't|doesn't|don't|didn't|hasn't|haven't|can't|couldn't|won't|wouldn't)"
)
_LEAD_IN = (
    r"^(?:(?:and|so|but|also|then|now|well|ok|okay|hm+|please tell me|tell me|in your opinion|by"
    r" the way|overall|in (?:this|the) (?:picture|image|photo|scene|clip|video)|looking at [^,]+"
    r"|here)[,:]? )*"
)
POLAR = any_of(
    rf"{_LEAD_IN}{_AUXILIARY} (?!we say|you (?:describe|tell|explain|give|list|name|point|say"
    rf"|show))"
)
"""Those that yes or no answers; what is matched ends before their subject."""
EXISTENTIAL = any_of(
    r"^(?:\w+ )?(?:is|are|was|were|isn't|aren't) there\b|\b(?:do|can|could) (?:you|we|one) (?:see"
    r"|spot|find|make)\b|\bvisible\b|\bshown?\b"
)
"""Those that ask whether there is such a thing, which its mention answers."""
OPEN = any_of(rf"{_LEAD_IN}(?:\w+ )?(?:what|who|whom|whose|where|when|why|which|how)\b")
HOW_MANY = any_of(
    r"\bhow many\b|\bcount (?:the|all|how)\b|\bwhat (?:is )?the (?:total )?number of\b"
)
WHAT_COLOUR = any_of(
    r"\b(?:what|which) (?:\w+ )?colou?rs?\b(?! (?:scheme|palette|mood))|\bwhat is the colou?r\b(?! "
    r"(?:scheme|palette|mood))|\bname the colou?r|\bin (?:what|which) (?:colou?r|shade)\b"
)
