"""What the tests of the distributed solvers share: whether the ranks can run at all."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lisse.numerics.distributed_run import PYTHON

SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture(scope="session")
def petsc() -> None:
    """Skips where the ranks cannot run."""
    look = "from lisse.numerics.distributed_grid import petsc_module; petsc_module()"
    try:
        subprocess.run(["mpirun", "--version"], check=True, capture_output=True, timeout=60)
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        subprocess.run([PYTHON, "-c", look], check=True, capture_output=True, timeout=120, env=environment)
    except (OSError, subprocess.SubprocessError) as error:
        if os.environ.get("LISSE_REQUIRE_PETSC") == "1":
            pytest.fail(f"LISSE_REQUIRE_PETSC=1, but petsc4py or mpirun does not work: {error}")
        pytest.skip("petsc4py or mpirun is not installed (scripts/install_petsc)")
