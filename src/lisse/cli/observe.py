"""``lisse observe``: what an instrument would record of a simulated cell, and which technique sees a feature."""

from __future__ import annotations

import argparse
import csv
import dataclasses
import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.errors import InvalidInput, suggest
from lisse.files import output_folder, write_atomically
from lisse.units import duration, parse_quantity

if TYPE_CHECKING:
    import xarray as xr

    from lisse.measurement.virtual import Frames, Instrument, Sight
    from lisse.records import Measurement, Solution

__all__ = ["add_parser", "run"]

_NAMES = "cycler, impedance, xct, ndp, nmr, optical or pressure"


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Put the verb and its options into the command line."""
    parser = verbs.add_parser(
        "observe",
        help="what an instrument would record of a simulated cell; which technique sees a feature",
        description="Record a simulated cell with a virtual instrument, with its resolution and noise, or ask with "
        "--can-see which technique resolves a feature of a size.",
    )
    parser.add_argument("solution", nargs="?", metavar="SOLUTION.nc", help="what `lisse run` wrote")
    parser.add_argument("--instrument", metavar="NAME", help=_NAMES)
    parser.add_argument("--fields", metavar="DIR", help="folder of the resolved run (default: that of SOLUTION.nc)")
    words = "a setting of the instrument, such as 'voxel=0.3 um'; may be given several times"
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help=words)
    parser.add_argument("--area", metavar="AREA", help="of the cell, where the solution does not hold it")
    parser.add_argument("--seed", metavar="N", type=int, help="of the noise (default: 0)")
    parser.add_argument("-o", "--output", metavar="DIR", help="folder for NAME.nc, NAME.csv or .tif, and NAME.png")
    parser.add_argument("--can-see", metavar="SIZE", help="which technique resolves a feature, such as '2 um'")
    parser.add_argument("--time", metavar="TIME", help="with --can-see: in which a picture must be taken")
    words = "with --can-see: void, crack, filament, lithium, interphase or grain-boundary"
    parser.add_argument("--material", metavar="FEATURE", help=words)
    words = "with --can-see: what lies over the feature, such as '300 um LLZO'"
    parser.add_argument("--through", metavar="COVER", help=words)
    parser.add_argument("--json", action="store_true", help="print one JSON object (SI units) and nothing else")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Record, or answer; returns the exit code."""
    if args.can_see is not None:
        return _can_see(args)
    only = next((n for n in ("time", "material", "through") if getattr(args, n) is not None), None)
    if only is not None:
        raise InvalidInput(f"--{only}", getattr(args, only), "only together with --can-see SIZE")
    if args.solution is None:
        raise InvalidInput("SOLUTION.nc", None, "a file that `lisse run` wrote", "Or ask with --can-see SIZE")
    if args.instrument is None:
        raise InvalidInput("--instrument", None, _NAMES, "Say which")
    if args.output is not None:
        output_folder(args.output, "-o")
    from lisse.measurement.virtual import observe
    from lisse.records import load_solution

    if Path(args.solution).is_dir():
        advice = f"This is a folder; name the file, {Path(args.solution) / 'solution.nc'}"
        raise InvalidInput("SOLUTION.nc", args.solution, "a file that `lisse run` wrote", advice)
    instrument = _instrument(args.instrument, args.set, args.seed)
    area = None if args.area is None else parse_quantity(args.area, "m^2", "--area")
    solution = load_solution(args.solution)
    made = observe(solution, instrument, area=area, fields=_fields(args, solution))
    written = {} if args.output is None else _write(Path(args.output), args.instrument, made)
    content = _summary(instrument, made, written)
    sys.stdout.write(json.dumps(content, indent=2, allow_nan=False) + "\n" if args.json else _words(content))
    return 0


def _instrument(name: str, settings: list[str], seed: int | None) -> Instrument:
    """The instrument of that name with the settings given as text."""
    from lisse.measurement.virtual.observing import instrument_of

    kind = instrument_of(name)
    known = {entry.name for entry in dataclasses.fields(kind)}
    given: dict[str, Any] = {"seed": 0 if seed is None else seed}
    for text in settings:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or key not in known:
            raise InvalidInput("--set", text, f"NAME=VALUE with {', '.join(sorted(known))}", suggest(key, known))
        if key == "seed":
            raise InvalidInput("--set", text, "--seed N")
        given[key] = _value(kind, key, value.strip())
    return kind(**given)


