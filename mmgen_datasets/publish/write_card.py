"""The card of a run by itself, to be read before it is pushed."""

from __future__ import annotations

from pathlib import Path

from mmgen_datasets.files import whole_file
from mmgen_datasets.licence import Use
from mmgen_datasets.publish.about import CARD, about, refuse_config
from mmgen_datasets.publish.card import make_card
from mmgen_datasets.publish.pushable import pushable


def write_card(
    run: str | Path,
    repo: str,
    *,
    config: str = "default",
    split: str | None = None,
    licence: Use = "any",
    language: str = "en",
) -> str:
    """Write the card of a run into its folder, as ``README.md``; asks nobody.

    The arguments are those of `mmgen_datasets.publish.hub.push_to_hub`.

    Returns:
        The card that a new repository would get.
    """
    refuse_config(config)
    what = pushable(run, split=split, licence=licence)
    text = make_card(about(what, repo, config=config, licence=licence, language=language))
    with whole_file(Path(run) / CARD) as file:
        file.write(text)
    return text
