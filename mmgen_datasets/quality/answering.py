"""Words that make an answer one: of number, of colour, and of what cannot be told."""

from __future__ import annotations

from mmgen_datasets.quality.phrases import any_of

_CANNOT_TELL = any_of(
    r"\b(?:can ?not|can['’]t|could ?n['’]t|could not|cannot) (?:\w+ )?(?:be |really |quite "
    r"|clearly )*"
    r"(?:see[n]?|tell|told|say|said|make|made|know|known|determine[d]?|discern\w*|read|judge[d]?"
    r"|count\w*"
    r"|be|identif\w+|answer\w*|recogni[sz]\w+|distinguish\w*|decide[d]?|ruled?|find|spot)",
    r"\b(?:impossible|hard|difficult|tricky|tough) to\b|\bhard(?:ly)? (?:possible|visible)\b"
    r"|\bunclear\b"
    r"|\bunknown\b|\bunsure\b|\buncertain\b|\bno way (?:of|to)\b|\bdepends on\b|\bopen question\b",
    r"\b(?:not|isn['’]t|aren['’]t|n['’]t) (?:\w+ )?(?:clear|visible|possible|shown|certain|sure"
    r"|known|seen"
    r"|legible|readable|in (?:the |this )?(?:picture|frame|view|image|photo|shot)|enough|reveal"
    r"|show|tell"
    r"|say|let)",
    r"\bnobody (?:can|could|knows)\b|\btoo (?:dark|small|blurr\w+|far|faint|many)\b"
    r"|\bout of (?:view|frame|sight|focus)\b|\b(?:hidden|obscured|covered|cropped|cut off|turned"
    r" away)\b",
    r"\b(?:lies?|falls?|stays?|remains?) (?:outside|beyond|hidden|a mystery|open)\b"
    r"|\bhides?\b|\bno (?:hint|sign|clue|trace|telling)\b|\bleaves? (?:it )?open\b|\bI don['’]t"
    r" know\b",
)


def cannot_tell(answer: str) -> bool:
    """Whether an answer says that it cannot be told.

    Example:
        >>> cannot_tell("It is hard to say from here."), cannot_tell("It is hard.")
        (True, False)
    """
    return _CANNOT_TELL.search(answer) is not None


NUMBER = any_of(
    r"\d",
    r"\b(?:zero|none|nobody|nothing|nowhere|no one|one|two|three|four|five|six|seven|eight|nine"
    r"|ten|eleven"
    r"|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|(?:twen|thir|for|fif"
    r"|six|seven"
    r"|eigh|nine)ty\S*|hundreds?|thousands?|dozens?|scores of|pairs?|couple|trio|quartet|duo"
    r"|handful"
    r"|several|few|fewer|many|numerous|countless|lots?|plenty|both|single|only|just|lone|sole"
    r"|solitary"
    r"|half|quarter|thirds?|twice|double|triple|myriad|multitude|innumerable|uncounted|some"
    r"|various|multiple"
    r"|a (?:bunch|crowd|group|number|flock|herd|row|pile|heap|great deal|little|bit|second|third"
    r"|fourth)"
    r"|more than|less than|too many|at least|at most|another|everyone|everybody|all of|most of"
    r"|each)\b",
    r"\b(?:no|not any|n['’]t any|without any) (?!doubt)\w+",
    r"^\W*(?:an?|just|only|the)(?: [\w-]+){1,3}\W*$|\bthere(?:['’]s| is| was) (?:only |just"
    r" )?an?\b",
)
"""How many; "a dog" as a whole answer, and "there is a dog", are one."""

NO_NUMBER = any_of(
    r"\bone of (?:the|my|those) (?:most|best|main|\w+est)\b|\bone another\b|\bone day\b|\bat one"
    r" time\b"
    r"|\bno doubt\b|\bhow many\b|\bno one knows\b|\bfor one(?: thing)?\b|\beach other\b|\bjust as\b"
    r"|\bmany (?:people|owners|photographers|viewers) (?:love|like|enjoy|find|would|think|ask"
    r"|wonder|keep)"
    r"|\bjust (?:love|great|wonderful|like|how)\b|\bsome (?:people|may|would|say)\b|\bat once\b"
)
"""Number words that count nothing."""

COLOUR = any_of(
    r"\b(?:\w+-)?(?:black|white|red|orange|yellow|green|blue|purple|violet|pink|brown|gr[ae]y"
    r"|beige|tan"
    r"|gold|silver|bronze|copper|brass|turquoise|teal|cyan|magenta|maroon|navy|olive|lime"
    r"|lavender|lilac"
    r"|mauve|indigo|crimson|scarlet|burgundy|ruby|rose|salmon|coral|peach|apricot|amber|ochre"
    r"|mustard"
    r"|cream|ivory|khaki|chestnut|chocolate|caramel|coffee|rust|rusty|auburn|blond|blonde|ginger"
    r"|hazel"
    r"|charcoal|ebony|jet|slate|ash|sand|sandy|sepia|mint|emerald|jade|aqua|azure|cobalt|sapphire"
    r"|fuchsia"
    r"|plum|wine|cherry|strawberry|lemon|honey|straw|wheat|fawn|taupe|pearl|steel|chrome|platinum"
    r"|golden|silvery|metallic|transparent|translucent|clear|colou?rless|dark|light|pale|pastel"
    r"|neon"
    r"|multi-?colou?red|rainbow|striped|spotted|dappled|tabby|calico|tortoiseshell|piebald"
    r"|checke?red|plaid"
    r"|patterned|camouflage|monochrome|denim|terracotta|brick|raspberry|mahogany|wooden|walnut"
    r"|oak|vermilion"
    r"|cerulean|eggshell|off-white|bay|roan|palomino|sorrel|brindle|grizzled|tawny|snowy"
    r"|buff)(?:s|ish|y)?\b",
    r"\b\w+[- ]colou?red\b|\bcolou?rs of (?:the|a|an) (?:rainbow|flag|\w+ flag)\b"
    r"|\bthe same(?: \w+)? (?:colou?r|shade|tone|hue|as)\b|\bevery colou?r\b|\ball colou?rs\b",
)
