"""Load a source by name, with the meaning of `datasets.load_dataset`.

`datasets` knows no plug-ins and refuses scripts, so a source is a builder class whose module
stands in a table here. Its cache is named by all that can change its rows: the builder's own
source text and the path, size and time of the files it reads. `datasets` by itself would name
it by ``data_dir`` alone and go on serving old rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from typing import Any, get_type_hints

import datasets
import datasets.inspect
import datasets.load
from datasets.exceptions import DatasetGenerationError
from datasets.load import BuilderConfigsParameters

from mmgen_datasets.cache_id import cache_hash
from mmgen_datasets.errors import MMGenError, UsageError
from mmgen_datasets.registry import Entry, is_own, resolve
from mmgen_datasets.settings import as_type
from mmgen_datasets.splits import split_error


@dataclass(frozen=True)
class Source(Entry):
    """A row of the table of sources."""

    config: str | None = None
    """The builder's configuration that the name stands for."""
    license_note: str = ""
    """What the annotations and the media are under."""


_COCO_LICENSE = "annotations CC BY 4.0; each photograph a Flickr licence of its own"

SOURCES: dict[str, Source] = {
    "coco2014": Source(
        "mmgen_datasets.builders.coco:Coco",
        "COCO 2014: 123,287 photographs with captions and boxes, as LLaVA and POPE use it",
        config="coco2014",
        license_note=_COCO_LICENSE,
    ),
    "coco2017": Source(
        "mmgen_datasets.builders.coco:Coco",
        "COCO 2017: the same photographs, split into 118,287 and 5,000",
        config="coco2017",
        license_note=_COCO_LICENSE,
    ),
    "llava_json": Source(
        "mmgen_datasets.builders.llava_json:LlavaJson",
        "conversations in LLaVA's JSON or a data file of MM-Gen, any number of pictures in each",
        config="llava_json",
        license_note="yours to know: the file does not tell",
    ),
    "open_images_v7": Source(
        "mmgen_datasets.builders.open_images:OpenImages",
        "Open Images V7: 1.9 million photographs with boxes, labels, relations and narratives",
        config="open_images_v7",
        license_note="annotations CC BY 4.0; photographs listed as CC BY 2.0",
    ),
    "humanml3d": Source(
        "mmgen_datasets.builders.humanml3d:HumanML3D",
        "HumanML3D: 14,616 motions and their mirror images, with 44,970 captions",
        config="humanml3d",
        license_note="motions of AMASS, for non-commercial research, not to be passed on",
    ),
    "kit_ml": Source(
        "mmgen_datasets.builders.humanml3d:HumanML3D",
        "KIT Motion-Language in the same layout: 21 joints, 12.5 frames a second",
        config="kit_ml",
        license_note="ask its authors; nothing is known of the licence of the motions",
    ),
    "skeletons": Source(
        "mmgen_datasets.builders.skeletons:Skeletons",
        "skeletons of your own: NumPy files with joint positions, cut into clips",
        config="skeletons",
        license_note="yours to know; Human3.6M and AMASS may be used for research only",
    ),
}
"""Every source by name."""

_PREPARING = ("download_config", "download_mode", "verification_mode", "num_proc")
_BUILDING = ("cache_dir", "data_files", "features", "storage_options", "token", "writer_batch_size")


