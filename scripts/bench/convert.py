"""Measure the conversion of JPEG in parquet against decoding and saving as PNG.

    python -m scripts.bench.convert --rows 4000 --rounds 3
    python -m scripts.bench.convert --pictures val2017 --rows 4000 --rounds 3

Each way has datasets of two sizes: ours of a tenth of the rows and of all, the other, which takes
seconds for a hundred pictures, of a hundredth and of a tenth. CPU is user and system time of the
whole process, imports included; what a picture takes besides that is the slope between the two
sizes. Memory is the peak of the process. The pictures are 640 by 480, about 160 kB each, grainy as
photographs are, or files of your own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tests.photographs import file_of, photograph

ROWS_PER_GROUP = 100  # as `datasets` writes pictures
DRAWN = 20


class Taken(NamedTuple):
    """What a process took."""

    cpu_s: float
    peak_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pictures", type=Path, help="a folder of JPEG files")
    options = parser.parse_args()
    pictures = read(options.pictures) if options.pictures else draw()
    sizes = {"ours": (options.rows // 10, options.rows)}
    sizes["decode"] = options.rows // 100, options.rows // 10
    with tempfile.TemporaryDirectory(prefix="bench-convert-") as name:
        work = Path(name)
        for size in {size for pair in sizes.values() for size in pair}:
            write(work / f"rows-{size}", pictures, size)
        taken: dict[tuple[str, int], list[Taken]] = {}
        for _ in range(options.rounds):
            for way, pair in sizes.items():
                for size in pair:
                    taken.setdefault((way, size), []).append(measure(way, size, work))
    report(sizes, taken)


def draw() -> list[bytes]:
    return [file_of(photograph(640, 480, seed=seed, grain=20), quality=90) for seed in range(DRAWN)]


def read(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]


def write(folder: Path, pictures: list[bytes], rows: int) -> None:
    """One file of parquet as `datasets` writes it."""
    folder.mkdir()
    turns = [
        {"from": "human", "value": "<image>\nWhat is there to see?"},
        {"from": "gpt", "value": "A ramp from red to blue, as grainy as a photograph. " * 4},
    ]
    image = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    turn = pa.struct({"from": pa.string(), "value": pa.string()})
    features = b'{"info": {"features": {"image": {"_type": "Image"}, "conversations": {"feature":'
    features += b'{"from": {"dtype": "string", "_type": "Value"}, "value": {"dtype": "string",'
    features += b'"_type": "Value"}}, "_type": "List"}}}}'
    schema = pa.schema(
        {"image": image, "conversations": pa.list_(turn)}, metadata={b"huggingface": features}
    )
    source = islice(cycle(pictures), rows)
    with pq.ParquetWriter(folder / "train.parquet", schema) as writer:
        while group := [{"bytes": data, "path": None} for data in islice(source, ROWS_PER_GROUP)]:
            columns = {"image": group, "conversations": [turns] * len(group)}
            writer.write_table(pa.table(columns, schema))


def measure(way: str, size: int, work: Path) -> Taken:
    out = work / "out"
    folder = work / f"rows-{size}"
    script = [sys.executable, "-m", "scripts.convert_hf_parquet_to_llava"]
    words = {
        "ours": [*script, "--dataset_path", str(folder), "--save_root", str(out)],
        "decode": [sys.executable, "-m", "scripts.bench.decode_and_save", str(folder), str(out)],
    }[way]
    environment = {**os.environ, "HF_HOME": str(work / "hf"), "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    shutil.rmtree(out)
    return Taken(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def report(sizes: dict[str, tuple[int, int]], taken: dict[tuple[str, int], list[Taken]]) -> None:
    """Print medians, and what our way takes of the other's."""
    print(f"{'':8}{'rows':>7}{'CPU s':>9}{'CPU ms each':>13}{'peak MB':>9}")
    each, slope = {}, {}
    for way, pair in sizes.items():
        cpu = {}
        for size in pair:
            runs = taken[way, size]
            cpu[size] = statistics.median(run.cpu_s for run in runs)
            peak = statistics.median(run.peak_mb for run in runs)
            each[way] = cpu[size] / size * 1000
            print(f"{way:8}{size:7}{cpu[size]:9.2f}{each[way]:13.2f}{peak:9.0f}")
        small, large = pair
        slope[way] = (cpu[large] - cpu[small]) / (large - small) * 1000
        print(f"{way:8}a further picture: {slope[way]:.2f} CPU ms")
    print(f"decode / ours: {each['decode'] / each['ours']:.0f} with the larger sizes,", end=" ")
    print(f"{slope['decode'] / slope['ours']:.0f} for a further picture")


if __name__ == "__main__":
    main()
