"""Pictures by keyword, as CLIP sees them without any training (zero-shot)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from datasets import Dataset

from mmgen_datasets.errors import UsageError
from mmgen_datasets.targeting.clip import Clip, embed_texts
from mmgen_datasets.targeting.embeddings import similarities
from mmgen_datasets.targeting.vectors import Vectors, units

OTHER = "other"
"""The keyword of pictures that are not like enough to any."""

TEMPLATES = (
    "a photo of a {}.",
    "a photo of the {}.",
    "a rendering of a {}.",
    "a cropped photo of the {}.",
    "a cropped photo of a {}.",
    "a photo of a clean {}.",
    "a photo of a dirty {}.",
    "a dark photo of the {}.",
    "a close-up photo of a {}.",
    "a bright photo of a {}.",
    "a bright photo of the {}.",
    "a good photo of the {}.",
    "a good photo of a {}.",
    "a bad photo of the {}.",
    "a photo of one {}.",
    "a photo of a large {}.",
    "a photo of a small {}.",
)
"""Of those for ImageNet that are published with OpenAI's CLIP (MIT)."""


@dataclass(frozen=True)
class Classifier:
    """Which keywords there are, and how a picture gets one.

    The plain form is MM-Gen's: the keyword itself is the text, and the picture gets the one whose
    vector is nearest. The first wins where two are equal.
    """

    keywords: tuple[str, ...]
    """One that is repeated counts once."""
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """More words for a keyword; the nearest of them counts."""
    templates: bool = False
    """Whether a word's vector is the mean over `TEMPLATES` and not its own."""
    threshold: float | None = None
    """The least cosine for a keyword; below, a picture is `OTHER`. None: there is no other."""

    def __post_init__(self) -> None:
        if not self.keywords or not all(self.keywords):
            raise UsageError("there is no keyword, or an empty one", "give the kinds of picture")
        if unknown := set(self.synonyms) - set(self.keywords):
            raise UsageError(
                f"there are synonyms of {min(unknown)!r}, which is no keyword",
                f"the keywords are {', '.join(self.keywords)}",
            )
        if self.threshold is not None and OTHER in self.keywords:
            raise UsageError(
                f"{OTHER!r} is a keyword and what is left below the threshold",
                "call the keyword otherwise",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """What a picture can become."""
        others = () if self.threshold is None else (OTHER,)
        return (*dict.fromkeys(self.keywords), *others)


def partition(rows: Dataset, classifier: Classifier, clip: Clip) -> dict[str, list[int]]:
    """Sort pictures by keyword; each gets exactly one.

    Args:
        rows: of an `Index` (see `mmgen_datasets.targeting.embeddings`).
        classifier: the keywords.
        clip: the model whose vectors the rows have.

    Returns:
        Places in `rows`, in their order, for each keyword; none for one that no picture is like.
    """
    return by_keyword(keyword_scores(rows, classifier, clip), classifier)


def keyword_scores(rows: Dataset, classifier: Classifier, clip: Clip) -> Vectors:
    """How like each picture is to each keyword: cosines, ``(N, K)``."""
    keywords = list(dict.fromkeys(classifier.keywords))
    words = [[word, *classifier.synonyms.get(word, ())] for word in keywords]
    owners = np.repeat(np.arange(len(words)), [len(each) for each in words])
    vectors = word_vectors([word for each in words for word in each], clip, classifier.templates)
    scores = similarities(rows, vectors)
    columns = [scores[:, owners == place].max(1) for place in range(len(words))]
    return np.stack(columns, 1)


def word_vectors(words: list[str], clip: Clip, templates: bool = False) -> Vectors:
    """The vectors of words, ``(N, D)``: their own, or the means over `TEMPLATES`."""
    if not templates:
        return embed_texts(clip, words)
    filled = [template.format(word) for word in words for template in TEMPLATES]
    return units(embed_texts(clip, filled).reshape(len(words), len(TEMPLATES), -1).mean(1))


def by_keyword(scores: Vectors, classifier: Classifier) -> dict[str, list[int]]:
    """Give each picture the keyword with the highest score.

    Args:
        scores: ``(N, K)``, in the order of the keywords.
        classifier: the keywords, and the threshold.

    Example:
        >>> import numpy as np
        >>> scores = np.array([[0.3, 0.1], [0.1, 0.2], [0.2, 0.2]], np.float32)
        >>> by_keyword(scores, Classifier(("bar", "pie")))
        {'bar': [0, 2], 'pie': [1]}
        >>> by_keyword(scores, Classifier(("bar", "pie"), threshold=0.25))
        {'bar': [0], 'pie': [], 'other': [1, 2]}
    """
    best = scores.argmax(1)
    if classifier.threshold is not None:
        best[scores.max(1) < classifier.threshold] = len(classifier.names) - 1
    return {
        name: np.flatnonzero(best == place).tolist() for place, name in enumerate(classifier.names)
    }
