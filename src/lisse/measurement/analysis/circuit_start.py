"""Where a circuit fit starts: time constants from the distribution of relaxation times, sizes from a linear fit.

A circuit in series is linear in the sizes of its parts once the time constant and the exponent of each part are fixed.
So every part gets a short list of candidate shapes. The first choice takes the time constants of the peaks of the
distribution of relaxation times; then every two parts together try all pairs of their candidates, each with the sizes
that fit best. Pairs that are nearly as good and elsewhere are starts as well. And a circuit that has been fitted
without one of its parts tells where the missing part fits best (`grown_values`): this finds small arcs beside large
ones.

What belongs here: shapes of the parts of a circuit and how a size becomes parameters. The descent stands in
``circuit_fit``.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.circuit import Circuit
from lisse.measurement.analysis.circuit_elements import ELEMENTS, Frequencies
from lisse.measurement.analysis.circuit_grammar import Element, Node, Parallel, Series
from lisse.measurement.analysis.relaxation_peaks import relaxation_peaks
from lisse.measurement.analysis.relaxation_times import relaxation_times

__all__ = ["form", "grown_values", "has_shape", "starting_values"]

_PER_DECADE = 2.0
_EXPONENTS = (0.95, 0.75)
_QUICK_PENALTY, _QUICK_PER_DECADE = 1e-3, 5
_SWEEPS = 1
_STARTS = 3
_ELSEWHERE = 2.0  # sum of the distances in ln tau between two starts
_CAPACITIVE = ("C", "CPE")


@dataclass(frozen=True)
class _Shape:
    """A part of size 1 ohm: its time constant and exponent (1 where it has none)."""

    tau: float
    exponent: float


@dataclass(frozen=True, eq=False)
class _Table:
    """Candidates of every part as weighted real columns, with what least squares needs of them."""

    shapes: tuple[_Shape, ...]
    parts: tuple[np.ndarray, ...]  # for each part the rows of its candidates
    gram: np.ndarray
    projected: np.ndarray


def starting_values(
    circuit: Circuit, at: Frequencies, impedance: np.ndarray, weight: np.ndarray
) -> list[dict[str, float]]:
    """Sets of starting values, the most promising first.

    Parameters
    ----------
    circuit : Circuit
    at : Frequencies
    impedance : (n,) complex array, ohm
    weight : (n,) array, 1/ohm
    """
    table = _table(circuit, at, impedance, weight)
    free = [i for i, rows in enumerate(table.parts) if rows.size > 1]
    first = [int(rows[0]) for rows in table.parts]
    for part, wanted in zip(free, _peak_times(at, impedance, len(free)), strict=True):
        first[part] = _nearest(table, part, wanted)
    chosen, *others = _by_pairs(table, list(first), free)
    found = [chosen, first, *others]
    ordered = {tuple(_in_order(circuit, table, chosen, free)): None for chosen in found}
    return [_parameters(circuit, table, chosen, at, impedance) for chosen in ordered]


def grown_values(
    circuit: Circuit,
    missing: int,
    known: Mapping[str, float],
    at: Frequencies,
    impedance: np.ndarray,
    weight: np.ndarray,
) -> list[dict[str, float]]:
    """Starting values of a circuit that has been fitted without one of its parts.

    Parameters
    ----------
    missing : int
        Which part of the series was not there.
    known : mapping of str to float
        Fitted parameters of the others.
    """
    others = [part for i, part in enumerate(circuit.tree.parts) if i != missing]
    part, sort = circuit.tree.parts[missing], _sort(circuit.tree.parts[missing])
    shapes = _candidates(sort, _taus(at))
    there = [_impedance_of(one, known, at) * weight for one in others]
    columns = np.array([*there, *(_unit(sort, shape, at) * weight for shape in shapes)]).view(float)
    data = np.ascontiguousarray(impedance * weight).view(float)
    gram, projected = columns @ columns.T, columns @ data
    fixed = len(others)
    rows = np.array([[*range(fixed), fixed + i] for i in range(len(shapes))])
    sizes, misfit = _linear(gram, projected, rows, rows.shape[1] - 1)
    smallest = 1e-3 * float(np.abs(impedance).min())
    starts: list[dict[str, float]] = []
    for row in _apart(misfit, [[shape] for shape in shapes], _STARTS - 1):
        found: dict[str, float] = {}
        for one, size in zip(others, sizes[row], strict=False):
            found.update(_scaled(one, circuit, known, min(max(float(size), 0.03), 3.0)))
        _hand_out(part, max(float(sizes[row, -1]), smallest), shapes[row], found)
        starts.append({name: found[name] for name in circuit.names})
    if not starts:
        # the data want less than nothing of it: begin where the smaller circuit ended, with almost nothing
        found = dict(known)
        unit = float(np.abs(_unit(sort, shapes[0], at)).max())
        _hand_out(part, smallest / unit, shapes[0], found)
        starts.append({name: found[name] for name in circuit.names})
    return starts


def _impedance_of(part: Node, known: Mapping[str, float], at: Frequencies) -> np.ndarray:
    alone = Circuit("", Series((part,)))
    return alone.evaluate(at, np.array([known[name] for name in alone.names]))[0]


def _scaled(part: Node, circuit: Circuit, known: Mapping[str, float], size: float) -> dict[str, float]:
    """Parameters of a part whose impedance is `size` times as large (about so for a lossy inductance)."""
    factor = {"resistance": size, "warburg": size, "inductance": size, "capacitance": 1 / size, "cpe": 1 / size}
    first, last = circuit.span(part)
    names, kinds = circuit.names[first:last], circuit.quantities[first:last]
    return {name: known[name] * factor.get(one.kind, 1.0) for name, one in zip(names, kinds, strict=True)}


def _taus(at: Frequencies) -> np.ndarray:
    slowest, fastest = 1 / at.omega.min(), 1 / at.omega.max()
    count = int(np.ceil(_PER_DECADE * np.log10(slowest / fastest))) + 2
    return np.geomspace(fastest / 2, slowest * 2, max(count, 4))


def _table(circuit: Circuit, at: Frequencies, impedance: np.ndarray, weight: np.ndarray) -> _Table:
    taus = _taus(at)
    shapes: list[_Shape] = []
    columns: list[np.ndarray] = []
    parts: list[np.ndarray] = []
    known: dict[str, np.ndarray] = {}
    for part in circuit.tree.parts:
        sort = _sort(part)
        if sort not in known:
            own = _candidates(sort, taus)
            known[sort] = np.arange(len(shapes), len(shapes) + len(own))
            shapes += own
            columns += [_unit(sort, shape, at) * weight for shape in own]
        parts.append(known[sort])
    rows = np.array(columns).view(float)
    data = np.ascontiguousarray(impedance * weight).view(float)
    return _Table(tuple(shapes), tuple(parts), rows @ rows.T, rows @ data)


def _sort(part: Node) -> str:
    """How a part looks in a spectrum: a symbol (``"K"``: an RC arc), ``"arc"``, or ``"loop"`` with an inductance."""
    if isinstance(part, Element):
        return "Zarc" if part.symbol == "ZARC" else part.symbol
    symbols = _symbols(part)
    if any(s in ("L", "La") for s in symbols) and not any(s in _CAPACITIVE for s in symbols):
        return "loop"
    return "arc" if "CPE" in symbols else "K"


def has_shape(part: Node) -> bool:
    """Whether a part has a time constant that a start must find."""
    return _sort(part) in ("arc", "Zarc", "loop", "K", "G", "Gs", "Wo", "Ws")


def _candidates(sort: str, taus: np.ndarray) -> list[_Shape]:
    if sort in ("arc", "Zarc"):
        return [_Shape(float(tau), exponent) for exponent in _EXPONENTS for tau in taus]
    if sort in ("K", "G", "Gs", "Wo", "Ws", "loop"):
        return [_Shape(float(tau), 1.0) for tau in taus]
    if sort == "CPE":
        return [_Shape(1.0, exponent) for exponent in (0.9, 0.7, 0.5, 0.3)]
    return [_Shape(1.0, 0.9 if sort == "La" else 1.0)]


def _unit(sort: str, shape: _Shape, at: Frequencies) -> np.ndarray:
    """Impedance of a part of size 1, (n,) complex."""
    if sort == "loop":
        product = at.j_omega * shape.tau
        return np.asarray(product / (1 + product))
    kind = ELEMENTS["Zarc" if sort == "arc" else sort]
    values = np.array([{"time": shape.tau, "exponent": shape.exponent}.get(q.kind, 1.0) for q in kind.quantities])
    return kind.law(at, values, np.empty((values.size, at.omega.size), dtype=complex))


def _peak_times(at: Frequencies, impedance: np.ndarray, count: int) -> np.ndarray:
    """Time constants of the largest peaks of the distribution, rising; large ones are shared when there are too few."""
    low, high = np.log(1 / at.omega.max()), np.log(1 / at.omega.min())
    even = np.exp(low + (high - low) * (np.arange(count) + 0.5) / max(count, 1))
    if count < 2 or at.omega.size < 8:
        return np.asarray(even)
    drt = relaxation_times(at.omega / (2 * np.pi), impedance, _QUICK_PENALTY, points_per_decade=_QUICK_PER_DECADE)
    peaks = [[peak.resistance, peak.time_constant] for peak in relaxation_peaks(drt)]
    if not peaks:
        return np.asarray(even)
    while len(peaks) < count:
        size, tau = peaks.pop(int(np.argmax([peak[0] for peak in peaks])))
        peaks += [[size / 2, tau / 3], [size / 2, tau * 3]]
    largest = sorted(peaks, reverse=True)[:count]
    return np.sort([tau for _, tau in largest])


def _nearest(table: _Table, part: int, tau: float) -> int:
    rows = table.parts[part]
    middle = [row for row in rows if table.shapes[row].exponent >= _EXPONENTS[0]]
    return int(min(middle or list(rows), key=lambda row: abs(np.log(table.shapes[row].tau / tau))))


def _by_pairs(table: _Table, chosen: list[int], free: Sequence[int]) -> list[list[int]]:
    """Choices in which no two parts together have better candidates, and the best of those that lie elsewhere."""
    groups: list[tuple[int, ...]] = [*itertools.combinations(free, 2)] or [(part,) for part in free]
    found: list[list[int]] = []
    for _ in range(_SWEEPS if len(groups) > 1 else 1):
        before = list(chosen)
        for group in groups:
            found = _scan(table, chosen, group)
            chosen = found[0] if found else chosen
        if chosen == before:
            break
    return [chosen, *found]


def _scan(table: _Table, chosen: Sequence[int], group: Sequence[int]) -> list[list[int]]:
    """All candidates of the parts in `group` at once, the others as they are: the best ones that lie apart."""
    options = np.array(list(itertools.product(*(table.parts[part] for part in group))))
    rows = np.tile(np.asarray(chosen), (len(options), 1))
    rows[:, list(group)] = options
    if len(group) == 2:
        rows = rows[options[:, 0] != options[:, 1]]
    misfit = _linear(table.gram, table.projected, rows, np.asarray(group))[1]
    shapes = [[table.shapes[row] for row in choice] for choice in rows[:, list(group)]]
    return [[int(row) for row in rows[i]] for i in _apart(misfit, shapes, _STARTS)]


def _linear(
    gram: np.ndarray, projected: np.ndarray, rows: np.ndarray, watched: np.ndarray | int
) -> tuple[np.ndarray, np.ndarray]:
    """Sizes of many choices at once, (m, k), and their misfits up to a constant, (m,).

    A choice in which a watched part is negative has the misfit ``inf``.
    """
    size = 1 / np.sqrt(gram.diagonal())
    scaled = gram * size[:, None] * size
    right = (projected * size)[rows]
    chosen = scaled[rows[:, :, None], rows[:, None, :]] + 1e-9 * np.eye(rows.shape[1])
    solved = np.linalg.solve(chosen, right[..., None])[..., 0]
    misfit = -np.einsum("ij,ij->i", solved, right)
    negative = np.atleast_2d(solved[:, watched].T < 0).any(axis=0)
    return solved * size[rows], np.where(negative, np.inf, misfit)


def _apart(misfit: np.ndarray, shapes: Sequence[Sequence[_Shape]], most: int) -> list[int]:
    """The best choices, each away from the better ones."""
    kept: list[int] = []
    places = np.sort(np.log([[shape.tau for shape in choice] for choice in shapes]), axis=1)
    for i in np.argsort(misfit):
        if not np.isfinite(misfit[i]) or len(kept) == most:
            break
        if all(np.abs(places[i] - places[j]).sum() >= _ELSEWHERE for j in kept):
            kept.append(int(i))
    return kept


def _sizes(table: _Table, chosen: Sequence[int]) -> np.ndarray:
    """Sizes that are not negative."""
    from scipy.optimize import nnls

    rows = np.asarray(chosen)
    gram = table.gram[rows[:, None], rows]
    scale = 1 / np.sqrt(gram.diagonal())
    upper = np.linalg.cholesky(gram * scale[:, None] * scale + 1e-8 * np.eye(rows.size)).T
    right = np.linalg.solve(upper.T, table.projected[rows] * scale)
    return np.asarray(nnls(upper, right)[0] * scale)


def _in_order(circuit: Circuit, table: _Table, chosen: Sequence[int], free: Sequence[int]) -> list[int]:
    """Parts of one form in the order of their time constants."""
    ordered = list(chosen)
    forms = {part: form(circuit.tree.parts[part]) for part in free}
    for one in set(forms.values()):
        alike = [part for part in free if forms[part] == one]
        rows = sorted((chosen[part] for part in alike), key=lambda row: table.shapes[row].tau)
        for part, row in zip(alike, rows, strict=True):
            ordered[part] = row
    return ordered


def form(node: Node) -> str:
    """The structure of a part without its numbers: ``"p(R,CPE)"``."""
    if isinstance(node, Element):
        return node.symbol
    if isinstance(node, Parallel):
        return f"p({','.join(form(part) for part in node.parts)})"
    return "-".join(form(part) for part in node.parts)


def _symbols(node: Node) -> list[str]:
    return [node.symbol] if isinstance(node, Element) else [s for part in node.parts for s in _symbols(part)]


def _parameters(
    circuit: Circuit, table: _Table, chosen: Sequence[int], at: Frequencies, impedance: np.ndarray
) -> dict[str, float]:
    sizes = _sizes(table, chosen)
    smallest = 1e-3 * float(np.abs(impedance).min())
    found: dict[str, float] = {}
    for part, row, size in zip(circuit.tree.parts, chosen, sizes, strict=True):
        shape = table.shapes[row]
        unit = float(np.abs(_unit(_sort(part), shape, at)).max())
        _hand_out(part, max(float(size), smallest / unit), shape, found)
    return {name: found[name] for name in circuit.names}


def _hand_out(node: Node, size: float, shape: _Shape, found: dict[str, float]) -> None:
    """Parameters of a part whose size (ohm at its low-frequency end) and shape are known."""
    if isinstance(node, Element):
        found.update(_of_element(node, size, shape))
        return
    if not isinstance(node, Parallel):
        carrying = [part for part in node.parts if any(s not in (*_CAPACITIVE, "L", "La") for s in _symbols(part))]
        for part in node.parts:
            # what stands in series inside an arc is slower than the arc itself
            slow = not isinstance(part, Element) or part.symbol not in ("R", "L", "La")
            later = _Shape(shape.tau * (10 if slow else 1), 1.0)
            share = size / max(len(carrying), 1)
            if set(_symbols(part)) <= set(_CAPACITIVE):
                _store(part, share, later, found)
            else:
                _hand_out(part, share, later, found)
        return
    for part in node.parts:
        symbols = set(_symbols(part))
        if symbols <= set(_CAPACITIVE) or symbols <= {"L", "La"}:
            _store(part, size, shape, found)
        else:
            _hand_out(part, size, _Shape(shape.tau, 1.0), found)


def _store(node: Node, size: float, shape: _Shape, found: dict[str, float]) -> None:
    """A capacitance or an inductance beside a resistance of that size."""
    for leaf in [node] if isinstance(node, Element) else [one for one in node.parts if isinstance(one, Element)]:
        if leaf.symbol in ("L", "La"):
            value = {"L": size * shape.tau, "La": size * shape.tau}[leaf.symbol]
            found.update(
                {leaf.name: value} if leaf.symbol == "L" else {f"{leaf.name}_L": value, f"{leaf.name}_alpha": 0.9}
            )
        elif leaf.symbol == "C":
            found[leaf.name] = shape.tau / size
        else:
            found[f"{leaf.name}_Q"] = shape.tau**shape.exponent / size
            found[f"{leaf.name}_alpha"] = shape.exponent


def _of_element(element: Element, size: float, shape: _Shape) -> dict[str, float]:
    """Parameters of one element of size `size` times its unit form."""
    found = {}
    for one in ELEMENTS[element.symbol].quantities:
        name = f"{element.name}_{one.suffix}" if one.suffix else element.name
        if one.kind in ("capacitance", "cpe"):
            found[name] = 1 / size
        elif one.kind == "time":
            found[name] = shape.tau
        elif one.kind == "exponent":
            found[name] = shape.exponent
        elif one.kind == "number":
            found[name] = 1.0
        elif element.symbol == "La":
            found[name] = size ** (1 / shape.exponent)
        else:
            found[name] = size
    return found