def _value(kind: type[Instrument], key: str, text: str) -> Any:
    if key in kind.UNITS:
        return parse_quantity(text, kind.UNITS[key], f"--set {key}")
    if key in ("attenuation", "lithium_concentration"):
        unit = "1/m" if key == "attenuation" else "mol/m^3"
        pairs = [part.partition(":") for part in text.split(",")]
        if not all(colon for _, colon, _ in pairs):
            raise InvalidInput(f"--set {key}", text, f"PHASE: NUMBER {unit}, such as 'electrolyte: 300 {unit}'")
        return {phase.strip(): parse_quantity(number.strip(), unit, f"--set {key}") for phase, _, number in pairs}
    if key == "counting":
        if text not in ("true", "false"):
            raise InvalidInput("--set counting", text, "true, false")
        return text == "true"
    return text


def _fields(args: argparse.Namespace, solution: Solution) -> xr.Dataset | None:
    """The fields of the run, where there are some."""
    from lisse.fields import load_fields

    if args.fields is not None:
        return load_fields(args.fields)
    beside = Path(args.solution).parent
    if solution.model == "resolved" and (beside / "fields").is_dir():
        return load_fields(beside)
    return None


def _write(folder: Path, name: str, made: Measurement | Frames) -> dict[str, str]:
    """The record, and what other programs open."""
    from lisse.measurement.virtual import Frames, write_tiff
    from lisse.report.observed_figure import write_observed_figure

    written = {"record": str(made.save(folder / f"{name}.nc"))}
    if isinstance(made, Frames) and len(made.places) > 1:
        written["images"] = str(write_tiff(made, folder / f"{name}.tif"))
    else:
        written["table"] = str(write_atomically(folder / f"{name}.csv", _table(name, made)))
    written["picture"] = str(write_observed_figure(folder / f"{name}.png", made))
    return written


_SHOWN = {"m": (1e6, "um"), "mol/m3": (1e-3, "mol/L"), "Pa": (1e-6, "MPa")}
"""Units of the field for those of SI, where they differ."""


def _table(instrument: str, made: Measurement | Frames) -> str:
    """Readings or profiles as CSV in the units of the field; those of the cycler as BDF, which is SI by definition."""
    from lisse.measurement.virtual import Frames

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not isinstance(made, Frames) and made.spectra:
        writer.writerow(["Test Time / s", "Frequency / Hz", "Real Impedance / ohm", "Imaginary Impedance / ohm"])
        for spectrum in made.spectra:
            for f, z in zip(spectrum.frequency, spectrum.impedance, strict=True):
                writer.writerow([spectrum.time, float(f), float(z.real), float(z.imag)])
        return text.getvalue()
    if isinstance(made, Frames):
        long = made.data.to_dataframe().reset_index()
        columns = {f"{name} / {made.data[name].attrs.get('units', '1')}": long[name].tolist() for name in long.columns}
    else:
        columns = {str(name): made.data[name].values.tolist() for name in made.data.data_vars}
    if instrument != "cycler":
        columns = dict(_in_field_unit(name, values) for name, values in columns.items())
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def _in_field_unit(name: str, values: list[float]) -> tuple[str, list[float]]:
    """Heading and numbers of a column; a pure number has no unit in its heading."""
    quantity, _, unit = name.rpartition(" / ")
    factor, shown = _SHOWN.get(unit, (1.0, unit))
    if unit == "1":
        return quantity, values
    # 15 digits: what the conversion of a decimal number leaves in the 16th is not written
    return f"{quantity} / {shown}", values if factor == 1.0 else [float(f"{value * factor:.15g}") for value in values]


