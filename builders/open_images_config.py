"""What may be asked of Open Images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import datasets

from mmgen_datasets.errors import UsageError
from mmgen_datasets.settings import IS_PATH

from . import open_images_files as files
from .open_images_ids import read_lines


@dataclass
class OpenImagesConfig(datasets.BuilderConfig):
    """What to load of Open Images."""

    splits: Sequence[str] = (*files.SHORT,)
    """The splits to make, of those that there are files of."""
    image_ids: str | Sequence[str] | None = field(default=None, metadata=IS_PATH)
    """The images to take: ids, or a file with one a line, as ``train/<id>`` or ``<id>``."""
    download: Sequence[str] = ()
    """Kinds of files to download where `data_dir` does not have them: ``boxes``, ``labels``,
    ``machine_labels``, ``relations``, ``narratives``, ``metadata``, ``masks``, ``points``. Of
    several forms it is the shortest: labels of the 600 classes with boxes, narratives without
    times, metadata of the images with boxes."""
    with_images: bool = False
    """Take pictures that `data_dir` does not have from the public bucket, when they are opened."""
    with_masks: bool = False
    """Add the column ``masks``; see `mmgen_datasets.schema.MASK`."""
    with_points: bool = False
    """Add the column ``points``; see `mmgen_datasets.schema.POINT`."""

    def create_config_id(self, config_kwargs: dict[str, Any], *args: Any, **kwargs: Any) -> str:
        """Name the cache by what is in a list of images, not by what it is called."""
        if isinstance(self.image_ids, str):
            config_kwargs = {**config_kwargs, "image_ids": read_lines(self.image_ids)}
        id: str = super().create_config_id(config_kwargs, *args, **kwargs)
        return id


def check_settings(config: OpenImagesConfig) -> None:
    """Refuse words that mean nothing."""
    for setting, known in (("splits", [*files.SHORT]), ("download", [*files.KINDS])):
        given = getattr(config, setting)
        for word in (given,) if isinstance(given, str) else given:
            if word not in known or isinstance(given, str):
                raise UsageError(
                    f"open_images_v7: {setting} cannot be {given!r}",
                    f"give a list of some of {', '.join(known)}",
                )
