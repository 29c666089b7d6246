"""How fast the lumped model is, what its integrator is compared with, and PyBaMM's half cell beside it.

    python benchmarks/lumped.py [ramp] [batch] [integrators] [pybamm]

Without words all parts run. Machines are noisy: every part prints the smallest time of several runs, and the time of
one fixed loop of plain Python beside it, by which two machines, or two days, can be compared.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import lisse
from lisse.cell import Cell
from lisse.models import Lumped
from lisse.models.contact import ContactLaw
from lisse.models.lumped.equations import build_equations
from lisse.study import read_case
from lisse.study.case import Case

RUNS = 15

CELL: dict[str, Any] = {
    "area": "1 cm^2",
    "electrolyte": {
        "material": "LLZO",
        "thickness": "300 um",
        "flaws": {"mean_length": "2 um", "spread": 0.3, "density": "1e8 1/m^2"},
    },
    "anode": {"material": "lithium", "thickness": "50 um"},
    "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
}
RAMP: dict[str, Any] = {
    "name": "ccd-ramp",
    "start": "0.1 mA/cm^2",
    "step": "0.1 mA/cm^2",
    "stop": "2 mA/cm^2",
    "half_cycle": "0.25 mAh/cm^2",
}


def timed(action: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Median and smallest wall time, s, after one run that is not counted."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times), min(times)


def fixed_loop() -> float:
    """s. A million additions in plain Python, the smallest of three."""

    def add() -> float:
        total = 0.0
        for k in range(1_000_000):
            total += k
        return total

    return timed(add, 3)[1]


def ramp_case() -> Case:
    """20 current levels, plating and stripping 0.25 mAh/cm2 at each; both interfaces open voids."""
    return read_case({"title": "ramp", "cell": CELL, "protocol": RAMP})


# -- a ramp, and many --------------------------------------------------------------------------------------------------


def ramp() -> None:
    """A ramp of 20 current levels, both interfaces, 32 classes of flaws."""
    case, model = ramp_case(), Lumped(flaw_classes=32)
    solution = model.solve(case.cell, case.protocol)
    median, smallest = timed(lambda: model.solve(case.cell, case.protocol), 40)
    steps, rows = len(case.protocol.steps), len(solution["time"])
    print(f"ramp: {steps} steps, 32 flaw classes at both interfaces, {rows} times recorded, {solution.status}")
    print(f"  smallest {smallest * 1e3:.1f} ms, median {median * 1e3:.1f} ms (to reach: 50 ms)")
    spent = []
    for seed in range(20):
        start = time.process_time()
        model.solve(case.cell, case.protocol, seed=seed)
        spent.append(time.process_time() - start)
    processor = statistics.median(spent)
    print(
        f"  {processor * 1e3:.1f} ms of processor time each with drawn flaws: {2 / processor:.0f} a second on two cores"
    )


def batch() -> None:
    """Many such ramps on two processes, each with flaws of its own; counted from the first result on.

    Of one cell, where all runs share its paths, and of as many cells, which share nothing.
    """
    case, count = ramp_case(), 400
    thickness = case.cell.electrolyte.thickness
    cells = [case.cell.replace(electrolyte__thickness=thickness * (1.0 + 1e-4 * k)) for k in range(count)]
    for name, given in (("flaws of one cell", case.cell), ("a cell each", cells)):
        marks: list[float] = []
        lisse.solve_many(
            Lumped(flaw_classes=32),
            given,
            case.protocol,
            seeds=range(count),
            workers=2,
            progress=lambda _share, _words, marks=marks: marks.append(time.perf_counter()),
        )
        warm = count // 10
        rate = (count - warm) / (marks[-1] - marks[warm - 1])
        print(f"batch, {name}: {count} ramps on 2 processes: {rate:.0f} runs a second once they are up (to reach: 40)")
    alone, shared = ramp_costs(case, cells)
    print(f"  processor time of one run: {shared * 1e3:.1f} ms, {alone * 1e3:.1f} ms with a cell of its own")


def ramp_costs(case: Case, cells: list[Cell]) -> tuple[float, float]:
    """s. Processor time of a run in a batch, with a cell of its own and among runs of one cell; medians."""
    model = Lumped(flaw_classes=32)
    spent: tuple[list[float], list[float]] = ([], [])
    one = model.judge(case.cell, case.protocol)
    one(None)
    for seed, cell in enumerate(cells[:30]):
        for place, judge in enumerate((model.judge(cell, case.protocol), one)):
            start = time.process_time()
            judge(seed)
            spent[place].append(time.process_time() - start)
    return statistics.median(spent[0]), statistics.median(spent[1])


# -- integrators -------------------------------------------------------------------------------------------------------


def integrators() -> None:
    """One stripping step, creep and diffusional closure at both interfaces, by several integrators."""
    from scipy.integrate import solve_ivp
    from sksundae.cvode import CVODE

    side = build_equations(ramp_case().cell, 1, None).sides[0]
    current, pressure, length = 6.0, 3e6, 1500.0
    start, times = np.array([0.0, 0.05]), np.linspace(0.0, length, 18)
    plain, compiled = plain_rates(side.contact, current, pressure), compiled_rates(side.contact, current, pressure)
    exact = solve_ivp(plain, (0, length), start, "LSODA", times, rtol=1e-12, atol=1e-14).y.T
    scale = float(np.abs(exact).max())

    def sundials(rates: Callable[[float, np.ndarray], np.ndarray]) -> Callable[[], np.ndarray]:
        def into(t: float, y: np.ndarray, out: np.ndarray) -> None:
            out[:] = rates(t, y)

        solver = CVODE(into, rtol=1e-4, atol=1e-6, first_step=1.0)
        return lambda: np.asarray(solver.solve(times, start).y)

    def scipys(rates: Callable[[float, np.ndarray], np.ndarray], method: str) -> Callable[[], np.ndarray]:
        settings = {"rtol": 1e-4, "atol": 1e-6, "first_step": 1.0}
        return lambda: np.asarray(solve_ivp(rates, (0, length), start, method, times, **settings).y.T)

    ways = {
        "CVODE, plain Python": sundials(plain),
        "CVODE, numba": sundials(compiled),
        "LSODA, plain Python": scipys(plain, "LSODA"),
        "LSODA, numba": scipys(compiled, "LSODA"),
        "BDF, plain Python": scipys(plain, "BDF"),
        "BDF, numba": scipys(compiled, "BDF"),
    }
    began = time.perf_counter()
    compiled(0.0, start)
    print("integrators: one stripping step, two interfaces, relative tolerance 1e-4; numba took")
    print(f"  {time.perf_counter() - began:.1f} s to compile the rates, without its import")
    first = 0.0
    for name, way in ways.items():
        error = float(np.abs(way() - exact).max()) / scale
        _, smallest = timed(way, 60)
        first = first or smallest
        print(f"  {name:20s} {smallest * 1e3:7.3f} ms ({smallest / first:5.2f} of the first), error {error:.1e}")


def plain_rates(law: ContactLaw, current: float, pressure: float) -> Callable[[float, np.ndarray], np.ndarray]:
    """um/s. Both interfaces stripped, as the model itself asks for it."""

    def rates(_: float, heights: np.ndarray) -> np.ndarray:
        return np.array([law.balance(height * 1e-6, current, pressure) / 1e-6 for height in heights.tolist()])

    return rates


def compiled_rates(law: ContactLaw, current: float, pressure: float) -> Callable[[float, np.ndarray], np.ndarray]:
    """The same, compiled by numba."""
    from numba import njit

    gathered = max(law.injection * current - law.vacancy_current, 0.0) * law.volume_per_charge
    shape, nucleus = law.radius_coefficient**3, law.nucleus_radius**3
    tension, creep, n = 2.0 * law.surface_energy, 3.0 * law.creep_coefficient, law.creep_exponent
    diffused = law.closure_velocity * pressure

    def rates(_: float, heights: np.ndarray) -> np.ndarray:
        out = np.empty(2)
        for k in range(2):
            height = max(heights[k], 0.0) * 1e-6
            driving = pressure + tension / (shape * height + nucleus) ** (1.0 / 3.0)
            out[k] = (gathered - creep * height * driving**n - diffused) / 1e-6
        return out

    compiled: Callable[[float, np.ndarray], np.ndarray] = njit(rates)
    return compiled


# -- PyBaMM ------------------------------------------------------------------------------------------------------------


def half_cell_case(cycles: int | None = None) -> Case:
    """Lithium, a single-ion solid and a cathode, without voids and flaws: what both programs can describe.

    One slow charge, or some cycles between two voltages.
    """
    electrolyte = {"material": "LLZO", "thickness": "300 um"}
    protocol: dict[str, Any] = {"name": "one-way", "half_cycle": "2.5 mAh/cm^2"}
    protocol |= {"start": "0.5 mA/cm^2", "step": "0.5 mA/cm^2", "stop": "0.5 mA/cm^2"}
    if cycles is not None:
        protocol = {"name": "cycle", "current_density": "0.5 mA/cm^2", "half_cycle": "2 mAh/cm^2", "cycles": cycles}
    counter = {"material": "NMC811", "areal_capacity": "3 mAh/cm^2", "exchange_current_density": "1 mA/cm^2"}
    cell = CELL | {
        "kind": "full",
        "electrolyte": electrolyte,
        "anode": {"material": "lithium", "thickness": "20 um"},
        "counter": counter,
        "stack": {"pressure": "1 kPa", "forming_pressure": "400 MPa"},
        "interface": {"exchange_current_density": "0.5 mA/cm^2", "resistance": "0 ohm cm^2"},
    }
    return read_case({"title": "half cell", "cell": cell, "protocol": protocol})


def pybamm_half_cell(case: Case) -> tuple[Any, Any]:
    """PyBaMM's SPM half cell with the equations and the numbers of the case, and its parameters.

    Its particles take up lithium without delay, its contact resistance is the electrolyte, and the exchange current
    of the particles is that of the lump over their surface.
    """
    import pybamm

    cell = case.cell
    law, cathode = cell.counter.material.law("open_circuit_voltage"), cell.counter
    poor, rich = law.range
    thickness, share, radius = 42e-6, 0.5, 5e-6
    most = cathode.areal_capacity / (lisse.units.FARADAY * thickness * share * (rich - poor))
    per_particle = cathode.exchange_current_density * radius / (3.0 * share * thickness)

    def open_circuit(x: Any) -> Any:
        voltage = law.constant + law.slope * x
        for size, steepness, centre in law.tanh:
            voltage = voltage + size * pybamm.tanh(steepness * (x - centre))
        for size, steepness, centre in law.exponentials:
            voltage = voltage + size * pybamm.exp(steepness * (x - centre))
        return voltage

    electrolyte = cell.electrolyte
    resistance = electrolyte.thickness / electrolyte.material.value("ionic_conductivity", cell.temperature)
    values = pybamm.ParameterValues("Xu2019")
    values.update(
        {
            "Positive electrode OCP [V]": open_circuit,
            "Positive electrode OCP entropic change [V.K-1]": 0.0,
            "Positive electrode thickness [m]": thickness,
            "Positive particle radius [m]": radius,
            "Positive electrode active material volume fraction": share,
            "Maximum concentration in positive electrode [mol.m-3]": most,
            "Initial concentration in positive electrode [mol.m-3]": rich * most,
            "Positive particle diffusivity [m2.s-1]": 1e-10,
            "Positive electrode exchange-current density [A.m-2]": lambda *_: pybamm.Scalar(per_particle),
            "Exchange-current density for lithium metal electrode [A.m-2]": lambda *_: pybamm.Scalar(
                cell.interface.exchange_current_density
            ),
            "Contact resistance [Ohm]": (resistance + electrolyte.grain_boundary_resistance) / cell.area,
            "Electrode height [m]": cell.area**0.5,
            "Electrode width [m]": cell.area**0.5,
            "Current function [A]": -case.protocol.steps[0].current_density * cell.area,
            "Ambient temperature [K]": cell.temperature,
            "Initial temperature [K]": cell.temperature,
            "Reference temperature [K]": cell.temperature,
            "Nominal cell capacity [A.h]": cathode.areal_capacity * cell.area / 3600.0,
            "Upper voltage cut-off [V]": 6.0,
            "Lower voltage cut-off [V]": 1.0,
        }
    )
    return pybamm.lithium_ion.SPM({"working electrode": "positive", "contact resistance": "true"}), values


def beside_pybamm() -> None:
    """The same cell in both programs: voltages, and the time of a run."""
    try:
        import pybamm
    except ImportError:
        print("PyBaMM is not installed here: pip install pybamm, then run this again")
        return
    pybamm.set_logging_level("ERROR")
    case, model = half_cell_case(), Lumped()
    equations, values = pybamm_half_cell(case)
    mine = model.solve(case.cell, case.protocol)
    clock = mine["time"].values
    simulation = pybamm.Simulation(equations, parameter_values=values)
    span = np.linspace(0.0, float(clock[-1]), 50)
    voltage = simulation.solve(span)["Voltage [V]"](clock)
    apart = float(np.abs(voltage - mine["voltage"].values)[1:].max())
    print(f"PyBaMM {pybamm.__version__}, SPM half cell, the same equations, a charge of {clock[-1] / 3600:.0f} h")
    print(f"  largest difference of the voltage: {apart * 1e3:.4f} mV (to reach: 1 mV)")

    def built() -> Any:
        return simulation.solve(span)["Voltage [V]"].entries  # it computes nothing that is not asked for

    def anew() -> Any:
        return pybamm.Simulation(equations, parameter_values=values).solve(span)["Voltage [V]"].entries

    compare(
        "one charge, PyBaMM's model built before",
        lambda: model.solve(case.cell, case.protocol),
        built,
    )

    def another() -> Any:
        """Of a cell that was not met before: nothing is shared with the run before."""
        return model.solve(case.cell.replace(area=case.cell.area), case.protocol)

    compare("the same, lisse with a new cell each time", another, built)
    compare("one charge, from the numbers of a cell on", another, anew)
    cycles = 10
    case = half_cell_case(cycles)
    hours = "4 hours"
    charge = f"Charge at {5.0 * case.cell.area} A for {hours}"
    discharge = f"Discharge at {5.0 * case.cell.area} A for {hours}"
    experiment = pybamm.Experiment([(charge, discharge)] * cycles)
    cycling = pybamm.Simulation(equations, parameter_values=values, experiment=experiment)
    compare(
        f"{cycles} cycles, PyBaMM's model built before",
        lambda: model.solve(case.cell, case.protocol),
        lambda: cycling.solve()["Voltage [V]"].entries,
    )


def compare(what: str, mine: Callable[[], object], theirs: Callable[[], object]) -> None:
    """Print the smallest times of both, run in turn."""
    mine(), theirs()
    ours, others = [], []
    for _ in range(RUNS):
        ours.append(timed(mine, 1)[1])
        others.append(timed(theirs, 1)[1])
    ratio = min(ours) / min(others)
    print(f"  {what}: lisse {min(ours) * 1e3:.1f} ms, PyBaMM {min(others) * 1e3:.1f} ms, ratio {ratio:.2f}")


PARTS = {"ramp": ramp, "batch": batch, "integrators": integrators, "pybamm": beside_pybamm}

if __name__ == "__main__":
    print(f"fixed loop: {fixed_loop() * 1e3:.1f} ms")
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
    print(f"fixed loop: {fixed_loop() * 1e3:.1f} ms")
