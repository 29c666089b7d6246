"""What a run or a measurement leaves behind: named, frozen arrays with units, and where they came from.

A record can be opened without the machinery that made it: arrays with dimensions and units, status, warnings, the
full inputs as plain data, the version, the seed and the citation keys. It is written to one netCDF file, atomically.
Nothing here knows how a record is made or shown.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import tempfile
from abc import ABC
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from lisse.errors import STATUSES, InvalidInput, NotResolved, suggest
from lisse.units import QUANTITIES, quantity

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "VERDICT_MODES",
    "Limit",
    "Measurement",
    "Record",
    "Solution",
    "Spectrum",
    "Verdict",
    "atomic_path",
    "dataset",
    "load_measurement",
    "load_solution",
    "write_atomically",
]

VERDICT_MODES = (
    "none",
    "contact-loss",
    "filament-short",
    "soft-short",
    "internal-plating",
    "salt-depletion",
    "interphase-growth",
    "electrolyte-fracture",
    "lithium-exhausted",
    "voltage-limit",
)
"""How a cell can fail, in the words of ``summary.json``."""


@dataclass(frozen=True)
class Verdict:
    """What failed, when, and at which current; ``None`` where not reached or not resolved.

    Attributes
    ----------
    mode : str
        One of `VERDICT_MODES`.
    time : float or None
        s. When it failed.
    critical_current_density : float or None
        A/m2. Magnitude of the applied current density at failure.
    highest_current_density_passed : float or None
        A/m2. Largest magnitude for which a whole half-cycle was passed.
    cumulative_charge : float or None
        C/m2. Charge passed in both directions up to failure (or the end).
    threshold_charge : float or None
        C/m2. Charge passed in the half-cycle in which it failed.
    where : str
        The interface at fault: ``"working"``, ``"counter"`` or an empty string.
    """

    mode: str = "none"
    time: float | None = None
    critical_current_density: float | None = None
    highest_current_density_passed: float | None = None
    cumulative_charge: float | None = None
    threshold_charge: float | None = None
    where: str = ""

    def __post_init__(self) -> None:
        """Check the mode."""
        if self.mode not in VERDICT_MODES:
            raise InvalidInput("verdict mode", self.mode, ", ".join(VERDICT_MODES), suggest(self.mode, VERDICT_MODES))


@dataclass(frozen=True)
class Limit:
    """One criterion's limit for one cell.

    Attributes
    ----------
    mechanism : str
        The verdict mode that the limit belongs to.
    criterion : str
        Name of the criterion, for example ``"crack overpotential of the longest flaw"``.
    current_density : float or None
        A/m2. The limiting current density; ``None`` when the criterion does not apply (see `reason`).
    margin : float or None
        Limit divided by the largest current density of the protocol; below 1 means the limit is passed.
    applies : bool
        Whether the criterion says anything about this cell.
    valid : bool
        Whether the inputs are inside the criterion's range of validity.
    reason : str
        Why it does not apply, or what leaves the range of validity.
    reference : str
        Citation key.
    inputs : mapping
        The numbers that went in (SI), by name.
    """

    mechanism: str
    criterion: str
    current_density: float | None
    margin: float | None
    applies: bool = True
    valid: bool = True
    reason: str = ""
    reference: str = ""
    inputs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Spectrum:
    """One impedance spectrum.

    Attributes
    ----------
    time : float
        s. When it was recorded, on the clock of the measurement.
    frequency : (n,) array, Hz
    impedance : (n,) complex array, ohm
    """

    time: float
    frequency: np.ndarray
    impedance: np.ndarray

    def __post_init__(self) -> None:
        """Check shapes; freeze the arrays."""
        if self.frequency.shape != self.impedance.shape or self.frequency.ndim != 1:
            raise InvalidInput("spectrum", (self.frequency.shape, self.impedance.shape), "two one-dimensional arrays of one length")
        _freeze(self.frequency)
        _freeze(self.impedance)


@dataclass(frozen=True)
class Record(ABC):
    """Base of every record; never made itself.

    Attributes
    ----------
    data : xarray.Dataset
        Named arrays; every variable carries ``units`` and ``long_name``.
    inputs : mapping
        Everything that went in, as plain data.
    status, status_text : str
        A key of `lisse.errors.STATUSES`, and one sentence.
    warnings, references : tuple of str
        Doubts in words; citation keys.
    seed : int or None
        Random seed, where one was used.
    version : str
        Version of the package that made it.
    """

    data: xr.Dataset
    inputs: Mapping[str, Any] = field(default_factory=dict)
    status: str = "completed"
    status_text: str = ""
    warnings: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    seed: int | None = None
    version: str = ""

    kind: ClassVar[str] = "record"

    def __post_init__(self) -> None:
        """Check the status; freeze the arrays."""
        if type(self) is Record:
            raise TypeError("Record is an interface; make a Solution or a Measurement")
        if self.status not in STATUSES:
            raise InvalidInput("status", self.status, ", ".join(STATUSES))
        for variable in self.data.variables.values():
            values = variable.values
            if isinstance(values, np.ndarray):
                _freeze(values)

    def __getitem__(self, name: str) -> xr.DataArray:
        """The array of that name.

        Raises
        ------
        NotResolved
            For a quantity of the vocabulary that this record does not hold.
        InvalidInput
            For a name that is no quantity at all.
        """
        if name in self.data.variables:
            return self.data[name]
        if name in QUANTITIES:
            raise NotResolved(f"{name}: not resolved in this {self.kind}; it holds {', '.join(map(str, self.data.variables))}")
        known = [*map(str, self.data.variables), *QUANTITIES]
        raise InvalidInput("quantity", name, "a name of the vocabulary in lisse.units", suggest(name, known))

    def __contains__(self, name: object) -> bool:
        """Whether the record holds that array."""
        return name in self.data.variables

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write to one netCDF file, atomically; returns the path."""
        target = Path(path)
        meta = _plain({f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "data"})
        frozen = self.data.rename({name: str(name).replace("/", _SLASH) for name in self.data.variables if "/" in str(name)})
        frozen.attrs = {"lisse_kind": self.kind, "lisse_record": json.dumps(meta, allow_nan=False)}
        with atomic_path(target) as temporary:
            frozen.to_netcdf(temporary, engine="h5netcdf")
        return target

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a record written by `save`.

        Raises
        ------
        InvalidInput
            When the file is absent, unreadable or holds another kind of record.
        """
        import xarray as xr

        source = Path(path)
        if not source.is_file():
            raise InvalidInput(str(path), None, f"a netCDF file written by lisse ({cls.kind})", "There is no such file")
        try:
            with xr.open_dataset(source, engine="h5netcdf") as opened:
                data = opened.load()
            kind, text = data.attrs["lisse_kind"], data.attrs["lisse_record"]
        except (OSError, KeyError, ValueError) as error:
            raise InvalidInput(str(path), None, f"a netCDF file written by lisse ({cls.kind})", f"Reading failed: {error}") from error
        if kind != cls.kind:
            raise InvalidInput(str(path), kind, f"a {cls.kind}", "Open it with the function for that kind")
        data.attrs = {}
        data = data.rename({name: str(name).replace(_SLASH, "/") for name in data.variables if _SLASH in str(name)})
        return cls(data=data, **cls._revive(json.loads(text)))

    @classmethod
    def _revive(cls, meta: dict[str, Any]) -> dict[str, Any]:
        for name in ("warnings", "references"):
            meta[name] = tuple(meta[name])
        return meta


@dataclass(frozen=True)
class Solution(Record):
    """What a model says of a cell under a protocol, whatever the fidelity.

    Attributes (besides those of `Record`)
    --------------------------------------
    model : str
        Name of the model.
    verdict : Verdict
    limits : tuple of Limit
        Criteria with margins, lowest margin first.
    targets : tuple of mapping
        Device targets: name, target, value, met.
    conservation : mapping
        Relative closure errors, by name (``"charge"``, ``"lithium"``); ``None`` where not resolved.
    """

    model: str = ""
    verdict: Verdict = field(default_factory=Verdict)
    limits: tuple[Limit, ...] = ()
    targets: tuple[Mapping[str, Any], ...] = ()
    conservation: Mapping[str, float | None] = field(default_factory=dict)

    kind: ClassVar[str] = "solution"

    @property
    def not_resolved(self) -> tuple[str, ...]:
        """The common quantities that this model does not provide."""
        return tuple(name for name in COMMON_TRACES if name not in self.data.variables)

    @classmethod
    def _revive(cls, meta: dict[str, Any]) -> dict[str, Any]:
        meta = super()._revive(meta)
        meta["verdict"] = Verdict(**meta["verdict"])
        meta["limits"] = tuple(Limit(**limit) for limit in meta["limits"])
        meta["targets"] = tuple(meta["targets"])
        return meta


COMMON_TRACES = (
    "time",
    "current_density",
    "voltage",
    "ohmic_drop",
    "charge_transfer_drop",
    "film_drop",
    "constriction_drop",
    "contact_fraction",
    "void_height",
    "stack_pressure",
    "largest_local_current_density",
    "short_conductance",
)
"""The traces that every Solution has or declares not resolved."""


@dataclass(frozen=True)
class Measurement(Record):
    """What an instrument recorded of a cell, real or virtual.

    `data` has the dimension ``record`` and BDF column names as variables (``"Test Time / s"``, ``"Voltage / V"``,
    ``"Current / A"`` and, where known, ``"Applied Pressure / Pa"``, ``"Ambient Temperature / K"``, ``"Cycle Count"``,
    ``"Step Count"``). A column of unknown unit ends in ``" / unit unknown"``.

    Attributes (besides those of `Record`)
    --------------------------------------
    files : tuple of str
        Where it came from.
    instrument : str
        Name of the instrument or format.
    area : float or None
        m2. Only ever an area that a person gave; an instrument's default is never taken.
    spectra : tuple of Spectrum
        Impedance spectra on the same clock.
    """

    files: tuple[str, ...] = ()
    instrument: str = ""
    area: float | None = None
    spectra: tuple[Spectrum, ...] = ()

    kind: ClassVar[str] = "measurement"

    @classmethod
    def _revive(cls, meta: dict[str, Any]) -> dict[str, Any]:
        meta = super()._revive(meta)
        meta["files"] = tuple(meta["files"])
        meta["spectra"] = tuple(
            Spectrum(s["time"], np.asarray(s["frequency"]), np.asarray(s["impedance"][0]) + 1j * np.asarray(s["impedance"][1]))
            for s in meta["spectra"]
        )
        return meta


def load_solution(path: str | os.PathLike[str]) -> Solution:
    """Read a Solution from the netCDF file that `Solution.save` wrote."""
    return Solution.load(path)


def load_measurement(path: str | os.PathLike[str]) -> Measurement:
    """Read a Measurement from the netCDF file that `Measurement.save` wrote."""
    return Measurement.load(path)


def dataset(arrays: Mapping[str, tuple[tuple[str, ...], Any]], coords: Mapping[str, Any] | None = None) -> xr.Dataset:
    """An xarray Dataset of vocabulary quantities, each with its unit, long name and sign convention.

    Parameters
    ----------
    arrays : mapping of name to (dims, values)
        Names of the vocabulary; SI values.
    coords : mapping of name to values
        One-dimensional coordinates; a name of the vocabulary gets its unit too.
    """
    import xarray as xr

    found = xr.Dataset(
        {name: (dims, np.array(values), _attributes(name)) for name, (dims, values) in arrays.items()},
        coords={
            name: ((name,), np.array(values), _attributes(name) if name in QUANTITIES else {})
            for name, values in (coords or {}).items()
        },
    )
    return found


_SLASH = "\N{DIVISION SLASH}"  # in the file, where "/" would make a group


def _attributes(name: str) -> dict[str, str]:
    entry = quantity(name)
    attributes = {"units": entry.unit, "long_name": entry.long_name}
    if entry.sign:
        attributes["sign"] = entry.sign
    return attributes


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path beside `target`; renamed to it when the block ends well, removed when it does not.

    Raises
    ------
    InvalidInput
        When the folder does not exist or cannot be written to.
    """
    folder = target.parent
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        raise InvalidInput("output", str(folder), "an existing folder with room and permission to write", f"{error.strerror}") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def write_atomically(target: str | os.PathLike[str], content: str | bytes | Callable[[Path], None]) -> Path:
    """Write text or bytes, or let a function write to the temporary path, then rename; returns the path."""
    path = Path(target)
    with atomic_path(path) as temporary:
        if isinstance(content, str):
            temporary.write_text(content, encoding="utf-8")
        elif isinstance(content, bytes):
            temporary.write_bytes(content)
        else:
            content(temporary)
    return path


def _freeze(array: np.ndarray) -> None:
    if array.flags.owndata or array.flags.writeable:
        array.flags.writeable = False


def _plain(value: Any) -> Any:
    """Plain data for JSON: arrays to lists, complex arrays to [real, imaginary], NaN and infinity to text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return [_plain(value.real), _plain(value.imag)] if np.iscomplexobj(value) else [_plain(v) for v in value.tolist()]
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value
