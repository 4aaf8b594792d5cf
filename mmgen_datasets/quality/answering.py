"""Words that make an answer one: of number, of colour, and of what cannot be told."""

from __future__ import annotations

from mmgen_datasets.quality.phrases import any_of

_CANNOT_TELL = any_of(
    r"\b(?:can ?not|can't|could ?n't|could not|cannot) (?:\w+ )?(?:be |really |quite |clearly"
    r" )*(?:see[n]?|tell|told|say|said|make|made|know|known|determine[d]?|discern\w*|read"
    r"|judge[d]?|count\w*|be|identif\w+|answer\w*|recogni[sz]\w+|distinguish\w*|decide[d]?|ruled?"
    r"|find|spot)",
    r"\b(?:impossible|hard|difficult|tricky|tough) to\b|\bhard(?:ly)? (?:possible|visible)\b"
    r"|\bunclear\b|\bunknown\b|\bunsure\b|\buncertain\b|\bno way (?:of|to)\b|\bdepends on\b"
    r"|\bopen question\b",
    r"\b(?:not|isn't|aren't|n't) (?:\w+ )?(?:clear|visible|possible|shown|certain|sure|known|seen"
    r"|legible|readable|in (?:the |this )?(?:picture|frame|view|image|photo|shot)|enough|reveal"
    r"|show|tell|say|let)",
    r"\bnobody (?:can|could|knows)\b|\btoo (?:dark|small|blurr\w+|far|faint|many)\b"
    r"|\bout of (?:view|frame|sight|focus)\b|\b(?:hidden|obscured|covered|cropped|cut off|turned"
    r" away)\b",
    r"\b(?:lies?|falls?|stays?|remains?) (?:outside|beyond|hidden|a mystery|open)\b"
    r"|\bhides?\b|\bno (?:hint|sign|clue|trace|telling)\b|\bleaves? (?:it )?open\b|\bI don't"
    r" know\b",
)


def cannot_tell(answer: str) -> bool:
    """Whether an answer says that it cannot be told.

    Example:
        >>> cannot_tell("It is hard to say from here."), cannot_tell("It is hard.")
        (True, False)
    """
    return _CANNOT_TELL.search(answer.replace("’", "'")) is not None


NUMBER = any_of(
    r"\d",
    r"\b(?:zero|none|nobody|nothing|nowhere|no one|one|two|three|four|five|six|seven|eight|nine"
    r"|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|(?:twen"
    r"|thir|for|fif|six|seven|eigh|nine)ty\S*|hundreds?|thousands?|dozens?|scores of|pairs?"
    r"|couple|trio|quartet|duo|handful|several|few|fewer|many|numerous|countless|lots?|plenty"
    r"|both|single|only|just|lone|sole|solitary|half|quarter|thirds?|never|once|twice|thrice"
    r"|the same|as many|as much|double|triple|myriad"
    r"|multitude|pack|litter|family|swarm|innumerable|uncounted|some|various|multiple|a (?:bunch"
    r"|crowd|group|number|flock|herd|row|pile|heap|great deal|little|bit|second|third|fourth)"
    r"|more than|less than|too many|at least|at most|another|everyone|everybody|all of|most of"
    r"|each)\b",
    r"\b(?:no|not any|n't any|without any) (?!doubt)\w+",
    r"^\W*(?:an?|just|only|the)(?: [\w-]+){1,3}\W*$|\bthere(?:'s| is| was) (?:only |just"
    r" )?an?\b",
)
"""How many; "a dog" as a whole answer, and "there is a dog", are one."""

NO_NUMBER = any_of(
    r"\bone of (?:the|my|those) (?:most|best|main|\w+est)\b|\bone another\b|\bone day\b|\bat one"
    r" time\b|\bno doubt\b|\bhow many\b|\bno one knows\b|\bfor one(?: thing)?\b|\beach other\b"
    r"|\bjust as\b|\bmany (?:people|owners|photographers|viewers) (?:love|like|enjoy|find|would"
    r"|think|ask|wonder|keep)|\bjust (?:love|great|wonderful|like|how)\b|\bsome (?:people|may"
    r"|would|say)\b|\bat once\b"
)
"""Number words that count nothing."""

COLOUR = any_of(
    r"\b(?:\w+-)?(?:black|white|red|orange|yellow|green|blue|purple|violet|pink|brown|gr[ae]y"
    r"|beige|tan|gold|silver|bronze|copper|brass|turquoise|teal|cyan|magenta|maroon|navy|olive"
    r"|lime|lavender|lilac|mauve|indigo|crimson|scarlet|burgundy|ruby|rose|salmon|coral|peach"
    r"|apricot|amber|ochre|mustard|cream|ivory|khaki|chestnut|chocolate|caramel|coffee|rust|rusty"
    r"|auburn|blond|blonde|ginger|hazel|charcoal|ebony|jet|slate|ash|sand|sandy|sepia|mint"
    r"|emerald|jade|aqua|azure|cobalt|sapphire|fuchsia|plum|wine|cherry|strawberry|lemon|honey"
    r"|straw|wheat|fawn|taupe|pearl|steel|chrome|platinum|golden|silvery|metallic|transparent"
    r"|translucent|clear|colou?rless|dark|light|pale|pastel|neon|multi-?colou?red|rainbow|striped"
    r"|spotted|dappled|tabby|calico|tortoiseshell|piebald|checke?red|plaid|patterned|camouflage"
    r"|monochrome|denim|terracotta|brick|raspberry|mahogany|wooden|walnut|oak|vermilion|cerulean"
    r"|eggshell|off-white|bay|roan|palomino|sorrel|brindle|grizzled|tawny|snowy|buff)(?:s|ish"
    r"|y)?\b",
    r"\b\w+[- ]colou?red\b|\bcolou?rs of (?:the|a|an) (?:rainbow|flag|\w+ flag)\b"
    r"|\bthe same(?: \w+)? (?:colou?r|shade|tone|hue|as)\b|\bevery colou?r\b|\ball colou?rs\b",
)
