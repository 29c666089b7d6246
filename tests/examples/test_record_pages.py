"""The page Report a test, the generated reference of the record, and the example record."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import pytest

from lisse.cli.main import main
from lisse.measurement import load_record
from lisse.measurement.record import read_record
from lisse.measurement.record.checklist import check_record
from lisse.measurement.record.record_tables import items_of
from lisse.measurement.record.score_card import score_record
from lisse.measurement.record.targets import load_targets

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/howto/report_a_test.md").read_text("utf-8")
EXAMPLE = ROOT / "examples/record_duan_2023.toml"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_record_of_the_page_can_be_read_and_simulated() -> None:
    record = read_record(tomllib.loads(blocks("toml")[0]))
    assert record.protocol is not None
    assert record.does_not_apply == {"electrolyte.grain_size": "single crystal"}
    found = check_record(record)
    assert found.contradictions == ()
    assert {each.key for each in found.doubts} == {"files"}


def test_the_targets_of_the_page_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    file.write_text(blocks("toml")[1], encoding="utf-8")
    (score,) = score_record(read_record({}), load_targets(file))
    assert score.text == "the milestone of our project"


def test_the_commands_and_the_python_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{time},0.01,0.001\n" for time in range(20))
    (tmp_path / "cell_07.mpt").write_text(f"Test Time / s,Voltage / V,Current / A\n{rows}", encoding="utf-8")
    commands = [line.split() for line in re.findall(r"^lisse (.*)$", PAGE, re.MULTILINE)]
    assert len(commands) == 7
    for command in commands:
        if command[0] == "run":
            continue
        assert main(command) == (2 if command[0] == "check" else 0)
        assert "error" not in capsys.readouterr().err
        if command[0] == "new":
            (tmp_path / "record.toml").write_text(blocks("toml")[0], encoding="utf-8")
    assert (tmp_path / "case.toml").is_file()
    assert (tmp_path / "bundle.zip").is_file()
    exec(compile(blocks("python")[0], "page", "exec"), {})
    assert capsys.readouterr().out.startswith("Not publishable yet")


def test_the_example_is_as_complete_as_the_page_says() -> None:
    record = load_record(EXAMPLE)
    found = check_record(record)
    stated = re.search(r"`examples/record_duan_2023.toml`.*?; (\d+) of (\d+) items", PAGE, re.DOTALL)
    assert stated is not None
    assert (len(found.missing), sum(found.needed.values())) == (int(stated[1]), int(stated[2]))
    assert found.contradictions == found.doubts == ()
    assert record.protocol is not None
    assert record.protocol.reference == "duan2023"
    outcome = {score.name: score.outcome for score in score_record(record)}
    assert outcome == {
        "cumulative_charge": "met",
        "current_density": "not met",
        "cycled_charge": "not met",
        "fraction_passed": "not stated",
    }


def test_the_reference_page_has_every_key_with_its_reason() -> None:
    page = runpy.run_path(str(ROOT / "docs/generate_reference.py"))["record_page"]()
    for key, item in items_of(None).items():
        if key == "protocol.name":
            continue
        name = key.rpartition(".")[2]
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` | {item.field.help}"))
        assert item.why.replace("|", "&#124;") in row
        assert f"[`{item.source}`]" in row or not item.source
        assert ("needed" in row) == item.needed
