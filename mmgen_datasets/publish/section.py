"""What a card says about one split of one configuration, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import jinja2

from mmgen_datasets.publish.about import About
from mmgen_datasets.publish.facts import Facts
from mmgen_datasets.publish.model_terms import note_on
from mmgen_datasets.quantity import quantity

_TEMPLATE = Path(__file__).with_name("section.md")
_THINGS = {"image": "picture", "video": "clip", "audio": "recording", "motion": "motion"}
_REJECTS_SHOWN = 10
_YES = {True: "yes", False: "no", None: "unknown"}


def section(about: About) -> str:
    """Write the section of a part."""
    environment = jinja2.Environment(
        trim_blocks=False, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    environment.filters.update(_FILTERS)
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    facts, making = about.facts, about.making
    rejects = making.rejects if making else Counter[str]()
    return template.render(
        **vars(about),
        thing=_thing(facts),
        checks=sorted({*facts.passed, *facts.failed}),
        limits=_limits(about),
        shown_rejects=sum(number for _, number in rejects.most_common(_REJECTS_SHOWN)),
        share_alike=_count(facts, share_alike=True),
        no_derivatives=_count(facts, derivatives=False),
        unknown=_count(facts, commercial=None),
    )


def cell(text: object) -> str:
    r"""Text from data, fit to stand in a Markdown table.

    Example:
        >>> print(cell("a|b <i>\n"))
        a\|b &lt;i>
    """
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def _thing(facts: Facts) -> str:
    """What the conversations are about, in a word."""
    return next((_THINGS[kind] for kind in facts.media), "sample")


def _count(facts: Facts, **wanted: bool | None) -> int:
    """The rows whose licence says this of one of its terms."""
    names = ("name", "url", "commercial", "derivatives", "share_alike")
    return sum(
        number
        for terms, number in facts.licences.items()
        if wanted.items() <= dict(zip(names, terms, strict=True)).items()
    )


def _limits(about: About) -> list[str]:
    facts = about.facts
    limits = []
    if facts.models:
        limits.append(
            "The conversations were written by a model. People did not check them; they may tell"
            " of what is not there."
        )
    if facts.families:
        limits.append(
            "The answers follow from the annotations of the source: where these are wrong or"
            " incomplete, so are they. Their wording comes from templates."
        )
    if facts.given:
        limits.append(
            "What others made stands here as they made it: under which terms they pass it on, and"
            " whether what it says is true, their source tells or nobody does."
        )
    inputs = about.making.inputs if about.making else frozenset()
    if inputs and "image" not in inputs:
        limits.append(
            f"The model was given the {' and '.join(sorted(inputs))} of a {_thing(facts)}, never"
            f" the {_thing(facts)} itself."
        )
    for kind, missing in facts.missing.items():
        if missing:
            limits.append(
                f"No {kind} in {missing:,} of {quantity(facts.rows, 'row')}: it was not there when"
                " the run was made; `file_name` says which one of the source it is."
            )
    limits.append(
        "Licences are those that the source gives; nobody looked whether they still hold."
    )
    return limits


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"


def _link(text: str, url: str | None) -> str:
    if not (url or "").startswith(("http://", "https://")):
        return cell(text)
    return f"[{cell(text)}]({quote(url or '', safe=':/?&=%#~.,-_')})"


_FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "n": lambda number: f"{number:,}",
        "cell": cell,
        "plural": _plural,
        "link": _link,
        "note": note_on,
        "yes": lambda value: _YES[value],
    }
)