def _summary(instrument: Instrument, made: Measurement | Frames, written: dict[str, str]) -> dict[str, Any]:
    from lisse.measurement.virtual import Frames
    from lisse.measurement.virtual.declaration import settings_of

    declared = instrument.declaration.to_dict()
    if isinstance(made, Frames):
        shape: dict[str, Any] = {str(dim): int(n) for dim, n in made.picture.sizes.items()}
        times = [float(made.data["exposure_start"][0]), float(made.data["exposure_end"][-1])]
    else:
        shape = {"record": int(made.data.sizes["record"]), "spectra": len(made.spectra)}
        clock = made.data["Test Time / s"].values
        times = [float(clock[0]), float(clock[-1])] if clock.size else []
    return {
        "instrument": instrument.key,
        "settings": {k: v for k, v in settings_of(instrument).items() if k != "instrument"},
        "declaration": declared,
        "shape": shape,
        "time": times,
        "seed": made.seed,
        "warnings": list(made.warnings),
        "written": written,
        "units": {"time": "s"},
    }


def _words(content: dict[str, Any]) -> str:
    declared, shape = content["declaration"], content["shape"]
    counts = ", ".join(f"{name} {n}" for name, n in shape.items() if n)
    lines = [f"{declared['name']}: {counts}"]
    if content["time"]:
        lines[0] += f", {duration(content['time'][0])} to {duration(content['time'][1])}"
    for label, key, show in (("resolution", "resolution", _length), ("field of view", "field_of_view", _length)):
        stated = declared[key]
        if stated["value"] is not None:
            lines.append(f"  {label}: {show(stated['value'])} ({stated['mark']}) {stated['note']}".rstrip())
    took = declared["frame_time"]
    lines.append(f"  one reading or picture: {duration(took['value'])} ({took['mark']})")
    lines.append(f"  environment: {declared['environment']}")
    lines += [f"  cannot see {name}: {declared['contrast'][name]['reason']}" for name in declared["blind_to"]]
    if content["warnings"]:
        lines += ["Warnings", *(f"  - {text}" for text in content["warnings"])]
    lines += [f"{what}: {path}" for what, path in content["written"].items()]
    return "\n".join(lines) + "\n"


def _length(metres: float) -> str:
    return f"{metres * 1e6:.4g} um" if metres < 1e-3 else f"{metres * 1e3:.3g} mm"


def _can_see(args: argparse.Namespace) -> int:
    """Answer which technique resolves a feature."""
    for name in ("solution", "instrument", "fields", "area", "seed"):
        if getattr(args, name) is not None:
            raise InvalidInput("--can-see", args.can_see, f"without {name}", "Ask, or record")
    from lisse.measurement.virtual import can_see

    size = parse_quantity(args.can_see, "m", "--can-see")
    time = None if args.time is None else parse_quantity(args.time, "s", "--time")
    through = None if args.through is None else _cover(args.through)
    rows = can_see(size, time, args.material, through)
    if args.json:
        asked = {"size": size, "time": time, "feature": args.material, "through": through}
        content = {"asked": asked, "techniques": [row.to_dict() for row in rows], "units": {"size": "m", "time": "s"}}
        sys.stdout.write(json.dumps(content, indent=2, allow_nan=False) + "\n")
    else:
        sys.stdout.write(_answers(rows))
    return 0


def _cover(text: str) -> tuple[float, str]:
    """Thickness (m) and substance from text such as ``"300 um LLZO"``."""
    found = re.fullmatch(r"\s*(\S+\s*[A-Za-zµμ]+)\s+(\S+)\s*", text)
    if found is None:
        raise InvalidInput("--through", text, "a thickness and a substance, such as '300 um LLZO'")
    return parse_quantity(found[1], "m", "--through"), found[2]


def _answers(rows: tuple[Sight, ...]) -> str:
    """A block for each technique; of one that does not see it, only what speaks against it."""
    names = [row.name if row.simulated else f"{row.name} *" for row in rows]
    wide = max(map(len, names))
    lines = []
    for row, name in zip(rows, names, strict=True):
        found = zip(row.reasons, row.marks, row.answers, strict=True)
        told = [f"{reason} ({mark})" for reason, mark, answer in found if row.answer != "no" or answer != "yes"]
        if row.answer != "no":
            told.append(f"asks for: {row.environment}")
        heads = [f"{row.answer:5}  {name:{wide}}", *[" " * (7 + wide)] * (len(told) - 1)]
        lines += [f"{head}  {text}" for head, text in zip(heads, told, strict=True)]
    lines.append("* only declared here; the others can be simulated with --instrument.")
    lines.append("Marks: S read in the source, S* quoted, L from the literature by memory, U unsure.")
    return "\n".join(lines) + "\n"
