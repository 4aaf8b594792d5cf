"""The page about a tokenizer, its pictures, and the commands that make them."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from mmgen_datasets.cli import main  # noqa: E402
from mmgen_datasets.motion.codes_files import read_codes_files  # noqa: E402
from mmgen_datasets.motion.render import gif, strip  # noqa: E402
from mmgen_datasets.motion.report import judge, write_report  # noqa: E402
from mmgen_datasets.motion.skeleton import H36M, HUMANML3D  # noqa: E402
from mmgen_datasets.motion.tokenizer_codec import MotionCodec  # noqa: E402
from tests.contracts.motion_tokenizer import chance_codec  # noqa: E402
from tests.motion import reference_nets as reference  # noqa: E402
from tests.motion.folders import write_folder  # noqa: E402
from tests.motion.gaits import clip  # noqa: E402

TINY = {"frame": (263,), "num_codes": 16, "code_width": 8, "width": 16, "depth": 1}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("motion") / "HumanML3D"
    write_folder(root, num_frames=40)
    return root.parent


def shown(data: bytes) -> tuple[int, int]:
    """How many frames a GIF has, and how long it lasts in milliseconds."""
    picture: Any = Image.open(io.BytesIO(data))
    lasting = 0
    for frame in range(picture.n_frames):
        picture.seek(frame)
        lasting += picture.info["duration"]
    return picture.n_frames, lasting


def test_a_gif_moves_at_the_pace_of_the_clip() -> None:
    joints = clip("walk", num_frames=40)
    data = gif([joints, joints], HUMANML3D, fps=20, size=60)
    assert Image.open(io.BytesIO(data)).size == (120, 60)
    frames, lasting = shown(data)
    assert frames > 10
    assert lasting == 2000


def test_a_long_gif_has_no_more_frames_than_a_page_can_bear() -> None:
    frames, lasting = shown(gif([clip("walk", num_frames=300)], HUMANML3D, fps=20, size=40))
    assert frames <= 80
    assert lasting == 15_000


def test_a_strip_shows_frames_from_left_to_right() -> None:
    joints = clip("jump", num_frames=30)
    picture = Image.open(io.BytesIO(strip([joints, joints], HUMANML3D, num_frames=5, size=50)))
    assert picture.size == (250, 100)
    assert picture.format == "PNG"
    one = Image.open(io.BytesIO(strip([joints[:1]], HUMANML3D, num_frames=5, size=50)))
    assert one.size == (50, 50)


def test_a_figure_stands_on_its_feet_also_where_y_points_down() -> None:
    joints = clip("wave", skeleton=H36M)
    over = joints * np.array([1, -1, -1])
    assert strip([joints], H36M) == strip([over], H36M)


class Tags(HTMLParser):
    """What a browser would fetch, and the tags it would see."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]


def test_a_page_needs_nothing_else_and_escapes_names(tmp_path: Path) -> None:
    codec = chance_codec("vqvae", TINY, "humanml3d")
    random = np.random.default_rng(0)
    motions = {
        f"<script>{n}": (codec.mean + random.normal(size=(24 + n, 263))).astype(np.float32)
        for n in range(3)
    }
    motions["short & sweet"] = np.zeros((2, 263), np.float32)
    log = tmp_path / "training.jsonl"
    log.write_text('{"reconstruction": 2.0, "commit": 1.0, "perplexity": 3.0}\n' * 3)
    judgement = judge(codec, motions)
    assert [clip.badness for clip in judgement.clips] == sorted(
        (clip.badness for clip in judgement.clips), reverse=True
    )
    assert [*judgement.skipped] == ["short & sweet"]
    write_report(judgement, codec, tmp_path / "report.html", log=log, num_clips=1)
    page = (tmp_path / "report.html").read_text("utf-8")
    tags = Tags()
    tags.feed(page)
    assert "script" not in tags.names
    assert "short &amp; sweet" in page
    assert "the clip has 2 frames" in page
    assert len(tags.sources) == 4  # two clips, a GIF and a strip each
    assert all(source.startswith("data:image/") for source in tags.sources)
    assert tags.names.count("svg") == 4
    assert "made by chance; free" in page


