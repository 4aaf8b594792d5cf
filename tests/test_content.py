"""What identifies files: digests that stand in files and keys, so they must stay what they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mmgen_datasets.content import content_digest, full_digest


def written(folder: Path, **files: bytes) -> list[Path]:
    """Files by their names, in that order."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


@pytest.mark.parametrize(
    ("files", "stretches", "whole"),
    [
        ({}, "e3b0c44298fc1c14", "e3b0c44298fc1c14"),
        ({"one": b"abc", "two": b"de"}, "3dff32d8a5703732", "0dc3c4a6bfbe52bd"),
        ({"large": bytes(6 << 20)}, "f0df68da160f20e8", "ac476167d660bff6"),
    ],
)
def test_a_digest_stays_what_it_is(
    files: dict[str, bytes], stretches: str, whole: str, tmp_path: Path
) -> None:
    paths = written(tmp_path, **files)
    assert content_digest(paths) == stretches
    assert full_digest(paths) == whole


@pytest.mark.parametrize("digest", [content_digest, full_digest])
class TestEither:
    def test_a_byte_counts(self, digest: Callable[..., str], tmp_path: Path) -> None:
        assert digest(written(tmp_path, a=b"xy")) != digest(written(tmp_path, b=b"xz"))

    def test_the_bounds_of_files_count(self, digest: Callable[..., str], tmp_path: Path) -> None:
        cut = written(tmp_path, a=b"x", b=b"yz")
        assert digest(cut) != digest(written(tmp_path, c=b"xy", d=b"z"))

    def test_names_and_folders_do_not(self, digest: Callable[..., str], tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        again = written(tmp_path / "other", b=b"xy")
        assert digest(written(tmp_path, a=b"xy")) == digest(again)

    def test_a_file_that_is_replaced_is_read_again(
        self, digest: Callable[..., str], tmp_path: Path
    ) -> None:
        before = digest(written(tmp_path, a=b"xy"))
        assert digest(written(tmp_path, a=b"xyz")) != before


def test_only_the_full_digest_reads_all_of_a_large_file(tmp_path: Path) -> None:
    plain = bytes(9_000_000)
    between = (1 << 20) + (1 << 14)  # the first byte behind the first stretch
    changed = plain[:between] + b"x" + plain[between + 1 :]
    files = written(tmp_path, plain=plain, changed=changed)
    assert len({content_digest([file]) for file in files}) == 1
    assert len({full_digest([file]) for file in files}) == 2
