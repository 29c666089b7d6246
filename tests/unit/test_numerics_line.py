"""Finite volumes on a line: stencils exact for cubics, nothing lost, and the exact course in time."""

import numpy as np
import pytest
from scipy import linalg

from lisse.errors import InvalidInput
from lisse.numerics.line import FEWEST_CELLS, Line, Relaxation, graded_edges


@pytest.fixture
def uneven() -> Line:
    return Line(np.cumsum(np.random.default_rng(1).uniform(0.5, 1.5, 12)) - 3.0)


def test_slopes_and_values_at_the_edges_are_exact_for_cubics(uneven):
    cubic = np.polynomial.Polynomial([1.0, -2.0, 0.7, 0.3])
    means = np.diff(cubic.integ()(uneven.edges)) / uneven.widths
    ends = cubic.deriv()(uneven.edges[[0, -1]])
    for (of_means, of_ends), wanted in ((uneven.values, cubic), (uneven.slopes, cubic.deriv())):
        np.testing.assert_allclose(of_means @ means + of_ends @ ends, wanted(uneven.edges), atol=1e-11)
    of_means, of_ends = uneven.curvature
    curvature = np.diff(cubic.deriv()(uneven.edges)) / uneven.widths
    np.testing.assert_allclose(of_means @ means + of_ends @ ends, curvature, atol=1e-11)


def test_what_leaves_a_cell_enters_the_next(uneven):
    flux = np.random.default_rng(2).normal(size=(3, uneven.count + 1))
    np.testing.assert_allclose(uneven.amount(uneven.gain(flux)), flux[:, 0] - flux[:, -1], atol=1e-14)


@pytest.mark.parametrize("both_ends", [True, False])
@pytest.mark.parametrize(("cells", "stretch"), [(FEWEST_CELLS, 4.0), (40, 4.0), (40, 7.0), (200, 5.0), (40, 0.01)])
def test_every_graded_line_damps_every_mode(cells, stretch, both_ends):
    rates = np.linalg.eigvals(Line(graded_edges(1.0, cells, stretch, both_ends)).curvature[0])
    slowest = np.sort(rates.real)[::-1]
    assert abs(slowest[0]) < 1e-12 * np.abs(rates).max()
    assert slowest[1] == pytest.approx(-(np.pi**2), rel=0.02)
    assert np.abs(rates.imag).max() <= 1e-6 * np.abs(rates).max()


def test_graded_edges_mirror_each_other():
    edges = graded_edges(2.0, 10, 3.0, both_ends=True)
    np.testing.assert_allclose(edges + edges[::-1], 2.0)
    widths = np.diff(graded_edges(2.0, 10, 3.0, both_ends=False))
    assert (np.diff(widths) > 0.0).all()


def test_course_in_time_is_the_matrix_exponential(uneven):
    start, ends = np.random.default_rng(3).normal(size=uneven.count), np.array([0.4, -1.1])
    augmented = np.zeros((uneven.count + 1,) * 2)
    augmented[:-1, :-1], augmented[:-1, -1] = 0.7 * uneven.curvature[0], 0.7 * uneven.curvature[1] @ ends
    times = np.array([0.0, 0.01, 1.0, 40.0])
    found = Relaxation(uneven, 0.7).advance(start, ends, times)
    expected = [(linalg.expm(time * augmented) @ np.append(start, 1.0))[:-1] for time in times]
    np.testing.assert_allclose(found, expected, atol=1e-9)
    np.testing.assert_allclose(uneven.amount(found), uneven.amount(start) - 0.7 * 1.5 * times, atol=1e-12)


@pytest.mark.parametrize(
    ("cells", "both_ends", "message"),
    [(5, False, "cells: got 5; allowed: a whole number, 6 or more"), (7, True, "even"), (8.0, True, "cells: got 8.0")],
)
def test_too_few_or_odd_cells_are_refused(cells, both_ends, message):
    with pytest.raises(InvalidInput, match=message):
        graded_edges(1.0, cells, 2.0, both_ends)


def test_no_length_and_no_order_are_refused():
    with pytest.raises(InvalidInput, match="length, stretch"):
        graded_edges(0.0, 8, 2.0, both_ends=True)
    with pytest.raises(InvalidInput, match="edges.*rising"):
        Line(np.array([0.0, 1.0, 0.5, 2.0, 3.0, 4.0, 5.0, 6.0]))
    with pytest.raises(ValueError, match="read-only"):
        Line(np.arange(8.0)).edges[0] = 1.0
