"""How codebooks learn."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from mmgen_datasets.motion.quantize import RULES, Quantizer, nearest, perplexity  # noqa: E402


def quantizer(rule: str, vectors: list[list[float]], **how: int) -> Quantizer:
    made = Quantizer(len(vectors), len(vectors[0]), rule=rule, **how)
    made.begin_at(torch.tensor(vectors))
    return made


@pytest.mark.parametrize("rule", RULES)
def test_a_code_is_its_own_nearest(rule: str) -> None:
    vectors = torch.randn(16, 4)
    made = quantizer(rule, vectors.tolist()).eval()
    latents, codes, loss, used = made(vectors)
    assert codes.tolist() == list(range(16))
    torch.testing.assert_close(latents, vectors)
    assert loss.item() == 0
    assert float(used) == pytest.approx(16, rel=1e-3)


def test_a_tie_is_unsure() -> None:
    codes, is_sure = nearest(torch.tensor([[0.0], [0.9]]), torch.tensor([[-1.0], [1.0]]))
    assert codes.tolist() == [0, 1]
    assert is_sure.tolist() == [False, True]


def test_the_gradient_passes_as_if_nothing_were_between() -> None:
    latents = torch.tensor([[0.2], [0.9]], requires_grad=True)
    out = quantizer("ema_reset", [[0.0], [1.0]]).eval()(latents)
    assert out.latents.tolist() == [[0.0], [1.0]]
    (out.latents * torch.tensor([[3.0], [5.0]])).sum().backward()
    assert latents.grad.tolist() == [[3.0], [5.0]]


def test_averages_move_by_a_hundredth() -> None:
    """Count 1 and sum 0 before, two latents of 1: sum 0.01 * 2, count 0.99 + 0.01 * 2."""
    made = quantizer("ema", [[0.0], [9.0]]).train()
    made(torch.tensor([[1.0], [1.0]]))
    assert made.vectors[0].item() == pytest.approx(0.02 / 1.01)
    assert made.vectors[1].item() == pytest.approx(9)


def test_a_dead_code_starts_anew_at_the_latent_of_its_row() -> None:
    made = quantizer("ema_reset", [[0.0], [9.0], [8.0]]).train()
    made(torch.tensor([[1.0], [2.0], [3.0]]))
    assert made.vectors[1].item() == 2
    assert made.vectors[2].item() == 3


def test_dead_codes_may_wait() -> None:
    made = quantizer("ema_reset", [[0.0], [9.0]], reset_every=2).train()
    made(torch.tensor([[1.0], [2.0]]))
    assert made.vectors[1].item() == pytest.approx(9)
    made(torch.tensor([[1.0], [2.0]]))
    assert made.vectors[1].item() == 2


def test_reset_leaves_codes_that_are_used() -> None:
    made = quantizer("reset", [[0.0], [9.0]]).train()
    made(torch.tensor([[0.5], [0.25]]))
    assert made.vectors.tolist() == [[0.0], [0.25]]


def test_only_orig_learns_by_gradient() -> None:
    for rule in RULES:
        made = quantizer(rule, [[0.0], [1.0]]).train()
        assert bool([*made.parameters()]) == (rule == "orig")
    made = quantizer("orig", [[0.0], [1.0]]).train()
    loss = made(torch.tensor([[0.5], [1.0]])).loss
    assert loss.item() == pytest.approx(2 * 0.25 / 2)
    loss.backward()
    assert made.vectors.grad[0].item() == pytest.approx(-0.5)


def test_a_new_codebook_begins_at_the_first_latents_also_where_they_are_few() -> None:
    made = Quantizer(4, 2).train()
    made(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    assert made.has_begun
    again = made.code_count
    assert len(again) == 4
    assert torch.isfinite(made.vectors).all()
    assert made.vectors[2:].sub(torch.tensor([[1.0, 0.0], [0.0, 1.0]])).abs().max() < 0.1


def test_perplexity_counts_codes_that_are_used_alike() -> None:
    assert float(perplexity(torch.tensor([3.0, 3.0, 3.0, 0.0]))) == pytest.approx(3, rel=1e-4)
