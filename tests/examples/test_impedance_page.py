"""Every Python block of the page about impedance runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from impedance_cells import TWO_ARCS, F, two_arcs
from lisse.measurement.analysis.circuit_elements import ELEMENTS
from lisse.records import Spectrum

PAGE = (Path(__file__).parents[2] / "docs/howto/impedance.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_first_block_reads_a_file(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(shared_data / "symcell" / "mb.mpt")
    exec(compile(BLOCKS[0].replace('"cell.mpt"', repr(path)), "impedance.md", "exec"), {})
    assert "cannot be told apart" in capsys.readouterr().out


@pytest.mark.parametrize("number", range(1, len(BLOCKS)))
def test_the_other_blocks_run(number: int) -> None:
    names: dict[str, Any] = {
        "frequency": F,
        "impedance": two_arcs(1e-3),
        "spectra": [Spectrum(0.0, F, two_arcs(1e-3, seed)) for seed in range(3)],
        "pressures": np.array([1e6, 2e6, 4e6]),
    }
    exec(compile(BLOCKS[number], "impedance.md", "exec"), names)
    if "choice" in names:
        assert names["choice"].fit.circuit == TWO_ARCS
    if "series" in names:
        assert len(names["series"].fits) == 3


def test_the_table_names_every_element() -> None:
    named = set(re.findall(r"\w+", " ".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| "))))
    assert set(ELEMENTS) - {"ZARC"} <= named
