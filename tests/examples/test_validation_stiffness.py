"""The count of stiff solids in the text of the 2018 screening is the one that the code gives."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from example_scripts import as_module
from lisse.theory import interface_stability


@pytest.fixture(scope="module")
def stiffness(repository: Path, shared_data: Path) -> ModuleType:
    return as_module(repository / "validation" / "ahmad_2018" / "stiffness.py", "stiffness_ahmad_2018")


def test_table_and_figures_are_those_in_the_text(stiffness: ModuleType, repository: Path) -> None:
    page = (repository / "validation" / "ahmad_2018" / "README.md").read_text(encoding="utf-8")
    words = " ".join(page.split())
    moduli = stiffness.read_moduli()
    for line in stiffness.lines(
        stiffness.counts(np.array(list(moduli.values())), stiffness.prediction_error(moduli)[1])
    ):
        assert line in page
    for sentence in stiffness.sentences():
        assert sentence in words


def test_none_is_stable_as_published_by_the_stability_parameter_itself(stiffness: ModuleType) -> None:
    """A second route: the sign of every solid's parameter for long waves, instead of the border."""
    moduli = np.array(list(stiffness.read_moduli().values()))
    for ratio in stiffness.RATIOS:
        for poisson in stiffness.POISSON:
            waves = interface_stability(
                1.0, moduli, poisson, stiffness.METAL, stiffness.POISSON_OF_METAL, ratio, 0.5, 13e-6
            )
            assert (np.asarray(waves.hydrostatic + waves.deviatoric) > 0.0).all()
