"""The potentials: universal ones whose weights lie in their wheels, and any calculator of ASE that a user brings.

Loading reads a file of the installed package by its path; nothing here can download, and a wheel without its weights is
an error, not a request to a server.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, MissingExtra, suggest

__all__ = ["ALL_POTENTIALS", "POTENTIALS", "Potential", "potential"]


@dataclass(frozen=True, eq=False)
class Potential:
    """Forces between atoms, by name.

    Parameters
    ----------
    name : str. Shown beside each number.
    version : str. With the name it tells one set of weights from another.
    calculator : ase.calculators.calculator.Calculator. Energies, forces and stress.
    reference : str. Key of ``references.bib``, or free text.
    elements : frozenset of str. Symbols that it knows; empty when it does not say.
    """

    name: str
    version: str
    calculator: Any
    reference: str
    elements: frozenset[str] = frozenset()

    def check(self, symbols: Sequence[str]) -> None:
        """Complain about elements that the potential has never seen.

        Raises
        ------
        InvalidInput
        """
        unknown = sorted(set(symbols) - self.elements) if self.elements else []
        if unknown:
            raise InvalidInput(f"elements for {self.name}", ", ".join(unknown), f"the {len(self.elements)} it knows")


def _sevennet() -> Potential:
    inside = "pretrained_potentials/SevenNet_0__11Jul2024/checkpoint_sevennet_0.pth"
    return _of_sevenn("sevennet", "SevenNet-0 (11 July 2024)", inside)


def _sevennet_l3i5() -> Potential:
    inside = "pretrained_potentials/SevenNet_l3i5/checkpoint_l3i5.pth"
    return _of_sevenn("sevennet-l3i5", "SevenNet-l3i5", inside)


def _of_sevenn(name: str, version: str, inside: str) -> Potential:
    with _quiet():
        try:
            import sevenn
            from sevenn.calculator import SevenNetCalculator
        except ImportError as error:
            raise MissingExtra("sevenn", "atomistic", f"The potential {name}") from error
        weights = _weights(sevenn, inside, "sevenn")
        calculator = SevenNetCalculator(str(weights), device="cpu")
    from ase.data import chemical_symbols

    known = frozenset(chemical_symbols[number] for number in calculator.type_map)
    return Potential(name, f"{version}, {_version('sevenn')}", calculator, "park2024", known)


def _chgnet() -> Potential:
    with _quiet():
        try:
            import chgnet
            from chgnet.model.dynamics import CHGNetCalculator
            from chgnet.model.model import CHGNet
        except ImportError as error:
            raise MissingExtra("chgnet", "atomistic", "The potential chgnet") from error
        _weights(chgnet, "pretrained/0.3.0/chgnet_0.3.0_e29f68s314m37.pth.tar", "chgnet")
        model = CHGNet.load(model_name="0.3.0", use_device="cpu", verbose=False)
        calculator = CHGNetCalculator(model=model, use_device="cpu", on_isolated_atoms="ignore")
    from ase.data import chemical_symbols

    known = frozenset(chemical_symbols[1 : _CHGNET_LAST + 1]) - _NEVER_SEEN
    return Potential("chgnet", f"CHGNet 0.3.0, {_version('chgnet')}", calculator, "deng2023", known)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of packages on their own age, and without what they print: output belongs to the caller."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def _weights(package: Any, inside: str, name: str) -> Path:
    path = Path(package.__file__).parent / inside
    if not path.is_file():
        raise InvalidInput(
            f"package {name} {_version(name)}", "no weights in it", f"a wheel that holds {inside}", "Reinstall it"
        )
    return path


def _version(package: str) -> str:
    return f"{package} {importlib.metadata.version(package)}"


_CHGNET_LAST = 94
_NEVER_SEEN = frozenset(("Po", "At", "Rn", "Fr", "Ra"))
"""Elements below plutonium without a row in the training data: CHGNet answers for them with weights nobody trained."""
_LOADERS: Mapping[str, Callable[[], Potential]] = MappingProxyType(
    {"sevennet": _sevennet, "chgnet": _chgnet, "sevennet-l3i5": _sevennet_l3i5}
)
POTENTIALS = ("sevennet", "chgnet")
"""The two that are asked unless others are named."""
ALL_POTENTIALS = tuple(_LOADERS)
"""All whose weights ship in their wheels; ``sevennet-l3i5`` is several times slower than ``sevennet``."""


def potential(which: str | Potential) -> Potential:
    """A potential by name, or the one given.

    Raises
    ------
    InvalidInput
        For an unknown name.
    MissingExtra
        When its package is not installed.
    """
    if isinstance(which, Potential):
        return which
    if which not in _LOADERS:
        advice = suggest(str(which), _LOADERS) or "Or give a Potential with a calculator of ASE"
        raise InvalidInput("potential", which, ", ".join(_LOADERS), advice)
    return _LOADERS[which]()