def load_dataset(
    path: str,
    name: str | None = None,
    *,
    data_dir: str | None = None,
    split: str | None = None,
    streaming: bool = False,
    keep_in_memory: bool = False,
    **kwargs: Any,
) -> Any:
    """Load a source of this library, or anything that `datasets.load_dataset` loads.

    Args:
        path: a name of `SOURCES`, ``"module:attribute"`` of a builder class of your own, or
            else whatever `datasets` understands.
        name: the configuration, where a source has several.
        data_dir: the folder with the source's files.
        split: ``"train"``, ``"train[:100]"``, ...; all of them if left out.
        streaming: read as the rows are asked for, and keep nothing.
        keep_in_memory: copy the table into memory.
        kwargs: the source's own settings; ``cache_dir``, ``num_proc``, ``download_mode`` and a
            few more that `datasets.load_dataset` takes. All it takes, where it is what loads.

    Returns:
        What `datasets.load_dataset` returns: a `Dataset`, or one for each split, or their
        streaming kinds.

    Raises:
        UsageError: a source of this library, or a builder of your own, has no such setting or
            split.
        MMGenError: the source's files are not there, or hold what they must not.
    """
    if not _is_source(path):
        return datasets.load_dataset(
            path,
            name,
            data_dir=data_dir,
            split=split,
            streaming=streaming,
            keep_in_memory=keep_in_memory,
            **kwargs,
        )
    preparing = {key: kwargs.pop(key) for key in _PREPARING if key in kwargs}
    if "num_proc" in preparing:
        preparing["num_proc"] = as_type(preparing["num_proc"], int | None, name="num_proc")
    builder = _builder(path, name, data_dir=data_dir, **kwargs)
    if streaming:
        with _split_errors(path, split):
            return builder.as_streaming_dataset(split=split)
    try:
        builder.download_and_prepare(**preparing)
    except DatasetGenerationError as error:
        if isinstance(error.__cause__, MMGenError):
            raise error.__cause__ from None
        raise
    with _split_errors(path, split):
        return builder.as_dataset(split=split, in_memory=keep_in_memory)


def register() -> None:
    """Make `datasets.load_dataset` itself know the names of `SOURCES`.

    It then gives the same rows from the same cache as `load_dataset`. This changes `datasets`
    for the whole process, so it is never done on import.
    """
    factory = datasets.load.dataset_module_factory
    if getattr(factory, "knows_sources", False):
        return

    def module_factory(path: str, *args: Any, **kwargs: Any) -> Any:
        if path not in SOURCES:
            return factory(path, *args, **kwargs)
        builder = resolve("source", SOURCES, path)
        return datasets.load.DatasetModule(
            builder.__module__,
            cache_hash(builder, kwargs.get("data_dir")),
            {"dataset_name": path},
            _only_config(builder, SOURCES[path].config),
        )

    module_factory.knows_sources = True  # type: ignore[attr-defined]
    datasets.load.dataset_module_factory = module_factory
    datasets.inspect.dataset_module_factory = module_factory


def _is_source(path: str) -> bool:
    return path in SOURCES or is_own(path)


def _builder(path: str, name: str | None, *, data_dir: str | None, **kwargs: Any) -> Any:
    builder = resolve("source", SOURCES, path)
    settings = _read_settings(path, builder, kwargs)
    return builder(
        dataset_name=path if path in SOURCES else None,
        data_dir=data_dir,
        hash=cache_hash(builder, data_dir),
        **_config(path, name),
        **settings,
    )


def _read_settings(path: str, builder: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a source, text brought to the type that the source wants."""
    config = getattr(builder, "BUILDER_CONFIG_CLASS", None)
    if config is None:
        raise UsageError(f"{path!r} is no source", "name a subclass of datasets.DatasetBuilder")
    inherited = signature(datasets.BuilderConfig).parameters
    own = [name for name in signature(config).parameters if name not in inherited]
    known = [*own, *_BUILDING, *_PREPARING]
    for name in settings:
        if name not in known and not hasattr(config, name):
            raise UsageError(
                f"the source {path!r} has no setting {name!r}", f"it has {', '.join(known)}"
            )
    types = get_type_hints(config)
    return {
        key: as_type(value, types[key], name=key) if key in own and key in types else value
        for key, value in settings.items()
    }


@contextmanager
def _split_errors(path: str, split: object) -> Iterator[None]:
    """Say of which source `datasets` finds that it has no such split."""
    try:
        yield
    except MMGenError:
        raise
    except ValueError as error:
        if told := split_error(path, split, error):
            raise told from error
        raise


def _config(path: str, name: str | None) -> dict[str, str]:
    """The argument ``config_name`` of the builder, where there is a choice."""
    fixed = SOURCES[path].config if path in SOURCES else None
    if fixed and name not in (None, fixed):
        raise UsageError(
            f"the source {path!r} has no configuration {name!r}", "leave it out: the name says all"
        )
    chosen = fixed or name
    return {"config_name": chosen} if chosen else {}


def _only_config(
    builder: type[datasets.DatasetBuilder], name: str | None
) -> BuilderConfigsParameters:
    """What makes `datasets` list one configuration of a builder and refuse the others."""
    if name is None:
        return BuilderConfigsParameters()
    return BuilderConfigsParameters(
        builder_configs=[builder.builder_configs[name]], default_config_name=name
    )