def test_motion_goes_through_all_commands(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    of = [
        word
        for name, value in TINY.items()
        if name != "frame"
        for word in ("--of", f"{name}={value}")
    ]
    how = ["--how", "num_steps=3", "--how", "batch=2", "--how", "window=16"]
    train = ["motion", "train", str(folder), "--out", "tokenizer", *of, *how, "--device", "cpu"]
    assert main(train) == 0
    assert "tokenizer: vqvae, 16 codes, 3 steps" in capsys.readouterr().out
    assert (
        main(["motion", "encode", "tokenizer", str(folder), "--split", "test", "--out", "c"]) == 0
    )
    ids = (folder / "HumanML3D/test.txt").read_text().split()
    codes = dict(read_codes_files("c"))
    assert {*codes} == {*ids}
    assert np.load(f"c/{ids[0]}.npy").shape == (1, len(codes[ids[0]]))
    assert main(["motion", "report", "tokenizer", str(folder), "--clips", "1"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"local [\d.]+, root-aligned [\d.]+, Procrustes", out)
    assert f"report.html: {len(ids)} clips; 0 have no codes" in out
    assert Path("report.html").stat().st_size < 2_000_000


def test_published_weights_become_a_tokenizer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    shapes = reference.vqvae_shapes(features=263, width=16, codes=8, code_width=8)
    torch.save({"net": reference.chance_weights(shapes)}, "net_last.pth")
    words = ["motion", "import", "net_last.pth", "--out", "tokenizer"]
    assert main(words) == 2
    assert "of no use without its mean" in capsys.readouterr().err
    for name in ("mean", "std"):
        np.save(f"{name}.npy", np.ones(263))  # as published, float64
    assert main([*words, "--mean", "mean.npy", "--std", "std.npy", "--licence", "research"]) == 0
    assert MotionCodec.from_pretrained("tokenizer").about.licence == "research"


def test_clips_in_files_of_joints_are_read(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    chance_codec(
        "grid_vqvae", {"num_codes": 8, "code_width": 8, "widths": (32, 32)}, "h36m"
    ).save_pretrained("tokenizer")
    Path("clips/s1").mkdir(parents=True)
    np.save("clips/s1/walk.npy", clip("walk", num_frames=16, skeleton=H36M))
    np.save("clips/short.npy", clip("walk", num_frames=4, skeleton=H36M))
    np.save("clips/nan.npy", np.full((16, 17, 3), np.nan))
    assert main(["motion", "encode", "tokenizer", "clips", "--out", "codes"]) == 1
    err = capsys.readouterr().err
    assert "left out 1 clip: NaN or infinite" in err
    assert "short: the clip has 4 frames; the least that have codes are 8" in err
    assert np.load("codes/s1/walk.npy").shape == (4, 17)


def test_a_folder_without_a_whole_clip_is_refused(tmp_path: Path, capsys: Any) -> None:
    np.save(tmp_path / "nan.npy", np.full((16, 17, 3), np.nan))
    assert main(["motion", "train", str(tmp_path), "--out", str(tmp_path / "t")]) == 2
    assert "none of 1 clips can be read: NaN or infinite" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--of", "width"], "'width' is no setting"),
        (["--of", "width=wide"], "width is 'wide'"),
        (["--of", "norm=XX"], "norm is 'XX'"),
        (["--how", "rate=fast"], "rate is 'fast'"),
        (["--how", "loss=l7"], "loss is 'l7'"),
        (["--of", "colour=1"], "there is no setting 'colour'"),
        (["--network", "other"], "no motion tokenizer is called 'other'"),
        (["--skeleton", "bird"], "no skeleton is called 'bird'"),
        (["--split", "dev"], "has no split 'dev'"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(
    words: list[str], problem: str, folder: Path, tmp_path: Path, capsys: Any
) -> None:
    assert main(["motion", "train", str(folder), "--out", str(tmp_path / "t"), *words]) == 2
    assert problem in capsys.readouterr().err
