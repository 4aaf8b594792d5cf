"""What pictures look like, kept from one run to the next by the digests of their files.

To read and digest a photograph takes a tenth of a millisecond, to decode it some. As the digest is
that of the content, nothing that is kept can be out of date, whatever becomes of files and their
names. It may be deleted at any time, and is used by several processes at once.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import datasets
import numpy as np

from mmgen_datasets.quality.repeats.picture_hash import FORM, Look

_LOG = logging.getLogger(__name__)

_TABLE = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS looks (digest BLOB PRIMARY KEY, look BLOB) WITHOUT ROWID;
"""


@dataclass
class KeptLooks:
    """The looks of pictures by the SHA-256 of their files; None where one is of one colour."""

    connection: sqlite3.Connection | None
    """Without one nothing is kept, and nothing found."""

    def find(self, digests: Sequence[bytes]) -> dict[bytes, Look | None]:
        """Those of some pictures that are kept; of at most 999."""
        marks = ", ".join("?" * len(digests))
        asked = f"SELECT digest, look FROM looks WHERE digest IN ({marks})"
        with self._giving_up() as connection:
            found = connection.execute(asked, digests).fetchall() if connection else []
            return {digest: look and np.frombuffer(look, np.uint64) for digest, look in found}
        return {}

    def keep(self, looks: Mapping[bytes, Look | None]) -> None:
        """Keep those of some pictures."""
        rows = [
            (digest, look if look is None else look.tobytes()) for digest, look in looks.items()
        ]
        with self._giving_up() as connection:
            if connection and rows:
                connection.executemany("INSERT OR IGNORE INTO looks VALUES (?, ?)", rows)
                connection.commit()

    @contextmanager
    def _giving_up(self) -> Iterator[sqlite3.Connection | None]:
        """Do without what is kept from the first failure on."""
        try:
            yield self.connection
        except sqlite3.Error as error:
            _LOG.warning("what pictures look like is not kept from now on: %s", error)
            self.connection = None


@contextmanager
def kept_looks() -> Iterator[KeptLooks]:
    """Open what is kept, in the cache of `datasets`; where it cannot be, nothing is."""
    path = Path(datasets.config.HF_DATASETS_CACHE) / "mmgen" / f"looks-{FORM}.sqlite"
    with ExitStack() as opened:
        connection = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = opened.enter_context(closing(sqlite3.connect(path)))
            connection.executescript(_TABLE)
        except (OSError, sqlite3.Error) as error:
            _LOG.warning("what pictures look like is not kept: %s: %s", path, error)
            connection = None
        yield KeptLooks(connection)
