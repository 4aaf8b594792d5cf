"""Measure the report of a large run: making it, and opening it in Chromium.

    python -m scripts.bench.report --coco coco --work report-bench --conversations 10000

makes a run over as many pictures, once: those of a COCO folder, each cut a little differently and
written anew as a JPEG of 640 x 480, with its captions and boxes, answers of the length that models
write, and findings of checks. Then it measures, in fresh processes:

* making: ``mmgen report``, imports and the loading of annotations included;
* opening: first contentful paint, when the list stands there with its texts, and how long a filter
  takes that is chosen at that moment, while the browser still reads the rest of the file; then how
  long a search takes once all is read, and the longest frame while the list is scrolled through.

CPU is user and system time of the whole process; memory is its peak.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from datasets import Dataset
from PIL import Image

import mmgen_datasets as mmgen
from mmgen_datasets.generation.rewriting import rewrite_run
from mmgen_datasets.quality.case import Fault
from mmgen_datasets.quality.check import put_checks
from mmgen_datasets.quality.detail import write_detail
from tests.browser import chromium

_SIZE = (640, 480)
_CHECKS = ("turns", "hidden_context", "unsupported", "numbers", "repetition", "refusal")
_FAULTY = 0.03  # of the findings of each check

_WATCH = """
const watch = () => {
  if (document.querySelector(".item .title:not(:empty)")) window.listAt = performance.now();
  else requestAnimationFrame(watch);
};
requestAnimationFrame(watch);
"""
_FILTER = """async () => {
  const before = performance.now(), found = document.getElementById("found");
  const said = found.textContent;
  document.querySelector("#facets input[data-facet=check][data-name='*']").click();
  while (found.textContent === said) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - before;
}"""
_SEARCH = """async () => {
  const search = document.getElementById("search"), found = document.getElementById("found");
  const before = performance.now();
  search.value = "umbrella";
  search.dispatchEvent(new Event("input"));
  const said = found.textContent;
  while (found.textContent === said || found.textContent.startsWith("Search")) {
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - before;
}"""
_SCROLL = """async () => {
  const list = document.getElementById("list");
  const frames = [];
  let before = await new Promise(requestAnimationFrame);
  for (let step = 1; step <= 300; step++) {
    list.scrollTop = step * 400;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  frames.sort((a, b) => a - b);
  return [frames[150], frames[284], frames[299]];
}"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--coco", type=Path, required=True, help="folder of COCO 2017, validation")
    parser.add_argument("--work", type=Path, default=Path("report-bench"))
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--opens", type=int, default=3)
    args = parser.parse_args()
    run = args.work / f"run-{args.conversations}"
    if not (run / "run.json").exists():
        coco = _write_coco(args.coco, args.work / f"coco-{args.conversations}", args.conversations)
        _make_run(coco, run)
    _make(run)
    for _ in range(args.opens):
        _open(run / "report.html")


def _write_coco(source: Path, target: Path, number: int) -> Path:
    """Repeat what stands in a folder of COCO, under new ids."""
    files = [
        json.loads((source / "annotations" / f"{kind}_val2017.json").read_text())
        for kind in ("instances", "captions")
    ]
    there = [
        image for image in files[0]["images"] if (source / "val2017" / image["file_name"]).exists()
    ]
    images = [
        there[place % len(there)] | {"id": place + 1, "file_name": f"{place + 1:012}.jpg"}
        for place in range(number)
    ]
    (target / "val2017").mkdir(parents=True, exist_ok=True)
    jobs = [
        (source / "val2017" / old["file_name"], target / "val2017" / new["file_name"], place)
        for place, (new, old) in enumerate(zip(images, _cycle(there, number), strict=True))
    ]
    with ProcessPoolExecutor() as pool:
        list(pool.map(_vary, jobs, chunksize=100))
    (target / "annotations").mkdir(exist_ok=True)
    for kind, document in zip(("instances", "captions"), files, strict=True):
        of_image: dict[int, list[dict[str, Any]]] = {}
        for row in document["annotations"]:
            of_image.setdefault(row["image_id"], []).append(row)
        rows = [
            row | {"image_id": place + 1}
            for place, old in enumerate(_cycle(there, number))
            for row in of_image.get(old["id"], ())
        ]
        rows = [row | {"id": place + 1} for place, row in enumerate(rows)]
        document |= {"images": images, "annotations": rows}
        (target / "annotations" / f"{kind}_val2017.json").write_text(json.dumps(document))
    return target


def _cycle(rows: list[Any], number: int) -> list[Any]:
    return [rows[place % len(rows)] for place in range(number)]


def _vary(job: tuple[Path, Path, int]) -> None:
    source, target, seed = job
    rng = random.Random(seed)
    with Image.open(source) as picture:
        left, top = (rng.random() * 0.1 * side for side in picture.size)
        box = (left, top, left + 0.9 * picture.width, top + 0.9 * picture.height)
        picture.convert("RGB").resize(_SIZE, box=box).save(target, quality=90)


def _make_run(coco: Path, run: Path) -> None:
    plan = mmgen.Plan("coco2017", split="validation", data_dir=str(coco))
    mmgen.fill_run(mmgen.RunFolder(run), plan)
    rewrite_run(run, _lengthened)


def _lengthened(conversations: Dataset) -> Dataset:
    longer = conversations.map(
        _more_words, input_columns=["messages"], features=conversations.features, desc="words"
    )
    return put_checks(longer, _find, desc="checks")


def _more_words(messages: list[dict[str, str]]) -> dict[str, Any]:
    """Let each answer say again what others of its conversation say: about 300 characters."""
    said = " ".join(message["content"] for message in messages[1::2])
    return {
        "messages": [
            message | {"content": f"{message['content']} {said}"[:300]} if place % 2 else message
            for place, message in enumerate(messages)
        ]
    }


def _find(batch: dict[str, list[Any]], indices: list[int]) -> list[list[dict[str, Any]]]:
    return [
        [_finding(name, messages, random.Random(f"{row} {name}")) for name in _CHECKS]
        for row, messages in zip(indices, batch["messages"], strict=True)
    ]


def _finding(name: str, messages: list[dict[str, str]], rng: random.Random) -> dict[str, Any]:
    if rng.random() > _FAULTY:
        return {"name": name, "passed": True, "detail": None}
    words = " ".join(messages[1]["content"].split()[:3])
    return {"name": name, "passed": False, "detail": write_detail([Fault(1, words, "is drawn")])}


def _make(run: Path) -> None:
    began = time.perf_counter()
    words = [sys.executable, "-m", "mmgen_datasets", "report", str(run)]
    process = os.posix_spawn(words[0], words, os.environ)
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit("the report was not made")
    print(
        f"made in {time.perf_counter() - began:.1f} s, {used.ru_utime + used.ru_stime:.1f} CPU s, "
        f"{used.ru_maxrss / 1024:.0f} MiB; {(run / 'report.html').stat().st_size / 1e6:.1f} MB"
    )


def _open(page_file: Path) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(_WATCH)
        page.goto(f"{page_file.resolve().as_uri()}#view=samples", wait_until="commit")
        page.wait_for_selector("body[data-ready] .item .title:not(:empty)")
        filtered = page.evaluate(_FILTER)
        paint, listed = page.evaluate(
            "[performance.getEntriesByName('first-contentful-paint')[0].startTime, window.listAt]"
        )
        page.wait_for_selector("body[data-read]", timeout=60_000)
        read = page.evaluate("performance.now()")
        searched = page.evaluate(_SEARCH)
        page.click("#clear")
        frames = page.evaluate(_SCROLL)
    print(
        f"first paint {paint:.0f} ms, list {listed:.0f} ms, filter {filtered:.0f} ms; "
        f"all texts read at {read:.0f} ms, search {searched:.0f} ms; "
        f"frames while scrolling: median {frames[0]:.0f}, 95 % {frames[1]:.0f}, "
        f"longest {frames[2]:.0f} ms"
    )


if __name__ == "__main__":
    main()
