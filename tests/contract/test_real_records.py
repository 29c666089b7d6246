"""Records of real cells, as far as the names and headers of their public files go, against the data themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import lisse
from lisse.measurement import CellRecord, Finding, load_record
from lisse.measurement.record.checklist import check_record
from lisse.measurement.record.crate import write_crate
from lisse.measurement.record.crate_metadata import METADATA
from lisse.measurement.record.disagreements import disagreements
from lisse.measurement.record.measured import measured
from lisse.measurement.record.score_card import score_finding, score_record
from lisse.records import Measurement

RECORDS = Path(__file__).resolve().parents[1] / "records"
NAMES = ("ca", "gcpl", "mb", "vsp_ocv_wo", "zir")


def beside_its_data(name: str, shared_data: Path, folder: Path) -> CellRecord:
    shutil.copy(RECORDS / f"{name}.toml", folder)
    record = load_record(folder / f"{name}.toml")
    for file in record.values["files"]:
        shutil.copy(shared_data / "symcell" / file, folder)
    return load_record(folder / f"{name}.toml")


def test_every_public_cell_has_a_record() -> None:
    assert tuple(sorted(path.stem for path in RECORDS.glob("*.toml"))) == NAMES


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("ca", {"electrolyte.thickness", "cell.stack_pressure", "statistics.cells", "caveats.soft_shorts"}),
        ("gcpl", {"lithium.area", "electrolyte.thickness", "protocol.cycles", "cell.stack_pressure"}),
        ("mb", {"electrolyte.conductivity", "lithium.thickness", "cell.stack_pressure", "cell.temperature"}),
        ("vsp_ocv_wo", {"lithium.area", "cell.stack_pressure", "failure.mode", "protocol.voltage_limit"}),
        ("zir", {"protocol.name", "lithium.area", "cell.kind", "failure.definition"}),
    ],
)
def test_public_files_leave_out_most_of_what_a_report_needs(
    name: str, missing: set[str], shared_data: Path, tmp_path: Path
) -> None:
    found = check_record(beside_its_data(name, shared_data, tmp_path))
    assert missing <= {each.key for each in found.missing}
    assert sum(found.stated.values()) < 0.5 * sum(found.needed.values())
    assert found.contradictions == ()
    assert "files" not in {each.key for each in found.doubts}


@pytest.fixture(scope="module")
def garnet(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[CellRecord, Measurement, Finding]:
    """The garnet cell: its record, its data, and what they mean with the area of the record."""
    record = beside_its_data("mb", shared_data, tmp_path_factory.mktemp("garnet"))
    measurement = lisse.read(record.files[0])
    return record, measurement, lisse.analyse(measurement, area=record.area, area_source="record")


def test_the_record_of_a_garnet_cell_says_what_its_file_shows(
    garnet: tuple[CellRecord, Measurement, Finding],
) -> None:
    record, measurement, finding = garnet
    assert record.protocol is not None
    assert finding.verdict.mode == record.get("failure.mode") == "none"
    content = finding.to_dict()
    reported, seen = record.protocol.steps, content["half_cycles"]
    assert len(seen) == len(reported) == 8
    for step, cycle in zip(reported, seen, strict=True):
        assert cycle["current_density"] == pytest.approx(step.current_density, rel=2e-3)
        assert cycle["end"] - cycle["start"] == pytest.approx(step.duration, rel=0.01)
    assert content["cumulative_charge"] == pytest.approx(record.get("failure.cumulative_charge"), rel=2e-3)
    spectrum = measurement.spectra[0]
    assert spectrum.frequency.max() == pytest.approx(record.get("protocol.impedance.frequency_from"), rel=1e-3)
    assert spectrum.frequency.min() == pytest.approx(record.get("protocol.impedance.frequency_to"), rel=1e-2)


def test_record_and_analysis_give_the_same_score(garnet: tuple[CellRecord, Measurement, Finding]) -> None:
    record, _, finding = garnet
    by_record, by_finding = score_record(record), score_finding(finding)
    assert [score.outcome for score in by_record] == [score.outcome for score in by_finding]
    for stated, seen in zip(by_record, by_finding, strict=True):
        if stated.value is not None:
            assert seen.value == pytest.approx(stated.value, rel=0.01)
    assert disagreements(record, measured(finding)) == ()


def test_a_torque_is_a_doubt_and_the_pressure_stays_missing(shared_data: Path, tmp_path: Path) -> None:
    found = check_record(beside_its_data("vsp_ocv_wo", shared_data, tmp_path))
    assert [each.key for each in found.doubts] == ["cell.pressure_reading"]


def test_a_cell_without_lithium_says_so(shared_data: Path, tmp_path: Path) -> None:
    record = beside_its_data("ca", shared_data, tmp_path)
    assert set(record.does_not_apply.values()) == {"molybdenum electrodes"}
    assert record.protocol is not None
    assert (record.protocol.steps[0].voltage, record.protocol.steps[0].duration) == (0.3, 12 * 3600.0)


def test_the_garnet_cell_is_bundled_with_its_data(shared_data: Path, tmp_path: Path) -> None:
    record = beside_its_data("mb", shared_data, tmp_path)
    folder = write_crate(tmp_path / "crate", record, check_record(record))
    assert (folder / "mb.mpt").read_bytes() == record.files[0].read_bytes()
    assert "8 impedance spectra" in (folder / METADATA).read_text("utf-8")
