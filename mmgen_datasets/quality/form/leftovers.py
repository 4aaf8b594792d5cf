"""Whether the form of a prompt was left in: labels, separators, special tokens, open slots."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault, Said
from mmgen_datasets.quality.form.asking import asks_for_dialogue, asks_for_form, question_before
from mmgen_datasets.quality.reading.sentences import sentences, unquoted

_LABELS = (
    r"(?:(?:follow-?up |next |first |second |third |user |human |model |final |ground[- ]truth "
    r")?(?:question|answer|response|reply)|(?:Q|A)(?=\W*\d|\W*[:：])|user|human|assistant|system|gpt"
    r"|chatgpt|bot|ai|prompt|instructions?|(?:turn|exchange|round|dialogue|conversation)(?= ?\d))"
)
_LABEL = re.compile(
    rf"^(?:[ \t>\-•#]|\*\s)*(?P<label>[*_]*\b{_LABELS}"
    r"\s?(?:type|no\.|\#)?\s?(?:\d{1,2}|\(\d+\))?[*_]*\s?[:：][*_]*)",
    re.IGNORECASE,
)
_HEADING = re.compile(
    rf"^\s*(?P<label>(?:#{{1,6}}\s*(?:{_LABELS}|input|output)"
    rf"|[*_]{{1,2}}{_LABELS})\s?\d{{0,2}}[*_]{{0,2}}|(?:question|answer|Q"
    rf"|A)\s?\d{{1,2}})\s*:?[*_]{{0,2}}\s*$",
    re.IGNORECASE,
)
_MID_LABEL = re.compile(
    r"(?P<label>(?:Question|Answer|Assistant|User|Human|[QA]\d{1,2})\s?\d{0,2}[:：])\s"
)
"""Within a line only with a capital and where a sentence begins: "the answer: blue" is prose."""

_RULE = re.compile(r"^[ \t]*([=\-*_#~]{3,})[ \t]*$|(={3,})", re.MULTILINE)
"""LLaVA separates turns by "===", other prompts by Markdown's rules."""

_TOKEN = re.compile(
    r"<[|｜][\w▁ ]{1,40}[|｜]>|</?s>|\[/?INST\]|<</?SYS>>|<\|?/?(?:im_start|im_end|endoftext)\|?>"
    r"|#{2,6}\s*(?:Instruction|Response|Human|Assistant|Input|Output|Question|Answer)s?\s*:"
    r"|\[(?:END|START|STOP|BEGIN)(?: OF [A-Z ]+)?\]|</?(?:think|thinking|reasoning|answer"
    r"|response|scratchpad|question|tool_call|assistant|user|human|system)>|<(?:start"
    r"|end)_of_(?:turn|text|image|utterance)>|<(?:eos|bos|pad|unk|mask|sep|cls)>|\[(?:PAD|SEP|CLS"
    r"|EOS|BOS|UNK|MASK)\]|<0x[0-9A-F]{2}>|<unused\d+>|<extra_id_\d+>"
)
"""Of Llama, ChatML, Gemma, DeepSeek, T5, BERT and of those who think aloud."""

_SLOT_WORDS = (
    r"(?:objects?|colou?rs?|names?|animals?|persons?|places?|locations?|numbers?|counts?|items?"
    r"|nouns?|verbs?|adjectives?|subjects?|actions?|things?|descriptions?|captions?|questions?"
    r"|answers?|categor(?:y|ies)|labels?|class|bbox|images?|pictures?|photos?|scenes?|entit(?:y"
    r"|ies)|attributes?|relations?|sizes?|shapes?|materials?|text|brands?|cit(?:y|ies)|dates?|time"
    r"|placeholders?|values?|words?|options?|topics?|details?|activit(?:y|ies)|country|reason|here)"
)
_SLOT = re.compile(
    rf"\{{\{{?\s*[A-Za-z_][\w .\-]{{0,40}}\}}?\}}|\$\{{\w+\}}|\[\s*(?:insert|fill in|your|specify"
    rf"|enter|add)\b[^\]\n]{{0,60}}\](?!\()|\[\s*(?:(?:the|an?|some|other|object|main|first"
    rf"|second)[ _])?{_SLOT_WORDS}(?:[ _]?(?:\d|[A-Z]|{_SLOT_WORDS}))?\s*\](?!\()|<\s*(?:insert"
    rf"|fill in|your|specify|enter)\b[^>\n]{{0,60}}>|<(?!(?:image|video|audio"
    rf"|motion)>)(?:[a-z]+_)?{_SLOT_WORDS}\d?>(?!.*</)"
    r"|\[(?:TBD|TODO|XXX+|X|N/A|BLANK)\]|(?<![\w_])_{3,}(?![\w_])",
    re.IGNORECASE,
)
_MAY_HOLD = re.compile(r"[:：#*_=<\[{$~`|｜\d]|--")
"""What all of these have one of; most turns have none."""
_FENCE = re.compile(r"```[^\n]*\n.*```", re.DOTALL)
_OBJECT = re.compile(r"""[{\[]\s*(?:\{\s*)?["'][\w ]+["']\s*:""")


