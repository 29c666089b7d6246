"""Circuit fits a second and their misfit, beside impedance.py and pyimpspec where they are installed.

Spectra: a resistance and two arcs of a constant phase element, 60 points, noise of 0.1 to 1 %, drawn by a seed. We get
no starting values. impedance.py needs some: the true ones times or divided by a factor of up to two; pyimpspec its own
defaults. All weigh by the modulus. Time is processor time of one process, best of the passes.

Run it with ``python benchmarks/impedance.py [--spectra 40]`` in an environment that has the peers as well.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lisse.measurement import fit_circuit, kramers_kronig, parse_circuit, read_spectrum, relaxation_times

# The folder of this file would hide the package of the same name.
sys.path = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parent]

CIRCUIT = "R0-p(R1,CPE1)-p(R2,CPE2)"
F = np.logspace(6, -1, 60)
Case = tuple[np.ndarray, list[float]]


def cases(count: int) -> list[Case]:
    draw = np.random.default_rng(7)
    model, found = parse_circuit(CIRCUIT), []
    for _ in range(count):
        values = [10 ** draw.uniform(0.5, 2)]
        for decade in (draw.uniform(-6, -4), draw.uniform(-3, -1.5)):
            resistance, exponent = 10 ** draw.uniform(0.7, 2.3), draw.uniform(0.75, 0.98)
            values += [resistance, 10 ** (decade * exponent) / resistance, exponent]
        z = model.impedance(F, values)
        scatter = draw.standard_normal(F.size) + 1j * draw.standard_normal(F.size)
        found.append((z + 10 ** draw.uniform(-3, -2) * np.abs(z) * scatter, values))
    return found


def misfit(data: np.ndarray, fitted: np.ndarray) -> float:
    return float(np.sum(np.abs((data - fitted) / data) ** 2))


def ours(data: np.ndarray, _: list[float]) -> float:
    return fit_circuit(F, data, CIRCUIT).chi_square


def by_impedance_py(data: np.ndarray, values: list[float]) -> float:
    from impedance.models.circuits import CustomCircuit

    draw = np.random.default_rng(int(1e6 * values[1]))
    guess = [min(v * 2 ** draw.uniform(-1, 1), 0.99 if i in (3, 6) else np.inf) for i, v in enumerate(values)]
    circuit = CustomCircuit(CIRCUIT, initial_guess=guess)
    circuit.fit(F, data, weight_by_modulus=True)
    return misfit(data, circuit.predict(F))


def by_pyimpspec(data: np.ndarray, _: list[float]) -> float:
    import pyimpspec

    result = pyimpspec.fit_circuit(
        pyimpspec.parse_cdc("R(RQ)(RQ)"), pyimpspec.DataSet(F, data), method="least_squares", weight="modulus",
        num_procs=1,
    )  # fmt: skip
    return misfit(data, result.impedances)


def timed(run: Callable[[np.ndarray, list[float]], float], spectra: list[Case], passes: int) -> tuple[float, list]:
    best, found = np.inf, []
    for _ in range(passes):
        start, found = time.process_time(), []
        for data, values in spectra:
            try:
                found.append(run(data, values))
            except Exception as error:  # noqa: BLE001 - a peer that gives up is a result
                print(f"    gave up: {type(error).__name__}: {str(error)[:80]}")
                found.append(np.nan)
        best = min(best, (time.process_time() - start) / len(spectra))
    return best, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spectra", type=int, default=40)
    parser.add_argument("--slow-spectra", type=int, default=3, help="for pyimpspec, which takes seconds for one")
    settings = parser.parse_args()
    spectra = cases(settings.spectra)
    warnings.simplefilter("ignore")
    ours(*spectra[0])
    seconds, chi = timed(ours, spectra, 3)
    print(f"{CIRCUIT}, 60 points, {len(spectra)} spectra")
    print(f"  lisse         {1e3 * seconds:9.1f} ms a fit, {1 / seconds:6.1f} fits a second")
    for name, run, some in (
        ("impedance", by_impedance_py, len(spectra)),
        ("pyimpspec", by_pyimpspec, settings.slow_spectra),
    ):
        if importlib.util.find_spec(name) is None:
            print(f"  {name:12s}  not installed")
            continue
        other, theirs = timed(run, spectra[:some], 1)
        again = timed(ours, spectra[:some], 3)[0]
        ratio = np.array(chi[:some]) / np.array(theirs)
        print(f"  {name:12s}  {1e3 * other:9.1f} ms a fit on {some} of them: {other / again:.0f} times ours")
        print(
            f"    our chi square over theirs: median {np.nanmedian(ratio):.6f}, largest {np.nanmax(ratio):.6f}, "
            f"smallest {np.nanmin(ratio):.3g}; ours larger by 1e-6 in {int(np.sum(ratio > 1 + 1e-6))} of {some}"
        )
    data = spectra[0][0]
    for name, call in (
        ("Kramers-Kronig test", lambda: kramers_kronig(F, data)),
        ("distribution of relaxation times", lambda: relaxation_times(F, data)),
        ("everything (read_spectrum)", lambda: read_spectrum(F, data, area=1e-4, thickness=5e-4)),
    ):
        call()
        times = []
        for _ in range(5):
            start = time.process_time()
            call()
            times.append(time.process_time() - start)
        print(f"  {name:34s} {1e3 * min(times):8.1f} ms")


if __name__ == "__main__":
    main()
