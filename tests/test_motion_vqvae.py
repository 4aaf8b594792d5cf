"""The tokenizers give the codes of the published networks, whatever is in the batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mmgen_datasets.errors import MissingFileError, RowError, SourceError  # noqa: E402
from mmgen_datasets.motion.grid_vqvae import GridVQVAE, GridVQVAESettings  # noqa: E402
from mmgen_datasets.motion.quantize import RULES  # noqa: E402
from mmgen_datasets.motion.tokenizer_codec import MotionCodec  # noqa: E402
from mmgen_datasets.motion.tokenizer_published import read_published  # noqa: E402
from mmgen_datasets.motion.vqvae import VQVAE, VQVAESettings  # noqa: E402
from mmgen_datasets.motion.vqvae_norms import NORMS  # noqa: E402
from tests.motion import reference_nets as reference  # noqa: E402

SMALL = {"features": 11, "width": 32, "codes": 64, "code_width": 24}
GRID = {"codes": 64, "code_width": 24, "outer": 32, "inner": 64}


def codec_of(family: str, network: Any) -> MotionCodec:
    frame = network.settings.frame
    zeros, ones = np.zeros(frame, np.float32), np.ones(frame, np.float32)
    return MotionCodec(family, network.eval(), zeros, ones)


def clips(frame: tuple[int, ...], lengths: list[int]) -> list[Any]:
    random = np.random.default_rng(7)
    return [random.normal(size=(length, *frame)).astype(np.float32) for length in lengths]


def test_a_published_network_has_67_keys_and_its_parameters() -> None:
    shapes = reference.vqvae_shapes()
    assert len(shapes) == 67
    network = VQVAE(VQVAESettings())
    state = {f"vqvae.{name}": tuple(value.shape) for name, value in network.state_dict().items()}
    assert {name: state[name] for name in shapes} == shapes
    assert sum(weight.numel() for weight in network.parameters()) == 19_436_807
    assert {name.rpartition(".")[2] for name in {*state} - {*shapes}} == {
        *("has_begun", "code_sum", "code_count", "num_steps")
    }


def test_a_published_grid_network_has_133_keys_and_its_parameters() -> None:
    shapes = reference.grid_shapes()
    assert len(shapes) == 133
    with torch.device("meta"):
        network = GridVQVAE(GridVQVAESettings())
    state = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    assert {name: state[name] for name in shapes} == shapes
    assert sum(weight.numel() for weight in network.parameters()) == 48_323_075


@pytest.mark.parametrize(("norm", "number"), [("none", 67), ("LN", 115), ("GN", 115), ("BN", 187)])
def test_norms_add_the_published_keys(norm: str, number: int) -> None:
    network = VQVAE(VQVAESettings(norm=norm, width=32, code_width=8))
    assert len(network.state_dict()) - 4 == number


def test_codes_of_a_published_checkpoint_are_exact(tmp_path: Path) -> None:
    """Of lengths with and without a rest; what comes back is within rounding."""
    weights = reference.chance_weights(reference.vqvae_shapes(**SMALL))
    torch.save({"net": weights}, tmp_path / "net_last.pth")
    family, network = read_published(tmp_path / "net_last.pth")
    assert (family, network.settings.num_codes) == ("vqvae", 64)
    codec = codec_of(family, network)
    motions = clips((11,), [64, 61, 7, 4, 199, 20])
    found = codec.encode(motions)
    for motion, codes in zip(motions, found, strict=True):
        assert not isinstance(codes, RowError)
        whole = torch.from_numpy(motion[: len(motion) // 4 * 4])
        assert codes.tolist() == reference.vqvae_codes(weights, whole).tolist()
        again = codec.decode([codes])[0]
        expected = reference.vqvae_clip(weights, torch.from_numpy(codes)).numpy()
        np.testing.assert_allclose(again, expected, atol=1e-4 * np.abs(expected).max())
    used = {code for codes in found if not isinstance(codes, RowError) for code in codes.tolist()}
    assert len(used) > 10


@pytest.mark.parametrize(
    ("halves", "file"),
    [((True, True), "model.safetensors"), ((False, True), "pytorch_model.bin")],
)
def test_codes_of_a_published_grid_folder_are_exact(
    tmp_path: Path, halves: tuple[bool, bool], file: str
) -> None:
    from safetensors.torch import save_file  # noqa: PLC0415

    weights = reference.chance_weights(reference.grid_shapes(**GRID))
    save = save_file if file.endswith("safetensors") else torch.save
    save(weights, tmp_path / file)
    family, network = read_published(tmp_path, halvings=halves)
    codec = codec_of(family, network)
    motions = clips((17, 3), [16, 17, 20, 31])
    for motion, codes in zip(motions, codec.encode(motions), strict=True):
        assert not isinstance(codes, RowError)
        expected = reference.grid_codes(weights, torch.from_numpy(motion), halves)
        assert codes.tolist() == expected.tolist()
        assert len(codes) == network.num_steps(len(motion))
        [again] = codec.decode([codes])
        plain = reference.grid_clip(weights, torch.from_numpy(codes), halves).numpy()
        np.testing.assert_allclose(again, plain, atol=1e-4 * np.abs(plain).max())


@pytest.mark.parametrize(
    ("halves", "steps"),
    [((True, True), {8: 2, 16: 4, 17: 5, 20: 5, 49: 13, 64: 16}), ((False, True), {16: 8, 64: 32})],
)
def test_a_grid_has_as_many_steps_as_published(
    halves: tuple[bool, bool], steps: dict[int, int]
) -> None:
    network = GridVQVAE(
        GridVQVAESettings(widths=(32, 32), num_codes=4, code_width=8, halvings=halves)
    )
    assert {length: network.num_steps(length) for length in steps} == steps


NETWORKS = [
    *(VQVAESettings((11,), 32, 16, 32, norm=norm, quantizer="orig") for norm in NORMS),
    *(VQVAESettings((11,), 32, 16, 32, quantizer="orig", halvings=down) for down in (1, 3)),
    VQVAESettings((11,), 32, 16, 32, activation="gelu", depth=2, quantizer="orig"),
    GridVQVAESettings(num_codes=32, code_width=16, widths=(32, 32), quantizer="orig"),
]


@pytest.mark.parametrize("settings", NETWORKS, ids=str)
def test_codes_do_not_depend_on_the_batch(settings: Any) -> None:
    torch.manual_seed(3)
    kind = VQVAE if isinstance(settings, VQVAESettings) else GridVQVAE
    codec = codec_of("", kind(settings))
    codec.network.quantizer.begin_at(torch.randn(32, 16))
    for name, buffer in codec.network.state_dict().items():  # type: ignore[attr-defined]
        if "running" in name:  # norms that have learned something
            buffer.uniform_(0.5, 1.5)
    motions = clips(settings.frame, [40, 8, 33, 70, 9, 33, 12])
    alone = [codec.encode([motion])[0] for motion in motions]
    for order in ([0, 1, 2, 3, 4, 5, 6], [6, 3, 1, 0, 2, 5, 4]):
        together = codec.encode([motions[place] for place in order])
        for place, codes in zip(order, together, strict=True):
            np.testing.assert_array_equal(codes, alone[place])
    backs = codec.decode(alone)  # type: ignore[arg-type]
    for codes, back in zip(alone, backs, strict=True):
        [single] = codec.decode([codes])  # type: ignore[list-item]
        np.testing.assert_allclose(back, single, atol=1e-5)


def test_masks_alone_make_latents_of_a_batch_those_of_a_clip() -> None:
    """To rounding, before any choice of a code."""
    torch.manual_seed(0)
    for norm in NORMS:
        network = VQVAE(VQVAESettings((5,), 16, 16, 32, norm=norm)).eval()
        motions = [torch.from_numpy(clip) for clip in clips((5,), [61, 4, 30])]
        with torch.inference_mode():
            for motion, latents in zip(motions, network.latents(motions), strict=True):
                [own] = network.latents([motion])
                torch.testing.assert_close(latents, own, atol=2e-6, rtol=1e-5)


def test_clips_that_cannot_be_encoded_are_errors_in_their_places() -> None:
    codec = codec_of("vqvae", VQVAE(VQVAESettings((5,), 8, 8, 32)))
    good, nan = np.ones((8, 5), np.float32), np.ones((8, 5), np.float32)
    nan[3, 1] = np.nan
    found = codec.encode([np.ones((3, 5), np.float32), good, nan, np.ones((8, 4), np.float32)])
    assert [getattr(one, "problem", None) for one in found] == [
        "the clip has 3 frames; the least that have codes are 4",
        None,
        "frame 3 of the clip holds what is not a finite number",
        "the clip has the shape (8, 4), not (T, 5)",
    ]


@pytest.mark.parametrize("codes", [[8], [-1], [], [[1, 2]]])
def test_what_are_no_codes_is_refused(codes: list[Any]) -> None:
    codec = codec_of("vqvae", VQVAE(VQVAESettings((5,), 8, 8, 32)))
    with pytest.raises(RowError, match=r"cannot be decoded|none of the 8"):
        codec.decode([np.array(codes, np.int64)])


def test_one_step_of_a_grid_is_refused() -> None:
    codec = codec_of("", GridVQVAE(GridVQVAESettings(num_codes=4, code_width=8, widths=(32, 32))))
    with pytest.raises(RowError, match="cannot be decoded"):
        codec.decode([np.zeros((1, 17), np.int64)])


class Harmful:
    """What a pickle may hold besides numbers."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("harmed"),)


