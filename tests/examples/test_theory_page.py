"""The page Which theory when: its commands print what stands below them, its table is that of the criteria."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from lisse.cli.main import main
from lisse.models.criteria import CRITERIA, STABILITY_CHOICES
from lisse.references import all_references, cite
from lisse.theory.index import names

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "which_theory_when.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCED = re.findall(r"^```console\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
RUNS = re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).+\n)+)", "\n".join(FENCED), re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.?\d*(?:e[+-]?\d+)?|inf)(?![\w.])")


def words_and_numbers(text: str) -> tuple[str, list[float]]:
    """The text with every number taken out, and the numbers."""
    return NUMBER.sub("#", text), [float(number) for number in NUMBER.findall(text)]


def test_every_prompt_of_the_page_is_run() -> None:
    assert len(RUNS) == len(re.findall(r"^\$ ", TEXT, re.MULTILINE)) > 30


@pytest.mark.parametrize(("command", "printed"), RUNS, ids=[command.split()[2] for command, _ in RUNS])
def test_a_command_gives_the_numbers_below_it(command: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    program, verb, *rest = shlex.split(command.replace("\\\n", " "))
    assert (program, verb) == ("lisse", "theory")
    assert main([verb, *rest]) == 0
    words, numbers = words_and_numbers(capsys.readouterr().out)
    expected_words, expected = words_and_numbers(printed)
    assert words == expected_words
    assert numbers == pytest.approx(expected, rel=2e-6, abs=1e-12)  # six digits are printed


def test_every_picture_and_page_that_it_links_to_exists() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", TEXT)
    assert len(pictures) >= 9
    pages = [target for target in re.findall(r"\]\(([^)#]+\.md)\)", TEXT) if "reference/sources" not in target]
    for target in [*pictures, *pages]:
        assert (PAGE.parent / target).is_file(), target


def test_every_link_to_a_paper_is_that_of_the_source() -> None:
    known = {(cite(key), entry.doi) for key, entry in all_references().items()}
    links = re.findall(r"\[([^]]+)\]\(https://doi\.org/([^)]+)\)", TEXT)
    assert len(links) > 15
    for text, doi in links:
        cited = " ".join(text.split())
        assert (cited, doi) in known


def test_every_function_of_the_first_table_is_a_formula() -> None:
    rows = [line for line in TEXT.splitlines() if re.match(r"\| .*\]\(#", line)]
    functions = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[3])]
    assert len(functions) > 25
    for name in functions:
        assert name in names() or f"interphase_thickness{name}" in names(), name


def test_the_table_of_criteria_is_that_of_the_analytic_model() -> None:
    rows = re.findall(r"^\| .* \| `[\w-]+` \| (?:yes|no) \| .* \|$", TEXT, re.MULTILINE)
    assert rows == [
        f"| {c.name} ({cite(c.reference)}) | `{c.mechanism}` | {'yes' if c.decides else 'no'} | {c.validity} |"
        for c in CRITERIA
    ]
    for choice in STABILITY_CHOICES:
        assert f'"{choice}"' in TEXT
