"""Which technique sees a feature of a size, in a time, through what lies over it: declarations compared, with reasons.

Besides the virtual instruments, techniques are here that are only declared, because a model of them needs a sample
that is cut open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.measurement.virtual.declaration import FEATURES, Contrast, Declaration, Stated
from lisse.measurement.virtual.observing import INSTRUMENTS
from lisse.measurement.virtual.substances import ENERGY, SUBSTANCES
from lisse.measurement.virtual.tomograph import tomograph_declaration

__all__ = ["Sight", "can_see", "techniques"]

_ANSWERS = ("yes", "maybe", "no")
_DARKEST = 0.02  # transmission below which a tomograph gets too little light
_BRIGHTEST = 0.999  # transmission above which a cover does not matter


@dataclass(frozen=True)
class Sight:
    """One row of the answer.

    Attributes
    ----------
    technique, name : str
    answer : str
        ``"yes"``, ``"maybe"`` or ``"no"``: the worst of its reasons.
    reasons : tuple of str
    marks : tuple of str
        Confidence of each reason.
    answers : tuple of str
        What each reason alone would answer.
    environment : str
        What the technique asks of the cell.
    simulated : bool
        Whether `lisse.observe` has it.
    """

    technique: str
    name: str
    answer: str
    reasons: tuple[str, ...]
    marks: tuple[str, ...]
    answers: tuple[str, ...]
    environment: str
    simulated: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "technique": self.technique,
            "name": self.name,
            "answer": self.answer,
            "reasons": [
                {"text": text, "mark": mark, "answer": answer}
                for text, mark, answer in zip(self.reasons, self.marks, self.answers, strict=True)
            ],
            "environment": self.environment,
            "simulated": self.simulated,
        }


def techniques() -> tuple[Declaration, ...]:
    """All declarations: of the virtual instruments with their defaults, and of techniques that are only declared."""
    own = tuple(kind().declaration for kind in INSTRUMENTS.values())
    return (*own, tomograph_declaration(50e-9, 50e-6, 3600.0, "nano-xct"), _sem(), _tem(), _xps())


def can_see(
    size: float, time: float | None = None, feature: str | None = None, through: tuple[float, str] | None = None
) -> tuple[Sight, ...]:
    """Which technique resolves a feature.

    Parameters
    ----------
    size : float, m
        Smallest extent that has to be told apart, such as the height of a void or the width of a filament.
    time : float, s, optional
        In which a picture must be taken.
    feature : str, optional
        One of `FEATURES`; without it contrast is not judged.
    through : (m, substance), optional
        What lies over the feature, such as ``(300e-6, "LLZO")``.

    Returns
    -------
    tuple of Sight
        One for each technique, those that see it first.
    """
    for name, value in (("size", size), ("time", time)):
        if value is not None and not (math.isfinite(value) and value > 0.0):
            raise InvalidInput(name, value, "a number above 0")
    if feature is not None and feature not in FEATURES:
        raise InvalidInput("feature", feature, ", ".join(FEATURES), suggest(feature, FEATURES))
    rows = [_sight(technique, size, time, feature, through) for technique in techniques()]
    return tuple(sorted(rows, key=lambda row: _ANSWERS.index(row.answer)))


def _sight(
    technique: Declaration, size: float, time: float | None, feature: str | None, through: tuple[float, str] | None
) -> Sight:
    found = [_by_size(technique, size)]
    if time is not None:
        found.append(_by_time(technique, time))
    if feature is not None:
        found.append(_by_contrast(technique.contrast[feature]))
    if through is not None and technique.through != "nothing":
        found.append(_by_cover(technique, *through))
    answers, reasons, marks = zip(*found, strict=True)
    worst = max(answers, key=_ANSWERS.index)
    return Sight(
        technique.key, technique.name, worst, reasons, marks, answers, technique.environment, technique.simulated
    )


def _by_size(technique: Declaration, size: float) -> tuple[str, str, str]:
    stated = technique.resolution
    if stated.value is None:
        return "no", "records no place: a signal of the whole cell", stated.mark
    times = round(size / stated.value, 9)
    told = f"resolution {_length(stated.value)}" + (f" ({stated.note})" if stated.note else "")
    field = technique.field_of_view
    if field.value is not None and size > field.value:
        return "no", f"larger than the field of view of {_length(field.value)}", field.mark
    if times >= 2.0:
        return "yes", f"{told}: {_count(times)} across the feature", stated.mark
    if times >= 1.0:
        return "maybe", f"{told}: found, but its shape is that of the blur", stated.mark
    return "no", f"{told}: {_count(stated.value / size)} times the feature", stated.mark


def _by_time(technique: Declaration, time: float) -> tuple[str, str, str]:
    stated = technique.frame_time
    needed = stated.value or 0.0
    if needed <= time:
        return "yes", f"a picture takes {_duration(needed)}", stated.mark
    answer = "maybe" if needed <= 10.0 * time else "no"
    return answer, f"a picture takes {_duration(needed)}, {_count(needed / time)} times too long", stated.mark


def _by_contrast(contrast: Contrast) -> tuple[str, str, str]:
    return {"yes": "yes", "weak": "maybe", "no": "no"}[contrast.level], contrast.reason, contrast.mark


def _by_cover(technique: Declaration, thickness: float, substance: str) -> tuple[str, str, str]:
    if substance not in SUBSTANCES:
        raise InvalidInput("through", substance, ", ".join(SUBSTANCES), suggest(substance, SUBSTANCES))
    over = f"{_length(thickness)} of {substance}"
    if technique.through == "x-rays":
        passed = math.exp(-SUBSTANCES[substance].attenuation * thickness)
        answer = "yes" if passed >= _DARKEST else "no"
        if technique.key == "nano-xct" and passed < _BRIGHTEST:
            answer = "maybe" if answer == "yes" else answer  # lenses work at lower energy
        part = "nearly all" if passed > 0.995 else f"{passed:.2g}" if passed > 1e-6 else "none"
        more = "" if passed >= _DARKEST else "; harder ones pass more"
        return answer, f"{part} of the X-rays of {ENERGY / 1e3:g} keV pass {over}{more}", SUBSTANCES[substance].mark
    if technique.through == "light":
        if substance == "lithium":
            return "no", f"{over} is opaque", "L"
        return "maybe", f"only if {over} is transparent, as a single crystal is", "L"
    if technique.through == "electrons":
        return "maybe", f"only after a cut through {over}", "L"
    if technique.through == "radio waves" and substance != "lithium":
        return "yes", f"{over} lets radio waves through", "L"
    deep, mark = technique.depth.value, technique.depth.mark
    if technique.through == "charged particles":
        deep, mark = SUBSTANCES[substance].triton_range, "S*"
    if deep is None or thickness <= deep:
        return "yes", f"looks {_length(deep)} deep, past {over}" if deep else f"past {over}", mark
    return "no", f"looks {_length(deep)} deep, less than {over}", mark


def _sem() -> Declaration:
    contrast = {
        "void": Contrast("yes", "a hole in the section"),
        "crack": Contrast("yes", "cracks of 3 to 5 um were followed on a polished section", "S", "duan2023"),
        "filament": Contrast("yes", "where it meets the section"),
        "lithium": Contrast("weak", "dark, and it suffers from beam and air"),
        "interphase": Contrast("weak", "by composition, where thick enough"),
        "grain-boundary": Contrast("yes", "by diffraction, on a good section"),
    }
    return Declaration(
        "sem", "scanning electron microscope", Stated(10e-9, "U"), Stated(500e-6, "U"), Stated(30.0, "U"),
        Stated(1e-6, "U", "", "the surface"), "section in vacuum: cut open, or an in-plane cell", contrast, "electrons",
        (Stated(4e-6, "S", "duan2023", "crack widths of 3 to 5 um on a section under current"),), simulated=False,
    )  # fmt: skip


def _tem() -> Declaration:
    contrast = {
        "void": Contrast("yes", "missing matter"),
        "crack": Contrast("yes", "missing matter"),
        "filament": Contrast("yes", "by energy loss, at low dose and temperature"),
        "lithium": Contrast("yes", "by energy loss, at low dose and temperature"),
        "interphase": Contrast("yes", "by composition"),
        "grain-boundary": Contrast("yes", "by diffraction"),
    }
    return Declaration(
        "tem", "transmission electron microscope", Stated(1e-9, "U"), Stated(10e-6, "U"), Stated(1.0, "U"),
        Stated(0.1e-6, "U", "", "a lamella"), "lamella in vacuum, taken out of the cell, often cold", contrast,
        "electrons", (), simulated=False,
    )  # fmt: skip


def _xps() -> Declaration:
    contrast = {
        "void": Contrast("no", "seen only as a surface"),
        "crack": Contrast("no", "seen only as a surface"),
        "filament": Contrast("no", "averaged over a spot of 10 to 100 um"),
        "lithium": Contrast("yes", "its binding energy is not that of the electrolyte"),
        "interphase": Contrast("yes", "by composition, layer after layer, or while lithium is sputtered or plated on"),
        "grain-boundary": Contrast("no", "averaged over a spot of 10 to 100 um"),
    }
    return Declaration(
        "xps", "X-ray photoelectron spectroscopy", Stated(10e-9, "U", "", "in depth only, by sputtering"),
        Stated(1e-6, "U", "", "deepest crater"), Stated(600.0, "U"), Stated(10e-9, "U", "", "the surface"),
        "surface in ultra-high vacuum: cut open, or a bare electrolyte", contrast, "electrons",
        (Stated(None, "S", "hatzell2020", "named among the techniques for interfaces"),), simulated=False,
    )  # fmt: skip


def _count(times: float) -> str:
    return f"{times:.0f}" if 999.5 <= times < 1e6 else f"{times:.3g}"


def _length(metres: float) -> str:
    return (
        f"{metres * 1e9:.3g} nm"
        if metres < 0.9995e-6
        else f"{metres * 1e6:.4g} um"
        if metres < 1e-3
        else f"{metres * 1e3:.3g} mm"
    )


def _duration(seconds: float) -> str:
    if seconds < 120.0:
        return f"{seconds:.3g} s"
    return f"{seconds / 60.0:.3g} min" if seconds < 7200.0 else f"{seconds / 3600.0:.3g} h"
