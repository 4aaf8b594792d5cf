"""Messages as parts: text and media in the order in which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from mmgen_datasets.chat import MediaKind

_PLACEHOLDER = re.compile(rf"<({'|'.join(get_args(MediaKind))})>\n?")


def parts(content: str) -> Iterator[tuple[str, str]]:
    r"""Cut a message at its placeholders.

    Returns:
        ``("text", ...)`` and ``("image", "")`` by turns, with no text that is empty. The line end
        after a placeholder goes with it.

    Example:
        >>> list(parts("<image>\nWhat is it?"))
        [('image', ''), ('text', 'What is it?')]
    """
    for number, piece in enumerate(_PLACEHOLDER.split(content)):
        if number % 2:
            yield piece, ""
        elif piece:
            yield "text", piece
