"""The sentences and numbers of a loading curve: whether the filler helps, where, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lisse.report.words import share

__all__ = [
    "agreement_sentence",
    "celsius",
    "conductivity_text",
    "diameter_text",
    "following",
    "groups",
    "has_critical_size",
    "percent",
    "resistance_text",
    "sentence",
    "tone",
]

_HELPS = 1.01


def celsius(temperature: float) -> str:
    """``"60 °C"``."""
    return f"{temperature - 273.15:.4g} °C"


def diameter_text(diameter: float) -> str:
    """In nm, µm or mm."""
    if diameter >= 0.9995e-3:
        return f"{diameter * 1e3:.3g} mm"
    return f"{diameter * 1e9:.3g} nm" if diameter < 0.9995e-6 else f"{diameter * 1e6:.3g} µm"


def conductivity_text(value: float, error: float | None = None) -> str:
    """In mS/cm, with its error."""
    text = f"{10.0 * value:.4g}"
    return f"{text} ± {10.0 * error:.1g}" if error else text


def resistance_text(value: float | None) -> str:
    """In ohm cm2."""
    return "closed" if value is None else f"{1e4 * value:.3g} ohm cm2"


def percent(part: float) -> str:
    """A loading."""
    return f"{100.0 * part:.3g} %"


def groups(content: Mapping[str, Any]) -> list[tuple[float, float, list[Mapping[str, Any]]]]:
    """Temperature, diameter and the points of each curve."""
    found: dict[tuple[float, float], list[Mapping[str, Any]]] = {}
    for point in content["points"]:
        found.setdefault((point["temperature"], point["diameter"]), []).append(point)
    return [(at, diameter, points) for (at, diameter), points in found.items()]


def sentence(content: Mapping[str, Any]) -> str:
    """Whether the filler helps, without a full stop.

    Parameters
    ----------
    content : mapping
        As `lisse.study.LoadingCurve.to_dict` gives it.
    """
    best, study = content["best"], content["study"]
    filler, matrix = study["filler"], study["matrix"]
    where = f"{diameter_text(best['diameter'])} at {celsius(best['temperature'])}"
    if best["gain"] > _HELPS:
        return (
            f"{filler} helps: with {percent(best['loading'])} of {where} the hybrid conducts "
            f"{best['gain']:.3g} times as well as {matrix}"
        )
    cations = content["best_for_cations"]
    if cations["cation_gain"] > _HELPS:
        place = f"{percent(cations['loading'])} of {diameter_text(cations['diameter'])}"
        return (
            f"{filler} lowers the conductivity at every loading, yet cations gain: {cations['cation_gain']:.3g} times "
            f"with {place} at {celsius(cations['temperature'])}"
        )
    least = min((point for point in content["points"]), key=lambda point: point["gain"])
    if least["gain"] < 1.0:
        return (
            f"{filler} does not help: no loading conducts better than {matrix}, and {percent(least['loading'])} of "
            f"{diameter_text(least['diameter'])} at {celsius(least['temperature'])} leaves {share(least['gain'])} of it"
        )
    return f"{filler} changes nothing that counts"


def has_critical_size(content: Mapping[str, Any]) -> bool:
    """Whether the filler is of separate particles, which change nothing at one size."""
    structure = content["study"]["structure"]
    across = structure["shape"] == "aligned-fibres" and structure["direction"] == "across"
    return bool(structure["shape"] == "spheres" or across)


def following(content: Mapping[str, Any]) -> str:
    """Why: the two ions, the critical size, the barrier."""
    first = content["by_temperature"][0]
    point = next(each for each in content["points"] if each["temperature"] == first["temperature"])
    transport = point["transport"]
    at = celsius(first["temperature"])
    words = []
    if transport["anion"]:
        part = transport["anion"] / (transport["anion"] + transport["cation"])
        words.append(f"{share(part)} of the current in the polymer is of anions, which the filler shuts out.")
    size = first["critical_diameter"]
    if not has_critical_size(content):
        resistance = resistance_text(transport["interface_resistance"])
        words.append(f"At {at} cations meet {resistance} where they enter the filler.")
    elif size is None:
        words.append(f"At {at} the filler conducts cations no better than the matrix: no size of it can help them.")
    elif size > 0.0:
        resistance = resistance_text(transport["interface_resistance"])
        words.append(
            f"At {at} particles smaller than {diameter_text(size)} hinder the cations, which meet {resistance} at the "
            "interface."
        )
    else:
        words.append("Without an interface resistance every size helps the cations.")
    barrier = first["desolvation_barrier"]
    if barrier is not None and barrier > 0.0:
        words.append(f"That resistance stands for a desolvation barrier of {barrier / 96485.33212:.2g} eV.")
    return " ".join(words)


def tone(content: Mapping[str, Any]) -> str:
    """Class of the headline."""
    return "good" if content["best"]["gain"] > _HELPS else "warn"


def agreement_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """Which formula one may use."""
    if not rows:
        return ""
    best = rows[0]
    if best["right"] == best["points"]:
        return f"{best['formula']} is right at every point, to {share(abs(best['worst']))}."
    if best["right"] == 0:
        return "No formula is right anywhere: the voxels are needed."
    return (
        f"{best['formula']} is right most often, at {best['right']} of {best['points']} points; at worst it is off by "
        f"{100.0 * best['worst']:+.3g} %."
    )
