"""How long ``import lisse`` and ``lisse --help`` take in a fresh interpreter, and which imports cost most.

Run it with ``python benchmarks/import_time.py [--runs 7]``.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

HELP = "import sys; sys.argv = ['lisse', '--help']; from lisse.cli.main import entry; sys.exit(entry())"
CASES = {
    "python (nothing)": ["-c", "pass"],
    "import lisse": ["-c", "import lisse"],
    "import numpy": ["-c", "import numpy"],
    "lisse --help": ["-c", HELP],
    "lisse.records + xarray": ["-c", "import lisse.records, xarray"],
    "first parse with a unit": ["-c", "from lisse.units import parse_quantity; parse_quantity('1 mA/cm^2', 'A/m^2')"],
}


def seconds(arguments: list[str], runs: int) -> list[float]:
    """Wall time of fresh interpreters, after one run to warm the file cache."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return times[1:]


def slowest_imports(statement: str, count: int = 8) -> list[tuple[float, str]]:
    """Self time in seconds of the modules that cost most, by ``-X importtime``."""
    command = [sys.executable, "-X", "importtime", "-c", statement]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = [line.removeprefix("import time:").split("|") for line in done.stderr.splitlines() if "|" in line]
    timed = [(int(own) / 1e6, name.strip()) for own, _, name in rows if own.strip().isdigit()]
    return sorted(timed, reverse=True)[:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    for name, arguments in CASES.items():
        times = seconds(arguments, runs)
        print(
            f"{name:26s} median {statistics.median(times):6.3f} s   min {min(times):6.3f} s   max {max(times):6.3f} s"
        )
    print("\nmost expensive imports of `import lisse`, self time")
    for own, name in slowest_imports("import lisse"):
        print(f"  {own * 1e3:7.2f} ms  {name}")


if __name__ == "__main__":
    main()
