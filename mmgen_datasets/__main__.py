"""`python -m mmgen_datasets` is `mmgen`."""

import sys

from mmgen_datasets.cli import main

sys.exit(main())
