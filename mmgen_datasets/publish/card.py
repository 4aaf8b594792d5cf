"""The dataset card: the page of a dataset on the hub, and ``README.md`` of a run folder.

It is written anew at each push out of what is counted, and merged into the card that is there:
other configurations and splits, and whatever people wrote, stay.
"""

from __future__ import annotations

from huggingface_hub import CardData, DatasetCard

from mmgen_datasets.publish.about import About
from mmgen_datasets.publish.blocks import Block, blocks_of, put
from mmgen_datasets.publish.metadata import (
    add_lists,
    add_part,
    contributions,
    holds_pictures,
    parts_of,
)
from mmgen_datasets.publish.origins import ORIGINS, Origin
from mmgen_datasets.publish.section import section

_NOTHING = "---\n{}\n---\n"
_UNDECODED = (
    "; to get these bytes instead of decoded pictures:"
    ' `rows.cast_column("image", datasets.Image(decode=False))`.'
)


def make_card(about: About, old: str | None = None) -> str:
    """Write a card, or add a part to one.

    Args:
        about: the part.
        old: the card that is there.

    Returns:
        Markdown with a YAML block at its head. The same input gives the same text.

    Raises:
        UsageError: the part does not fit the others of its configuration.
    """
    there = (old or "").replace("\r\n", "\n")
    card = DatasetCard(there if there.lstrip().startswith("---\n") else _NOTHING + there)
    if not card.data.get("pretty_name"):
        card.data["pretty_name"] = about.repo.rpartition("/")[2]
    text = card.text if card.text.strip() else _head(card.data["pretty_name"], about)
    before = blocks_of(text)
    add_part(card.data, about.part)
    text = put(text, Block("load", "all", _how_to_load(about.repo, card.data)))
    key = f"{about.part.config}/{about.part.split}"
    text = put(text, Block("part", key, section(about), contributions(about.facts, about.language)))
    for source in sorted({source for source, _ in about.facts.sources}):
        if source in ORIGINS:
            text = put(text, Block("source", source, _citation(ORIGINS[source])))
    add_lists(
        card.data, [block.about for block in before], [block.about for block in blocks_of(text)]
    )
    card.text = text if text.startswith("\n") else f"\n{text}"
    return str(card.content)


def _head(name: str, about: About) -> str:
    making = (
        "made by others and put into this form with `mmgen_datasets`. Each row tells where it is"
        " from"
        if about.facts.given == about.facts.rows
        else "made with `mmgen_datasets` from annotated data. Each row tells how it was made"
    )
    return (
        f"# {name}\n\nConversations that multimodal models learn from, {making}, and under what"
        " licence its media stand.\n"
    )


def _how_to_load(repo: str, data: CardData) -> str:
    lines = ["## How to load it", "", "```python", "from datasets import load_dataset", ""]
    for config, split in parts_of(data):
        named = "" if config == "default" else f', "{config}"'
        lines.append(f'rows = load_dataset("{repo}"{named}, split="{split}")')
    lines += [
        "```",
        "",
        "With `streaming=True` nothing is downloaded but what is read. Media are inside, byte for"
        " byte as the source has them",
    ]
    lines[-1] += _UNDECODED if holds_pictures(data) else "."
    return "\n".join(lines)


def _citation(origin: Origin) -> str:
    terms = origin.annotations
    under = f" Its annotations are under [{terms.name}]({terms.url})." if terms else ""
    return (
        f"## Source: {origin.title}\n\n<{origin.home}>.{under} Please cite:\n\n"
        f"```bibtex\n{origin.citation}\n```"
    )
