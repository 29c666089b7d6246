"""The Kramers-Kronig test: sound spectra pass at any noise, a drifting cell is found, bad points are named."""

from __future__ import annotations

import numpy as np
import pytest

from impedance_cells import F, drifting, noisy, two_arcs, zarc
from lisse.errors import InvalidInput
from lisse.measurement import kramers_kronig

S = 2j * np.pi * F
SOUND = {
    "two arcs": two_arcs(),
    "blocking": 10 + zarc(50, 1e-4, 0.8) + 1 / (1e-3 * S**0.9),
    "diffusion": 10 + zarc(50, 1e-4, 0.8) + 20 * (1 - 1j) / np.sqrt(S.imag),
    "inductance": 10 + 1e-6 * S + zarc(50, 1e-4, 0.8),
    "one sharp arc and one small": 0.1 + zarc(5000, 1e-4, 1.0) + zarc(30, 0.1, 1.0),
}


@pytest.mark.parametrize("noise", [0.0, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2])
@pytest.mark.parametrize("name", SOUND)
def test_sound_spectra_pass_and_their_noise_is_measured(name: str, noise: float) -> None:
    test = kramers_kronig(F, noisy(SOUND[name], noise, 4))
    assert test.verdict == "consistent"
    assert test.noisy == ()
    assert test.noise == pytest.approx(noise, rel=0.35, abs=3e-4)


def test_false_alarms_are_rare() -> None:
    verdicts = [kramers_kronig(F, two_arcs(1e-2, seed)).verdict for seed in range(60)]
    assert verdicts.count("consistent") >= 58


@pytest.mark.parametrize("seed", range(5))
def test_a_drifting_cell_is_found(seed: int) -> None:
    """Resistances that grow by 30 % during the sweep leave 1 % that no steady cell gives."""
    test = kramers_kronig(F, drifting(0.3, seed=seed))
    assert test.verdict == "violated"
    assert test.systematic == pytest.approx(0.01, rel=0.2)
    assert "the cell changed" in test.sentence


def test_the_violation_grows_with_the_drift() -> None:
    found = [kramers_kronig(F, drifting(growth)).systematic for growth in (0.1, 0.2, 0.4, 0.8)]
    assert np.all(np.diff(found) > 0)
    assert found[1] / found[0] == pytest.approx(2, rel=0.25), "proportional while it is small"


def test_single_bad_points_are_named_and_do_not_count() -> None:
    data = two_arcs(2e-3, 1)
    data[3] *= 1.1
    data[30] *= 0.93
    data[45] += 4j
    test = kramers_kronig(F, data)
    assert test.noisy == (3, 30, 45)
    assert test.verdict == "consistent"
    assert test.noise == pytest.approx(2e-3, rel=0.3)


@pytest.mark.parametrize("turned", [False, True])
def test_the_first_points_of_bad_cables_are_named(turned: bool) -> None:
    data = two_arcs(1e-3, 2)
    data[:2] *= 1.2
    order = slice(None, None, -1) if turned else slice(None)
    test = kramers_kronig(F[order], data[order])
    assert test.noisy == ((F.size - 2, F.size - 1) if turned else (0, 1))


def test_the_chain_obeys_the_relations() -> None:
    """Second route: the imaginary part of what the test calls sound, by the integral over the real part.

    Z'' = (2 w/pi) integral of (Z'(x) - Z'(w))/(x^2 - w^2) dx, over a spectrum whose ends are flat.
    """
    frequency = np.logspace(8, -4, 241)
    test = kramers_kronig(frequency, 10 + zarc(50, 1e-3, 1.0, frequency) + zarc(30, 0.1, 0.9, frequency))
    omega, chain = 2 * np.pi * frequency[::-1], test.impedance[::-1]
    middle = np.flatnonzero((omega > 1e0) & (omega < 1e5))
    for i in middle[::20]:
        other = np.arange(omega.size) != i
        kernel = np.zeros_like(omega)
        kernel[other] = (chain.real[other] - chain.real[i]) / (omega[other] ** 2 - omega[i] ** 2)
        kernel[i] = np.interp(omega[i], omega[other], kernel[other])
        integral = 2 * omega[i] / np.pi * np.trapezoid(kernel * omega, np.log(omega))
        assert integral == pytest.approx(chain.imag[i], abs=0.01 * np.abs(chain.imag).max())


def test_too_few_points_are_told() -> None:
    with pytest.raises(InvalidInput, match="at least 6 points"):
        kramers_kronig(F[:4], two_arcs()[:4])
