"""``lisse image``: tomograms and synthetic microstructures, described, segmented, generated, and their conductivity."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.cli.image_conductivity import add_conductivity
from lisse.cli.image_options import add_image_options, axis_of, folder_of, image_of, numbers_of, pairs
from lisse.cli.image_output import add_outputs, heard_warnings, of_volume, opened, patience, several_phases, told
from lisse.cli.progress import bar
from lisse.errors import InvalidInput
from lisse.files import output_folder

if TYPE_CHECKING:
    from lisse.microstructure.volume import Volume

__all__ = ["add_parser", "describe", "generate", "segment"]


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb and its four actions."""
    parser = verbs.add_parser(
        "image",
        help="tomograms and synthetic microstructures: describe, segment, generate, conductivity",
        description="Read or make a microstructure of voxels, and get numbers, pictures and files from it.",
        epilog="`lisse image ACTION --help` tells more.",
    )
    actions = parser.add_subparsers(metavar="ACTION", title="actions", required=True)
    _add_describe(actions)
    _add_segment(actions)
    _add_generate(actions)
    add_conductivity(actions)


def _add_describe(actions: Any) -> None:
    parser = actions.add_parser(
        "describe",
        help="fractions, sizes, connectivity, grains of a segmented image",
        description="Describe a segmented image. Writes report.html, description.json, description.csv and slices.png.",
    )
    add_image_options(parser)
    parser.add_argument("--parts", metavar="NAME,...", help="what to look at (default: all that takes seconds)")
    parser.add_argument("--axis", metavar="x|y|z", default="x", help="from one electrode to the other (default x)")
    parser.add_argument("--interface", metavar="PHASE,PHASE", help="two phases whose contact is to be mapped")
    parser.add_argument("--export", metavar="FILE", help="also write the volume as .vti, .xdmf, .tif, .npz or .h5")
    add_outputs(parser, describe)


def _add_segment(actions: Any) -> None:
    parser = actions.add_parser(
        "segment",
        help="grey values to phases, with the uncertainty of the threshold",
        description="Cut a grey image into phases, darkest first. Writes report.html, volume.h5, segmentation.json and "
        "slices.png; the shares of the phases come with their range over the doubt in the threshold.",
    )
    add_image_options(parser, grey=True)
    names = "names from the darkest phase to the brightest, separated by commas"
    parser.add_argument("--phases", metavar="NAME,...", default="pore,solid", help=f"{names} (default pore,solid)")
    parser.add_argument("--threshold", metavar="GREY", help="between the phases, one fewer (default: Otsu's method)")
    parser.add_argument(
        "--median", metavar="VOXELS", type=float, help="first take the median over a ball of that radius"
    )
    parser.add_argument("--export", metavar="FILE", help="also write the volume as .vti, .xdmf, .tif, .npz or .h5")
    add_outputs(parser, segment)


def _add_generate(actions: Any) -> None:
    parser = actions.add_parser(
        "generate",
        help="a microstructure from a recipe",
        description="Make a microstructure from a recipe in a TOML file, or from the options. The same seed gives the "
        "same voxels. Prints what was asked for and what was reached.",
        epilog='lisse image generate polycrystal --size "64 um,64 um" --grain "8 um" --voxel "0.5 um" --porosity 0.03 '
        "--seed 1 -o grains.npz",
    )
    parser.add_argument("recipe", metavar="RECIPE.toml|NAME", help="a recipe file, or the name of a generator")
    parser.add_argument("--size", metavar="LENGTH,...", help='edges of the box, "64 um,64 um" or three of them')
    parser.add_argument("--voxel", metavar="LENGTH", help='edge of a voxel, "0.5 um"')
    parser.add_argument("--grain", metavar="LENGTH", help='mean grain size, "8 um"')
    parser.add_argument("--porosity", metavar="SHARE", help="volume of the pores, such as 0.03")
    parser.add_argument("--seed", metavar="N", type=int, help="of the random numbers")
    other = 'any other entry of the recipe, such as spread=0.3 or diameter="2 um"; may be repeated'
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help=other)
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="where to write: .npz, .h5, .vti, .xdmf or .tif (default NAME.npz)"
    )
    parser.add_argument("--picture", metavar="FILE.png", help="also draw slices")
    parser.add_argument(
        "--report", metavar="FILE.html", help="also write a page: pictures, what was asked for and reached"
    )
    parser.add_argument("--json", action="store_true", help="print the statistics as JSON and nothing else")
    parser.set_defaults(run=generate)


def describe(arguments: argparse.Namespace) -> int:
    """Read, describe, write; 0 when done."""
    from lisse.microstructure import describe as described
    from lisse.microstructure.cost import estimate, require
    from lisse.report.image_figure import slices_figure
    from lisse.report.image_files import write_description
    from lisse.report.image_reports import description_page

    folder = folder_of(arguments, "description")
    with heard_warnings() as heard:
        volume = opened(arguments)
        cost = estimate("description", volume.size)
        require(f"describing {arguments.file}", cost)
        several_phases(volume, arguments.file)
        patience(f"describing, about {cost}", cost.time, arguments.json)
        parts = None if arguments.parts is None else [part.strip() for part in arguments.parts.split(",")]
        pair = None if arguments.interface is None else _two(arguments.interface)
        axis = axis_of(arguments.axis, volume.dimensions)
        found = described(volume, parts=parts, axis=axis, interface=pair)
    content = {"file": arguments.file, **of_volume(volume), **found.to_dict(), "warnings": heard}
    picture = slices_figure(volume, title=Path(arguments.file).name)
    page = description_page(content, volume, found, axis)
    write_description(folder, content, list(found.rows()), picture, page)
    _export(volume, arguments.export)
    return told(content, found.table(), folder / "report.html", arguments.json)


