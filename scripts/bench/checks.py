"""How many conversations a second each check reads, alone and all together.

    python -m scripts.bench.checks [CONVERSATIONS]

The conversations are the labelled ones of the tests, over and over, each with words of its own so
that nothing is read from a cache.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from mmgen_datasets.quality import CHECKS
from mmgen_datasets.quality.case import Case
from mmgen_datasets.quality.check import check_case
from tests.labelled import read_labelled


def cases(number: int, salt: str) -> list[Case]:
    labelled = [one.case for one in read_labelled("development")]
    return [_own(labelled[n % len(labelled)], f"{salt}{n}") for n in range(number)]


def _own(case: Case, name: str) -> Case:
    messages = [
        {"role": one["role"], "content": f"{one['content']} [{name}]"} for one in case.messages
    ]
    return replace(case, messages=messages)


def cpu_seconds(names: Sequence[str], number: int, salt: str) -> float:
    given = cases(number, salt)
    check_case(given[0], names)  # models and tables are loaded once
    began = time.process_time()
    for case in given[1:]:
        check_case(case, names)
    return time.process_time() - began


def main(number: int = 2000) -> None:
    print(f"{'':16} conversations per CPU second   ms each")
    groups = [(name, (name,)) for name in CHECKS]
    alone = tuple(name for name, row in CHECKS.items() if not row.reads_annotations)
    for name, names in [*groups, ("from the text", alone), ("all", tuple(CHECKS))]:
        took = cpu_seconds(names, number, name)
        print(f"{name:16} {number / took:28,.0f}   {1000 * took / number:7.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
