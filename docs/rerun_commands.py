"""Run the commands of a page again and write down what they print: python docs/rerun_commands.py PAGE.

For pages whose numbers change with a model that is trained anew, such as howto/estimate.md. A ``console`` block holds
one command and its output; a file that the page tells to save is there when they run; a table of the case as run is
renewed from it. Read the page afterwards: words around a number may no longer fit it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
import tempfile
from pathlib import Path

from lisse.cli.main import main

SAVED = re.compile(r"[Ss]ave this as\s+`([\w.-]+)`:\n\n```toml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^```console\n\$ (lisse [^\n]+)\n.*?^```$", re.DOTALL | re.MULTILINE)
TABLE = re.compile(r"^```toml\n(\[[\w.]+\])[^\n]*\n.*?^```$", re.DOTALL | re.MULTILINE)


def printed(found: re.Match[str]) -> str:
    """A block with what its command prints now."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(shlex.split(found[1])[1:])
    if code:
        raise SystemExit(f"{found[1]}: exit code {code}")
    return f"```console\n$ {found[1]}\n{out.getvalue().rstrip()}\n```"


def as_run(found: re.Match[str]) -> str:
    """A table with what it holds in the case as run; as it was where no run wrote it."""
    for file in Path().glob("results/*/case.toml"):
        here = re.search(rf"^{re.escape(found[1])}[^\n]*\n(?:[^\n]+\n)+", file.read_text("utf-8"), re.MULTILINE)
        if here:
            return f"```toml\n{here[0].rstrip()}\n```"
    return found[0]


def renewed(text: str) -> str:
    """The page, run in the present folder."""
    for name, content in SAVED.findall(text):
        Path(name).write_text(content, encoding="utf-8")
    return TABLE.sub(as_run, COMMAND.sub(printed, text))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    page = parser.parse_args().page.absolute()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        text = renewed(page.read_text("utf-8"))
    page.write_text(text, encoding="utf-8")
