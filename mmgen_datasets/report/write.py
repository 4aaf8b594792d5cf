"""Write the report of a run: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import jinja2

from mmgen_datasets.errors import UsageError
from mmgen_datasets.files import whole_file
from mmgen_datasets.quantity import quantity
from mmgen_datasets.report.chunks import Chunk
from mmgen_datasets.report.payload import Payload, payload_of

_HERE = Path(__file__).parent
_SCRIPTS = (
    *("elements", "merge", "chunks", "catalogue", "state", "filter"),
    *("charts", "histogram", "told_checks", "told_words", "told_making", "overview"),
    *("facets", "command", "list", "marks", "picture", "motion", "player", "talk", "sample"),
    "keys",
)
"""Files of ``js/``, in the order in which they are joined: each uses those before it."""
_LIVE_SCRIPTS = ("served", "arrivals", "live")
"""Further ones of a page that follows a run."""
_STYLES = ("base", "overview", "samples", "talk", "small", "print")
"""Files of ``css/``, in order."""


def write_report(
    path: str | Path,
    out: str | Path | None = None,
    *,
    thumbnail_side: int | None = None,
    data_dir: str | None = None,
    annotations: bool = True,
) -> Payload:
    """Write a page about a run: what it came to, and all conversations beside their media.

    Args:
        path: of the run's folder.
        out: the HTML file; ``report.html`` in the run's folder where None.
        thumbnail_side: the longer side of pictures, in pixels; 640 where None and there are
            few, else 320.
        data_dir: where the source's files are now, for boxes and captions; by default where the
            run found them.
        annotations: whether to show boxes and captions. Where the source cannot be loaded, the
            page says so and does without.

    Returns:
        What the page tells.

    Raises:
        RunError: it is no run, or not finished.
        UsageError: `out` is a folder.
    """
    file_path = Path(out) if out is not None else Path(path) / "report.html"
    if file_path.is_dir():
        raise UsageError(
            f"{file_path} is a folder", f"name a file in it: --out {file_path / 'report.html'}"
        )
    payload = payload_of(path, data_dir=data_dir, annotations=annotations)
    with whole_file(file_path) as file:
        for piece in page(
            payload.overview, payload.first_chunks(), payload.other_chunks(thumbnail_side)
        ):
            file.write(piece)
    return payload


def page(
    overview: object, first: Iterable[Chunk], others: Iterable[Chunk], *, is_live: bool = False
) -> Iterator[str]:
    """The page's text, piece by piece: its chunks are made while it is written.

    Args:
        overview: what is told before any script runs.
        first: chunks that stand before the script.
        others: those behind it, which a browser reads while the page is already in use.
        is_live: whether the page asks the server that it is from for chunks, and for what is new.
    """
    script = _joined("js", [*_SCRIPTS, *(_LIVE_SCRIPTS if is_live else ()), "main"])
    script = f'"use strict";\n(() => {{\n{script}}})();\n'
    style = _joined("css", _STYLES)
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["of"] = quantity
    return environment.from_string(_read("page.html")).generate(
        overview=overview,
        is_live=is_live,
        script=script,
        style=style,
        script_hash=_csp_hash(script),
        style_hash=_csp_hash(style),
        first=first,
        others=others,
    )


def _joined(kind: str, names: Iterable[str]) -> str:
    return "\n".join(_read(f"{kind}/{name}.{kind}") for name in names)


def _csp_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
