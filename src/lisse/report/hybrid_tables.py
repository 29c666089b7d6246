"""The tables of a loading curve's page and file: rows of text from its plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lisse.report.hybrid_words import celsius, conductivity_text, diameter_text, percent, resistance_text
from lisse.report.words import MODES, share

__all__ = ["agreement_table", "cells_table_of", "input_table", "points_table"]

Table = dict[str, Any]


def points_table(content: Mapping[str, Any]) -> Table:
    """Every point."""
    heads = [
        ("Temperature", True),
        ("Diameter", True),
        ("Loading", True),
        ("Conductivity (mS/cm)", True),
        ("Over the matrix", True),
        ("Cations over the matrix", True),
        ("Carried by cations", True),
        ("Lost at interfaces", True),
        ("By voxel size", True),
    ]
    rows = []
    for each in content["points"]:
        rows.append(
            [
                celsius(each["temperature"]),
                diameter_text(each["diameter"]),
                percent(each["loading"]),
                conductivity_text(each["conductivity"], each["error"]),
                f"{each['gain']:.3g}",
                f"{each['cation_gain']:.3g}",
                "–" if each["transference"] is None else percent(each["transference"]),
                share(each["interface_share"]),
                share(abs(each["voxels"]) / each["conductivity"]) if each["conductivity"] else "–",
            ]
        )
    return {"heads": heads, "rows": rows}


def agreement_table(content: Mapping[str, Any]) -> Table:
    """How far each formula is right."""
    heads = [("Formula", False), ("Right at", True), ("Right up to", True), ("Largest deviation", True)]
    rows = [
        [
            each["formula"],
            f"{each['right']} of {each['points']}",
            percent(each["right_to"]) if each["right_to"] else "–",
            f"{100.0 * each['worst']:+.3g} %",
        ]
        for each in content["agreement"]
    ]
    return {"heads": heads, "rows": rows}


def cells_table_of(content: Mapping[str, Any]) -> Table:
    """Every cell."""
    heads = [
        ("Model", False),
        ("Diameter", True),
        ("Loading", True),
        ("Fails at (mA/cm²)", True),
        ("By", False),
        ("Conductivity (mS/cm)", True),
        ("Shear modulus", True),
    ]
    rows = []
    for each in content["cells"]:
        refused = each["status"] == "refused"
        current = each["critical_current_density"]
        passed = f"> {0.1 * each['passed']:.3g}" if each["passed"] else "–"
        rows.append(
            [
                each["model"],
                diameter_text(each["diameter"]),
                percent(each["loading"]),
                "–" if refused else f"{0.1 * current:.3g}" if current else passed,
                each["status_text"] if refused else MODES[each["mode"]],
                "–" if each["conductivity"] is None else conductivity_text(each["conductivity"]),
                "–" if each["shear_modulus"] is None else f"{each['shear_modulus'] * 1e-6:.3g} MPa",
            ]
        )
    return {"heads": heads, "rows": rows}


def input_table(content: Mapping[str, Any]) -> Table:
    """What went in, by temperature."""
    heads = [
        ("Temperature", True),
        ("Matrix, cations (mS/cm)", True),
        ("Matrix, anions (mS/cm)", True),
        ("Filler (mS/cm)", True),
        ("Interface", True),
        ("Desolvation barrier", True),
        ("Interphase over matrix", True),
        ("Critical diameter", True),
    ]
    rows = []
    for each in content["by_temperature"]:
        point = next(one for one in content["points"] if one["temperature"] == each["temperature"])
        transport, size, barrier = point["transport"], each["critical_diameter"], each["desolvation_barrier"]
        rows.append(
            [
                celsius(each["temperature"]),
                conductivity_text(transport["cation"]),
                conductivity_text(transport["anion"]),
                conductivity_text(transport["filler"]),
                resistance_text(transport["interface_resistance"]),
                "–" if barrier is None or barrier <= 0.0 else f"{barrier / 96485.33212:.3g} eV",
                f"{transport['interphase_ratio']:.3g}" if transport["interphase_thickness"] else "–",
                "no size helps" if size is None else diameter_text(size) if size else "every size helps",
            ]
        )
    return {"heads": heads, "rows": rows}
