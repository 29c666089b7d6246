"""Flow of the lithium electrode: closed forms, orders of convergence, conservation and two routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from lisse.models.resolved.lithium_body import LithiumBody, LithiumState, LithiumStep, Yielding
from lisse.numerics.convergence import observed_order

YOUNG, POISSON, EXPONENT = 7.8e9, 0.381, 6.55
SHEAR, BULK = YOUNG / 2 / (1 + POISSON), YOUNG / 3 / (1 - 2 * POISSON)
PREFACTOR = (3e5 * np.exp(37e3 / (EXPONENT * 8.314 * 298.15))) ** -EXPONENT  # LePage's law at 25 degC
PER_CHARGE = 1.3e-5 / 96485.0  # m3/C
PERIOD = 20e-6


def body(count: int, thickness: float, **changes: object) -> LithiumBody:
    given: dict[str, object] = {
        "lateral_shape": (count,),
        "voxel": PERIOD / count,
        "layers": round(thickness * count / PERIOD),
        "youngs_modulus": YOUNG,
        "poisson_ratio": POISSON,
        "creep_prefactor": PREFACTOR,
        "creep_exponent": EXPONENT,
        "adhesion_strength": np.inf,
    }
    return LithiumBody(**(given | changes))  # type: ignore[arg-type]


def wave(count: int) -> np.ndarray:
    return np.cos(2 * np.pi * (np.arange(count) + 0.5) / count)


def march(metal: LithiumBody, growth: np.ndarray, pressure: float, dt: float, steps: int) -> LithiumStep:
    state, still = metal.start(pressure), np.zeros((metal.dimension, *metal.lateral_shape))
    for _ in range(steps):
        done = metal.step(state, growth, still, pressure, dt)
        assert done.converged, done.status
        state = done.state
    return done


def amplitude(values: np.ndarray) -> float:
    """Of the cosine of the period in values on faces."""
    return float(2 * (values * wave(len(values))).mean())


def slab_pressure(thickness: float) -> float:
    """Pressure amplitude over 2 mu k v under a wave v cos(ky) of an incompressible layer that sticks on both sides."""
    depth = 2 * np.pi * thickness / PERIOD

    def value(x: float) -> list[list[float]]:
        c, s = np.cosh(x), np.sinh(x)
        return [[c, x * c, s, x * s], [s, c + x * s, c, s + x * c]]

    sides = [*value(0.0), *value(depth)]
    constants = np.linalg.solve(sides, [1.0, 0.0, 0.0, 0.0])
    return float(constants @ [0.0, 3.0, 1.0, 0.0]) / 2  # third derivative at the interface: p = mu f''' / k^2


@pytest.mark.parametrize("collector", ["rigid", "pressure"])
@pytest.mark.parametrize("shape", [(12,), (4, 6)])
@pytest.mark.parametrize("outward", [-1, 1])
def test_uniform_plating_lifts_the_collector_without_stress(
    collector: str, shape: tuple[int, ...], outward: int
) -> None:
    metal = body(12, 6e-6, lateral_shape=shape, collector=collector, outward=outward, adhesion_strength=0.0)
    state, d = metal.start(3e6), metal.dimension
    moved = np.zeros((d, *shape))
    moved[0], moved[1] = outward * 2e-9, 5e-9
    for _ in range(3):
        done = metal.step(state, np.full(shape, 7e-9), moved, 3e6, 10.0)
        state = done.state
        assert done.converged
        assert done.lift == pytest.approx(9e-9, rel=1e-10)
        np.testing.assert_allclose(done.contact_pressure, 3e6, rtol=1e-7)
        np.testing.assert_allclose(done.traction[0], -outward * 3e6, rtol=1e-7)
        np.testing.assert_allclose(done.traction[1:], 0.0, atol=1.0)
        assert np.abs(state.deviator).max() < 1.0


@pytest.mark.parametrize(("thickness", "collector"), [(20e-6, "pressure"), (5e-6, "rigid")])
def test_viscous_wave(thickness: float, collector: str) -> None:
    """n = 1 is a viscous fluid: p = 2 mu k v times a factor of the thickness; second order."""
    viscosity, dt, counts = 1e8, 100.0, (16, 32, 64)
    if collector == "pressure":
        counts = (8, 16, 32)  # thick: any collector is far away
    exact = 2 * viscosity * 2 * np.pi / PERIOD * 1e-9 * slab_pressure(thickness)
    errors = []
    for count in counts:
        metal = body(count, thickness, creep_prefactor=1 / (3 * viscosity), creep_exponent=1.0, collector=collector)
        found = march(metal, 1e-9 * dt * wave(count), 3e6, dt, 2)
        errors.append(abs(amplitude(found.contact_pressure) / exact - 1))
    assert errors[-1] < 0.017
    assert 1.7 < observed_order([1 / n for n in counts], errors) < 2.3


@pytest.mark.parametrize("poisson", [0.49999, 0.4999995])
def test_nearly_incompressible_layer_does_not_lock(poisson: float) -> None:
    """Elastic wave with K/mu 5e4 and 1e6: the same closed form with displacements, 4 and 8 voxels through the layer."""
    shear = YOUNG / 2 / (1 + poisson)
    exact = 2 * shear * 2 * np.pi / PERIOD * 1e-12 * slab_pressure(5e-6)
    for count, most in ((16, 0.05), (32, 0.013)):
        metal = body(count, 5e-6, creep_prefactor=0.0, poisson_ratio=poisson)
        found = amplitude(march(metal, 1e-12 * wave(count), 3e6, 1.0, 1).contact_pressure)
        assert found == pytest.approx(exact, rel=most)


def test_relaxation_of_a_constrained_slab() -> None:
    """A load step on a layer that cannot spread: dq/dt (1/3G + 4/9K) = -A q^n; first order in dt."""
    rise = 2e6
    stiff = 1 / (3 * SHEAR) + 4 / (9 * BULK)
    loose = 1e4  # relaxes within the time looked at
    start = (2 / 3) * rise / BULK / stiff
    exact = solve_ivp(
        lambda t, q: -loose * PREFACTOR * abs(q) ** EXPONENT / stiff, (0, 1e-3), [start], rtol=1e-10, atol=1e-3
    ).y[0, -1]
    errors = []
    for steps in (20, 40, 80):
        metal = body(4, 15e-6, creep_prefactor=loose * PREFACTOR)
        state, still = metal.start(1e6), np.zeros((2, 4))
        # the load comes at once: an elastic step before the flow
        state = body(4, 15e-6, creep_prefactor=0.0).step(state, np.zeros(4), still, 1e6 + rise, 1.0).state
        for _ in range(steps):
            state = metal.step(state, np.zeros(4), still, 1e6 + rise, 1e-3 / steps).state
        q = np.sqrt(1.5) * np.linalg.norm(state.deviator, axis=-1)
        assert np.ptp(q) < 1e-6 * q.max()
        errors.append(abs(q.mean() - exact))
        assert metal.stress(state)[0].mean() == pytest.approx(-3e6, rel=1e-8)
    assert 0.3 * start < exact < 0.7 * start
    assert 0.9 < observed_order([1 / 20, 1 / 40, 1 / 80], errors) < 1.1
    assert errors[-1] < 0.01 * start


def test_uneven_plating_at_steady_state() -> None:
    """Cosine deposit of 1 mA/cm2: 3 +- 1.3 MPa, whatever the step, second order in h, growing with j^(1/n)."""
    rate = 10.0 * PER_CHARGE
    found = {}
    for count in (10, 20, 40):
        done = march(body(count, 8e-6), rate * 100.0 * (1 + wave(count)), 3e6, 100.0, 3)
        found[count] = amplitude(done.contact_pressure)
        assert done.contact_pressure.mean() == pytest.approx(3e6, rel=1e-12)
        assert done.lift == pytest.approx(rate * 100.0, rel=1e-3)
    assert np.ptp(done.contact_pressure) / 2 == pytest.approx(1.277e6, rel=0.01)  # change detector
    assert abs(found[40] - found[20]) < 0.4 * abs(found[20] - found[10])
    for dt, steps in ((1.0, 40), (10.0, 5), (1000.0, 2)):
        done = march(body(20, 8e-6), rate * dt * (1 + wave(20)), 3e6, dt, steps)
        assert amplitude(done.contact_pressure) == pytest.approx(found[20], rel=1e-6)
    faster = march(body(20, 8e-6), 10 * rate * 100.0 * (1 + wave(20)), 3e6, 100.0, 3)
    assert amplitude(faster.contact_pressure) / found[20] == pytest.approx(10 ** (1 / EXPONENT), rel=1e-6)


@pytest.mark.parametrize(("thickness", "low", "high"), [(8e-6, 1.58e6, 4.42e6), (2e-6, -1.83e6, 7.83e6)])
def test_deposit_as_an_eigenstrain_of_the_first_row(thickness: float, low: float, high: float) -> None:
    """Another way to plate: 3 +- 1.42 MPa in the first row at h = 0.5 um, as a separate program found.

    That row is half a voxel off and strained by its own deposit: the contact pressure, 3 +- 1.28 MPa, is less uneven.
    """
    count, dt = 40, 100.0
    metal = body(count, thickness)
    strain = 10.0 * PER_CHARGE * dt * (1 + wave(count)) / metal.voxel
    state = metal.start(3e6)
    for _ in range(4):
        deviator, mean = state.deviator.copy(), state.mean_stress.copy()
        deviator[:count] -= 2 * SHEAR * strain[:, None, None] * np.array([2 / 3, -1 / 3, -1 / 3, 0.0])
        mean[:count] -= BULK * strain
        strained = replace(state, deviator=deviator, mean_stress=mean)
        state = metal.step(strained, np.zeros(count), np.zeros((2, count)), 3e6, dt).state
    first_row = -metal.stress(state)[0, 0]
    assert first_row.min() == pytest.approx(low, abs=0.01e6)
    assert first_row.max() == pytest.approx(high, abs=0.01e6)


@pytest.mark.parametrize("dt", [1.0, 10.0, 100.0, 1000.0])
def test_newton_iterations(dt: float) -> None:
    metal, growth = body(40, 8e-6), 10.0 * PER_CHARGE * dt * (1 + wave(40))
    first = metal.step(metal.start(3e6), growth, np.zeros((2, 40)), 3e6, dt)
    second = metal.step(first.state, growth, np.zeros((2, 40)), 3e6, dt)
    assert first.converged
    assert first.steps == 1
    assert first.iterations <= 12
    assert second.iterations <= 4  # starts from the velocity before


def uneven(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return 1e-8 * (1 + 5 * np.random.default_rng(seed).normal(size=shape))


@pytest.mark.parametrize("strength", [0.0, 1e6, np.inf])
def test_band_and_fourier_routes_agree(strength: float) -> None:
    """A direct factor and conjugate gradients, also with open nodes."""
    ends = []
    for route in ("band", "fourier"):
        metal = body(16, 5e-6, route=route, adhesion_strength=strength)
        state = metal.start(3e6)
        for seed in (1, 2):
            surface = 1e-10 * np.random.default_rng(seed).normal(size=(2, 16))
            done = metal.step(state, uneven((16,), seed), surface, 5e5, 20.0)
            assert done.converged
            state = done.state
        ends.append(done)
    scale = ends[0].contact_pressure.max()
    assert (ends[0].gap > 0).any() == (strength < np.inf)
    np.testing.assert_array_equal(ends[0].gap > 0, ends[1].gap > 0)
    np.testing.assert_allclose(ends[0].traction, ends[1].traction, atol=1e-6 * scale)
    np.testing.assert_allclose(ends[0].gap, ends[1].gap, atol=1e-14)


def test_volume_force_and_complementarity() -> None:
    """Nothing is lost where the interface opens: the lift is what is plated, the gaps and the compression."""
    metal = body(24, 5e-6, adhesion_strength=0.0)
    state, opened = metal.start(4e5), 0
    for seed in range(5):
        growth = uneven((24,), seed)
        done = metal.step(state, growth, np.zeros((2, 24)), 4e5, 30.0)
        assert done.converged
        squeeze = (done.state.mean_stress.mean() - state.mean_stress.mean()) / BULK * metal.thickness
        change = (done.gap - state.gap).mean()
        assert done.lift == pytest.approx(growth.mean() + change + squeeze, rel=1e-9)
        assert done.contact_pressure.mean() == pytest.approx(4e5, rel=1e-12)
        assert -done.traction[0].mean() == pytest.approx(4e5, rel=1e-12)
        assert abs(done.traction[1].mean()) < 1e-6 * 4e5
        np.testing.assert_array_equal(done.traction[:, done.gap > 0], 0.0)
        assert (done.gap >= 0).all()
        opened += int((done.gap > 0).sum())
        state = done.state
    assert opened > 5


def test_adhesion_holds_until_its_strength() -> None:
    """The tension at a node reaches the strength only if that is above what the deposit pulls."""
    growth = 10.0 * PER_CHARGE * 100.0 * (1 + wave(40))
    ends = {
        strength: march(body(40, 2e-6, adhesion_strength=strength), growth, 1e6, 100.0, 3)
        for strength in (0.0, 1e6, 1e9, np.inf)
    }
    np.testing.assert_array_equal(ends[1e9].traction, ends[np.inf].traction)
    assert ends[np.inf].contact_pressure.min() < -2e6
    assert ends[0.0].contact_pressure.min() >= -10.0
    assert -1e6 <= -ends[1e6].traction[0].max() < 0.0
    assert ends[0.0].gap.max() > 0.0
    assert ends[np.inf].gap.max() == 0.0


def test_a_gap_closes_again() -> None:
    metal = body(40, 2e-6, adhesion_strength=0.0)
    state = march(metal, 10.0 * PER_CHARGE * 100.0 * (1 + wave(40)), 1e6, 100.0, 2).state
    open_nodes, still = state.gap > 0, np.zeros((2, 40))
    assert open_nodes.any()
    filled = metal.step(state, 1e-10 + state.gap, still, 1e6, 100.0)
    assert filled.converged
    assert filled.gap.max() < 0.5 * state.gap.max()
    rest = filled.state
    for _ in range(30):  # the stack pressure closes the rest by creep, at no current
        rest = metal.step(rest, np.zeros(40), still, 1e6, 1000.0).state
    assert rest.gap.max() == 0.0


def test_metal_flows_into_a_pore_and_then_presses_there() -> None:
    depth = np.zeros(20)
    depth[8:13] = 30e-9
    metal = body(20, 8e-6, adhesion_strength=np.inf)
    bonded, still, none = depth == 0.0, np.zeros((2, 20)), np.zeros(20)
    state = metal.start(4e6, gap=depth)
    first = metal.step(state, none, still, 4e6, 1e-3, bonded)
    assert first.converged
    np.testing.assert_array_equal(first.traction[:, 8:13], 0.0)
    np.testing.assert_array_equal(first.contact_pressure[8:13], 0.0)
    assert (first.gap[8:13] < depth[8:13]).all()
    state = first.state
    for _ in range(12):
        done = metal.step(state, none, still, 4e6, 10.0, bonded)
        assert done.converged
        state = done.state
    assert done.gap.max() == 0.0
    np.testing.assert_allclose(done.contact_pressure, 4e6, rtol=0.3)


@pytest.mark.parametrize("lateral", [(24,), (6, 8)])
def test_growth_that_yields_is_found_in_one_go(lateral: tuple[int, ...]) -> None:
    """Growth less by compliance times pressure: one step with springs, or plain steps until both agree."""
    draw = np.random.default_rng(7)
    growth, compliance = 2e-9 * draw.uniform(0.5, 1.5, lateral), 1e-16 * draw.uniform(0.0, 2.0, lateral)
    compliance.reshape(-1)[:3] = 0.0
    metal = body(lateral[0], 5e-6, lateral_shape=lateral)
    state, still = metal.start(3e6), np.zeros((metal.dimension, *lateral))
    there = Yielding(np.full(lateral, 3e6), compliance)
    at_once = metal.step(state, growth, still, 3e6, 20.0, yielding=there)
    assert at_once.converged
    pressure = np.full(lateral, 3e6)
    for _ in range(200):
        plain = metal.step(state, growth - compliance * (pressure - 3e6), still, 3e6, 20.0)
        assert plain.converged
        pressure = pressure + 0.3 * (plain.contact_pressure - pressure)
    np.testing.assert_allclose(at_once.contact_pressure, pressure, atol=30.0)
    unyielding = metal.step(state, growth, still, 3e6, 20.0).contact_pressure
    assert np.abs(pressure - unyielding).max() > 1e4
    assert at_once.contact_pressure.mean() == pytest.approx(3e6, rel=1e-9)
    again = metal.step(
        state, growth - compliance * (pressure - 3e6), still, 3e6, 20.0, yielding=Yielding(pressure, compliance)
    )
    np.testing.assert_allclose(again.contact_pressure, pressure, atol=30.0)  # nothing left to yield


def turned(
    metal: LithiumBody, growth: np.ndarray, turn: Callable[[np.ndarray], np.ndarray]
) -> tuple[LithiumStep, LithiumStep]:
    return (march(metal, growth, 5e5, 20.0, 2), march(metal, turn(growth), 5e5, 20.0, 2))


@pytest.mark.parametrize("turn", [lambda a: np.roll(a, 5), lambda a: a[::-1]], ids=["shift", "mirror"])
def test_symmetry_in_two_dimensions(turn: Callable[[np.ndarray], np.ndarray]) -> None:
    one, two = turned(body(16, 5e-6, adhesion_strength=0.0), uneven((16,), 4), turn)
    np.testing.assert_allclose(turn(one.contact_pressure), two.contact_pressure, atol=30.0)
    assert (one.gap > 0).any()


def test_three_dimensions() -> None:
    """The same along one axis as in 2-D, along either axis, and turned."""
    flat = march(body(12, 5e-6, adhesion_strength=0.0), uneven((12,), 4), 5e5, 20.0, 2)
    for axis in (0, 1):
        shape = (12, 3) if axis == 0 else (3, 12)
        growth = np.broadcast_to(np.expand_dims(uneven((12,), 4), 1 - axis), shape)
        metal = body(12, 5e-6, lateral_shape=shape, adhesion_strength=0.0)
        thick = march(metal, growth, 5e5, 20.0, 2)
        got = np.moveaxis(thick.contact_pressure, axis, 0)
        np.testing.assert_allclose(got, np.broadcast_to(flat.contact_pressure[:, None], got.shape), atol=30.0)
        np.testing.assert_allclose(np.moveaxis(thick.traction[1 + axis], axis, 0)[:, 0], flat.traction[1], atol=30.0)
    cube = body(12, 5e-6, lateral_shape=(8, 8), adhesion_strength=0.0)
    one, two = turned(cube, uneven((8, 8), 5), np.transpose)
    assert (one.gap > 0).any()
    np.testing.assert_allclose(one.contact_pressure.T, two.contact_pressure, atol=30.0)
    np.testing.assert_allclose(one.traction[1].T, two.traction[2], atol=30.0)
    assert one.contact_pressure.mean() == pytest.approx(5e5, rel=1e-12)


def test_both_sides_mirror_each_other() -> None:
    """The same deposit below and above the electrolyte: same pressure, opposite normal traction."""
    surface = 1e-10 * np.random.default_rng(0).normal(size=(2, 16))
    below, above = (body(16, 5e-6, outward=side) for side in (-1, 1))
    one = below.step(below.start(3e6), uneven((16,), 4), surface * [[-1.0], [1.0]], 3e6, 20.0)
    two = above.step(above.start(3e6), uneven((16,), 4), surface, 3e6, 20.0)
    np.testing.assert_array_equal(one.contact_pressure, two.contact_pressure)
    np.testing.assert_array_equal(one.traction, two.traction * [[-1.0], [1.0]])
    assert one.traction[0].mean() == pytest.approx(3e6)  # metal below pushes up


def test_a_rest_relaxes_to_the_stack_pressure() -> None:
    metal = body(20, 5e-6)
    state = march(metal, 10.0 * PER_CHARGE * 100.0 * (1 + wave(20)), 3e6, 100.0, 2).state
    spreads = []
    for _ in range(6):
        done = metal.step(state, np.zeros(20), np.zeros((2, 20)), 3e6, 1000.0)
        state = done.state
        spreads.append(np.ptp(done.contact_pressure))
    assert all(later < earlier for earlier, later in zip(spreads, spreads[1:], strict=False))
    assert spreads[-1] < 0.6e6


def test_a_pulled_electrode_fails_politely() -> None:
    metal = body(8, 5e-6, adhesion_strength=1e6)
    state = metal.start(1e6)
    done = metal.step(state, np.zeros(8), np.zeros((2, 8)), -2e6, 1.0)
    assert not done.converged
    assert "no node of the interface is in contact" in done.status
    assert done.state is state
    for values in (done.contact_pressure, done.traction, done.gap):
        assert np.isfinite(values).all()
    held = metal.step(state, np.zeros(8), np.zeros((2, 8)), -0.5e6, 1.0)
    assert held.converged
    np.testing.assert_allclose(held.contact_pressure, -0.5e6, rtol=1e-6)


def test_random_steps_always_balance() -> None:
    """Sizes, strengths, currents and pressures over decades, with patches that do not adhere."""
    draw = np.random.default_rng(11)
    for _ in range(25):
        count, edge, strength = int(draw.integers(2, 40)), 10 ** draw.uniform(-7, -5.5), 10 ** draw.uniform(5, 7)
        metal = LithiumBody(
            (count,), edge, int(draw.integers(1, 9)), YOUNG, POISSON, strength**-EXPONENT, EXPONENT,
            collector=str(draw.choice(["rigid", "pressure"])), adhesion_strength=float(draw.choice([0.0, 1e6, np.inf])),
        )  # fmt: skip
        pressure = 10 ** draw.uniform(4.5, 7.5)
        state: LithiumState = metal.start(pressure)
        for _ in range(3):
            dt = 10 ** draw.uniform(-2, 3)
            growth = draw.choice([-1, 1]) * 10 ** draw.uniform(-11, -9) * dt * (1 + draw.normal(size=count))
            surface = draw.normal(size=(2, count)) * 10 ** draw.uniform(-13, -9)
            done = metal.step(state, growth, surface, pressure, dt, draw.random(count) < 0.7)
            assert done.converged, done.status
            largest = np.abs(done.contact_pressure).max()
            assert done.contact_pressure.mean() == pytest.approx(pressure, abs=1e-12 * largest + 1e-10 * pressure)
            state = done.state
