"""A tokenizer that is loaded: network, mean and standard deviation, and what they are for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from mmgen_datasets.errors import RowError
from mmgen_datasets.motion.quantize import nearest
from mmgen_datasets.motion.tokenizer_base import About, Codes, Motion, Network
from mmgen_datasets.motion.tokenizer_folder import read_folder, write_folder

_FRAMES_AT_ONCE = 4096  # padded, over the clips of a batch; more is no faster on a processor


@dataclass(frozen=True, eq=False)
class MotionCodec:
    """Turn clips into codes, and back.

    Example::

        codec = MotionCodec.from_pretrained("tokenizer")
        [codes] = codec.encode([features])
        [again] = codec.decode([codes])
    """

    family: str
    """A name of `mmgen_datasets.motion.TOKENIZERS`."""
    network: Network
    mean: Motion
    """Of a frame; taken off before, put back after."""
    std: Motion
    about: About = field(default_factory=About)

    @classmethod
    def from_pretrained(cls, folder: Path | str, device: str | None = None) -> MotionCodec:
        """Load what `save_pretrained` wrote.

        Args:
            folder: with the files of `tokenizer_folder`.
            device: such as ``cpu`` or ``cuda:1``. None: a GPU where there is one.

        Raises:
            SourceError: the folder is none, or its files do not fit one another.
        """
        parts = read_folder(Path(folder))
        network: Any = parts.network
        return cls(
            parts.family,
            network.to(device or best_device()).eval(),
            parts.mean,
            parts.std,
            parts.about,
        )

    def save_pretrained(self, folder: Path | str) -> None:
        """Write a folder with all that the tokenizer is; see `tokenizer_folder`."""
        write_folder(Path(folder), self)

    @property
    def num_codes(self) -> int:
        """How many codes there are."""
        return len(self.network.quantizer.vectors)

    @property
    def _device(self) -> torch.device:
        return self.network.quantizer.vectors.device

    def encode(self, motions: Sequence[Motion]) -> list[Codes | RowError]:
        """The codes of clips, whatever clips are beside them.

        Frames behind the last whole code are left out. A clip that cannot be encoded has an error
        in its place. Clips of like lengths go through the network together; where a code is nearer
        than the next by no more than rounding may change, the clip goes through by itself, so that
        the choice is always the same.

        Args:
            motions: clips, not normalised.
        """
        found: list[Any] = [self._problem(motion) for motion in motions]
        good = [place for place, problem in enumerate(found) if problem is None]
        clips = {place: self._normalised(motions[place]) for place in good}
        for group in _groups({place: len(clip) for place, clip in clips.items()}):
            with torch.inference_mode():
                codes = self._choose([clips[place] for place in group])
            for place, chosen in zip(group, codes, strict=True):
                found[place] = chosen.cpu().numpy()
        return found

    def _choose(self, clips: list[Tensor]) -> list[Tensor]:
        latents = self.network.latents(clips)
        book = self.network.quantizer.vectors
        near = nearest(torch.cat([one.flatten(0, -2) for one in latents]), book)
        sizes = [one[..., 0].numel() for one in latents]
        codes = [
            row.view(one.shape[:-1])
            for row, one in zip(near.codes.split(sizes), latents, strict=True)
        ]
        if len(clips) > 1:
            for place, sure in enumerate(near.is_sure.split(sizes)):
                if not sure.all():
                    [codes[place]] = self._choose([clips[place]])
        return codes

    def _problem(self, motion: Motion) -> RowError | None:
        frame = tuple(self.network.settings.frame)
        if np.shape(motion)[1:] != frame:
            wanted = ", ".join(map(str, frame))
            return RowError(f"the clip has the shape {np.shape(motion)}, not (T, {wanted})")
        if len(motion) < self.network.shortest:
            return RowError(
                f"the clip has {len(motion)} frames; the least that have codes are"
                f" {self.network.shortest}"
            )
        if not np.isfinite(motion).all():
            bad = int(np.flatnonzero(~np.isfinite(motion).reshape(len(motion), -1).all(1))[0])
            return RowError(f"frame {bad} of the clip holds what is not a finite number")
        return None

    def _normalised(self, motion: Motion) -> Tensor:
        motion = motion[: len(motion) // self.network.whole * self.network.whole]
        clip = (np.asarray(motion, np.float32) - self.mean) / self.std
        return torch.from_numpy(np.ascontiguousarray(clip, np.float32)).to(self._device)

    def decode(self, codes: Sequence[Codes]) -> list[Motion]:
        """Clips of codes.

        Raises:
            RowError: these are no codes of this tokenizer.
        """
        rows = [self._checked(one) for one in codes]
        clips: list[Any] = [None] * len(rows)
        for group in _groups({place: len(row) for place, row in enumerate(rows)}):
            with torch.inference_mode():
                book = self.network.quantizer.vectors
                out = self.network.motions([F.embedding(rows[place], book) for place in group])
            for place, clip in zip(group, out, strict=True):
                clips[place] = clip.cpu().numpy() * self.std + self.mean
        return clips

    def _checked(self, codes: Codes) -> Tensor:
        rows = np.asarray(codes)
        wanted = tuple(self.network.settings.frame)[:-1]
        if rows.shape[1:] != wanted or len(rows) < self.network.least_steps:
            raise RowError(
                f"codes of the shape {rows.shape} cannot be decoded",
                f"give ({', '.join(['T', *map(str, wanted)])}),"
                f" T at least {self.network.least_steps}",
            )
        outside = rows[(rows < 0) | (rows >= self.num_codes)]
        if outside.size:
            raise RowError(f"the code {outside.flat[0]} is none of the {self.num_codes:,}")
        return torch.from_numpy(np.ascontiguousarray(rows, np.int64)).to(self._device)


def best_device() -> str:
    """A GPU where there is one."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def _groups(lengths: dict[int, int]) -> Iterator[list[int]]:
    """Put clips of like lengths together, as many as fit at once."""
    group: list[int] = []
    for place in sorted(lengths, key=lambda place: lengths[place]):
        if group and lengths[place] * (len(group) + 1) > _FRAMES_AT_ONCE:
            yield group
            group = []
        group.append(place)
    if group:
        yield group
