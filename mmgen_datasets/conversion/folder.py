"""Where a conversion stands on the disk, and how far it is."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from mmgen_datasets.errors import RunError
from mmgen_datasets.files import whole_file

ANNOTATIONS, REJECTS, _STATE = "annotations", "rejects", ".convert"
TAKEN = (ANNOTATIONS, REJECTS)
"""Names beside those of the parts, which no part may have."""


@dataclass
class Counts:
    """What became of rows."""

    conversations: int = 0
    files: int = 0
    """In the folder, once the part is finished."""
    rejects: dict[str, int] = field(default_factory=dict)
    """Reason to number of rows."""

    def add(self, other: Counts) -> None:
        """Count those of another along."""
        self.conversations += other.conversations
        self.rejects = dict(Counter(self.rejects) + Counter(other.rejects))


class _State(msgspec.Struct):
    plan: str
    counts: Counts | None = None
    """Once it is finished."""


@dataclass(frozen=True)
class PartFolder:
    """The files of a part below the root of its dataset."""

    root: Path
    name: str

    @property
    def annotations(self) -> Path:
        """The list of conversations."""
        return self.root / ANNOTATIONS / f"{self.name}.json"

    @property
    def rejects(self) -> Path:
        """The rows that could not be converted, a line each."""
        return self.root / REJECTS / f"{self.name}.jsonl"

    @property
    def media(self) -> Path:
        """The pictures and other files."""
        return self.root / self.name

    @property
    def lock(self) -> Path:
        """Held by who converts it."""
        return self.root / _STATE / f"{self.name}.lock"

    @property
    def _units(self) -> Path:
        return self.root / _STATE / self.name

    @property
    def _state(self) -> Path:
        return self.root / _STATE / f"{self.name}.json"

    def unit(self, number: int, ending: str) -> Path:
        """A file of one unit, there until the part is finished."""
        return self._units / f"{number:06}.{ending}"

    def open(self, plan: str) -> Counts | None:
        """Begin, or see how far it is.

        Args:
            plan: a digest of everything that decides what is written.

        Returns:
            What became of it, where it is finished.

        Raises:
            RunError: what is there belongs to another plan, or is not of ours.
        """
        if self._state.exists():
            state = msgspec.json.decode(self._state.read_bytes(), type=_State)
            if state.plan != plan:
                raise RunError(
                    f"{self.annotations} was begun from other data or with other settings",
                    "give those again (of a dataset on the hub, its --revision), name another"
                    f" --save_root, or remove {self._state} to begin anew",
                )
            if state.counts is None or self.annotations.exists():
                return state.counts
        elif self.annotations.exists():
            raise RunError(
                f"{self.annotations} exists, and was not written by this command",
                "name another --save_root, or remove it first",
            )
        shutil.rmtree(self._units, ignore_errors=True)
        self._units.mkdir(parents=True)
        self.media.mkdir(parents=True, exist_ok=True)
        self._write_state(_State(plan))
        return None

    def counts(self, number: int) -> Counts | None:
        """What became of a unit, where it is finished."""
        path = self.unit(number, "counts")
        return msgspec.json.decode(path.read_bytes(), type=Counts) if path.exists() else None

    def finish(self, plan: str, units: Sequence[int]) -> Counts:
        """Put the units together, in their order, and remember what became of them."""
        total = Counts(files=sum(1 for _ in self.media.iterdir()))
        with whole_file(self.annotations) as records, whole_file(self.rejects) as rejects:
            records.write("[")
            start = "\n"
            for number in units:
                total.add(self.counts(number) or Counts())
                with self.unit(number, "records").open(encoding="utf-8", newline="\n") as lines:
                    for line in lines:
                        records.write(start + line.rstrip("\n"))
                        start = ",\n"
                with self.unit(number, "rejects").open(encoding="utf-8", newline="\n") as lines:
                    rejects.writelines(lines)
            records.write("\n]\n")
        if not total.rejects:
            self.rejects.unlink()
        self._write_state(_State(plan, total))
        return total

    def tidy(self) -> None:
        """Remove what only an unfinished conversion needs."""
        shutil.rmtree(self._units, ignore_errors=True)
        if not any(self.media.iterdir()):
            self.media.rmdir()

    def _write_state(self, state: _State) -> None:
        with whole_file(self._state) as file:
            file.write(msgspec.json.encode(state).decode())
