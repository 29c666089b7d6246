"""Which column of an impedance table is what, decided from its name: quantity, sign and unit.

Instruments spell the same thing in many ways (``Z'``, ``Zre``, ``Re(Z)/Ohm``; ``-Z''``, ``Zimag``, ``-Im(Z)/Ohm``).
The sign of the imaginary part and of the phase is the sign in the name and nothing else: a name without a minus means
Im Z as it stands, which is negative for a capacitor. Numbers are never looked at here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lisse.measurement.readers.format import Source

__all__ = ["COLUMN_ADVICE", "ImpedanceColumn", "find_columns", "has_impedance"]

_NAMES: dict[str, tuple[str, ...]] = {
    "frequency": ("freq", "freq.", "frequency", "f", "ac frequency", "fr"),
    "real": (
        "z'", "zre", "zreal", "z real", "z re", "re z", "rez", "real z", "real", "re", "zr", "real part", "z' real",
        "real impedance", "impedance real", "real part of z", "zreal part", "z're",
    ),
    "imaginary": (
        "z''", "zim", "zimg", "zimag", "z imag", "z im", "im z", "imz", "imag z", "imag", "im", "zi", "imaginary",
        "imaginary part", "z'' imag", "imaginary impedance", "impedance imaginary", "impedance imag",
        "imaginary z", "z imaginary", "imaginary part of z", "z''im",
    ),
    "modulus": (
        "|z|", "z", "zmod", "mod z", "z mod", "modulus", "abs z", "z abs", "absz", "magnitude", "mag", "impedance",
        "z magnitude", "impedance magnitude", "z modulus", "mag z", "impedance modulus", "zabs",
    ),
    "phase": (
        "phase", "phase z", "z phase", "zphz", "zphase", "theta", "phi", "phase angle", "arg z", "angle", "z angle",
        "phase of z", "impedance phase", "z theta", "phasez",
    ),
    "time": ("time", "t", "elapsed time", "test time", "corrected time", "time elapsed", "elapsed"),
    "voltage": (
        "voltage", "potential", "e", "v", "ewe", "ecell", "vdc", "edc", "e dc", "dc potential", "dc voltage", "vf",
        "potential dc", "we(1).potential", "<ewe>", "<ecell>", "u", "cell voltage",
    ),
    "current": ("current", "i", "idc", "i dc", "dc current", "im dc", "<i>", "we(1).current", "current dc"),
    "sweep": ("segment #", "loop", "sweep", "scan", "cycle", "cycle number", "z cycle", "repeat", "loop number"),
}  # fmt: skip
_ROLE = {name: role for role, names in _NAMES.items() for name in names}

_MINUS = re.compile(
    r"^\s*(?:[-\u2212\u2013\u2014\u2010]\s*(?:1\s*\*\s*)?|(?:minus|neg\.?|negative)\s+)(?=\S)", re.IGNORECASE
)
_OF_Z = re.compile(r"\b(re|im|imag|real|abs|mod|arg|phase|angle)\s*\(\s*z\s*\)", re.IGNORECASE)
_UNIT = (
    re.compile(r"^(?P<name>.*\S)\s*\((?P<unit>[^()]*(?:\([^()]*\)[^()]*)?)\)$"),
    re.compile(r"^(?P<name>.*\S)\s*\[(?P<unit>[^\[\]]*)\]$"),
    re.compile(r"^(?P<name>.*[^\s/])\s*/\s*(?P<unit>[^/]+(?:/s)?)$"),
    re.compile(r"^(?P<name>.*\S)\s+in\s+(?P<unit>\S+)$"),
    re.compile(r"^(?P<name>.*[^\s,])\s*,\s*(?P<unit>\S+)$"),
    re.compile(
        r"^(?P<name>.*[^\s_])[\s_]+(?P<unit>k?ohms?|[kMG]?hz|mhz|deg(?:rees?)?|rad(?:ians?)?|s|sec|V|A|mA)$",
        re.IGNORECASE,
    ),
)

_FREQUENCY = {
    "hz": 1.0, "hertz": 1.0, "1/s": 1.0, "s-1": 1.0, "khz": 1e3, "ghz": 1e9, "MHz": 1e6, "MHZ": 1e6, "mHz": 1e-3,
}  # fmt: skip
_RESISTANCE = {
    "ohm": 1.0, "ohms": 1.0, "kohm": 1e3, "kohms": 1e3, "gohm": 1e9, "uohm": 1e-6, "mohm": 1e-3, "mohms": 1e-3,
    "mOhm": 1e-3, "mOhms": 1e-3, "Mohm": 1e6, "Mohms": 1e6, "MOhm": 1e6, "MOhms": 1e6,
}  # fmt: skip
_RADIAN = 180.0 / math.pi
_ANGLE = {"deg": 1.0, "degree": 1.0, "degrees": 1.0, "\N{DEGREE SIGN}": 1.0, "rad": _RADIAN, "radian": _RADIAN,
          "radians": _RADIAN}  # fmt: skip
_TIME = {"s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0,
         "hr": 3600.0, "hours": 3600.0}  # fmt: skip
_VOLTAGE = {"v": 1.0, "volt": 1.0, "volts": 1.0, "mV": 1e-3, "uV": 1e-6, "v vs. ref.": 1.0}
_CURRENT = {"a": 1.0, "amps": 1.0, "amp": 1.0, "ampere": 1.0, "mA": 1e-3, "uA": 1e-6, "nA": 1e-9}
_FACTORS: dict[str, dict[str, float]] = {
    "frequency": _FREQUENCY, "real": _RESISTANCE, "imaginary": _RESISTANCE, "modulus": _RESISTANCE, "phase": _ANGLE,
    "time": _TIME, "voltage": _VOLTAGE, "current": _CURRENT,
}  # fmt: skip
"""Hz, ohm, deg, s, V or A of one unit. Milli and mega differ by the case of the letter, all others do not."""
_DEFAULTS = {"frequency": "Hz", "phase": "deg", "time": "s", "voltage": "V", "current": "A", "sweep": "1"}
"""Units that are taken, with a warning, where a name has none; ohm for the rest."""

_NEEDED_PAIRS = (("real", "imaginary"), ("modulus", "phase"))
COLUMN_ADVICE = "Name the columns, for example: Frequency / Hz, Re(Z) / Ohm, -Im(Z) / Ohm"


@dataclass(frozen=True)
class ImpedanceColumn:
    """One column: value in Hz, ohm, deg, s, V or A = number x factor. The sign of the name is in the factor.

    Attributes
    ----------
    name : str
        As in the file.
    role : str
        ``frequency``, ``real``, ``imaginary``, ``modulus``, ``phase``, ``time``, ``voltage``, ``current``, ``sweep``.
    factor : float
    unit_given : bool
        Whether the file states the unit.
    """

    name: str
    role: str
    factor: float
    unit_given: bool


def find_columns(
    source: Source,
    names: Sequence[str],
    line: int,
    units: Mapping[str, str] | None = None,
    roles: Mapping[str, str] | None = None,
) -> dict[str, ImpedanceColumn]:
    """The column of each role.

    Parameters
    ----------
    source : Source
        For the messages.
    names : sequence of str
        Column names as in the file.
    line : int
        Line of the names, counted from 1.
    units : mapping of name to str, optional
        Units that stand elsewhere (a line of units), or that the format defines.
    roles : mapping of name to str, optional
        Roles that the format defines; other names are understood by their spelling.

    Returns
    -------
    mapping of role to ImpedanceColumn
        With ``frequency`` and at least one of the pairs real and imaginary, modulus and phase.

    Raises
    ------
    InvalidInput
        When one of those is missing or stands there twice, or when a unit is not known or is of another kind, such as
        an impedance times an area.
    """
    found: dict[str, ImpedanceColumn] = {}
    for name in names:
        column = _column(source, name, line, (units or {}).get(name), (roles or {}).get(name))
        if column is None:
            continue
        if column.role in found and column.role in ("frequency", "real", "imaginary"):
            got = f"{found[column.role].name!r} and {name!r}"
            raise source.error(f"column of the {column.role}", got, "one such column", "Remove or rename one", line)
        found.setdefault(column.role, column)
    _check(source, found, names, line)
    return found


def has_impedance(names: Sequence[str]) -> bool:
    """Whether the names are those of an impedance table: a frequency and one of the pairs."""
    roles = {_role_and_unit(name)[0] for name in names}
    return "frequency" in roles and any(roles.issuperset(pair) for pair in _NEEDED_PAIRS)


def _check(source: Source, found: Mapping[str, ImpedanceColumn], names: Sequence[str], line: int) -> None:
    if "frequency" not in found:
        got = f"the columns {', '.join(names[:12])}"
        raise source.error("column of the frequency", got, "a column such as 'Frequency / Hz'", COLUMN_ADVICE, line)
    if any(set(pair) <= found.keys() for pair in _NEEDED_PAIRS):
        return
    have = {role for pair in _NEEDED_PAIRS for role in pair} & found.keys()
    missing = {"real": "imaginary", "imaginary": "real", "modulus": "phase", "phase": "modulus"}
    wanted = missing[min(have)] if have else "impedance"
    allowed = "real and imaginary part, or modulus and phase"
    raise source.error(f"column of the {wanted}", f"the columns {', '.join(names[:12])}", allowed, COLUMN_ADVICE, line)


def _column(source: Source, name: str, line: int, unit: str | None, role: str | None) -> ImpedanceColumn | None:
    named, sign, written = _role_and_unit(name)
    role = role or named
    if not role:
        return None
    stated = unit if unit is not None else written
    if role == "sweep":
        return ImpedanceColumn(name, role, 1.0, True)
    factor = _factor(role, stated if stated else _DEFAULTS.get(role, "ohm"))
    if factor is None and role in ("time", "voltage", "current"):
        return None  # a date, a potential in counts: not what the analysis needs, and no harm
    if factor is None:
        allowed = {"frequency": "Hz, kHz, MHz or mHz", "phase": "deg or rad"}.get(role, "ohm, kohm, mohm or Mohm")
        advice = COLUMN_ADVICE
        if role not in ("frequency", "phase") and re.search(r"cm|m2|m\^2|m\u00b2", str(stated)):
            advice = "An impedance times an area is not read: give it in ohm, and the area with --area"
        raise source.error(f"unit of column {name!r}", stated, allowed, advice, line)
    return ImpedanceColumn(name, role, sign * factor, bool(stated))


def _factor(role: str, unit: str) -> float | None:
    """Hz, ohm, deg, s, V or A of one unit; ``None`` for one that is not known or ambiguous (``mhz``)."""
    plain = unit.strip().replace("\u2126", "ohm").replace("\u03a9", "ohm").replace("\u00b5", "u").replace("\u03bc", "u")
    plain = plain.replace("OHM", "Ohm")
    known = _FACTORS[role]
    if plain in known:
        return known[plain]
    return None if plain[:1] in ("m", "M") and plain[1:2] not in ("i", "s") else known.get(plain.lower())


def _role_and_unit(name: str) -> tuple[str, float, str | None]:
    """Role (empty when unknown), sign and unit of a column name."""
    text = name.strip()
    text = text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] == '"' else text
    text = text.replace("\u2032\u2032", "''").replace("\u2033", "''").replace("\u2032", "'")
    text = text.replace("\u2019\u2019", "''").replace("\u2019", "'").replace("`", "'").replace("\u00b4", "'")
    text = re.sub(r"(?<=[Zz])\"", "''", text)
    text = re.sub(r"(?<=')\([ab]\)$", "", text)  # the axes of ZView: Z'(a), Z''(b)
    sign = 1.0
    minus = _MINUS.match(text)
    if minus:
        sign, text = -1.0, text[minus.end() :]
        text = re.sub(r"^\(([^()]*)\)", r"\1", text)  # -(Z'')
    text = _OF_Z.sub(r"\1 z", text)
    for candidate, unit in _splits(text):
        role = _ROLE.get(candidate, "")
        if role and (sign > 0 or role in ("imaginary", "phase")):
            return role, sign, unit
    return "", 1.0, None


def _splits(text: str) -> list[tuple[str, str | None]]:
    """A name as it stands, then cut into name and unit in every way it may be written."""
    found: list[tuple[str, str | None]] = [(_plain(text), None)]
    for pattern in _UNIT:
        match = pattern.match(text)
        if match:
            found.append((_plain(match["name"]), match["unit"].strip() or None))
    return found


def _plain(name: str) -> str:
    """Small letters, no symbols between the words."""
    words = name.lower().replace("\u03b8", "theta").replace("\u03c6", "phi").replace("\u03d5", "phi").replace("_", " ")
    return " ".join(words.split())
