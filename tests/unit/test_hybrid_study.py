"""The study file of a hybrid: what it gives, what is refused, and the laws of interface and interphase."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from hybrids import RAW, changed
from lisse import theory
from lisse.errors import InvalidInput
from lisse.materials import load
from lisse.study import load_hybrid, read_hybrid_study
from lisse.study.hybrid_laws import InterfaceLaw, InterphaseLaw, SegmentalMotion, transport_at
from lisse.units import FARADAY, GAS_CONSTANT


def test_a_study_in_si_with_its_defaults() -> None:
    study = read_hybrid_study(RAW)
    assert study.loadings == (0.0, 0.3)
    assert study.diameters == pytest.approx((1e-6,))
    assert study.temperatures == pytest.approx((353.15,))
    assert study.interface.at(353.15) == pytest.approx(1e-2)
    assert study.interphase.thickness == 0.0
    assert study.motion is None
    assert study.case is None
    assert study.models == ()
    assert study.maps == ()
    assert study.matrix.name == "PEO-LiTFSI"


def test_one_number_is_a_list_of_one_and_lists_are_put_in_order() -> None:
    study = read_hybrid_study(changed("loading", fractions=0.3, diameters=["3 um", "1 um"], temperatures="60 degC"))
    assert study.diameters == pytest.approx((1e-6, 3e-6))
    assert study.temperatures == pytest.approx((333.15,))


def test_the_case_gives_matrix_and_temperature(tmp_path: Path) -> None:
    from hybrids import CELL

    (tmp_path / "cell.toml").write_text(CELL, encoding="utf-8")
    raw = {key: part for key, part in RAW.items() if key != "matrix"} | {"case": "cell.toml"}
    loading = {key: value for key, value in RAW["loading"].items() if key != "temperatures"}
    study = read_hybrid_study({**raw, "loading": loading}, folder=tmp_path)
    assert study.matrix.name == "PEO-LiTFSI"
    assert study.temperatures == pytest.approx((353.15,))
    assert study.models == ("analytic",)
    with pytest.raises(InvalidInput, match=r"matrix.*nothing beside a case"):
        read_hybrid_study({**raw, "matrix": RAW["matrix"]}, folder=tmp_path)


@pytest.mark.parametrize(
    ("table", "values", "message"),
    [
        ("structure", {"shape": "sphere"}, r"structure\.shape: got 'sphere'.*Did you mean 'spheres'"),
        ("structure", {"voxel": 3}, r"structure\.voxel.*Did you mean 'voxels'"),
        ("structure", {"voxels": 33}, r"structure\.voxels: got 33; allowed: an even number"),
        ("structure", {"across": 20}, r"structure\.across: got 20; allowed: 8 to 16 with 32 voxels"),
        (
            "structure",
            {"shape": "fibres", "slenderness": 9.0},
            r"structure\.slenderness: got 9.*to 4, the edge of the box",
        ),
        ("structure", {"endless": True}, r"structure\.endless: got True; allowed: false, but for aligned-fibres"),
        ("loading", {"fractions": [0.1, 0.9]}, r"loading\.fractions\[1\].*0 to 0\.55 for spheres"),
        ("loading", {"fractions": []}, r"loading\.fractions: got \[\]; allowed: a list of 1 to 100"),
        ("loading", {"fractions": [0.1, 0.1]}, r"different numbers"),
        ("loading", {"diameters": ["1 s"]}, r"loading\.diameters\[0\]"),
        ("loading", {"temperatures": ["10 degC", 5]}, r"loading\.temperatures\[1\]"),
        ("loading", {"diameter": ["1 um"]}, r"loading\.diameter.*Did you mean 'diameters'"),
        ("interface", {"resistance": "-1 ohm cm^2"}, r"interface\.resistance"),
        ("interface", {"desolvation_barrier": "0.5 eV"}, r"either a resistance or a desolvation_barrier"),
        ("interface", {"activation_energy": "0.5 eV"}, r"interface\.temperature.*that of the resistance"),
        ("interphase", {"thickness": "5 nm", "renewal_factor": 0.1}, r"interphase\.renewal_factor.*\[hops\]"),
        ("interphase", {"conductivity_ratio": 5.0}, r"interphase\.thickness.*conductivity_ratio would change nothing"),
        ("filler", {"material": "Al2O3"}, r"of the kind interlayer\. An inert one is a table"),
        ("cell", {"models": ["analytic"]}, r"cell.*a study with a case"),
        ("map", {"shapes": ["sphere"]}, r"map\.shapes"),
        ("map", {"sizes": ["1 um"]}, r"map\.sizes.*a list of 2"),
        ("map", {"size": 3}, r"map\.size.*Did you mean 'sizes'"),
        ("filler", {"material": "PEO-LiTFSI"}, r"filler\.material: got 'PEO-LiTFSI'; allowed: an inorganic"),
        ("filler", {"material": {"name": "mine", "density": "3 g/cm^3"}}, r"filler\.material.*ionic_conductivity"),
    ],
)
def test_what_is_refused_names_its_key(table: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_hybrid_study(changed(table, **values))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no such file"):
        load_hybrid(tmp_path / "none.toml")


# -- laws ---------------------------------------------------------------------------------------------------------


def test_a_resistance_follows_arrhenius_and_a_barrier_the_exchange() -> None:
    law = InterfaceLaw(1e-2, 333.15, 5e4)
    assert law.at(333.15) == pytest.approx(1e-2, rel=1e-12)
    slope = math.log(law.at(343.15) / law.at(323.15)) / (1 / 343.15 - 1 / 323.15)
    assert slope == pytest.approx(5e4 / GAS_CONSTANT, rel=1e-9)
    hop = InterfaceLaw(None, desolvation_barrier=0.6 * FARADAY)
    rate = 1e12 * math.exp(-0.6 * FARADAY / (GAS_CONSTANT * 300.0))
    assert hop.at(300.0) == pytest.approx(GAS_CONSTANT * 300.0 / (FARADAY**2 * rate * 5e-7), rel=1e-12)
    assert hop.barrier(300.0) == pytest.approx(0.6 * FARADAY, rel=1e-9)
    assert InterfaceLaw(0.0).barrier(300.0) is None


def test_slower_segments_slow_the_ions_until_the_frozen_network_carries_them() -> None:
    motion = SegmentalMotion(1e11, 0.1, 230.0)
    assert motion.ratio(333.15, 1.0, 0.0) == pytest.approx(1.0)
    ratios = [motion.ratio(333.15, 1.0, shift) for shift in (-10.0, 0.0, 10.0, 20.0)]
    assert all(a > b for a, b in zip(ratios, ratios[1:], strict=False))
    slow = SegmentalMotion(1e15, 0.1, 230.0)  # renewal decides: below the threshold mobility is proportional to it
    assert slow.ratio(333.15, 0.1, 0.0) == pytest.approx(0.1, rel=1e-3)
    fast = SegmentalMotion(1e3, 0.1, 230.0)  # hops decide, over the mean share of open bonds
    assert fast.ratio(333.15, 0.1, 0.0) == pytest.approx(1.0, rel=1e-3)


def test_transport_takes_the_conductivity_apart() -> None:
    matrix, filler = load("PEO-LiTFSI"), load("LLZO")
    found = transport_at(matrix, filler, InterfaceLaw(1e-2), InterphaseLaw(1e-8, 3.0), 353.15)
    assert found.matrix == pytest.approx(matrix.value("ionic_conductivity", 353.15))
    assert found.cation / found.matrix == pytest.approx(matrix.value("transference_number", 353.15))
    assert found.interphase_ratio == 3.0
    one = transport_at(filler, filler, InterfaceLaw(), InterphaseLaw(), 300.0)
    assert one.anion == 0.0
    critical = theory.critical_radius(found.cation, found.filler, 1e-2)
    assert found.cations(2.0 * critical).resistance == pytest.approx(0.5 * (1 - found.cation / found.filler))


def test_a_matrix_without_moving_cations_is_refused() -> None:
    matrix = load("PEO-LiTFSI").with_value("transference_number", -0.4)
    with pytest.raises(InvalidInput, match="transference_number of PEO-LiTFSI"):
        transport_at(matrix, load("LLZO"), InterfaceLaw(), InterphaseLaw(), 353.15)
