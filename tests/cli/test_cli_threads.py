"""Threads of BLAS: one, unless the user says otherwise, and said before NumPy reads it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import lisse.cli.main as program


@pytest.mark.parametrize(("given", "expected"), [(None, "1"), ("3", "3")])
def test_blas_has_one_thread_unless_told(monkeypatch: pytest.MonkeyPatch, given: str | None, expected: str) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", given or "")  # put back afterwards, whatever the program sets
    if given is None:
        monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.setattr(program, "main", lambda: 0)
    with pytest.raises(SystemExit):
        program.entry()
    assert os.environ["OMP_NUM_THREADS"] == expected


def test_numpy_is_not_loaded_before_the_program_starts() -> None:
    asked = "import lisse.cli.main, sys; print('numpy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
