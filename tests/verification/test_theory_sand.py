"""Salt depletion: the series against finite volumes, with the order of convergence."""

import math

import numpy as np
import pytest
from scipy import fft

from lisse.theory import limiting_current, polarisation_profile, sand_time

SALT = {"salt_concentration": 1000.0, "diffusivity": 2e-12, "transference_number": 0.3}
L = 40e-6


def finite_volumes(cells, r, tau):
    """Cell means of c/c0 at D t/L^2 = tau for the dimensionless current r; exact in time.

    Equal cells with fluxes at the two faces: the modes of the three-point operator are the cosines of the DCT.
    """
    h, mode = 1 / cells, np.arange(cells)
    source = np.zeros(cells)
    source[0], source[-1] = 2 * r / h, -2 * r / h
    decay = -2 * (1 - np.cos(mode * math.pi / cells)) / h**2
    growth = np.where(mode > 0, np.expm1(decay * tau) / np.where(mode > 0, decay, 1.0), tau)
    return 1 + fft.idct(growth * fft.dct(source, norm="ortho"), norm="ortho")


@pytest.mark.parametrize("tau", [0.01, 0.04, 0.06, 0.3])
def test_finite_volumes_agree_to_1e_6(tau):
    r = 0.8
    errors = []
    for cells in (400, 1200):
        centres = (np.arange(cells) + 0.5) / cells
        nodes, weights = np.polynomial.legendre.leggauss(4)
        inside = (centres[:, None] + nodes / (2 * cells)) * L
        current, time = r * limiting_current(**SALT, thickness=L), tau * L**2 / SALT["diffusivity"]
        means = polarisation_profile(inside, time, current, **SALT, thickness=L) @ weights / 2 / 1000.0
        errors.append(np.abs(finite_volumes(cells, r, tau) - means).max())
    assert errors[1] < 1e-6
    assert math.log(errors[0] / errors[1]) / math.log(3) == pytest.approx(2.0, abs=0.1)  # second order, as it should


def test_sand_time_of_the_finite_cell_is_where_finite_volumes_run_dry():
    r, cells = 2.0, 2000
    tau = sand_time(r * limiting_current(**SALT, thickness=L), **SALT, thickness=L) * SALT["diffusivity"] / L**2
    c = finite_volumes(cells, r, tau)
    face = c[-1] - 2 * r * 0.5 / cells  # gradient at the face is known
    assert face == pytest.approx(0.0, abs=1e-6)
