"""A real volume of 100^3 voxels (openImpala's sample, two phases): the tortuosity found by other codes.

Half-voxel Dirichlet faces, no flux through the sides.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lisse.microstructure import Volume, effective_conductivity

FILE = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "tomo" / "SampleData_2Phase_stack_3d_1bit.tif"


@pytest.mark.slow
@pytest.mark.skipif(not FILE.exists(), reason="the sample volume lies in the folder shared beside the repository")
def test_tortuosity_along_the_axes() -> None:
    tifffile = pytest.importorskip("tifffile")
    volume = Volume(tifffile.imread(FILE).astype(np.uint8), 1e-6, {0: "solid", 1: "pore"})
    assert volume.phase_fractions()["pore"] == pytest.approx(0.39831, abs=5e-6)
    for axis, expected in enumerate((3.166, 3.099, 3.156)):
        found = effective_conductivity(volume, {"pore": 1.0, "solid": 0.0}, axis=axis)
        assert found.tortuosity == pytest.approx(expected, abs=6e-4)
        assert found.iterations < 40
        assert found.residual <= 1e-8
