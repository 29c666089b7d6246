"""What a run or a measurement leaves behind: named, frozen arrays with units, and where they came from.

A record can be opened without the machinery that made it: arrays with dimensions and units, status, warnings, the
full inputs as plain data, the version, the seed and the citation keys. It is written to one netCDF file, atomically.
Nothing here knows how a record is made or shown.

A record copies what it is given: arrays that someone could still write to, and the mappings. What was handed in stays
as writable as it was, and changing it later does not change the record.
"""

from __future__ import annotations

import dataclasses
import json
import math
import numbers
import os
import weakref
from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from lisse.errors import STATUSES, InvalidInput, NotResolved, suggest
from lisse.files import atomic_path, write_atomically
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
    margins : mapping of str to float
        Smallest margin of each mechanism that a closed-form criterion applies to; below 1 the protocol passes it.
    coulombic_efficiency : float or None
        1. Charge stripped from the working electrode over the charge plated on it before, up to failure (or the end);
        ``None`` for a symmetric cell, whose electrodes both hold lithium from the start.
    """

    mode: str = "none"
    time: float | None = None
    critical_current_density: float | None = None
    highest_current_density_passed: float | None = None
    cumulative_charge: float | None = None
    threshold_charge: float | None = None
    where: str = ""
    margins: Mapping[str, float] = field(default_factory=dict)
    coulombic_efficiency: float | None = None

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
    validity : str
        The range in which the criterion holds, in words.
    decides : bool
        Whether it takes part in choosing the mechanism of a verdict; otherwise it is reported beside the others.
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
    validity: str = ""
    decides: bool = True

    @property
    def unbounded(self) -> bool:
        """Whether the criterion applies and no current reaches its limit."""
        return self.applies and self.margin is not None and math.isinf(self.margin)

    def __post_init__(self) -> None:
        """Keep a plain copy of the inputs."""
        object.__setattr__(self, "inputs", _plain(self.inputs, "limit inputs"))


@dataclass(frozen=True, eq=False)
class Spectrum:
    """One impedance spectrum. Equal to another when every number is.

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
        """Check shapes; keep frozen copies of the arrays."""
        frequency, impedance = np.asarray(self.frequency, dtype=float), np.asarray(self.impedance, dtype=complex)
        if frequency.shape != impedance.shape or frequency.ndim != 1:
            shapes = (frequency.shape, impedance.shape)
            raise InvalidInput("spectrum", shapes, "two one-dimensional arrays of one length")
        self.__setstate__({"time": float(self.time), "frequency": frequency, "impedance": impedance})

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Freeze the arrays again after a copy or a way to another process."""
        for name, value in state.items():
            object.__setattr__(self, name, _frozen(value) if isinstance(value, np.ndarray) else value)

    def __eq__(self, other: object) -> bool:
        """Whether every number is the same (NaN equals NaN)."""
        if not isinstance(other, Spectrum):
            return NotImplemented
        return bool(_tagged(self) == _tagged(other))


@dataclass(frozen=True, eq=False)
class Record(ABC):
    """Base of every record; never made itself. Equal to another of its kind when every number and word is.

    Attributes
    ----------
    data : xarray.Dataset
        Named arrays of numbers or text; every variable carries ``units`` and ``long_name``. To change one, make
        another dataset (``record.data.assign(...)``) and another record (`dataclasses.replace`).
    inputs : mapping
        Everything that went in, as plain data: text, numbers, true/false, ``None``, lists and mappings of those.
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
        """Check, and keep copies that nobody else can write to."""
        if type(self) is Record:
            raise TypeError("Record is an interface; make a Solution or a Measurement")
        if self.status not in STATUSES:
            raise InvalidInput("status", self.status, ", ".join(STATUSES))
        object.__setattr__(self, "data", _frozen_dataset(self.data))
        for entry in dataclasses.fields(self):
            value = getattr(self, entry.name)
            if entry.default == () and isinstance(value, str):
                raise InvalidInput(entry.name, value, "a tuple, not one text", f"Write ({value!r},)")
            if entry.name != "data" and isinstance(value, (Mapping, list, tuple)):
                object.__setattr__(self, entry.name, _settled(value, entry.name))

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Freeze the arrays again after a copy or a way to another process."""
        self.__dict__.update(state)
        object.__setattr__(self, "data", _frozen_dataset(self.data))

    def __eq__(self, other: object) -> bool:
        """Whether arrays, attributes and metadata are all the same (NaN equals NaN)."""
        if type(self) is not type(other) or not isinstance(other, Record):
            return NotImplemented
        return self._metadata() == other._metadata() and bool(self.data.identical(other.data))

    def _metadata(self) -> dict[str, Any]:
        """Everything but the arrays, as JSON holds it."""
        return {f.name: _tagged(getattr(self, f.name)) for f in dataclasses.fields(self) if f.name != "data"}

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
            raise NotResolved(
                f"{name}: not resolved in this {self.kind}; it holds {', '.join(map(str, self.data.variables))}"
            )
        known = [*map(str, self.data.variables), *QUANTITIES]
        raise InvalidInput("quantity", name, "a name of the vocabulary in lisse.units", suggest(name, known))

    def __contains__(self, name: object) -> bool:
        """Whether the record holds that array."""
        return name in self.data.variables

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write to one netCDF file, atomically; returns the path."""
        target = Path(path)
        stored = self.data.drop_encoding()
        stored = stored.rename({name: str(name).replace("/", _SLASH) for name in _names(stored) if "/" in str(name)})
        text = json.dumps(self._metadata(), allow_nan=False)
        stored.attrs = {**stored.attrs, "lisse_kind": self.kind, "lisse_record": text}
        with atomic_path(target) as temporary:
            stored.to_netcdf(temporary, engine="h5netcdf")
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

        source, allowed = Path(path), f"a netCDF file written by lisse ({cls.kind})"
        if not source.is_file():
            raise InvalidInput(str(path), None, allowed, "There is no such file")
        try:
            # No decoding: in our files a unit such as "hours" is a unit, and every number is stored as it is.
            with xr.open_dataset(source, engine="h5netcdf", decode_times=False, decode_timedelta=False) as opened:
                data = opened.load()
        except (OSError, KeyError, ValueError) as error:
            raise InvalidInput(str(path), None, allowed, f"Reading failed: {error}") from error
        kind = data.attrs.pop("lisse_kind", "a netCDF file of another origin")
        if kind != cls.kind:
            raise InvalidInput(str(path), kind, allowed, "Open it with the function for that kind")
        data = data.rename({name: str(name).replace(_SLASH, "/") for name in _names(data) if _SLASH in str(name)})
        try:
            meta = json.loads(data.attrs.pop("lisse_record"), object_hook=_untagged)
            return cls(data=data.drop_encoding(), **cls._revive(meta))
        except (KeyError, TypeError, ValueError) as error:
            advice = f"Its metadata cannot be read: {error}. Another version of lisse may have written it"
            raise InvalidInput(str(path), None, allowed, advice) from error

    @classmethod
    def _revive(cls, meta: dict[str, Any]) -> dict[str, Any]:
        """The fields as they were, from `meta` as JSON held them; wrapped by the kinds that hold more."""
        return meta


