"""How many clips a second become codes, all at once and one by one.

    python scripts/bench/motion_encode.py --clips 64 --width 512

The network is that of T2M-GPT with weights of chance; clips last 2 to 10 seconds at 20 frames.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from mmgen_datasets.motion.tokenizer_codec import MotionCodec, best_device
from mmgen_datasets.motion.vqvae import VQVAE, VQVAESettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=64)
    parser.add_argument("--width", type=int, default=512, help="channels, codes and their width")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default=best_device())
    told = parser.parse_args()
    torch.set_num_threads(told.threads)
    torch.manual_seed(0)
    network = VQVAE(VQVAESettings(num_codes=told.width, code_width=told.width, width=told.width))
    network.quantizer.begin_at(torch.randn(told.width, told.width) / 10)
    zeros, ones = np.zeros(263, np.float32), np.ones(263, np.float32)
    codec = MotionCodec("vqvae", network.to(told.device).eval(), zeros, ones)
    random = np.random.default_rng(0)
    clips = [
        random.normal(size=(length, 263)).astype(np.float32)
        for length in random.integers(40, 200, size=told.clips)
    ]
    codec.encode(clips[:2])
    alone, alone_s, alone_cpu = timed(lambda: [codec.encode([clip])[0] for clip in clips])
    together, s, cpu = timed(lambda: codec.encode(clips))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))
    print(f"{'':10}{'clips/s':>10}{'CPU ms a clip':>16}")
    for name, wall, used in (("one by one", alone_s, alone_cpu), ("together", s, cpu)):
        print(f"{name:10}{told.clips / wall:10.1f}{1000 * used / told.clips:16.1f}")


def timed(work: Callable[[], list[Any]]) -> tuple[list[Any], float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
