"""How the codes of a codebook are used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_RARE = 1e-4  # of all; as MTVCrafter's reports have it
_FREQUENT = 1e-2


@dataclass(frozen=True, eq=False)
class Usage:
    """How often each code was chosen."""

    counts: npt.NDArray[np.int64]
    """(num_codes,)"""

    @classmethod
    def of(cls, codes: Iterable[npt.NDArray[np.int64]], num_codes: int) -> Usage:
        """Count the codes of clips.

        Example:
            >>> Usage.of([np.array([0, 0, 2])], num_codes=4).counts.tolist()
            [2, 0, 1, 0]
        """
        counts = np.zeros(num_codes, np.int64)
        for one in codes:
            counts += np.bincount(one.reshape(-1), minlength=num_codes)
        return cls(counts)

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """Of all codes chosen: (num_codes,)."""
        shares: npt.NDArray[np.float64] = self.counts / max(1, self.counts.sum())
        return shares

    @property
    def dead(self) -> int:
        """Codes that were never chosen."""
        return int((self.counts == 0).sum())

    @property
    def alive(self) -> int:
        """Codes that were."""
        return len(self.counts) - self.dead

    @property
    def rare(self) -> int:
        """Codes of less than 0.01 percent, and more than none."""
        return int(((self.counts > 0) & (self.shares < _RARE)).sum())

    @property
    def frequent(self) -> int:
        """Codes of a percent or more."""
        return int((self.shares >= _FREQUENT).sum())

    @property
    def perplexity(self) -> float:
        """How many codes would be as unpredictable, were all used alike."""
        return float(np.exp(-(self.shares * np.log(self.shares + 1e-7)).sum()))

    def extremes(self, number: int = 5) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
        """The most and the least used codes with their shares."""
        order = np.argsort(-self.counts, kind="stable").tolist()
        rows = [(code, float(self.shares[code])) for code in order]
        return rows[:number], rows[::-1][:number]
