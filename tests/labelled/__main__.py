"""``python -m tests.labelled development [CHECK ...]``."""

import sys

from tests.labelled.measure import main

main(*sys.argv[1:])
