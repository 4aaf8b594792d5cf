"""How the conversations of a run were chosen from those of another."""

from __future__ import annotations

from dataclasses import dataclass, field

from mmgen_datasets.generation.command import command_line

SELECT = "mmgen select"
"""The command that chooses them."""


@dataclass(frozen=True)
class Selection:
    """A choice, and what it left out."""

    run: str
    """The folder of the run that was chosen from, as it was given."""
    conversations: int
    """How many that had."""
    shards: int = 1
    """How many machines had filled it."""
    where: list[str] = field(default_factory=list)
    balance: str | None = None
    total: int | None = None
    seed: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    """Reason to number, in the order in which they were applied."""
    findings: list[str] = field(default_factory=list)
    """The commands by which that was checked and judged, as in `Manifest.findings`."""
    library_version: str = ""

    def command(self, run: str, out: str) -> str:
        """The command that makes the choice again.

        Args:
            run: the folder of the run to choose from.
            out: the folder to make.

        Example:
            >>> Selection("", 9, where=["words >= 5"], total=4).command("runs/a", "runs/b")
            "mmgen select runs/a --where 'words >= 5' --total 4 --out runs/b"
        """
        options = [
            *(("where", condition) for condition in self.where),
            ("balance", self.balance),
            ("total", self.total),
            ("seed", self.seed or None),
            ("out", out),
        ]
        return command_line([*SELECT.split(), run], options)
