from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from lisse.cli.main import main
from lisse.models.run import solve
from lisse.protocol import Step
from lisse.study import load_case
from lisse.study.schema import CATHODE, CRACKS, PROTOCOLS, SCAN, TABLES
from lisse.study.templates import TEMPLATES, template

KINDS = sorted(TEMPLATES)
SHORT = (Step(current_density=10.0, duration=1.0),)
"""In place of the ramp of the resolved model, which takes a minute."""
DEFAULT_LINE = re.compile(r"# ([a-z_]+ = .*)")


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_every_template_runs_as_it_is(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    assert main(["new", kind, "-o", str(file)]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"{file}: edit it, then: lisse run {file}\n")
    case = load_case(file)
    assert case.cell.kind == {"polymer": "symmetric", "resolved": "symmetric"}.get(kind, kind)
    assert case.model.name == ("resolved" if kind == "resolved" else "lumped")
    protocol = case.protocol if kind != "resolved" else dataclasses.replace(case.protocol, steps=SHORT)
    assert solve(case.model, case.cell, protocol).status in ("completed", "stopped")


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_stands_in_the_template_with_its_help(kind: str) -> None:
    text = template(kind)
    skipped = {"model.resolved", "model.lumped", "model.analytic"} - {f"model.{TEMPLATES[kind].model}"}
    below = {"microstructure": SCAN, "flaws": CRACKS} if kind == "resolved" else {}
    for path, fields in (TABLES | {f"model.resolved.{part}": entries for part, entries in below.items()}).items():
        if path in skipped:
            continue
        assert not path or re.search(rf"^(# )?\[{re.escape(path)}\]$", text, re.MULTILINE), path
        for name, field in (CATHODE if kind == "full" and path == "cell.counter" else fields).items():
            assert re.search(rf"^(# )?{name} = [^#]+  +# ", text, re.MULTILINE), name
            told = f"{path}.{name}" in TEMPLATES[kind].about
            assert field.help in text or told or kind == "polymer", name
    protocol = load_name(text)
    for name, field in PROTOCOLS[protocol].items():
        if f"protocol.{name}" in TEMPLATES[kind].about:
            continue
        assert re.search(rf"^(# )?{name} = .*# {re.escape(field.help)}", text, re.MULTILINE), name
    assert all(name in text for name in PROTOCOLS)


def load_name(text: str) -> str:
    found = re.search(r'\[protocol\]\n(?:#.*\n)*name = "([^"]+)"', text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_for_a_default_changes_nothing_when_its_mark_is_taken_away(kind: str, tmp_path: Path) -> None:
    text = template(kind)
    plain = load_case(write(tmp_path / "plain.toml", text))
    lines = text.splitlines()
    tried = 0
    commented_table = False
    for number, line in enumerate(lines):
        commented_table = line.startswith("# [") or (commented_table and line.startswith("# "))
        found = DEFAULT_LINE.match(line)
        if found is None or "; not set" in line or commented_table:
            continue
        changed = [*lines[:number], found[1], *lines[number + 1 :]]
        if line.startswith("# material ="):
            changed.pop(number - 1)
        case = load_case(write(tmp_path / "changed.toml", "\n".join(changed)))
        tried += 1
        if line.startswith("# material ="):
            assert case.cell != plain.cell  # the number is the same, but now it counts as the user's own
        else:
            assert case == plain, line
    assert tried > 15


def test_a_commented_table_is_a_good_example(tmp_path: Path) -> None:
    text = re.sub(r"^# (\[cell\.electrolyte\.flaws\]|mean_length|spread|density|geometry|focusing)", r"\1", template("polymer"), flags=re.MULTILINE)  # fmt: skip  # noqa: E501
    case = load_case(write(tmp_path / "flawed.toml", text))
    assert case.cell.electrolyte.flaws is not None


def test_without_arguments_it_writes_a_symmetric_case_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new"]) == 0
    assert (tmp_path / "case.toml").read_text("utf-8") == template("symmetric")
    assert capsys.readouterr().err.startswith("case.toml: edit it")


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "case.toml", "precious")
    assert main(["new", "full", "-o", str(file)]) == 2
    assert "It is there already: give another name with -o, or --force" in capsys.readouterr().err
    assert file.read_text("utf-8") == "precious"
    assert main(["new", "full", "-o", str(file), "--force"]) == 0
    assert file.read_text("utf-8") == template("full")


def test_sent_to_a_file_it_prints_and_writes_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the shell does for ``lisse new resolved > case.toml``: the file is there, empty, before we start."""
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "case.toml").open("w", encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        assert main(["new", "resolved"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["case.toml"]
    assert (tmp_path / "case.toml").read_text("utf-8") == template("resolved")


def test_it_prints_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "polymer", "-o", "-"]) == 0
    assert capsys.readouterr().out == template("polymer")
    assert main(["new", "polymer", "-o", "-", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {"kind": "polymer", "model": "lumped", "file": None, "text": template("polymer")}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resolvd"], "kind of case: got 'resolvd'; allowed: .*resolved. Did you mean 'resolved'"),
        (["symetric"], "Did you mean 'symmetric'"),
        (["full", "-o", "nowhere/case.toml"], "There is no folder 'nowhere'"),
        (["full", "-o", "."], "This is a folder"),
        (["full", "more"], "argument of lisse new: got 'more'"),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("lisse: error: ")
    assert error.count("\n") == 1
    assert re.search(message, error)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "left_out"),
    [
        ("mixed-conducting", {"decay_length"}),
        ("resistive", {"decay_length"}),
        ("passivating", {"rate_constant"}),
    ],
)
def test_the_interphase_of_the_template_can_be_had_by_what_its_comments_say(
    kind: str, left_out: set[str], tmp_path: Path
) -> None:
    """The table comes alive with all of its lines, less those that say that this kind does without."""
    text = template("symmetric")
    head, _, rest = text.partition("# [cell.interface.interphase]\n")
    block, _, tail = rest.partition("\n\n")
    first, *lines = block.splitlines()
    assert first.startswith("# the cell has none of it")
    absent = {"passivating": "not of a passivating one"}.get(kind, "of a passivating one only")
    names = {line.split()[1] for line in lines if absent in line}
    assert names == left_out
    kept = [line.removeprefix("# ") for line in lines if line.split()[1] not in names]
    alive = "\n".join(["[cell.interface.interphase]", *kept]).replace('"mixed-conducting"', f'"{kind}"', 1)
    case = load_case(write(tmp_path / "case.toml", f"{head}{alive}\n\n{tail}"))
    assert case.cell.interface.interphase is not None
    assert case.cell.interface.interphase.kind == kind
