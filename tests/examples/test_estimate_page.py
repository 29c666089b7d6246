"""The page Estimate what nobody has measured: its commands, its case and its Python do what stands there.

After a model is trained anew: python docs/rerun_commands.py docs/howto/estimate.md
"""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lisse.cli.main import main

PAGE = Path(__file__).resolve().parents[2] / "docs/howto/estimate.md"
TEXT = PAGE.read_text(encoding="utf-8")
CONSOLE = re.findall(r"^```console\n\$ ([^\n]+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
CASE, ENTRY = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
(PYTHON,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])-?\d+\.?\d*(?:e-?\d+)?(?![\w.])")


def words_and_numbers(text: str) -> tuple[str, list[float]]:
    """The text, however its lines are broken, with every number taken out; and the numbers."""
    plain = " ".join(text.split())
    return NUMBER.sub("#", plain), [float(number) for number in NUMBER.findall(plain)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "candidate.toml").write_text(CASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("command", "printed"), CONSOLE, ids=[str(number) for number in range(len(CONSOLE))])
def test_a_command_prints_what_stands_below_it(
    command: str, printed: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *arguments = shlex.split(command)
    assert program == "lisse"
    assert main(arguments) == 0
    words, numbers = words_and_numbers(capsys.readouterr().out)
    expected_words, expected = words_and_numbers(printed)
    assert words == expected_words
    assert numbers == pytest.approx(expected, rel=2e-3)
    if arguments[0] == "run":
        assert_holds((folder / "results/candidate/case.toml").read_text("utf-8"))


def assert_holds(written: str) -> None:
    """The case as run has the table that the page shows."""
    shown, whole = tomllib.loads(ENTRY), tomllib.loads(written)
    (name,) = shown["cell"]["electrolyte"]["material"]
    expected: dict[str, Any] = shown["cell"]["electrolyte"]["material"][name]
    found: dict[str, Any] = whole["cell"]["electrolyte"]["material"][name]
    numbers = {key for key, value in expected.items() if isinstance(value, float)}
    assert numbers == {"value", "low", "high"}
    assert [found[key] for key in numbers] == pytest.approx([expected[key] for key in numbers], rel=2e-3)
    for key in found.keys() | expected.keys():
        if key not in numbers:
            assert words_and_numbers(found[key])[0] == words_and_numbers(expected[key])[0], key


def test_the_python_of_the_page_runs() -> None:
    names: dict[str, Any] = {}
    exec(compile(PYTHON, str(PAGE), "exec"), names)
    found = names["found"]
    assert found.lower < found.value < found.upper
    assert names["material"].entry("density").mark == "estimated"
    assert names["material"].entry("youngs_modulus").mark == "given"
    assert names["everything"].keys() < set(names["material"].properties)


def test_every_page_that_it_links_to_exists() -> None:
    pages = re.findall(r"\]\(([^)#]+\.md)\)", TEXT)
    assert len(pages) >= 3
    for target in pages:
        assert (PAGE.parent / target).is_file(), target
