"""Conductivity of a hybrid electrolyte against loading, size and temperature, beside every formula, and in a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lisse import __version__ as version
from lisse import theory
from lisse.errors import InvalidInput
from lisse.models.base import Progress
from lisse.study.filler_map import FillerMap, filler_map
from lisse.study.hybrid_cells import HybridCell, run_hybrid_cells
from lisse.study.hybrid_chain import HybridConductivity, Transport, VoxelChain, hybrid_conductivity
from lisse.study.hybrid_formulas import formula_conductivities
from lisse.study.hybrid_laws import transport_at
from lisse.study.hybrid_study import HybridStudy

__all__ = ["Agreement", "LoadingCurve", "LoadingPoint", "loading_curve"]

_RIGHT, _ERRORS = 0.05, 2.0  # a formula is right within 5 %, or within two errors
_COARSE = 0.2  # change by voxels twice as large beyond which extrapolation is not to be trusted


@dataclass(frozen=True)
class LoadingPoint:
    """One loading at one size and temperature.

    Attributes
    ----------
    temperature, diameter, loading : float, K, m and 1
    transport : Transport
    found : HybridConductivity
        By voxels.
    formulas : mapping of str to float, S/m
    """

    temperature: float
    diameter: float
    loading: float
    transport: Transport
    found: HybridConductivity
    formulas: Mapping[str, float]

    @property
    def gain(self) -> float:
        """Conductivity over that of the matrix."""
        return self.found.conductivity / self.transport.matrix

    @property
    def cation_gain(self) -> float:
        """Conductivity of the cations over that in the matrix: above 1 where the filler helps them."""
        return self.found.cation / self.transport.cation

    def is_right(self, formula: str) -> bool:
        """Whether a formula says the same as the voxels: within 5 %, or two errors where that is more."""
        value, error = self.found.conductivity, self.found.error or 0.0
        return abs(self.formulas[formula] - value) <= max(_RIGHT * value, _ERRORS * error)


@dataclass(frozen=True)
class Agreement:
    """How far one formula is right.

    Attributes
    ----------
    formula : str
    right, points : int
        Loadings above zero at which it says the same as the voxels, of all of them.
    right_to : float, 1
        Loading up to which it is right everywhere; 0 where it is right nowhere.
    worst : float, 1
        Its largest deviation over the conductivity by voxels, with its sign.
    """

    formula: str
    right: int
    points: int
    right_to: float
    worst: float


@dataclass(frozen=True, eq=False)
class LoadingCurve:
    """The outcome of a study.

    Attributes
    ----------
    study : HybridStudy
    version : str
    points : tuple of LoadingPoint
        By temperature, then diameter, then loading.
    agreement : tuple of Agreement
        Over all points, the best first.
    critical_diameters : mapping of float to float, m
        By temperature: below it the filler harms the path of the cations; inf where it cannot help.
    barriers : mapping of float to (float or None), J/mol
        By temperature: desolvation barrier that the interface resistance stands for.
    cells : tuple of HybridCell
    maps : tuple of FillerMap
        At the first temperature.
    warnings : tuple of str
    """

    study: HybridStudy
    version: str
    points: tuple[LoadingPoint, ...]
    agreement: tuple[Agreement, ...]
    critical_diameters: Mapping[float, float]
    barriers: Mapping[float, float | None]
    cells: tuple[HybridCell, ...]
    maps: tuple[FillerMap, ...]
    warnings: tuple[str, ...]

    def curve(self, temperature: float, diameter: float) -> tuple[LoadingPoint, ...]:
        """The points of one temperature and diameter."""
        return tuple(each for each in self.points if each.temperature == temperature and each.diameter == diameter)

    @property
    def best(self) -> LoadingPoint:
        """The point with the largest gain."""
        return max(self.points, key=lambda each: each.gain)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, SI; ``null`` for what is not known or has no bound."""
        from lisse.study.hybrid_plain import plain_curve

        return plain_curve(self)


def loading_curve(study: HybridStudy, *, progress: Progress | None = None) -> LoadingCurve:
    """Follow a hybrid electrolyte from its phases to its conductivity and its cell, at every loading of a study.

    Parameters
    ----------
    study : HybridStudy
        From `load_hybrid` or `read_hybrid_study`.
    progress : callable or None
        Called with the share done and a few words.

    Returns
    -------
    LoadingCurve

    Raises
    ------
    InvalidInput
        For a structure that cannot be made.
    SolveFailed
        When the solver does not reach its tolerance.

    Examples
    --------
    ``loading_curve(load_hybrid("study.toml")).best.gain``
    """
    if not isinstance(study, HybridStudy):
        allowed = "a HybridStudy, such as load_hybrid('study.toml')"
        raise InvalidInput("study", type(study).__name__, allowed, where="loading_curve")
    chain = VoxelChain(study.composite, study.samples, study.seed, study.tolerance)
    transports = {at: _transport(study, at) for at in study.temperatures}
    own = None
    if study.case is not None:
        own = _transport(study, study.case.cell.temperature)
    maps = []
    for place, settings in enumerate(study.maps):
        if progress is not None:
            progress(0.1 * place / len(study.maps), f"design map of {settings.shape}")
        maps.append(filler_map(settings))
    points = _points(study, chain, transports, own, _part(progress, 0.1, 0.8))
    cells: tuple[HybridCell, ...] = ()
    if study.case is not None and own is not None and study.models:
        arguments = study.case, study.models, chain, study.filler, own, study.loadings, study.diameters
        cells = run_hybrid_cells(*arguments, study.resolved_loading, _part(progress, 0.8, 1.0))
    return LoadingCurve(
        study=study,
        version=version,
        points=points,
        agreement=_agreement(points),
        critical_diameters={at: 2.0 * _critical(each) for at, each in transports.items()},
        barriers={at: study.interface.barrier(at) for at in study.temperatures},
        cells=cells,
        maps=tuple(maps),
        warnings=_warnings(study, points),
    )


