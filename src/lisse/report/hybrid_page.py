"""A loading curve as one self-contained HTML page: it needs no network, no script and no other file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from lisse.report.hybrid_figure import cell_panels, curve_panels, formula_panels, path_panels
from lisse.report.hybrid_tables import agreement_table, cells_table_of, input_table, points_table
from lisse.report.hybrid_words import (
    agreement_sentence,
    celsius,
    diameter_text,
    following,
    has_critical_size,
    percent,
    sentence,
    tone,
)
from lisse.report.page import KeyFigure, environment

__all__ = ["hybrid_html"]


def hybrid_html(content: Mapping[str, Any], picture: bytes = b"") -> str:
    """The page as text.

    Parameters
    ----------
    content : mapping
        As `lisse.study.LoadingCurve.to_dict` gives it.
    picture : bytes
        The design map as PNG, if there is one.
    """
    return (
        environment()
        .get_template("hybrid.html")
        .render(
            content=content,
            sentence=sentence(content),
            following=following(content),
            tone=tone(content),
            key_figures=_key_figures(content),
            curves=curve_panels(content),
            formulas=formula_panels(content),
            paths=path_panels(content),
            cells=cell_panels(content),
            agreed=agreement_sentence(content["agreement"]),
            agreement=agreement_table(content),
            inputs=input_table(content),
            points=points_table(content),
            runs=cells_table_of(content),
            about=_about(content),
            picture=base64.b64encode(picture).decode(),
            first=celsius(content["by_temperature"][0]["temperature"]),
        )
    )


def _key_figures(content: Mapping[str, Any]) -> list[KeyFigure]:
    best, first = content["best"], content["by_temperature"][0]
    size = first["critical_diameter"]
    cations = content["best_for_cations"]
    at = f" at {celsius(first['temperature'])}"
    texts: list[tuple[str, str, Any, str]] = [
        ("Best conductivity over the matrix", "gain", best["gain"], f"{best['gain']:.3g}")
    ]
    if best["loading"] > 0.0:
        texts += [
            ("Reached at a loading of", "loading", best["loading"], percent(best["loading"])),
            ("And a diameter of", "diameter", best["diameter"], diameter_text(best["diameter"])),
        ]
    else:
        least = min(each["gain"] for each in content["points"])
        texts.append(("Least conductivity over the matrix", "least_gain", least, f"{least:.3g}"))
    texts += [
        ("Best for the cations alone", "cation_gain", cations["cation_gain"], f"{cations['cation_gain']:.3g}"),
    ]
    if has_critical_size(content):
        text = "none helps" if size is None else diameter_text(size) if size else "0"
        texts.append((f"Critical diameter{at}", "critical_diameter", size, text))
    point = next(
        each for each in content["points"] if all(each[key] == cations[key] for key in cations if key != "cation_gain")
    )
    if point["transference"] is not None and point["anion"]:
        texts.append(("Carried by cations then", "transference", point["transference"], percent(point["transference"])))
    if len(texts) < 5 and content["agreement"]:
        formula = content["agreement"][0]
        texts.append(("Formula that is right most often", "formula", None, formula["formula"]))
    figures = []
    for label, key, value, text in texts:
        number, _, unit = text.partition(" ")
        whole = value is None
        words = {"number": text, "unit": ""} if whole else {"number": number, "unit": unit}
        figures.append({"label": label, "key": key, "value": value, **words})
    return figures


def _about(content: Mapping[str, Any]) -> str:
    study = content["study"]
    shape = study["structure"]
    text = (
        f"{study['samples']} random structures of {shape['shape'].replace('-', ' ')} at each loading, "
        f"{shape['voxels']} voxels along an edge and {shape['across']} across a diameter, each solved to "
        f"{study['tolerance']:g} for a mean field in a periodic box and extrapolated to small voxels."
    )
    if any(each["anion"] for each in content["points"]):
        text += " Cations and anions are solved apart: anions do not enter the filler."
    return text
