"""The law of a face: signs, the inverse, the slope, and the lumped model's charge transfer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from lisse.cell import KINETICS
from lisse.errors import InvalidInput
from lisse.models.charge_transfer import ChargeTransfer
from lisse.models.resolved.face_law import Faces, equilibrium_potential
from lisse.units import FARADAY

V = 13.0e-6 / FARADAY


def random_faces(count: int, kinetics: str = "butler-volmer", film: float = 1e-4, seed: int = 0) -> Faces:
    """Faces over fourteen decades of exchange current and three of contact, half of them at each electrode."""
    random = np.random.default_rng(seed)
    return Faces(
        cell=np.arange(count),
        electrode=np.arange(count) % 2,
        area=1e-6,
        half=10.0 ** random.uniform(-6, -3, count),
        film=film * random.random(count),
        exchange=10.0 ** random.uniform(-9, 5, count),
        shift=0.0,
        contact=10.0 ** random.uniform(-3, 0, count),
        anodic=(0.3, 0.6),
        kinetics=(kinetics, kinetics),
        constriction=1e-5 * random.random(count),
    )


def test_pressure_makes_plating_harder_and_a_cathode_raises_what_drives_it() -> None:
    assert equilibrium_potential(100e6, V) == pytest.approx(-13.47e-3, rel=1e-3)
    assert equilibrium_potential(0.0, V, 3.8) == 3.8
    face = dataclasses.replace(random_faces(1), shift=equilibrium_potential([100e6], V))
    potential_difference = 0.01  # phi_SE - phi_M: would plate stress-free metal
    assert face.current(np.array([potential_difference]))[0] > 0.0
    assert face.current(potential_difference + face.shift)[0] < 0.0  # but strips what is squeezed


@pytest.mark.parametrize("kinetics", KINETICS)
@pytest.mark.parametrize("film", [0.0, 1e-2])
def test_current_is_the_inverse_of_drop(kinetics: str, film: float) -> None:
    faces = random_faces(2000, kinetics, film)
    random = np.random.default_rng(1)
    j = random.choice([-1.0, 1.0], 2000) * 10.0 ** random.uniform(-6, 5, 2000)
    assert faces.current(faces.drop(j)) == pytest.approx(j, rel=1e-8)
    driving = random.choice([-1.0, 1.0], 2000) * 10.0 ** random.uniform(-9, 2, 2000)
    assert faces.drop(faces.current(driving)) == pytest.approx(driving, rel=1e-9)
    assert not faces.current(np.zeros(2000)).any()


@pytest.mark.parametrize("kinetics", KINETICS)
def test_slope_is_the_derivative_of_drop(kinetics: str) -> None:
    faces = random_faces(500, kinetics)
    random = np.random.default_rng(2)
    j = faces.exchange * faces.contact * 10.0 ** random.uniform(-2, 4, 500) * random.choice([-1.0, 1.0], 500)
    away = np.abs(np.abs(j) / (faces.exchange * faces.contact) - 1.0) > 1e-3  # Tafel's law has a kink there
    step = 1e-4 * np.abs(j)
    numeric = (faces.drop(j + step) - faces.drop(j - step)) / (2.0 * step)
    assert faces.slope(j)[away] == pytest.approx(numeric[away], rel=1e-5)


@pytest.mark.parametrize("kinetics", KINETICS)
@pytest.mark.parametrize("current", [-300.0, -1e-3, 2.0, 5e3])
def test_drop_is_that_of_the_lumped_interface_in_series_with_half_a_voxel(kinetics: str, current: float) -> None:
    contact, film = 0.4, 2e-3
    transfer = ChargeTransfer(7.0, 0.7, film, 330.0, kinetics)
    face = Faces(
        cell=np.array([3]),
        electrode=1,
        area=1e-7,
        half=5e-6,
        film=film,
        exchange=7.0,
        shift=0.0,
        contact=contact,
        temperature=330.0,
        anodic=(0.5, 0.3),
        kinetics=("linear", kinetics),
        constriction=1e-4,
    )
    local = current / contact
    expected = transfer.kinetic_drop(local) + transfer.film_drop(local) + current * (5e-6 + 1e-4)
    assert face.drop(np.array([current]))[0] == pytest.approx(expected, rel=1e-12)


def test_blocked_faces_pass_nothing_and_an_infinite_exchange_current_has_no_drop() -> None:
    faces = Faces(np.arange(3), 0, 1e-6, 1e-5, 1e-3, [0.0, 1.0, np.inf], 0.0, [1.0, 0.0, 0.5])
    assert faces.open.tolist() == [False, False, True]
    j = faces.current(np.full(3, 0.1))
    assert j == pytest.approx([0.0, 0.0, 0.1 / (1e-5 + 2e-3)], rel=1e-12)
    assert np.isnan(faces.drop(j)).tolist() == [True, True, False]
    assert faces.slope(j)[2] == pytest.approx(1e-5 + 2e-3, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("area", 0.0, "above 0"),
        ("half", [1e-5, np.nan], "face 1"),
        ("film", -1.0, "0 or above"),
        ("exchange", np.nan, "0 or above"),
        ("shift", np.inf, "finite"),
        ("contact", 1.5, "0 to 1"),
        ("electrode", 2, "working"),
        ("cell", [0.5, 1.5], "integers"),
        ("film", [1.0, 1.0, 1.0], "2 faces"),
        ("temperature", 0.0, "0 K"),
        ("anodic", (0.5, 1.0), "between 0 and 1"),
        ("kinetics", ("tafel", "marcus"), "butler-volmer"),
    ],
)
def test_bad_numbers_are_named(name: str, value: object, words: str) -> None:
    good = {"cell": [0, 1], "electrode": 0, "area": 1.0, "half": 1.0, "film": 0.0, "exchange": 1.0, "shift": 0.0}
    with pytest.raises(InvalidInput, match=words) as error:
        Faces(**(good | {"contact": 1.0} | {name: value}))  # type: ignore[arg-type]
    assert name in str(error.value)