def test_a_checkpoint_runs_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"net": {}, "more": Harmful()}, "net.pth")
    with pytest.raises(SourceError, match="cannot be read as weights alone"):
        read_published("net.pth")
    assert not Path("harmed").exists()


def test_what_is_no_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="neither model"):
        read_published(tmp_path)
    torch.save({"net": {"a.weight": torch.zeros(3)}}, tmp_path / "other.pth")
    with pytest.raises(SourceError, match="no weights of a known"):
        read_published(tmp_path / "other.pth")
    weights = reference.chance_weights(reference.vqvae_shapes(**SMALL))
    del weights["vqvae.decoder.model.0.bias"]
    torch.save({"net": weights}, tmp_path / "cut.pth")
    with pytest.raises(SourceError, match=r"1 weights are missing.*decoder\.model\.0\.bias"):
        read_published(tmp_path / "cut.pth")


def test_a_rule_of_gradients_is_read_off_its_weights(tmp_path: Path) -> None:
    weights = reference.chance_weights(reference.vqvae_shapes(**SMALL))
    weights["vqvae.quantizer.embedding.weight"] = weights.pop("vqvae.quantizer.codebook")
    torch.save({"net": weights}, tmp_path / "orig.pth")
    assert read_published(tmp_path / "orig.pth")[1].settings.quantizer == "orig"
    assert {"ema_reset", "ema", "orig", "reset"} == {*RULES}