def _part(progress: Progress | None, start: float, end: float) -> Progress | None:
    """Progress of a part of the work."""
    if progress is None:
        return None
    return lambda share, words: progress(start + (end - start) * share, words)


def _transport(study: HybridStudy, at: float) -> Transport:
    return transport_at(study.matrix, study.filler, study.interface, study.interphase, at, study.motion)


def _critical(transport: Transport) -> float:
    return float(theory.critical_radius(transport.cation, transport.filler, transport.interface_resistance))


def _points(
    study: HybridStudy,
    chain: VoxelChain,
    transports: Mapping[float, Transport],
    own: Transport | None,
    progress: Progress | None,
) -> tuple[LoadingPoint, ...]:
    """Loading by loading, so that the volumes of one are in memory at a time; put in order at the end."""
    found = []
    for place, loading in enumerate(study.loadings):
        if progress is not None:
            progress(place / len(study.loadings), f"loading {loading:g}")
        for at, transport in transports.items():
            for diameter in study.diameters:
                solved = hybrid_conductivity(chain, transport, loading, diameter)
                formulas = formula_conductivities(study.composite, transport, loading, diameter, solved.area)
                found.append(LoadingPoint(at, diameter, loading, transport, solved, formulas))
        if own is not None and study.models:
            for diameter in study.diameters:  # what the cells will ask for, while the volumes are there
                hybrid_conductivity(chain, own, loading, diameter)
        chain.forget_volumes()
    return tuple(sorted(found, key=lambda each: (each.temperature, each.diameter, each.loading)))


def _agreement(points: Sequence[LoadingPoint]) -> tuple[Agreement, ...]:
    loaded = [each for each in points if each.loading > 0.0]
    names = dict.fromkeys(name for each in loaded for name in each.formulas)
    found = []
    for name in names:
        asked = [each for each in loaded if name in each.formulas]
        right = [each.is_right(name) for each in asked]
        wrong = [each.loading for each, good in zip(asked, right, strict=True) if not good]
        fine = [each.loading for each in asked if each.loading < min(wrong, default=2.0)]
        errors = [each.formulas[name] / each.found.conductivity - 1.0 for each in asked if each.found.conductivity]
        worst = max(errors, key=abs, default=0.0)
        found.append(Agreement(name, sum(right), len(asked), max(fine, default=0.0), worst))
    return tuple(sorted(found, key=lambda each: (-each.right, abs(each.worst))))


def _warnings(study: HybridStudy, points: Sequence[LoadingPoint]) -> tuple[str, ...]:
    """Numbers outside their range, and where the voxels are too coarse."""
    found: list[str] = []
    for material in (study.matrix, study.filler):
        for at in study.temperatures:
            names = tuple(name for name in ("ionic_conductivity", "transference_number") if material.has(name))
            found += material.validity_warnings(at, names)
    coarse = [each for each in points if abs(each.found.voxels) > _COARSE * each.found.conductivity]
    if coarse:
        worst = max(coarse, key=lambda each: abs(each.found.voxels) / each.found.conductivity)
        share = abs(worst.found.voxels) / worst.found.conductivity
        found.append(
            f"voxels: halving their number changes the conductivity by up to {share:.0%} (at a loading of "
            f"{worst.loading:g}); take more of them across a diameter (structure.across, structure.voxels)"
        )
    thin = study.interphase.thickness
    if thin > 0.0 and study.motion is not None:
        law = study.interphase
        caution = study.motion.caution(study.temperatures, law.renewal_factor, law.glass_transition_shift)
        found += [f"hops: {caution}"] if caution else []
    if thin > 0.0 and points:
        ratio = max(max(each.transport.interphase_ratio, 1.0) for each in points)
        voxels = thin * study.composite.across / max(study.diameters)
        if ratio > 20.0 and voxels < 2.5:
            found.append(
                f"interphase: {ratio:.3g} times as conductive as the matrix and {voxels:.2g} voxels thick; an "
                "interphase below 2.5 voxels is good up to about ten times the matrix, beyond it conducts too well"
            )
    return tuple(dict.fromkeys(found))
