"""The universal potentials themselves: loaded without a network, on crystals whose numbers are known.

Needs the extra atomistic; scripts/atomistic makes an environment with it and runs this file. The wide tolerances are
those of the potentials, not of our method: the table of agreement is in docs/explanation/atomistic_agreement.md.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sevenn", reason="the extra atomistic is not installed")
pytest.importorskip("chgnet", reason="the extra atomistic is not installed")

from lisse.errors import InvalidInput  # noqa: E402
from lisse.materials.atomistic import ALL_POTENTIALS, POTENTIALS, Settings, compute  # noqa: E402
from lisse.materials.atomistic.potentials import Potential, potential  # noqa: E402

STRUCTURES = Path(__file__).parents[2] / "examples" / "structures"


@pytest.fixture(scope="module")
def engines() -> list[Potential]:
    return [potential(name) for name in POTENTIALS]


OFFLINE = """
import socket, sys

def closed(*_, **__):
    raise SystemExit("something wanted the network")

for name in ("create_connection", "getaddrinfo", "gethostbyname"):
    setattr(socket, name, closed)
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, closed)
"""


def offline(script: str) -> subprocess.CompletedProcess[bytes]:
    """A fresh interpreter whose every road to the network is closed before anything is imported."""
    return subprocess.run([sys.executable, "-c", OFFLINE + script], capture_output=True)


def test_the_closed_network_is_closed() -> None:
    run = offline("import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')")
    assert run.returncode != 0
    assert b"something wanted the network" in run.stderr


def test_every_potential_loads_and_computes_without_network_or_output() -> None:
    path = str(STRUCTURES / "lithium.cif")
    script = f"""
from lisse.materials.atomistic import ALL_POTENTIALS, compute
found = compute({path!r}, ["density"], ALL_POTENTIALS)["density"]
sys.exit(0 if found.status == "completed" and len(found.values) == 3 else 3)
"""
    run = offline(script)
    assert run.returncode == 0, run.stderr.decode()
    assert run.stdout == b""


@pytest.mark.parametrize("name", ALL_POTENTIALS)
def test_every_potential_holds_lithium_fluoride(name: str) -> None:
    found = compute(STRUCTURES / "LiF.cif", ["density"], [name])["density"]
    assert found.value == pytest.approx(2.53e3, rel=0.02)  # PBE
    assert found.details[name]["space_group"] == "Fm-3m"


@pytest.mark.parametrize(("name", "density"), [("lithium", 573.0), ("LiF", 2530.0), ("Li2O", 2000.0), ("Li2S", 1640.0)])
def test_densities_are_those_of_pbe(engines: list[Potential], name: str, density: float) -> None:
    found = compute(STRUCTURES / f"{name}.cif", ["density"], engines)["density"]
    assert found.status == "completed"
    assert all(value == pytest.approx(density, rel=0.03) for value in found.values.values())


def test_lithium_metal_is_soft_stable_and_cubic(engines: list[Potential]) -> None:
    names = ["stiffness_c11", "stiffness_c12", "stiffness_c44"]
    c11, c12, c44 = (compute(STRUCTURES / "lithium.cif", names, engines)[name] for name in names)
    for one, two, four in zip(c11.values.values(), c12.values.values(), c44.values.values(), strict=True):
        assert one > two > 0  # type: ignore[operator]
        assert four > 0  # type: ignore[operator]
    assert c11.value == pytest.approx(15.2e9, rel=0.4)
    assert c12.value == pytest.approx(13.4e9, rel=0.4)
    assert c44.value == pytest.approx(11.0e9, rel=0.25)
    assert c11.lower < c11.upper  # type: ignore[operator]
    assert any("too soft" in text for text in c11.warnings)
    assert "too soft" in c11.entry().note


def test_all_six_strains_give_the_cubic_tensor_that_one_gave(engines: list[Potential]) -> None:
    one = compute(STRUCTURES / "Li2O.cif", ["bulk_modulus"], engines[:1])["bulk_modulus"]
    settings = Settings(use_symmetry=False)
    six = compute(STRUCTURES / "Li2O.cif", ["bulk_modulus"], engines[:1], settings=settings)["bulk_modulus"]
    a, b = (np.array(each.details["sevennet"]["tensor_pa"]) for each in (one, six))
    np.testing.assert_allclose(b, a, atol=0.01 * a.max())


def test_lithium_sticks_to_lithium_by_twice_its_surface_energy(engines: list[Potential]) -> None:
    words = ["surface_energy", "work_of_adhesion"]
    found = compute(STRUCTURES / "lithium.cif", words, engines[:1])
    assert found["work_of_adhesion"].value == pytest.approx(2 * found["surface_energy"].value, rel=0.08)  # type: ignore[operator]


@pytest.mark.parametrize("place", range(len(POTENTIALS)), ids=POTENTIALS)
def test_an_element_that_nobody_trained_is_refused(engines: list[Potential], place: int) -> None:
    from ase.build import bulk

    atoms = bulk("LiF", "rocksalt", a=4.0)
    atoms.symbols = ["Li", "Po"]
    with pytest.raises(InvalidInput, match=f"elements for {POTENTIALS[place]}.*Po.*the 89 it knows"):
        compute(atoms, ["density"], [engines[place]])
