"""The four pages of ``lisse image``: a description, a segmentation, a generated volume, a current.

Each takes what the command has found and returns the page as text. Numbers come in SI and are shown as the field
writes them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lisse.microstructure.describe_current import InterfaceCurrent, Spot
from lisse.microstructure.describe_grains import grain_sizes
from lisse.microstructure.description import PARTS, Description
from lisse.microstructure.generate import Generated
from lisse.microstructure.segmentation import Segmentation
from lisse.microstructure.volume import Volume
from lisse.report.image_crowding import Crowding
from lisse.report.image_current_views import current_body, current_key, current_slices, interface_body, map_panel
from lisse.report.image_page import Section, Table, page_html, phase_shares, plain
from lisse.report.image_plots import description_panels, grain_panel, grey_panel
from lisse.report.image_segmentation_views import doubt_panels
from lisse.report.image_views import body_panels, phase_key, slice_panels, view_panels
from lisse.report.image_words import box, figure, figure_of, length, percent, shown, shown_words
from lisse.report.page import KeyFigure
from lisse.report.words import printed

__all__ = ["conductivity_page", "description_page", "generated_page", "segmentation_page"]

_HEADINGS = {"phases": "Share of the volume", "sizes": "Local thickness of each phase", "grains": "Grains"}


def description_page(content: Mapping[str, Any], volume: Volume, found: Description, axis: int) -> str:
    """What was found in a segmented image.

    Parameters
    ----------
    content : mapping. That of ``description.json``.
    volume : Volume
    found : Description
    axis : int. From one electrode to the other.
    """
    rows: list[list[str]] = []
    for part in dict.fromkeys(part for part, *_ in found.rows()):
        rows.append([_heading(part)])
        rows += [
            [subject, quantity.replace("_", " "), *shown(value, unit)]
            for one, subject, quantity, value, unit in found.rows()
            if one == part
        ]
    head = (("Of", False), ("Quantity", False), ("Value", True), ("Unit", False))
    plots = Section("Distributions", description_panels(found.results), "grid")
    numbers = Section("Numbers", tables=[Table(head, rows)])
    return page_html(
        Path(content["file"]).name,
        _shares_words(volume),
        _size_words(volume),
        [*_size_figures(volume), *_description_figures(found, axis)][:5],
        [*_pictures(volume, axis), plots, numbers],
        content["warnings"],
        "description.json",
        tone="warn" if content["warnings"] else "good",
    )


def segmentation_page(content: Mapping[str, Any], found: Segmentation, shares: Any) -> str:
    """How grey values became phases, and how sure that is.

    Parameters
    ----------
    content : mapping. That of ``segmentation.json``.
    found : Segmentation
    shares : Spread. Of the phase fractions over the range of the thresholds.
    """
    volume = found.volume
    rows = [
        [name, percent(share), percent(shares.low[name]), percent(shares.high[name])]
        for name, share in volume.phase_fractions().items()
    ]
    head = (("Phase", False), ("Share", True), ("Lowest", True), ("Highest", True))
    cuts = [
        [f"{dark} | {bright}", f"{cut:.6g}", f"{low:.6g}", f"{high:.6g}"]
        for (dark, bright), cut, (low, high) in zip(
            _neighbours(list(volume.phases.values())), found.thresholds, found.ranges, strict=True
        )
    ]
    cut_head = (("Threshold between", False), ("Grey value", True), ("From", True), ("To", True))
    widest = max(volume.phase_fractions(), key=lambda name: shares.high[name] - shares.low[name])
    doubt = (
        f"{widest}: {percent(shares.low[widest])} to {percent(shares.high[widest])} over the doubt in the threshold."
    )
    sections = [
        Section("Grey values", [grey_panel(found)], "plot", [Table(cut_head, cuts), Table(head, rows)]),
        Section(
            "What is in doubt",
            doubt_panels(found),
            "views",
            note="Orange: voxels that change their phase within the range of a threshold.",
        ),
        *_pictures(volume, 0),
    ]
    figures = [*_size_figures(volume)[:2], *_share_figures(volume)]
    title = Path(content["file"]).name
    tone = "warn" if content["warnings"] else "good"
    return page_html(
        title, _shares_words(volume), doubt, figures[:5], sections, content["warnings"], "segmentation.json", tone
    )


def generated_page(content: Mapping[str, Any], made: Generated) -> str:
    """A volume made from a recipe: what was asked for and what was reached.

    Parameters
    ----------
    content : mapping. What ``--json`` prints.
    made : Generated
    """
    volume = made.volume
    head = (("Statistic", False), ("Reached", True), ("Asked for", True), ("Difference", True))
    rows = [_statistic(name, one) for name, one in made.statistics.items()]
    recipe = [[name.replace("_", " "), plain(value)] for name, value in made.recipe.items()]
    plots = [] if volume.grains is None or volume.grain_count == 0 else [grain_panel(grain_sizes(volume))]
    sections = [
        *_pictures(volume, 0),
        Section("Asked for and reached", plots, "grid", [Table(head, rows)]),
        Section(
            "Recipe",
            tables=[Table((("Entry", False), ("Value", False)), recipe)],
            note="The same recipe with the same seed gives the same voxels.",
        ),
    ]
    figures = [*_size_figures(volume), *_share_figures(volume)][:5]
    name = str(made.recipe.get("generate", "microstructure"))
    following = f"{_size_words(volume)} Seed {made.seed}."
    return page_html(
        Path(content["file"]).name,
        f"{name[:1].upper()}{name[1:]}: {_shares_words(volume)}".replace("_", " "),
        following,
        figures,
        sections,
        content["warnings"],
        f"{Path(content['file']).name} and what --json prints",
        tone="warn" if content["warnings"] else "good",
    )


def conductivity_page(
    content: Mapping[str, Any],
    volume: Volume,
    axis: int | None,
    found: Crowding | None,
    spots: Sequence[Spot],
    through: InterfaceCurrent | None,
) -> str:
    """The conductivity of a volume and where the current crowds.

    Parameters
    ----------
    content : mapping. That of ``conductivity.json``.
    volume : Volume
    axis : int or None. Direction of the current; None for the tensor.
    found : Crowding or None. Of the current in the voxels.
    spots : sequence of Spot. The hottest places: of the interface where one was asked for.
    through : InterfaceCurrent or None. The current through the interface.
    """
    sections: list[Section] = []
    if content["tensor"] is not None:
        sections.append(_tensor_section(content["tensor"]))
    if through is not None:
        sections.append(_interface_section(volume, through, spots))
        sections.append(Section("The interface as a body", interface_body(volume, through, spots), "bodies"))
    if found is not None:
        sections += _current_sections(volume, found, spots, through is None)
    sections += _pictures(volume, axis or 0)
    sections.append(_conventions(content, axis))
    headline, tone = _conductivity_headline(content, axis)
    conduction = ", ".join(
        f"{name} {shown_words(value, 'S/m')}" for name, value in content["conductivities"].items() if value
    )
    return page_html(
        Path(content["file"]).name,
        headline,
        f"Conductivity of {conduction}; {_size_words(volume)}",
        _conductivity_figures(content, volume, axis, found, through),
        sections,
        content["warnings"],
        "conductivity.json",
        tone,
    )


def _pictures(volume: Volume, axis: int) -> list[Section]:
    key = phase_shares(phase_key(volume))
    through = "The plane" if volume.dimensions == 2 else "Through the middle"
    note = "" if volume.grains is None else "Dark lines: between grains."
    return [
        Section("The volume as a body", body_panels(volume), "bodies", phases=key),
        Section(through, view_panels(volume), "views", phases=key, note=note),
        Section(f"Slices along {'xyz'[axis]}", slice_panels(volume, axis), "strip"),
    ]


def _tensor_section(tensor: Sequence[Sequence[float]]) -> Section:
    size = len(tensor)
    head = (("Current along", False), *((f"Field along {'xyz'[one]} (mS/cm)", True) for one in range(size)))
    rows = [["xyz"[index], *(shown(value, "S/m")[0] for value in row)] for index, row in enumerate(tensor)]
    return Section("Tensor", tables=[Table(head, rows)])


def _interface_section(volume: Volume, through: InterfaceCurrent, spots: Sequence[Spot]) -> Section:
    first, second = through.between
    columns, faces = through.columns, through.faces
    rows = [
        ["Mean", *(_at_one(one.mean, through.applied) for one in (columns, faces))],
        ["99.9th percentile", *(_at_one(one.percentile, through.applied) for one in (columns, faces))],
        ["Largest", *(_at_one(one.largest, through.applied) for one in (columns, faces))],
        ["Largest over mean", *(f"{one.focusing:.3g}" for one in (columns, faces))],
        ["Area above twice the mean", *(percent(one.hot_area) for one in (columns, faces))],
        ["Participation", *(percent(one.participation) for one in (columns, faces))],
        ["Gini coefficient", *(f"{one.gini:.3g}" for one in (columns, faces))],
    ]
    head = (
        ("Current density (mA/cm²) at 1 mA/cm²", False),
        ("Electrode, column by column", True),
        ("Interface, face by face", True),
    )
    cover = float(through.cover.mean())
    note = (
        f"On exactly the voxel faces between {first} and {second}, whose area is {cover:.3g} times that of the "
        "electrode (steps counted in full). Column by column, places without contact count as 0; face by face, only "
        "the contact counts. Participation: share of the area that an even current of the same mean square would use."
    )
    panels = [map_panel(volume, through, spots)]
    tables = [Table(head, rows), _spot_table(spots)]
    return Section(f"Hot spots between {first} and {second}", panels, "beside", tables, note)


def _at_one(density: float, applied: float) -> str:
    """A current density where 1 mA/cm2 passes through the volume."""
    return f"{density / applied:.3g}"


def _spot_table(spots: Sequence[Spot]) -> Table:
    directions = max(len(one.place) for one in spots)
    faces = any(one.normal is not None for one in spots)
    head = (
        ("No.", True),
        *((f"{'xyz'[side]} (µm)", True) for side in range(directions)),
        *([("Face", True)] if faces else []),
        ("mA/cm² at 1 mA/cm²", True),
    )
    rows = [
        [
            str(number),
            *(f"{place * 1e6:.4g}" for place in one.place),
            *([] if not faces else ["" if one.normal is None else "xyz"[one.normal]]),
            f"{one.relative:.3g}",
        ]
        for number, one in enumerate(spots, start=1)
    ]
    return Table(head, rows, "The hottest places")


def _current_sections(volume: Volume, found: Crowding, spots: Sequence[Spot], told: bool) -> list[Section]:
    tables = [_spot_table(spots)] if told else []
    note = (
        f"Magnitude in each voxel over the mean of the whole volume: largest {found.largest:.3g}, 99.9th percentile of "
        f"what carries current {found.percentile:.3g}. Grey: no current. The colours end at the percentile."
    )
    flat, key = volume.dimensions == 2, current_key(found)
    slices = Section(
        "Where the current flows",
        current_slices(volume, found, spots if told else ()),
        "views",
        tables if flat else (),
        note if flat else f"{note} The slices cross at the hottest voxel.",
        key=key,
    )
    title, marks = ("Hot spots in the volume", spots) if told else ("Current on the body", ())
    body = Section(title, current_body(volume, found, marks), "beside", tables, key=key)
    return [slices, body]


def _conventions(content: Mapping[str, Any], axis: int | None) -> Section:
    from lisse.microstructure.describe_tortuosity import ENDS, SIDES

    rows = [
        ["Ends (half-voxel)", f"{ENDS['half-voxel']}."],
        [f"Sides ({content['sides']})", f"{SIDES[content['sides']]}."],
        [
            "Tortuosity",
            "mean conductivity of the phases over the effective one: phase fraction × σ / σ_eff for one phase.",
        ],
        ["Iterations", plain(content["iterations"])],
        ["Residual", printed(f"{content['residual']:.1e}")],
    ]
    if content["grain_boundary_resistance"] is not None:
        rows.append(["Grain boundary", shown_words(content["grain_boundary_resistance"], "ohm m2")])
    rows.append(["Time", f"{content['seconds']:.3g} s"])
    return Section("Conventions and trust", tables=[Table((("What", False), ("How", False)), rows)])


def _conductivity_headline(content: Mapping[str, Any], axis: int | None) -> tuple[str, str]:
    if not content["value"] and content["tensor"] is None:
        return "No conducting path reaches from one face to the other", "bad"
    along = f"along {'xyz'[axis]}" if axis is not None else "on average over the axes"
    words = f"{shown_words(content['value'], 'S/m')} {along}"
    if content["tortuosity"] is not None and _one_conducts(content):
        words += f": tortuosity {content['tortuosity']:.4g}"
    return words, "warn" if content["warnings"] else "good"


def _conductivity_figures(
    content: Mapping[str, Any],
    volume: Volume,
    axis: int | None,
    found: Crowding | None,
    through: InterfaceCurrent | None,
) -> list[KeyFigure]:
    figures = [figure("Effective conductivity", content["value"], "S/m", "value")]
    if _one_conducts(content):
        figures.append(figure("Tortuosity", content["tortuosity"], "1", "tortuosity", "none"))
    if axis is not None:
        resistance = volume.extent[axis] / content["value"] if content["value"] else None
        figures.append(figure("Area resistance", resistance, "ohm m2", "area_resistance", "infinite"))
    if through is not None:
        figures.append(figure("Largest on the interface, over mean", through.focusing, "1", "focusing", digits=3))
    if found is not None:
        figures.append(
            figure("Largest in a voxel, over mean", found.largest, "1", "largest_current_over_mean", digits=3)
        )
    return [*figures, *_size_figures(volume)][:5]


def _one_conducts(content: Mapping[str, Any]) -> bool:
    """Whether there is one conducting phase only: with several, a tortuosity says little."""
    shares = content["phase_fractions"]
    return len([name for name, value in content["conductivities"].items() if value and shares[name] > 0.0]) == 1


def _heading(part: str) -> str:
    words = _HEADINGS.get(part) or PARTS[part]
    return words[:1].upper() + words[1:]


def _statistic(name: str, one: Any) -> list[str]:
    reached = shown_words(one.reached, one.unit)
    if one.target is None:
        return [name.replace("_", " "), reached, "", ""]
    off = one.reached / one.target - 1.0 if one.target else 0.0
    words = "exact" if abs(one.reached - one.target) <= 1e-9 * abs(one.target) else printed(f"{100.0 * off:+.2g} %")
    return [name.replace("_", " "), reached, shown_words(one.target, one.unit), words if one.target else ""]


def _shares_words(volume: Volume) -> str:
    shares = sorted(volume.phase_fractions().items(), key=lambda pair: -pair[1])
    there = [f"{percent(share)} {name}" for name, share in shares if share > 0.0]
    return ", ".join(there[:4]) + (f" and {len(there) - 4} more phases" if len(there) > 4 else "")


def _size_words(volume: Volume) -> str:
    voxels = " × ".join(map(str, volume.shape))
    same = volume.cubic
    edge = length(volume.voxel_size[0]) if same else box(volume.voxel_size)
    grains = f", {volume.grain_count} grains" if volume.grains is not None else ""
    return f"{voxels} voxels of {edge}{grains}."


def _size_figures(volume: Volume) -> list[KeyFigure]:
    words, _, unit = box(volume.extent).rpartition(" ")
    return [figure_of("Size", words.replace(" × ", "×"), "extent", math.prod(volume.extent), unit)]


def _share_figures(volume: Volume) -> list[KeyFigure]:
    shares = sorted(volume.phase_fractions().items(), key=lambda pair: -pair[1])
    return [
        figure_of(name[:1].upper() + name[1:], percent(share), name, share) for name, share in shares if share > 0.0
    ]


def _description_figures(found: Description, axis: int) -> list[KeyFigure]:
    figures: list[KeyFigure] = []
    for (part, subject), result in found.results.items():
        if part == "connectivity":
            reach = f"{subject}, reaching both ends"
            figures.append(
                figure_of(reach[:1].upper() + reach[1:], percent(result.both), f"{subject} both", result.both)
            )
        elif part == "tortuosity":
            figures.append(figure(f"Tortuosity of {subject}", result.value, "1", "tortuosity", "none"))
        elif (part, subject) == ("grains", "sizes"):
            figures.append(figure("Mean grain", result.mean, "m", "grain_mean"))
    shares = [
        figure_of(name[:1].upper() + name[1:], percent(share), name, share)
        for name, share in sorted(found.phase_fractions.items(), key=lambda pair: pair[1])
    ]
    return [*shares[:1], *figures]


def _neighbours(names: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(names[:-1], names[1:], strict=True))