def find(case: Case) -> Iterator[Fault]:
    """Find what belongs to a prompt's form and not to what is said."""
    questions = question_before(case)
    for said in sorted([*case.questions, *case.answers]):
        if not _MAY_HOLD.search(said.text):
            continue
        asked = questions.get(said.turn, said.text)
        found = [*_find_labels(said, asked), *_find_marks(said)]
        if not asks_for_form(asked):
            found += [*_find_slots(said, asked), *_find_wrapping(said)]
        yield from found


def _find_labels(said: Said, asked: str) -> Iterator[Fault]:
    if asks_for_dialogue(asked):
        return
    text = unquoted(said.text)
    starts = {found.start() for found in re.finditer(r"^", text, re.MULTILINE)}
    inner = {one.start for one in sentences(said.text)} - starts
    for start in sorted(starts | inner):
        line = text[start:].split("\n", 1)[0]
        forms = (_LABEL, _HEADING) if start in starts else (_MID_LABEL,)
        found = next((match for form in forms if (match := form.match(line))), None)
        if found and not _is_meant(found["label"], said, asked, text):
            begin = start + found.start("label")
            words = said.text[begin : start + found.end("label")].strip()
            yield Fault(said.turn, words, "labels a part as prompts do")


def _is_meant(label: str, said: Said, asked: str, text: str) -> bool:
    """Whether the label is an option's letter, or was asked for by the question."""
    name = label.strip("*_# ")
    if name[:1].upper() == "A" and len(name.rstrip(":： ")) == 1:
        return bool(
            re.search(r"(?:^|[\s(])B ?[.:)]", text) or re.search(r"(?:^|[\s(])A ?[.:)]", asked)
        )
    return asked != said.text and name.lower() in asked.lower()


def _find_marks(said: Said) -> Iterator[Fault]:
    text = unquoted(said.text)
    for found in _RULE.finditer(text):
        yield Fault(
            said.turn,
            said.text[slice(*found.span(found.lastindex or 0))],
            "separates parts as prompts do",
        )
    for found in _TOKEN.finditer(text):
        yield Fault(said.turn, found[0], "is a mark of a prompt or a model")


def _find_slots(said: Said, asked: str) -> Iterator[Fault]:
    for found in _SLOT.finditer(unquoted(said.text)):
        is_blank = found[0].startswith("_")
        if not is_blank or ("_" not in asked):
            yield Fault(
                said.turn, said.text[slice(*found.span())], "is a slot that nothing was put in"
            )


def _find_wrapping(said: Said) -> Iterator[Fault]:
    """Find turns that are nothing but a fenced block, or JSON."""
    text = said.text
    if _FENCE.fullmatch(text) or text.startswith("```"):
        yield Fault(said.turn, text.split("\n", 1)[0], "is wrapped in a code fence as a whole")
    elif _OBJECT.match(text) or _is_json(text):
        words = _OBJECT.match(text)
        yield Fault(said.turn, words[0] if words else text, "is JSON as a whole")


def _is_json(text: str) -> bool:
    """Whether a text is a JSON object or a list of texts; a box in figures is no such."""
    if not (text.startswith(("{", '["')) and text.endswith(("}", "]"))):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
