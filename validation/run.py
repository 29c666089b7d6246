"""Every validation folder against the library: prints the table over all of them.

python validation/run.py            prints the table
python validation/run.py --update   also puts the tables that the scripts print now into the README files
"""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from pathlib import Path
from types import ModuleType

from lisse.models.base import cell_numbers
from lisse.models.contact import contact_law
from lisse.references import cite
from lisse.study import read_case
from lisse.units import parse_quantity

HERE = Path(__file__).parent
PAPERS = (
    "kasemchainan_2019",
    "spencer_jolly_2021",
    "wang_2019",
    "spencer_jolly_2020",
    "brighi_2022",
    "krauskopf_2019",
    "koerver_2018",
    "brissot_1999",
    "aktekin_2023",
    "duan_2023",
)
"""Folders with measurements, in the order of the table."""
HEAD = ["| paper | what | published | lisse | ratio | status |", "| --- | --- | --- | --- | --- | --- |"]


def critical_stripping_current(electrolyte: str, pressure: float, temperature: float) -> float:
    """A/m2. Prediction with library values for a lithium cell; pressure in Pa, temperature in K."""
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": electrolyte, "thickness": "1 mm"},
                "anode": {"material": "lithium", "thickness": "100 um"},
                "stack": {"pressure": f"{pressure} Pa"},
            },
            "protocol": {"name": "rest", "duration": "1 s"},
        }
    )
    law = contact_law(case.cell.interface, cell_numbers(case.cell, temperature))
    return float(law.critical_stripping_current(pressure, case.cell.interface.contact_limit))


def rows() -> list[tuple[str, str, float, float, str]]:
    """Paper, condition, published and predicted critical stripping current (A/m2), status."""
    return [row for folder in PAPERS for row in stripping_rows(folder)]


def stripping_rows(folder: str) -> list[tuple[str, str, float, float, str]]:
    """`rows` of one paper; none where it has no critical stripping current."""
    found = []
    data = tomllib.loads((HERE / folder / "data.toml").read_text(encoding="utf-8"))
    for point in data.get("points", []):
        if "critical_stripping_current" not in point:
            continue
        pressure = parse_quantity(point["pressure"], "Pa")
        temperature = parse_quantity(point["temperature"], "K")
        published = parse_quantity(point["critical_stripping_current"], "A/m^2")
        predicted = critical_stripping_current(data["electrolyte"], pressure, temperature)
        bound = ", lower bound" if point.get("bound") == "lower" else ""
        condition = f"{data['electrolyte']}, {point['pressure']}, {point['temperature'].replace('degC', 'C')}{bound}"
        status = f"{data['status'].partition(':')[0]} [{data['mark']}]"
        found.append((cite(data["reference"]), condition, published, predicted, status))
    return found


def script(folder: str) -> ModuleType:
    """The comparison of one paper."""
    name = f"compare_{folder}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / folder / "compare.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def lines() -> list[str]:
    """The table over all papers."""
    found = list(HEAD)
    for folder in PAPERS:
        for paper, condition, published, predicted, status in stripping_rows(folder):
            numbers = f"{published / 10:.2g} mA/cm2 | {predicted / 10:.2g} mA/cm2 | {predicted / published:.2g}"
            found.append(f"| {paper} | {condition} | {numbers} | {status} |")
        compare = script(folder)
        found += [f"| {cite(compare.DATA['reference'])} | {' | '.join(row)} |" for row in compare.rows()]
    return found


def updated(text: str, printed: list[str]) -> str:
    """A page with each of its tables replaced by the printed one that has the same head."""
    page, fresh = text.splitlines(), tables(printed)
    kept: list[str] = []
    while page:
        line = page.pop(0)
        if line in fresh:
            while page and page[0].startswith("|"):
                page.pop(0)
            kept += fresh[line]
        else:
            kept.append(line)
    return "\n".join(kept) + "\n"


def tables(printed: list[str]) -> dict[str, list[str]]:
    """Printed tables by their head."""
    found: dict[str, list[str]] = {}
    head = ""
    for line in printed:
        if not line.startswith("|"):
            head = ""
        elif not head:
            head = line
            found[head] = [line]
        else:
            found[head].append(line)
    return found


def update() -> None:
    """Put what the scripts print now into the README files."""
    pages = {HERE / folder / "README.md": script(folder).lines() for folder in PAPERS}
    for path, printed in ({HERE / "README.md": lines()} | pages).items():
        path.write_text(updated(path.read_text(encoding="utf-8"), printed), encoding="utf-8")


if __name__ == "__main__":
    print("\n".join(lines()))
    if sys.argv[1:] == ["--update"]:
        update()
