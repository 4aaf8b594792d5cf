"""The YAML block of a card: what the hub itself reads.

Each push adds its configuration and split to what a card says already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from datasets import DatasetInfo, Features, SplitInfo
from datasets.info import DatasetInfosDict
from datasets.splits import SplitDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import CardData

from mmgen_datasets.errors import UsageError
from mmgen_datasets.licence import code_of
from mmgen_datasets.publish.facts import Facts
from mmgen_datasets.publish.origins import ORIGINS

OTHER = "other"

_TASKS = {
    "image": ["image-text-to-text", "visual-question-answering"],
    "video": ["video-text-to-text"],
    "audio": ["audio-text-to-text"],
}
_KNOWN_TO_THE_HUB = frozenset(
    """cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0
    cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
    cc-by-nc-sa-3.0 cc-by-nc-sa-4.0""".split()
)
"""Of Creative Commons, from https://huggingface.co/docs/hub/repositories-licenses."""

_SIZES = (
    "n<1K 1K<n<10K 10K<n<100K 100K<n<1M 1M<n<10M 10M<n<100M 100M<n<1B 1B<n<10B 10B<n<100B".split()
)


@dataclass(frozen=True)
class Part:
    """A split of a configuration, as it lies in a repository."""

    config: str
    split: str
    features: Features
    rows: int
    num_bytes: int
    """About as many as it takes in memory, media included."""
    download_size: int = 0
    """Of the parquet files of the configuration, those of its other splits included."""

    @property
    def folder(self) -> str:
        """Where its files stand; as `datasets` has it."""
        return "data" if self.config == "default" else self.config

    @property
    def attribution(self) -> str:
        """The path of the file that names whom to credit."""
        return f"{self.folder}/ATTRIBUTION-{self.split}.csv"

    def owns(self, path: str) -> bool:
        """Whether a file is one of its parquet files."""
        return path.startswith(f"{self.folder}/{self.split}-")

    def is_beside(self, path: str) -> bool:
        """Whether a file holds rows of another split of the same configuration."""
        is_inside = path.startswith(f"{self.folder}/") and path.endswith(".parquet")
        return is_inside and not self.owns(path)


def contributions(facts: Facts, language: str) -> dict[str, list[str]]:
    """What a part adds to the lists of a card's metadata.

    Args:
        facts: about its rows.
        language: of its conversations, ISO 639.
    """
    tasks = [task for kind in facts.media for task in _TASKS.get(kind, ())]
    synthetic = ["synthetic"] if facts.given < facts.rows else []
    made_of = sorted({source for source, _ in facts.sources} | {name for name, _ in facts.recipes})
    return {
        "license": licences(facts),
        "language": [language],
        "task_categories": tasks or ["text-generation"],
        "tags": ["mmgen-datasets", *synthetic, "instruction-tuning", *made_of],
    }


def add_lists(
    data: CardData,
    before: Iterable[Mapping[str, list[str]]],
    after: Iterable[Mapping[str, list[str]]],
) -> None:
    """Put what the parts of a repository contribute in the place of what they did before.

    What somebody wrote into the card by hand stays.

    Args:
        data: is changed.
        before: the contributions of all parts that the card tells of.
        after: those that it is to tell of.
    """
    before, after = list(before), list(after)
    for name in dict.fromkeys(name for part in after for name in part):
        gone = {value for part in before for value in part.get(name, ())}
        kept = [value for value in _listed(data.get(name)) if value not in gone]
        new = sorted({value for part in after for value in part.get(name, ())})
        data[name] = list(dict.fromkeys([*kept, *new]))
    if OTHER in data["license"]:  # the hub asks what it is, and where it stands
        data["license_name"], data["license_link"] = "per-row", "README.md"


def add_part(data: CardData, part: Part) -> None:
    """Tell where the files of a part are, and what is in them.

    Args:
        data: is changed.
        part: replaces one of the same configuration and split.

    Raises:
        UsageError: another split of the same configuration has other columns.
    """
    _add_to_infos(data, part)
    folder = {"split": part.split, "path": f"{part.folder}/{part.split}-*"}
    config = MetadataConfigs.from_dataset_card_data(data).get(part.config, {})
    others = [row for row in config.get("data_files") or () if row["split"] != part.split]
    splits = sorted([*others, folder], key=lambda row: str(row["split"]))
    MetadataConfigs({part.config: config | {"data_files": splits}}).to_dataset_card_data(data)
    data["size_categories"] = [size_category(_total_rows(data))]


def licences(facts: Facts) -> list[str]:
    """The licences of rows and of their sources' annotations, as the hub calls them.

    ``"other"`` stands for all that it has no name for.
    """
    urls = [url for _, url, *_ in facts.licences]
    origins = [ORIGINS.get(source) for source, _ in facts.sources]
    urls += [origin.annotations.url for origin in origins if origin and origin.annotations]
    return sorted({licence_id(url) for url in urls})


def licence_id(url: str | None) -> str:
    """What the hub calls a licence.

    Example:
        >>> licence_id("http://creativecommons.org/licenses/by-nc-sa/2.0/")
        'cc-by-nc-sa-2.0'
    """
    code = code_of(url or "")
    return code if code in _KNOWN_TO_THE_HUB else OTHER


def size_category(rows: int) -> str:
    """Where a number of rows belongs.

    Example:
        >>> size_category(999), size_category(1000)
        ('n<1K', '1K<n<10K')
    """
    return _SIZES[min(max(len(str(rows)) - 3, 0), len(_SIZES) - 1)]


def _total_rows(data: CardData) -> int:
    """The rows of all configurations."""
    infos = DatasetInfosDict.from_dataset_card_data(data).values()
    return sum(split.num_examples for info in infos for split in (info.splits or {}).values())


def parts_of(data: CardData) -> list[tuple[str, str]]:
    """Every configuration with each of its splits."""
    configs = MetadataConfigs.from_dataset_card_data(data)
    return [
        (name, row["split"]) for name, config in configs.items() for row in config["data_files"]
    ]


def holds_pictures(data: CardData) -> bool:
    """Whether a configuration has a column ``image``."""
    infos = DatasetInfosDict.from_dataset_card_data(data).values()
    return any("image" in info.features for info in infos if info.features)


def _add_to_infos(data: CardData, part: Part) -> None:
    infos = DatasetInfosDict.from_dataset_card_data(data)
    info = infos.get(part.config)
    splits = dict(info.splits or {}) if info else {}
    splits.pop(part.split, None)
    if info and splits and info.features != part.features:
        raise UsageError(
            f"the configuration {part.config!r} has other columns in its split"
            f" {next(iter(splits))!r}",
            "push under another configuration: --config NAME",
        )
    splits[part.split] = SplitInfo(part.split, num_bytes=part.num_bytes, num_examples=part.rows)
    updated = DatasetInfo(
        features=part.features,
        splits=SplitDict(sorted(splits.items())),
        download_size=part.download_size,
        dataset_size=sum(split.num_bytes for split in splits.values()),
        config_name=part.config,
    )
    DatasetInfosDict({part.config: updated}).to_dataset_card_data(data)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
