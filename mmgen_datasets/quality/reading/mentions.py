"""Which things a text says are in the picture."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from mmgen_datasets.quality.reading.amounts import Amount
from mmgen_datasets.quality.reading.phrases import Phrase, phrases
from mmgen_datasets.quality.reading.sentences import Sentence, worded
from mmgen_datasets.quality.reading.stance import Stance, stance


class Mention(NamedTuple):
    """A thing of a known name, in a text."""

    kinds: frozenset[str]
    """What may be meant, of COCO's categories and the boxable classes, lower case."""
    name: str
    """What it is called, in the singular, lower case."""
    words: str
    """The same with its number, article and adjectives, as it stands in the text."""
    start: int
    """Place of the name's first character in the text."""
    stance: Stance
    """Whether it is said to be there, to be absent, or neither."""
    amount: Amount | None
    sentence: Sentence
    phrase: Phrase
    """Where in the sentence it stands."""

    @property
    def is_plural(self) -> bool:
        """Whether it speaks of several."""
        return self.phrase.sense.is_plural


@lru_cache(maxsize=512)
def read_mentions(text: str) -> tuple[Mention, ...]:
    """Find the things that a text mentions, in order.

    Questions assert nothing: their things are all of stance ``"open"``.

    Example:
        >>> [(m.words, m.stance) for m in read_mentions("Two dogs sit there, but no cat does.")]
        [('Two dogs', 'there'), ('no cat', 'absent')]
    """
    found = []
    for sentence in worded(text):
        words = sentence.words
        for phrase in phrases(sentence.tokens):
            view: Stance = "open" if sentence.is_question else stance(words, phrase)
            found.append(_mention(text, sentence, phrase, view))
    return tuple(found)


def _mention(text: str, sentence: Sentence, phrase: Phrase, view: Stance) -> Mention:
    tokens = sentence.tokens
    first = min(phrase.start, phrase.amount.start if phrase.amount else phrase.start)
    return Mention(
        kinds=phrase.sense.kinds,
        name=phrase.sense.name,
        words=text[tokens[first].start : tokens[phrase.end - 1].end],
        start=tokens[phrase.name].start,
        stance=view,
        amount=phrase.amount,
        sentence=sentence,
        phrase=phrase,
    )
