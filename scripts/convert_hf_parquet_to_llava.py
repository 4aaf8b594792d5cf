r"""Convert a dataset of parquet files to LLaVA's format, with the flags of EMOVA's converter.

    python scripts/convert_hf_parquet_to_llava.py --dataset_path Emova-ollm/emova-sft-4m \
        --config websrc --save_root $DATA_ROOT

This is ``mmgen convert``; ``--help`` tells what it has besides.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from mmgen_datasets.cli import main as mmgen


def main(argv: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if argv is None else argv
    return mmgen(["convert", *words])


if __name__ == "__main__":
    sys.exit(main())
