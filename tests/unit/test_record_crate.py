"""The bundle of record, data and report: an RO-Crate 1.1, whole or absent."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from complete_records import complete, put
from lisse.errors import InvalidInput
from lisse.measurement import load_record
from lisse.measurement.record import CellRecord, read_record
from lisse.measurement.record.checklist import check_record
from lisse.measurement.record.crate import write_crate
from lisse.measurement.record.crate_metadata import METADATA

TODAY = datetime.date(2026, 2, 3)
TERMS = {
    "@id", "@type", "name", "description", "datePublished", "license", "hasPart", "mentions", "author",
    "citation", "temporalCoverage", "conformsTo", "about", "contentSize", "encodingFormat",
    "variableMeasured", "affiliation", "version", "instrument", "object", "result",
}  # fmt: skip
"""Of the context of RO-Crate 1.1, which is schema.org 10: a key that is in no context is lost, and a crate with one is
invalid."""
BDF = "Test Time / s,Voltage / V,Current / A\n" + "".join(f"{time},{0.01},{0.001}\n" for time in range(20))


@pytest.fixture
def record(tmp_path: Path) -> CellRecord:
    home = tmp_path / "home"
    (home / "raw data").mkdir(parents=True)
    (home / "raw data" / "cell 7.csv").write_text(BDF, encoding="utf-8")
    (home / "notes.xyz").write_bytes(b"\x00\x01 no format that is known")
    return read_record(complete() | {"files": ["raw data/cell 7.csv", "notes.xyz"]}, folder=home, name="record.toml")


def write(target: Path, record: CellRecord) -> Path:
    return write_crate(target, record, check_record(record), "<html>page</html>", today=TODAY, version="1.2.3")


def graph(folder: Path) -> dict[str, dict[str, Any]]:
    """Entities by identifier, by the rules of RO-Crate 1.1.

    Each stands there once, every reference inside the bundle is kept, every key is a word of the context, and a list
    has more than one value.
    """
    metadata = json.loads((folder / METADATA).read_text("utf-8"))
    base, own = metadata["@context"]
    assert base == "https://w3id.org/ro/crate/1.1/context"
    entities = {entity["@id"]: entity for entity in metadata["@graph"]}
    assert len(entities) == len(metadata["@graph"])
    for entity in entities.values():
        assert entity["@type"]
        assert set(entity) <= TERMS | set(own)
        assert not any(isinstance(value, list) and len(value) < 2 for value in entity.values())
        for key, value in entity.items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict):
                    assert set(each) == {"@id"}, "the graph is flat"
                    assert each["@id"] in entities or key == "conformsTo", each
    return entities


def test_the_bundle_is_what_the_standard_asks_for(record: CellRecord, tmp_path: Path) -> None:
    folder = write(tmp_path / "crate", record)
    entities = graph(folder)
    descriptor, root = entities[METADATA], entities["./"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert descriptor["about"] == {"@id": "./"}
    assert root["@type"] == "Dataset"
    assert root["datePublished"] == "2026-02-03"
    assert (root["name"], root["description"]) == ("CCD of Li | LLZO | Li at 3 MPa", "an invented cell")
    assert root["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}
    assert root["citation"] == {"@id": "https://doi.org/10.1000/xyz123"}
    assert entities["#author-1"]["name"] == "A. Author"
    assert entities["#lisse"]["version"] == "1.2.3"
    assert root["author"] == {"@id": "#author-1"}
    assert entities["#author-1"]["affiliation"] == {"@id": "#laboratory"}
    assert entities["#laboratory"]["@type"] == "Organization"
    assert "version" not in root, "that of the data, which the record does not know"


def test_every_file_is_listed_with_its_size_and_checksum(record: CellRecord, tmp_path: Path) -> None:
    folder = write(tmp_path / "crate", record)
    entities = graph(folder)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    names = {"record.toml", "record.json", "record.bdf.json", "check.json", "report.html"}
    assert set(files) == names | {"raw data/cell 7.csv", "notes.xyz", METADATA}
    listed = {part["@id"] for part in entities["./"]["hasPart"]}
    assert listed == {name.replace(" ", "%20") for name in files} - {METADATA}
    for name, path in files.items():
        if name == METADATA:
            continue
        entity = entities[name.replace(" ", "%20")]
        assert entity["@type"] == "File"
        assert entity["contentSize"] == str(path.stat().st_size)
        assert entity["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert "/" in entity["encodingFormat"]


def test_columns_of_a_known_format_are_named_and_an_unknown_one_says_so(record: CellRecord, tmp_path: Path) -> None:
    entities = graph(write(tmp_path / "crate", record))
    assert set(entities["raw%20data/cell%207.csv"]["variableMeasured"]) == {
        "Test Time / s",
        "Voltage / V",
        "Current / A",
    }
    assert "20 records" in entities["raw%20data/cell%207.csv"]["description"]
    assert entities["notes.xyz"]["description"].startswith("Not read when this bundle was made: notes.xyz: ")
    assert entities["notes.xyz"]["encodingFormat"] == "application/octet-stream", "whatever the machine says of .xyz"


def test_nothing_in_the_bundle_says_where_it_was_made(record: CellRecord, tmp_path: Path) -> None:
    folder = write(tmp_path / "crate", record)
    for path in folder.rglob("*"):
        assert path.is_dir() or str(tmp_path).encode() not in path.read_bytes(), path.name


@pytest.mark.parametrize("name", ["Zelle ü #7?100%.csv", "a:b.csv", "deep/er/cell.csv"])
def test_any_name_of_a_file_is_a_relative_address_that_leads_to_it(name: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / name).parent.mkdir(parents=True)
    (home / name).write_text(BDF, encoding="utf-8")
    folder = write(tmp_path / "crate", read_record(complete() | {"files": [name]}, folder=home))
    (found,) = (each for each, entity in graph(folder).items() if entity.get("name") == f"Data file {Path(name).name}")
    assert not urlsplit(found).scheme
    assert urlsplit(found).path == found
    assert unquote(found) == name
    assert (folder / unquote(found)).is_file()


def test_a_bundle_needs_no_more_than_a_licence(tmp_path: Path) -> None:
    record = read_record({"licence": "MIT", "note": "two\nlines"}, folder=tmp_path, name="record.toml")
    entities = graph(write(tmp_path / "crate", record))
    assert entities["./"]["name"] == "record.toml"
    assert entities["./"]["description"] == "two\nlines"
    assert not {"author", "citation", "temporalCoverage"} & set(entities["./"])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("doi:10.1016/S0022(03)1-2.", "https://doi.org/10.1016/S0022%2803%291-2"),
        ("https://example.org/article", "https://example.org/article"),
        ("in press", "#reference"),
    ],
)
def test_a_reference_is_a_doi_an_address_or_words(text: str, address: str, tmp_path: Path) -> None:
    record = read_record(complete() | {"reference": text}, folder=tmp_path)
    entities = graph(write(tmp_path / "crate", record))
    assert entities["./"]["citation"] == {"@id": address}
    assert entities[address]["name"] == text


def test_the_bundle_can_be_checked_again_where_it_lies(record: CellRecord, tmp_path: Path) -> None:
    folder = write(tmp_path / "crate", record)
    for name in ("record.toml", "record.json"):
        again = load_record(folder / name)
        assert again == record
        assert check_record(again).doubts == ()
    flat = json.loads((folder / "record.bdf.json").read_text("utf-8"))
    assert flat["Applied Pressure / Pa"] == pytest.approx(3e6)
    assert json.loads((folder / "check.json").read_text("utf-8"))["publishable"] is True
    assert (folder / "report.html").read_text("utf-8") == "<html>page</html>"


def test_a_zip_holds_the_same(record: CellRecord, tmp_path: Path) -> None:
    folder, file = write(tmp_path / "crate", record), write(tmp_path / "crate.zip", record)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        inside = {name: archive.read(name) for name in archive.namelist()}
    outside = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert inside == outside


def test_without_data_it_is_still_a_bundle(tmp_path: Path) -> None:
    record = read_record(complete(), folder=tmp_path)
    assert "record.toml" in graph(write(tmp_path / "crate", record))


@pytest.mark.parametrize(
    ("licence", "address"),
    [
        ("CC0-1.0", "https://spdx.org/licenses/CC0-1.0"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("ask the authors", "#licence"),
        ("on-request", "#licence"),
    ],
)
def test_a_licence_is_a_name_an_address_or_words(licence: str, address: str, tmp_path: Path) -> None:
    record = read_record(put(complete(), "licence", licence), folder=tmp_path)
    entities = graph(write(tmp_path / "crate", record))
    assert entities["./"]["license"] == {"@id": address}
    assert entities[address]["name"] == licence


def test_without_a_licence_there_is_no_bundle(tmp_path: Path) -> None:
    raw = complete()
    del raw["licence"]
    with pytest.raises(InvalidInput, match="licence: allowed: .*Nobody may use data without a licence"):
        write(tmp_path / "crate", read_record(raw, folder=tmp_path))
    assert list(tmp_path.iterdir()) == []


def outside(tmp_path: Path, name: str) -> CellRecord:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    os.symlink(tmp_path / "secret.txt", home / "link.txt")
    (home / "check.json").write_text("{}", encoding="utf-8")
    return read_record(complete() | {"files": [name.format(root=tmp_path)]}, folder=home, name="record.toml")


@pytest.mark.parametrize("name", ["../secret.txt", "{root}/secret.txt", "link.txt", "a/../../secret.txt"])
def test_files_from_elsewhere_on_the_machine_are_not_taken_along(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="record.toml: files: got .*Put it beside the record"):
        write(tmp_path / "crate", outside(tmp_path, name))
    assert not (tmp_path / "crate").exists()


@pytest.mark.parametrize(("name", "message"), [("gone.mpt", "There is no such file"), ("check.json", "is called so")])
def test_a_file_that_cannot_be_in_it_stops_the_bundle(name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=message):
        write(tmp_path / "crate", outside(tmp_path, name))
    assert not (tmp_path / "crate").exists()


def test_a_folder_in_use_is_left_alone(record: CellRecord, tmp_path: Path) -> None:
    used = tmp_path / "used"
    used.mkdir()
    (used / "precious").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidInput, match="It is in use"):
        write(used, record)
    assert [path.name for path in used.iterdir()] == ["precious"]
    with pytest.raises(InvalidInput, match="no such folder around it"):
        write(tmp_path / "no" / "crate", record)
    (tmp_path / "empty").mkdir()
    assert (write(tmp_path / "empty", record) / METADATA).is_file()


@pytest.mark.parametrize("name", ["crate", "crate.zip"])
def test_a_writer_that_is_stopped_leaves_nothing(
    name: str, record: CellRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr("lisse.measurement.record.crate.crate_metadata", full)
    with pytest.raises((OSError, InvalidInput)):
        write(tmp_path / name, record)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