@dataclass(frozen=True, eq=False)
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
    uncertainty : mapping
        Distributions of the limits under uncertain inputs, as plain data; empty where none was drawn.
    events : tuple of mapping
        What happened in the course of the run, in order of time: ``time`` (s), ``what`` and ``text``.
    """

    model: str = ""
    verdict: Verdict = field(default_factory=Verdict)
    limits: tuple[Limit, ...] = ()
    targets: tuple[Mapping[str, Any], ...] = ()
    conservation: Mapping[str, float | None] = field(default_factory=dict)
    uncertainty: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Mapping[str, Any], ...] = ()

    kind: ClassVar[str] = "solution"

    @property
    def not_resolved(self) -> tuple[str, ...]:
        """The common quantities that this model does not provide."""
        return tuple(name for name in COMMON_TRACES if name not in self.data.variables)

    @classmethod
    def _revive(cls, meta: dict[str, Any]) -> dict[str, Any]:
        return {**meta, "verdict": Verdict(**meta["verdict"]), "limits": [Limit(**limit) for limit in meta["limits"]]}


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


@dataclass(frozen=True, eq=False)
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
        spectra = []
        for stored in meta["spectra"]:
            impedance = np.empty(len(stored["impedance"][0]), dtype=complex)
            impedance.real, impedance.imag = stored["impedance"]  # a sum would turn inf into NaN
            spectra.append(Spectrum(stored["time"], np.array(stored["frequency"]), impedance))
        return {**meta, "spectra": spectra}


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
        {name: (dims, _read_only(values), _attributes(name)) for name, (dims, values) in arrays.items()},
        coords={
            name: ((name,), _read_only(values), _attributes(name) if name in QUANTITIES else {})
            for name, values in (coords or {}).items()
        },
    )
    _OWN_INDEXES.update({id(index): index for index in found.indexes.values()})
    return found


_OWN_INDEXES: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
"""Indexes that `dataset` made of its own copies, by identity: nobody can write to them, so that records share them."""


def _read_only(values: Any) -> np.ndarray:
    """A copy that nobody can write to."""
    copy = np.array(values)
    copy.flags.writeable = False
    return copy


_SLASH = "\N{DIVISION SLASH}"  # in the file, where "/" would make a group


def _attributes(name: str) -> dict[str, str]:
    entry = quantity(name)
    attributes = {"units": entry.unit, "long_name": entry.long_name}
    if entry.sign:
        attributes["sign"] = entry.sign
    return attributes


def _frozen_dataset(data: xr.Dataset) -> xr.Dataset:
    """The same dataset on arrays that nobody else can write to."""
    held = data.copy(deep=False)
    foreign = [str(name) for name, index in held.indexes.items() if _OWN_INDEXES.get(id(index)) is not index]
    if foreign:
        held = held.assign_coords({name: held.variables[name].copy(deep=True) for name in foreign})
    for name, variable in held.variables.items():
        _check_attributes(str(name), variable.attrs)
        values = _storable(str(name), variable.values)
        if name not in held.indexes and (frozen := _frozen(values)) is not variable.data:
            variable.data = frozen
    return held


def _storable(name: str, values: np.ndarray) -> np.ndarray:
    """The array as a file gives it back: numbers and true/false as they are, text objects as fixed-width text."""
    kind = values.dtype.kind
    if kind in "OT" and all(isinstance(value, str) for value in values.flat):
        return values.astype(str)
    if kind not in "biufcU":
        raise InvalidInput(f"data[{name!r}]", str(values.dtype), "an array of numbers, true/false or text")
    return values


_DECODED = ("_FillValue", "missing_value", "scale_factor", "add_offset")


def _check_attributes(name: str, attributes: Mapping[Any, Any]) -> None:
    for key, value in attributes.items():
        plain = isinstance(value, (str, numbers.Real)) and not isinstance(value, bool)
        if key in _DECODED or not plain:
            allowed = f"text or a number, under a name other than {', '.join(_DECODED)}"
            raise InvalidInput(f"data[{name!r}].attrs[{key!r}]", value, allowed)


def _names(data: xr.Dataset) -> set[Any]:
    """Names of variables and dimensions."""
    return {*data.variables, *data.dims}


def _frozen(array: np.ndarray) -> np.ndarray:
    """The array itself where nobody can write to its memory, or else a read-only copy."""
    owner: Any = array
    while isinstance(owner, np.ndarray) and not owner.flags.writeable:
        owner = owner.base
    if owner is None:
        return array
    return _read_only(array)


_PLAIN = frozenset((str, float, int, bool, type(None)))
_FLOAT = "$float"  # JSON has no NaN and no infinity: {"$float": "nan"}


def _settled(value: Any, what: str) -> Any:
    """A copy for a field of a record: mappings as plain data, sequences as tuples, our frozen classes as is."""
    if isinstance(value, (list, tuple)):
        return tuple(_settled(item, f"{what}[{index}]") for index, item in enumerate(value))
    return value if isinstance(value, (Limit, Spectrum)) else _plain(value, what)


def _plain(value: Any, what: str) -> Any:
    """A copy in plain Python: text, numbers, true/false, None, lists and dictionaries; arrays become lists.

    Raises
    ------
    InvalidInput
        For anything else, naming where it stands.
    """
    if type(value) in _PLAIN:  # nearly everything, and quicker than all that follows
        return value
    if type(value) is list:
        return [item if type(item) in _PLAIN else _plain(item, f"{what}[{k}]") for k, item in enumerate(value)]
    if type(value) is dict and _FLOAT not in value:
        return _plain_mapping(value, what)
    if isinstance(value, np.generic):
        value = value.item()
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if value is None:
        return None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name), f"{what}.{f.name}") for f in dataclasses.fields(value)}
    if isinstance(value, Mapping) and _FLOAT not in value:
        return _plain_mapping(value, what)
    if isinstance(value, np.ndarray):
        return _plain(value.tolist(), what)
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{what}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise InvalidInput(what, value, "plain data: text, numbers, true/false, None, lists and mappings")


def _plain_mapping(value: Mapping[Any, Any], what: str) -> dict[str, Any]:
    return {str(key): item if type(item) in _PLAIN else _plain(item, f"{what}.{key}") for key, item in value.items()}


def _tagged(value: Any) -> Any:
    """What JSON can hold: NaN and infinity tagged, complex arrays as [real, imaginary], frozen classes as mappings."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: str(value)}
    if isinstance(value, np.ndarray):
        return _tagged([value.real, value.imag] if np.iscomplexobj(value) else value.tolist())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _tagged(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _tagged(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_tagged(item) for item in value]
    return value


def _untagged(mapping: dict[str, Any]) -> Any:
    return float(mapping[_FLOAT]) if mapping.keys() == {_FLOAT} else mapping
