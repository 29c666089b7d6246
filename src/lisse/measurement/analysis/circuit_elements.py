r"""The elements of circuits: impedance, derivatives, units and bounds of each, one function an element.

Every law returns the impedance and its derivatives with respect to the *inner* parameters: the logarithm of positive
quantities, the exponents themselves. Units assume an impedance in ohm; for ohm m2 multiply ohm by m2 and divide farad
by it. Names and laws are those of impedance.py::

    R    Z = R                                  C    Z = 1/(j w C)              L    Z = j w L
    CPE  Z = 1/(Q (j w)^alpha)                  La   Z = (j w L)^alpha
    W    Z = sigma (1 - j)/sqrt(w)              semi-infinite diffusion
    Wo   Z = Z0 coth(x)/x,  x = sqrt(j w tau)   diffusion towards a blocked end (reflecting)
    Ws   Z = Z0 tanh(x)/x                       diffusion towards a held concentration (transmitting)
    G    Z = R/sqrt(1 + j w tau)                Gerischer: diffusion with reaction
    Gs   Z = R/(s tanh(phi s)), s = sqrt(1 + j w tau)
    K    Z = R/(1 + j w tau)                    RC element by its time constant
    Zarc Z = R/(1 + (j w tau)^alpha)            Cole-Cole element, also written ZARC
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

__all__ = ["ELEMENTS", "Frequencies", "Kind", "Quantity", "frequencies"]

Law = Callable[["Frequencies", np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Frequencies:
    """The same frequencies in the forms that the laws need.

    Attributes
    ----------
    omega : (n,) array, rad/s
    j_omega, log : (n,) complex arrays
        j omega, and its logarithm.
    """

    omega: np.ndarray
    j_omega: np.ndarray
    log: np.ndarray


@dataclass(frozen=True)
class Quantity:
    """One parameter of an element.

    Attributes
    ----------
    suffix : str
        Empty for the only parameter of an element.
    unit : str
    kind : str
        What it is, which decides its bounds: resistance, capacitance, inductance, time, warburg, cpe, number, exponent.
    """

    suffix: str
    unit: str
    kind: str

    @property
    def positive(self) -> bool:
        """Whether its logarithm is the inner parameter."""
        return self.kind != "exponent"


@dataclass(frozen=True)
class Kind:
    """A kind of element: its parameters and its law.

    ``law(frequencies, values, slopes)`` gives the impedance, (n,) complex, and fills slopes, (p, n) complex.
    """

    symbol: str
    meaning: str
    quantities: tuple[Quantity, ...]
    law: Law


def frequencies(frequency: np.ndarray) -> Frequencies:
    """What the laws need of a frequency array in Hz."""
    omega = 2 * np.pi * np.asarray(frequency, dtype=float)
    return Frequencies(omega, 1j * omega, np.log(omega) + 0.5j * np.pi)


def _resistor(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    slopes[0] = value[0]
    return np.full(at.omega.size, value[0], dtype=complex)


def _capacitor(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    impedance: np.ndarray = 1 / (at.j_omega * value[0])
    slopes[0] = -impedance
    return impedance


def _inductor(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    impedance: np.ndarray = at.j_omega * value[0]
    slopes[0] = impedance
    return impedance


def _constant_phase(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    impedance: np.ndarray = np.exp(-value[1] * at.log) / value[0]
    slopes[0] = -impedance
    slopes[1] = -impedance * at.log
    return impedance


def _lossy_inductor(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    log = at.log + np.log(value[0])
    impedance: np.ndarray = np.exp(value[1] * log)
    slopes[0] = value[1] * impedance
    slopes[1] = impedance * log
    return impedance


def _warburg(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    impedance: np.ndarray = value[0] * (1 - 1j) / np.sqrt(at.omega)
    slopes[0] = impedance
    return impedance


def _warburg_open(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    x = np.sqrt(at.j_omega * value[1])
    coth = 1 / np.tanh(x)
    impedance: np.ndarray = value[0] * coth / x
    slopes[0] = impedance
    slopes[1] = -0.5 * (impedance + value[0] * (coth * coth - 1))
    return impedance


def _warburg_short(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    x = np.sqrt(at.j_omega * value[1])
    tanh = np.tanh(x)
    impedance: np.ndarray = value[0] * tanh / x
    slopes[0] = impedance
    slopes[1] = 0.5 * (value[0] * (1 - tanh * tanh) - impedance)
    return impedance


def _gerischer(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    product = at.j_omega * value[1]
    impedance: np.ndarray = value[0] / np.sqrt(1 + product)
    slopes[0] = impedance
    slopes[1] = -0.5 * impedance * product / (1 + product)
    return impedance


def _gerischer_finite(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    product = at.j_omega * value[1]
    s = np.sqrt(1 + product)
    coth = 1 / np.tanh(value[2] * s)
    impedance: np.ndarray = value[0] * coth / s
    bend = value[0] * value[2] * (coth * coth - 1)
    slopes[0] = impedance
    slopes[1] = -(impedance + bend) * product / (2 * s * s)
    slopes[2] = -bend
    return impedance


def _relaxation(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    product = at.j_omega * value[1]
    impedance: np.ndarray = value[0] / (1 + product)
    slopes[0] = impedance
    slopes[1] = -impedance * product / (1 + product)
    return impedance


def _cole_cole(at: Frequencies, value: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    log = at.log + np.log(value[1])
    power = np.exp(value[2] * log)
    impedance: np.ndarray = value[0] / (1 + power)
    bend = -impedance * power / (1 + power)
    slopes[0] = impedance
    slopes[1] = value[2] * bend
    slopes[2] = bend * log
    return impedance


_OHM = Quantity("", "ohm", "resistance")
_R, _Z0 = Quantity("R", "ohm", "resistance"), Quantity("Z0", "ohm", "resistance")
_TAU, _ALPHA = Quantity("tau", "s", "time"), Quantity("alpha", "1", "exponent")

_KINDS = (
    Kind("R", "resistance", (_OHM,), _resistor),
    Kind("C", "capacitance", (Quantity("", "F", "capacitance"),), _capacitor),
    Kind("L", "inductance", (Quantity("", "H", "inductance"),), _inductor),
    Kind("CPE", "constant phase element", (Quantity("Q", "F s^(alpha-1)", "cpe"), _ALPHA), _constant_phase),
    Kind("W", "semi-infinite diffusion", (Quantity("", "ohm s^-0.5", "warburg"),), _warburg),
    Kind("Wo", "diffusion towards a blocked end", (_Z0, _TAU), _warburg_open),
    Kind("Ws", "diffusion towards a held concentration", (_Z0, _TAU), _warburg_short),
    Kind("La", "lossy inductance", (Quantity("L", "ohm^(1/alpha) s", "inductance"), _ALPHA), _lossy_inductor),
    Kind("G", "Gerischer: diffusion with reaction", (_R, _TAU), _gerischer),
    Kind("Gs", "Gerischer, finite", (_R, _TAU, Quantity("phi", "1", "number")), _gerischer_finite),
    Kind("K", "RC element by its time constant", (_R, _TAU), _relaxation),
    Kind("Zarc", "Cole-Cole element", (_R, _TAU, _ALPHA), _cole_cole),
    Kind("ZARC", "Cole-Cole element", (_R, _TAU, _ALPHA), _cole_cole),
)

ELEMENTS: Mapping[str, Kind] = MappingProxyType({kind.symbol: kind for kind in _KINDS})
"""Every element by its symbol."""
