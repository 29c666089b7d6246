"""Random streams of compiled loops: the published generator, even and independent."""

from __future__ import annotations

import numpy as np

from lisse.numerics.conduction_kernels import compiled
from lisse.numerics.random_streams import next_bits, next_exponential, next_uniform, stream


@compiled
def _bits(state, out):  # type: ignore[no-untyped-def]
    for n in range(out.size):
        out[n], state = next_bits(state)


@compiled
def _numbers(seed, number, uniform, exponential):  # type: ignore[no-untyped-def]
    state = stream(seed, number)
    for n in range(uniform.size):
        uniform[n], state = next_uniform(state)
        exponential[n], state = next_exponential(state)


def numbers(seed: int, number: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    uniform, exponential = np.empty(count), np.empty(count)
    _numbers(seed, number, uniform, exponential)
    return uniform, exponential


def test_the_generator_is_the_published_one() -> None:
    """First outputs of xoshiro256++ from the states 1, 2, 3, 4 and 0, 0, 0, 1 (public test vectors)."""
    found = np.empty(4, dtype=np.uint64)
    _bits(tuple(np.uint64(n) for n in (1, 2, 3, 4)), found)
    assert found.tolist() == [41943041, 58720359, 3588806011781223, 3591011842654386]
    _bits(tuple(np.uint64(n) for n in (0, 0, 0, 1)), found)
    assert found.tolist() == [0x800000, 0x800011, 0x2200000800011, 0x2200044000020]


def test_numbers_have_their_distributions() -> None:
    uniform, exponential = numbers(7, 3, 200_000)
    assert 0.0 <= uniform.min() < 1e-4 < 1.0 - 1e-4 < uniform.max() < 1.0
    assert exponential.min() > 0.0
    for power in (1, 2, 3, 4):
        for values, expected in ((uniform, 1.0 / (power + 1)), (exponential, float(np.prod(np.arange(1, power + 1))))):
            powers = values**power
            assert abs(powers.mean() - expected) < 4.5 * powers.std() / np.sqrt(powers.size)
    counts = np.histogram(uniform, 256, (0.0, 1.0))[0]
    chi_square = float(((counts - uniform.size / 256) ** 2).sum() / (uniform.size / 256))
    assert abs(chi_square - 255.0) < 4.5 * np.sqrt(2 * 255.0)


def test_streams_and_seeds_differ_and_are_not_correlated() -> None:
    many = np.array([numbers(seed, number, 4000)[0] for seed in (0, 1) for number in range(40)])
    assert len(np.unique(many[:, 0])) == len(many)
    centred = (many - 0.5) * np.sqrt(12.0)
    correlation = (centred @ centred.T / many.shape[1])[np.triu_indices(len(many), 1)]
    assert abs(correlation.std() * np.sqrt(many.shape[1]) - 1.0) < 0.06
    assert np.abs(correlation).max() < 5.5 / np.sqrt(many.shape[1])
    assert np.array_equal(numbers(5, 11, 10)[0], numbers(5, 11, 20)[0][:10])