def segment(arguments: argparse.Namespace) -> int:
    """Read, filter, cut, write; 0 when done."""
    from lisse.microstructure import segment as segmented
    from lisse.microstructure.cost import estimate, require
    from lisse.microstructure.filters import median
    from lisse.report.image_figure import slices_figure
    from lisse.report.image_files import write_segmentation
    from lisse.report.image_reports import segmentation_page

    folder = folder_of(arguments, "segmentation")
    names = [name.strip() for name in arguments.phases.split(",")]
    cuts = None if arguments.threshold is None else numbers_of("--threshold", arguments.threshold)
    with heard_warnings() as heard:
        with bar("reading", quiet=arguments.json) as progress:
            image = image_of(arguments, progress)
        if image.voxel_size is None:
            raise InvalidInput("--voxel-size", None, 'a length, such as "0.5 um"', image.hint, arguments.file)
        cost = estimate("segmentation", image.size)
        require(f"segmenting {arguments.file}", cost)
        if arguments.median is not None:
            image = median(image, arguments.median)
        found = segmented(image, names, cuts)
        shares = found.spread(lambda volume: volume.phase_fractions())
    content = {
        "file": arguments.file,
        **of_volume(found.volume),
        "method": found.method,
        "thresholds": list(found.thresholds),
        "threshold_ranges": [list(pair) for pair in found.ranges],
        "phase_fractions_low": dict(shares.low),
        "phase_fractions_high": dict(shares.high),
        "warnings": heard,
    }
    picture = slices_figure(found.volume, title=Path(arguments.file).name)
    write_segmentation(folder, found.volume, content, picture, segmentation_page(content, found, shares))
    _export(found.volume, arguments.export)
    lines = [f"{found.method}: thresholds {', '.join(f'{cut:.6g}' for cut in found.thresholds)}"]
    lines += [
        f"  {name}: {share:.2%}, {shares.low[name]:.2%} to {shares.high[name]:.2%} over the doubt in the threshold"
        for name, share in found.volume.phase_fractions().items()
    ]
    return told(content, "\n".join(lines), folder / "report.html", arguments.json)


def generate(arguments: argparse.Namespace) -> int:
    """Make, write, report what was reached; 0 when done."""
    from lisse.cli.run import writable
    from lisse.microstructure import export
    from lisse.microstructure.generate import from_recipe
    from lisse.records import write_atomically
    from lisse.report.image_figure import slices_figure
    from lisse.report.image_files import png

    recipe = _recipe(arguments)
    target = Path(arguments.output or f"{Path(arguments.recipe).stem}.npz")
    writable(target.parent)
    with heard_warnings() as heard:
        made = from_recipe(recipe)
    output_folder(target.parent)
    export.write(made.volume, target)
    if arguments.picture:
        write_atomically(arguments.picture, png(slices_figure(made.volume)))
    statistics = {
        name: {"reached": one.reached, "target": one.target, "unit": one.unit} for name, one in made.statistics.items()
    }
    content = {
        "file": str(target),
        **of_volume(made.volume),
        "statistics": statistics,
        "recipe": dict(made.recipe),
        "seed": made.seed,
        "warnings": heard,
    }
    if arguments.report:
        from lisse.report.image_reports import generated_page

        write_atomically(arguments.report, generated_page(content, made))
    lines = [f"{'':28s}  {'reached':>12s}  {'asked for':>12s}"]
    for name, one in made.statistics.items():
        asked = "" if one.target is None else f"{one.target:.5g}"
        lines.append(f"{name:28s}  {one.reached:12.5g}  {asked:>12s}  {'' if one.unit == '1' else one.unit}".rstrip())
    return told(content, "\n".join(lines), target, arguments.json)


def _recipe(arguments: argparse.Namespace) -> dict[str, Any]:
    """The table of the file, or one made of the options."""
    import tomllib

    path = Path(arguments.recipe)
    recipe: dict[str, Any] = {"generate": arguments.recipe}
    if path.suffix == ".toml":
        if not path.is_file():
            raise InvalidInput("recipe", str(path), "a TOML file that exists", "Or give the name of a generator")
        try:
            recipe = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidInput("recipe", path.name, "TOML", str(error), str(path)) from error
    said = {"grain": arguments.grain, "voxel_size": arguments.voxel, "seed": arguments.seed}
    if arguments.size is not None:
        said["size"] = [part.strip() for part in arguments.size.split(",")]
    if arguments.porosity is not None:
        said["porosity"] = numbers_of("--porosity", arguments.porosity)[0]
    for entry in arguments.set:
        for key, text in pairs("--set", entry).items():
            if said.get(key) is not None:
                raise InvalidInput("--set", entry, f"one value of {key}", f"{said[key]!r} came before")
            said[key] = _value(text)
    return recipe | {key: value for key, value in said.items() if value is not None}


def _value(text: str) -> Any:
    """A number, true or false where it reads as one, else the text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip("\"'")


def _two(text: str) -> tuple[str, str]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(parts):
        raise InvalidInput("--interface", text, "two phases, such as lithium,electrolyte")
    return parts[0], parts[1]


def _export(volume: Volume, path: str | None) -> None:
    if path is not None:
        from lisse.microstructure import export

        export.write(volume, path)
