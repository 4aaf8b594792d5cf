"""What pictures look like is looked up by the content of their files, and never out of date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import datasets
import numpy as np
import pytest

from mmgen_datasets.quality.repeats.picture_hash import Look, look_of
from mmgen_datasets.quality.repeats.pictures import Seen, see
from tests.photographs import file_of, scene

PICTURE = file_of(scene(1))
OTHER_LOOK: Look = np.array([1, 2, 3], np.uint64)


@pytest.fixture(autouse=True)
def kept_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    return tmp_path / "mmgen" / "looks-1.sqlite"


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection
        connection.commit()


def seen(data: bytes) -> Seen:
    [one] = see([{"bytes": data, "path": None}])
    return one


def look(data: bytes) -> list[int] | None:
    found = seen(data).look
    return None if found is None else found.tolist()


def test_what_is_kept_is_not_looked_at_again(kept_file: Path) -> None:
    """Told from the file by other bits, which are put in their place."""
    assert look(PICTURE) == np.asarray(look_of(PICTURE)).tolist()
    with opened(kept_file) as kept:
        kept.execute("UPDATE looks SET look = ?", [OTHER_LOOK.tobytes()])
    assert look(PICTURE) == [1, 2, 3]
    assert seen(PICTURE).digest == sha256(PICTURE).digest()


def test_a_file_that_was_replaced_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    found = []
    for seed in (1, 2):
        path.write_bytes(file_of(scene(seed)))
        [one] = see([{"bytes": None, "path": str(path)}])
        found.append((one.digest, np.asarray(one.look).tolist()))
    assert found[0] != found[1]
    assert found[1][1] == np.asarray(look_of(path.read_bytes())).tolist()


def test_a_picture_of_one_colour_has_no_look_when_it_is_kept_either(kept_file: Path) -> None:
    grey = file_of(scene(1).point(lambda _: 7))
    assert [seen(grey), seen(grey)] == [Seen(sha256(grey).digest())] * 2
    with opened(kept_file) as kept:
        assert kept.execute("SELECT look FROM looks").fetchall() == [(None,)]


def test_what_cannot_be_read_is_not_kept(kept_file: Path) -> None:
    assert seen(b"no picture") == seen(b"no picture")
    assert seen(b"no picture").problem
    with opened(kept_file) as kept:
        assert not kept.execute("SELECT * FROM looks").fetchall()


@pytest.mark.parametrize("content", [b"no database" * 100, None])
def test_without_a_place_to_keep_them_pictures_are_seen(
    content: bytes | None, kept_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The file is no database, or a file stands where its folder should."""
    if content:
        kept_file.parent.mkdir()
        kept_file.write_bytes(content)
    else:
        kept_file.parent.write_text("")
    assert look(PICTURE) == np.asarray(look_of(PICTURE)).tolist()
    assert f"is not kept: {kept_file}" in caplog.text


def test_a_database_that_breaks_on_the_way_is_done_without(
    kept_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept_file.parent.mkdir()
    with opened(kept_file) as kept:
        kept.execute("CREATE TABLE looks (something)")
    assert look(PICTURE) == np.asarray(look_of(PICTURE)).tolist()
    assert len(caplog.records) == 1
