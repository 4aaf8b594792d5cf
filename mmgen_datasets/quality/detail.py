"""Faults as the text of a check's ``detail``, which people read and reports take apart again.

A line for each fault::

    turn 3 "the caption says": speaks of captions
    turn 5 "": is empty

Turns count from 0, as messages do. The words are written as JSON writes a string, so that line
breaks and quotation marks in them cannot be taken for the form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from mmgen_datasets.quality.case import Fault

_LINE = re.compile(r'turn (\d+) ("(?:[^"\\]|\\.)*"): (.*)')


def write_detail(faults: Iterable[Fault]) -> str:
    """Put faults into words, a line each.

    Example:
        >>> write_detail([Fault(1, "As an AI", "refuses")])
        'turn 1 "As an AI": refuses'
    """
    return "\n".join(
        f"turn {fault.turn} {json.dumps(fault.words, ensure_ascii=False)}: {fault.problem}"
        for fault in faults
    )


def read_detail(detail: str | None) -> list[Fault]:
    """Read what `write_detail` wrote; lines of another form are left out.

    Example:
        >>> read_detail('turn 1 "As an AI": refuses')
        [Fault(turn=1, words='As an AI', problem='refuses')]
    """
    lines = (detail or "").split("\n")
    return [
        Fault(int(found[1]), json.loads(found[2]), found[3])
        for line in lines
        if (found := _LINE.fullmatch(line))
    ]
