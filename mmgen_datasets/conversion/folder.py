"""Where a conversion stands on the disk, and how far it is."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
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
    data: str
    """Where they came from."""
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

    def open(self, plan: str, data: str) -> Counts | None:
        """Begin, or see how far it is.

        Args:
            plan: a digest of everything that decides what is written.
            data: where they come from, for messages.

        Returns:
            What became of it, where it is finished.

        Raises:
            RunError: what is there belongs to another plan, or is not of ours.
        """
        if self._state.exists():
            state = msgspec.json.decode(self._state.read_bytes(), type=_State)
            if state.plan != plan:
                raise RunError(
                    f"{self.annotations} was begun with other settings, or from other data than"
                    f" are now in {data}: from {state.data}",
                    "give those again (of a dataset on the hub, --revision with what follows the"
                    f" @), name another --save_root, or remove {self._state} to begin anew",
                )
            if state.counts is not None and self._is_there(state.counts):
                return state.counts
        else:
            if self.annotations.exists():
                raise RunError(
                    f"{self.annotations} exists, and was not written by this command",
                    "name another --save_root, or remove it first",
                )
            shutil.rmtree(self._units, ignore_errors=True)
            self._write_state(_State(plan, data))
        for folder in (self._units, self.media):
            folder.mkdir(parents=True, exist_ok=True)
        return None

    def counts(self, number: int) -> Counts | None:
        """What became of a unit, where it is finished."""
        path = self.unit(number, "counts")
        return msgspec.json.decode(path.read_bytes(), type=Counts) if path.exists() else None

    def finish(self, plan: str, data: str, units: Sequence[int]) -> Counts:
        """Put the units together, in their order, and remember what became of them."""
        total = Counts(files=sum(1 for _ in self.media.iterdir()))
        for number in units:
            total.add(self.counts(number) or Counts())
        with whole_file(self.annotations) as file:
            file.write("[")
            for position, line in enumerate(self._lines(units, "records")):
                file.write((",\n" if position else "\n") + line.rstrip("\n"))
            file.write("\n]\n")
        if total.rejects:
            with whole_file(self.rejects) as file:
                file.writelines(self._lines(units, "rejects"))
        self._write_state(_State(plan, data, total))
        return total

    def tidy(self) -> None:
        """Remove what only an unfinished conversion needs."""
        shutil.rmtree(self._units, ignore_errors=True)
        if self.media.is_dir() and not any(self.media.iterdir()):
            self.media.rmdir()

    def _lines(self, units: Sequence[int], ending: str) -> Iterator[str]:
        for number in units:
            with self.unit(number, ending).open(encoding="utf-8", newline="\n") as lines:
                yield from lines

    def _is_there(self, counts: Counts) -> bool:
        return self.annotations.exists() and (not counts.files or self.media.is_dir())

    def _write_state(self, state: _State) -> None:
        with whole_file(self._state) as file:
            file.write(msgspec.json.encode(state).decode())
