"""Elasticity, surfaces, vacancies and dynamics of a crystal of a pair potential, where exact relations hold.

Lennard-Jones "lithium": a face-centred crystal of one element whose stiffness obeys Cauchy's relation C12 = C44, whose
bulk modulus follows from energies alone, and whose vacancy hops are all the same.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ase = pytest.importorskip("ase", reason="the extra atomistic is not installed")
pytest.importorskip("spglib", reason="the extra atomistic is not installed")

from ase.build import bulk  # noqa: E402
from ase.calculators.lj import LennardJones  # noqa: E402

from lisse.errors import InvalidInput  # noqa: E402
from lisse.materials.atomistic import Potential, Settings, compute  # noqa: E402
from lisse.materials.atomistic.elasticity import elastic_tensor  # noqa: E402
from lisse.materials.atomistic.relaxation import relaxation, relaxed_crystal  # noqa: E402
from lisse.materials.atomistic.work import ELECTRONVOLT_PER_CUBIC_ANGSTROM, Work  # noqa: E402

EPSILON, SIGMA = 0.3, 2.5


def lennard_jones(name: str = "pair", reach: float = 3.0, epsilon: float = EPSILON) -> Potential:
    """Smoothly cut at `reach` sigma."""
    calculator = LennardJones(sigma=SIGMA, epsilon=epsilon, rc=reach * SIGMA, smooth=True)
    return Potential(name, f"sigma {SIGMA} epsilon {epsilon} reach {reach}", calculator, "a textbook")


class Rough(LennardJones):
    """A pair potential whose stress has a kink where the crystal rests: stiffer when pressed."""

    def __init__(self) -> None:
        super().__init__(sigma=SIGMA, epsilon=EPSILON, rc=3 * SIGMA, smooth=True)

    def calculate(self, *args: Any, **kwargs: Any) -> None:
        super().calculate(*args, **kwargs)
        stress = self.results["stress"]
        self.results["stress"] = np.where(stress < 0, 1.5 * stress, stress)


def work(**settings: Any) -> Work:
    given = Settings(force_tolerance=1e-4, **settings)
    return Work(bulk("Li", "fcc", a=3.9), lennard_jones(), given)


@pytest.fixture(scope="module")
def tensor() -> np.ndarray:
    return elastic_tensor(work(strain=0.002))[0]


def test_the_crystal_comes_to_rest_where_its_energy_is_least() -> None:
    bench = work()
    found = relaxed_crystal(bench)
    assert found.converged
    energies = []
    for scale in (0.99, 1.0, 1.01):
        atoms = found.atoms.copy()
        atoms.set_cell(np.asarray(atoms.cell) * scale, scale_atoms=True)
        energies.append(bench.energy(atoms))
    assert energies[1] < min(energies[0], energies[2])
    density = relaxation(bench)["density"].value
    assert density is not None
    assert density == pytest.approx(6.94 * 1.66053907e-27 / (found.atoms.get_volume() * 1e-30), rel=1e-4)


def test_cauchys_relation_and_cubic_symmetry(tensor: np.ndarray) -> None:
    assert tensor[0, 1] == pytest.approx(tensor[3, 3], rel=2e-3)
    assert tensor[0, 0] > tensor[0, 1]


def test_the_bulk_modulus_is_the_curvature_of_the_energy(tensor: np.ndarray) -> None:
    bench = work()
    crystal = relaxed_crystal(bench).atoms
    volume = crystal.get_volume()
    shares = np.linspace(-0.006, 0.006, 7)
    energies = []
    for share in shares:
        atoms = crystal.copy()
        atoms.set_cell(np.asarray(atoms.cell) * (1 + share) ** (1 / 3), scale_atoms=True)
        energies.append(bench.energy(atoms))
    curvature = 2 * np.polyfit(shares, energies, 4)[2] / volume
    bulk_modulus = (tensor[0, 0] + 2 * tensor[0, 1]) / 3
    assert bulk_modulus == pytest.approx(curvature * ELECTRONVOLT_PER_CUBIC_ANGSTROM, rel=2e-3)


def test_symmetry_saves_strains_and_changes_nothing(tensor: np.ndarray) -> None:
    free, details, _ = elastic_tensor(work(strain=0.002, use_symmetry=False))
    assert details["strains"] == 6
    assert details["constants"] == 21
    np.testing.assert_allclose(free, tensor, atol=2e-3 * tensor.max())


def test_the_error_of_a_strain_step_falls_with_its_square(tensor: np.ndarray) -> None:
    coarse, middle = (elastic_tensor(work(strain=strain))[0][0, 0] for strain in (0.016, 0.008))
    assert (coarse - tensor[0, 0]) / (middle - tensor[0, 0]) == pytest.approx(4, abs=0.7)


def test_stretched_and_pressed_crystal_differ_in_proportion_to_the_strain() -> None:
    bends = [elastic_tensor(work(strain=strain))[1]["stretched_less_pressed"] for strain in (0.004, 0.008)]
    assert bends[1] / bends[0] == pytest.approx(2.0, rel=0.05)


def test_a_rough_potential_is_told() -> None:
    smooth, rough = (
        elastic_tensor(Work(bulk("Li", "fcc", a=3.9), potential, Settings()))[2]
        for potential in (lennard_jones(), Potential("rough", "1", Rough(), "a textbook"))
    )
    assert not any("rough" in text for text in smooth)
    assert any("rough potential" in text for text in rough)


def test_a_crystal_that_would_not_stay_has_no_moduli() -> None:
    simple = bulk("Li", "sc", a=2.8)  # a simple cubic crystal of a pair potential shears away
    found = compute(simple, ["shear_modulus", "stiffness_c44"], [lennard_jones()])
    assert found["shear_modulus"].status == "failed"
    assert found["shear_modulus"].value is None
    assert any("not stable" in text for text in found["shear_modulus"].warnings)
    assert not found["shear_modulus"].details["pair"]["stable"]


def test_two_potentials_disagree_by_the_ratio_of_their_depths() -> None:
    pair = [lennard_jones("shallow"), lennard_jones("deep", epsilon=2 * EPSILON)]
    settings = Settings(force_tolerance=1e-4)
    found = compute(bulk("Li", "fcc", a=3.9), ["bulk_modulus", "density"], pair, settings=settings)["bulk_modulus"]
    assert found.values["deep"] / found.values["shallow"] == pytest.approx(2.0, rel=1e-3)  # type: ignore[operator]
    assert found.spread == pytest.approx(found.values["shallow"], rel=1e-3)
    assert found.entry().low == found.lower < found.value < found.upper  # type: ignore[operator]


def test_the_dense_surface_is_the_easiest_and_costs_what_bonds_say() -> None:
    potential = lennard_jones(reach=1.4)  # first neighbours only
    found = compute(bulk("Li", "fcc", a=3.9), ["surface_energy"], [potential])["surface_energy"]
    details = found.details["pair"]
    assert sorted(abs(n) for n in details["plane"]) == [1, 1, 1]
    surfaces = {tuple(sorted(abs(n) for n in each["plane"])): each for each in details["surfaces"]}
    assert (
        surfaces[1, 1, 1]["energy_j_per_m2"]
        < surfaces[0, 0, 1]["energy_j_per_m2"]
        < surfaces[0, 1, 1]["energy_j_per_m2"]
    )
    for each in details["surfaces"]:
        assert 0.8 * each["as_cut_j_per_m2"] < each["energy_j_per_m2"] <= each["as_cut_j_per_m2"] * (1 + 1e-9)
    # Bonds cut an atom and its area over a^2: (111) 3 and sqrt(3)/4, (001) 4 and 1/2, (011) 6 and sqrt(1/2)
    dense = surfaces[1, 1, 1]["as_cut_j_per_m2"] / (3 / (3**0.5 / 4))
    assert surfaces[0, 0, 1]["as_cut_j_per_m2"] / dense == pytest.approx(4 / 0.5, rel=1e-3)
    assert surfaces[0, 1, 1]["as_cut_j_per_m2"] / dense == pytest.approx(6 / 0.5**0.5, rel=1e-3)


def test_a_slab_thinner_than_its_forces_reach_is_told_and_a_thick_one_is_right() -> None:
    def answer(thickness: float) -> Any:
        settings = Settings(slab_thickness=thickness, vacuum=20e-10, planes=1)
        return compute(bulk("Li", "fcc", a=3.9), ["surface_energy"], [lennard_jones()], settings=settings)[
            "surface_energy"
        ]

    thin, thick, thickest = (answer(each) for each in (1.5e-10, 15e-10, 25e-10))
    assert any("slab is thin" in text for text in thin.warnings)
    assert not any("slab is thin" in text for text in thick.warnings)
    assert thick.value == pytest.approx(thickest.value, rel=5e-3)
    assert abs(thin.value / thickest.value - 1) > 0.02


def test_planes_whose_slabs_are_too_large_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lisse.materials.atomistic.surfaces._MOST_ATOMS", 6)
    found = compute(bulk("Li", "fcc", a=3.9), ["surface_energy"], [lennard_jones(reach=1.4)])["surface_energy"]
    assert any("planes were left out" in text for text in found.warnings)
    assert all(each["atoms"] <= 6 for each in found.details["pair"]["surfaces"])


def test_in_a_pure_metal_an_atom_has_the_volume_of_the_crystal() -> None:
    found = compute(bulk("Li", "fcc", a=3.9), ["lithium_partial_molar_volume"], [lennard_jones()])
    volume = found["lithium_partial_molar_volume"]
    atoms = relaxed_crystal(work()).atoms
    assert volume.value == pytest.approx(atoms.get_volume() * 1e-30 * 6.02214076e23, rel=1e-3)


def test_a_vacancy_hop_is_symmetric_and_spans_the_crystal() -> None:
    settings = Settings(supercell=5.2e-10, images=3)
    found = compute(bulk("Li", "fcc", a=3.9), ["migration_barrier"], [lennard_jones(reach=2.0)], settings=settings)
    barrier = found["migration_barrier"]
    assert barrier.status == "completed"
    hops = barrier.details["pair"]["hops"]
    assert len(hops) == 1  # all first-neighbour hops are one family, and they span
    energies = hops[0]["energies_ev"]
    assert energies[0] == pytest.approx(energies[-1], abs=2e-3)
    assert energies[1] == pytest.approx(energies[-2], abs=1e-2)
    assert energies[2] == max(energies)
    assert 0.5 * EPSILON < barrier.value / 1.602176634e-19 < 6 * EPSILON  # type: ignore[operator]


SCRIPT = """
import sys
sys.path.insert(0, {here!r})
from test_atomistic_pair_potential import dynamics_of
print(repr(dynamics_of({path!r})))
"""


def dynamics_of(path: str | None, duration: float = 1.75e-12) -> Any:
    """Diffusivity and error of a hot pair-potential crystal; slow enough to be killed."""
    settings = Settings(temperature=300.0, duration=duration, supercell=4.1e-10, timestep=5e-15, seed=1)
    potential = lennard_jones(reach=1.6, epsilon=0.05)
    found = compute(bulk("Li", "fcc", a=3.9), ["lithium_diffusivity"], [potential], path, settings=settings)
    details = found["lithium_diffusivity"].details["pair"]
    return details["diffusivity_m2_per_s"], details["standard_error_m2_per_s"], details["squared_displacement_m2"]


def test_a_killed_run_goes_on_and_ends_with_the_same_numbers(tmp_path: Path) -> None:
    whole = dynamics_of(None)
    path = tmp_path / "steps.jsonl"
    script = SCRIPT.format(here=str(Path(__file__).parent), path=str(path))
    run = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and run.poll() is None:
        if path.exists() and path.read_bytes().count(b"dynamics/") >= 2:
            break
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    before = path.read_bytes().count(b"dynamics/")
    assert 2 <= before < 8  # it was killed on its way
    # Neighbour lists of this calculator remember where they were made, so that sums differ in their last digits
    assert dynamics_of(str(path)) == pytest.approx(whole, rel=1e-9)


def moved_at(temperature: float, timestep: float, supercell: float) -> Any:
    settings = Settings(temperature=temperature, duration=1.75e-12, timestep=timestep, supercell=supercell)
    potential = lennard_jones(reach=1.6, epsilon=0.05)
    return compute(bulk("Li", "fcc", a=3.9), ["lithium_diffusivity"], [potential], settings=settings)[
        "lithium_diffusivity"
    ]


@pytest.mark.slow
def test_a_dense_fluid_diffuses_as_simulations_of_it_say() -> None:
    """At 4.3 times the depth of a bond the crystal of this density is a fluid."""
    hot = moved_at(2500.0, 2.5e-15, 5.2e-10)
    assert hot.value is not None
    assert hot.lower < hot.value < hot.upper
    assert hot.details["pair"]["mean_kinetic_temperature_kelvin"] == pytest.approx(2500.0, rel=0.15)
    unit = SIGMA * 1e-10 * np.sqrt(0.05 * 1.602176634e-19 / (6.94 * 1.66053907e-27))
    assert 0.01 < hot.value / unit < 0.5  # reduced diffusivities of dense Lennard-Jones fluids: 0.03 to 0.15


def test_a_cold_crystal_is_not_said_to_diffuse() -> None:
    cold = moved_at(20.0, 5e-15, 4.1e-10)
    assert cold.value is None
    assert cold.status == "failed"
    assert any("0 of 8 lithium atoms hopped" in text for text in cold.warnings)


def test_progress_rises_to_one_and_names_the_potential() -> None:
    said: list[tuple[float, str]] = []
    compute(
        bulk("Li", "fcc", a=3.9),
        ["bulk_modulus", "surface_energy"],
        [lennard_jones()],
        progress=lambda share, words: said.append((share, words)),
    )
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(words.startswith("pair: ") for _, words in said[:-1])


def test_a_checkpoint_of_another_crystal_answers_nothing(tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    one = compute(bulk("Li", "fcc", a=3.9), ["density"], [lennard_jones()], path)["density"].value
    two = compute(bulk("Li", "fcc", a=3.9), ["density"], [lennard_jones(reach=2.0)], path)["density"].value
    assert one != two
    again = compute(bulk("Li", "fcc", a=3.9), ["density"], [lennard_jones()], path)["density"].value
    assert again == one


def test_an_element_that_a_potential_does_not_know_is_refused() -> None:
    potential = Potential("small", "1", LennardJones(), "a textbook", frozenset({"Li"}))
    with pytest.raises(InvalidInput, match="elements for small.*F"):
        compute(bulk("LiF", "rocksalt", a=4.0), ["density"], [potential])
