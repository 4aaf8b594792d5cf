"""The page of a run, served while the run goes on."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from mmgen_datasets.generation.run import read_run
from mmgen_datasets.report.chunks import MEDIA_A_CHUNK, pack
from mmgen_datasets.report.following import Following
from mmgen_datasets.report.headway import standing
from mmgen_datasets.report.payload import Payload, payload_of
from mmgen_datasets.report.server import Answer, Server, Site
from mmgen_datasets.report.write import page

_EVERY_S = 1.0
"""The run is looked at no more often, however many pages ask."""
_CHUNK = re.compile(r"chunk/(overview|index|(texts|samples|media)-(\d{1,9}))")


@contextmanager
def live_report(
    path: str | Path,
    *,
    port: int = 0,
    thumbnail_side: int | None = None,
    data_dir: str | None = None,
    annotations: bool = True,
) -> Iterator[Server]:
    """Serve the page of a run on 127.0.0.1, which follows the run while it goes on.

    A run that is finished is served as it is, with what was found of its conversations; one that
    goes on is looked at without disturbing it, and the checks of one conversation are run on what
    comes in. Nothing is written into its folder.

    Args:
        path: of the run's folder.
        port: 0 takes one that is free.
        thumbnail_side: as for `mmgen_datasets.write_report`.
        data_dir: the same.
        annotations: the same.

    Yields:
        The server; ``url`` says where the page is, ``serve_forever`` answers.

    Raises:
        RunError: it is no run, or is not finished and of a kind that cannot be watched, or the
            files of its source are not where they are looked for.
        UsageError: the port is taken.

    Example::

        with live_report("runs/llava") as server:
            print(server.url)
            server.serve_forever()
    """
    status, _ = standing([(folder.shard, manifest) for folder, manifest in read_run(path)])
    site: Site
    if status == "finished":
        payload = payload_of(path, data_dir=data_dir, annotations=annotations)
        site = _Finished(payload, thumbnail_side)
    else:
        following = Following(Path(path), thumbnail_side, annotations, data_dir)
        following.look()  # what is wrong with the run is told before any page is opened
        site = _GoingOn(following)
    with Server(site, port) as server:
        yield server


@dataclass(frozen=True)
class _Finished:
    """The page of a run that is finished, as its file would be."""

    payload: Payload
    side: int | None

    def __call__(self, asked: str, query: Mapping[str, str]) -> Answer | None:
        if asked:
            return None
        told, first = self.payload.overview, self.payload.first_chunks()
        return Answer("text/html", page(told, first, self.payload.other_chunks(self.side)))


@dataclass
class _GoingOn:
    """The page of a run that goes on, and what it asks for."""

    following: Following
    _lock: Lock = field(default_factory=Lock)
    _looked: float = -_EVERY_S
    _overview: tuple[int, dict[str, Any]] | None = None

    def __call__(self, asked: str, query: Mapping[str, str]) -> Answer | None:
        if not asked:
            with self._lock:
                return Answer("text/html", [*page(self._told(), (), (), is_live=True)])
        if asked == "since":
            have = {name: int(n) for name, n in query.items() if n.isascii() and n.isdigit()}
            return Answer("application/json", [json.dumps(self._since(have))])
        found = _CHUNK.fullmatch(asked)
        text = found and self._chunk(found[1], found[2], int(found[3] or 0))
        return Answer("text/plain", [text]) if text is not None else None

    def _since(self, have: Mapping[str, int]) -> dict[str, Any]:
        """What has changed since a page asked; it says what it has."""
        with self._lock:
            now = time.monotonic()
            if now - self._looked >= _EVERY_S or self.following.is_behind:
                self._looked = now
                self.following.look()
            told = {"headway": self.following.headway(), "version": self.following.version}
            if have.get("version") == self.following.version:
                return told
            return told | self.following.since(have) | {"overview": self._told()}

    def _told(self) -> dict[str, Any]:
        version = self.following.version
        if self._overview is None or self._overview[0] != version:
            self._overview = version, self.following.overview()
        return self._overview[1]

    def _chunk(self, name: str, kind: str | None, number: int) -> str | None:
        catalogue = self.following.catalogue
        with self._lock:
            if kind is None:
                return pack(self._told() if name == "overview" else self.following.index())
            if kind == "media":
                start = number * MEDIA_A_CHUNK
                samples = range(len(catalogue.first_rows))[start : start + MEDIA_A_CHUNK]
                makers = [self.following.medium(sample) for sample in samples]
            else:
                pieces = {"texts": catalogue.texts, "samples": catalogue.sample_texts}[kind]
                return pieces[number] if number < len(pieces) else None
        return "\n".join(make() for make in makers)  # pictures take their time
