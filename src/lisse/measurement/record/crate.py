"""A record with its data and its report as one bundle that archives understand: an RO-Crate.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) is a folder with a file ``ro-crate-metadata.json`` that lists every other
file: what it is, its size and its SHA-256. The bundle appears whole or not at all, as a folder or as a zip file.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import mimetypes
import os
import re
import secrets
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lisse.errors import InvalidInput, LisseError
from lisse.files import atomic_path
from lisse.measurement.record.checklist import Check
from lisse.measurement.record.reading import CellRecord
from lisse.measurement.record.schema import SCHEMA_VERSION
from lisse.measurement.record.writing import bdf_record, record_json, record_toml

__all__ = ["METADATA", "write_crate"]

METADATA = "ro-crate-metadata.json"
_PROFILE = "https://w3id.org/ro/crate/1.1"
_BLOCK = 1 << 20
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*-[A-Za-z0-9.+-]+|CC0-1\.0|MIT|ISC|Zlib|Unlicense")
_WORDS = {
    "record.toml": "Record of the test, as it was given",
    "record.json": "The same record as JSON",
    "record.bdf.json": "The same record in SI, with labels of the Battery Data Format",
    "check.json": "What the reporting checklist says of the record",
    "report.html": "Report for people",
}


def write_crate(
    target: str | os.PathLike[str],
    record: CellRecord,
    check: Check,
    report: str = "",
    today: datetime.date | None = None,
    version: str = "",
) -> Path:
    """Write the bundle; returns its path.

    Parameters
    ----------
    target : path
        A folder that is not there yet (or is empty), or a file that ends in ``.zip``.
    record : CellRecord
        Its ``files`` go into the bundle; they have to lie in the folder of the record.
    check : Check
        From `check_record`.
    report : str
        An HTML page; none when empty.
    today : date, optional
        Day on which the bundle is published.
    version : str
        Of the program that wrote it.

    Raises
    ------
    InvalidInput
        Without a licence, for a data file that is absent or lies elsewhere, and where the bundle cannot be written.
    """
    path = Path(target)
    data = _data_files(record)
    if "licence" not in record.values:
        advice = "Nobody may use data without a licence; CC-BY-4.0 is a usual one"
        raise InvalidInput("licence", None, "the licence of record and data, such as 'CC-BY-4.0'", advice, record.name)
    texts = _texts(record, check, report)
    day = today or datetime.date.today()
    if path.suffix.lower() == ".zip":
        with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            _fill(_Zip(archive), record, texts, data, day, version)
        return path
    return _write_folder(path, record, texts, data, day, version)


def _texts(record: CellRecord, check: Check, report: str) -> dict[str, str]:
    """The files that are made here, by name."""
    found = {
        "record.toml": record_toml(record),
        "record.json": record_json(record),
        "record.bdf.json": _json(bdf_record(record)),
        "check.json": _json(check.to_dict()),
    }
    return found | ({"report.html": report} if report else {})


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _data_files(record: CellRecord) -> dict[str, Path]:
    """The data files by their name in the bundle, which is that in the record; files from elsewhere are refused."""
    found: dict[str, Path] = {}
    home = Path(os.path.realpath(record.folder))
    for stated, path in zip(record.values.get("files", ()), record.files, strict=True):
        real = Path(os.path.realpath(path))
        if home not in real.parents or os.path.isabs(stated) or os.path.normpath(stated).startswith(".."):
            advice = "Put it beside the record: files elsewhere on the machine are not taken along"
            raise InvalidInput("files", stated, "files in the folder of the record", advice, record.name)
        if not real.is_file():
            raise InvalidInput("files", stated, "files that are there", "There is no such file", record.name)
        name = Path(os.path.normpath(stated)).as_posix()
        if name in (*_WORDS, METADATA):
            raise InvalidInput("files", stated, "another name", "A file of the bundle itself is called so", record.name)
        found[name] = real
    return found


class _Folder:
    """A bundle as a folder that is being written."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, name: str, blocks: Iterable[bytes]) -> tuple[int, str]:
        """Write one file; returns its size in bytes and its SHA-256."""
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            return _copy(blocks, file)


class _Zip:
    """A bundle as a zip file that is being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, blocks: Iterable[bytes]) -> tuple[int, str]:
        """Write one file; returns its size in bytes and its SHA-256."""
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        with self._archive.open(entry, "w", force_zip64=True) as file:
            return _copy(blocks, file)


def _copy(blocks: Iterable[bytes], file: Any) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
        file.write(block)
    return size, digest.hexdigest()


def _blocks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _write_folder(
    path: Path, record: CellRecord, texts: Mapping[str, str], data: Mapping[str, Path], day: datetime.date, version: str
) -> Path:
    """Write beside the target, then rename: the folder is whole or absent."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InvalidInput("--crate", str(path), "a folder that is new or empty, or a .zip file", "It is in use")
    if not path.absolute().parent.is_dir():
        raise InvalidInput("--crate", str(path), "a folder inside one that exists", "There is no such folder around it")
    temporary = path.absolute().with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        temporary.mkdir()
        _fill(_Folder(temporary), record, texts, data, day, version)
        os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return path


def _fill(
    bundle: _Folder | _Zip,
    record: CellRecord,
    texts: Mapping[str, str],
    data: Mapping[str, Path],
    day: datetime.date,
    version: str,
) -> None:
    """Every file, and the metadata last."""
    entities: list[dict[str, Any]] = []
    for name, path in data.items():
        entities.append(_file(name, f"Data file {path.name}", *bundle.add(name, _blocks(path))))
        entities[-1] |= _columns(path)
    for name, text in texts.items():
        entities.append(_file(name, _WORDS[name], *bundle.add(name, [text.encode("utf-8")])))
    metadata = {"@context": f"{_PROFILE}/context", "@graph": _graph(record, entities, day, version)}
    bundle.add(METADATA, [_json(metadata).encode("utf-8")])


def _file(name: str, words: str, size: int, digest: str) -> dict[str, Any]:
    kind = {".mpt": "text/plain", ".toml": "application/toml", ".csv": "text/csv"}.get(Path(name).suffix.lower())
    return {
        "@id": quote(name),
        "@type": "File",
        "name": words,
        "contentSize": str(size),
        "sha256": digest,
        "encodingFormat": kind or mimetypes.guess_type(name)[0] or "application/octet-stream",
    }


def _columns(path: Path) -> dict[str, Any]:
    """What a data file holds, in the words of BDF, as far as one of our readers knows its format."""
    from lisse.measurement.readers import read

    try:
        measurement = read(path)
    except LisseError as error:
        return {"description": f"Not read when this bundle was made: {error}"}
    labels = [str(label) for label in measurement.data]
    spectra = len(measurement.spectra)
    found = f"{measurement.data.sizes.get('record', 0)} records"
    words = f"{found}, {spectra} impedance spectr{'a' if spectra != 1 else 'um'}" if spectra else found
    return {"description": f"{measurement.instrument}: {words}", "variableMeasured": labels}


def _graph(
    record: CellRecord, entities: list[dict[str, Any]], day: datetime.date, version: str
) -> list[dict[str, Any]]:
    """The descriptor, the root, the files, and what they refer to, all flat as RO-Crate wants it."""
    licence = _licence(record.values["licence"])
    people = [
        {"@id": f"#author-{number}", "@type": "Person", "name": name}
        for number, name in enumerate(record.values.get("authors", ()), start=1)
    ]
    program = {"@id": "#lisse", "@type": "SoftwareApplication", "name": "lisse", "version": version or "not recorded"}
    parts = [{"@id": entity["@id"]} for entity in entities]
    made = [part for part in parts if part["@id"] in ("record.bdf.json", "check.json", "report.html")]
    action = {
        "@id": "#check",
        "@type": "CreateAction",
        "name": "Check of the record against the reporting list",
        "instrument": {"@id": "#lisse"},
        "object": [{"@id": "record.toml"}],
        "result": made,
    }
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": record.title,
        "description": record.values.get("note", "Record, data and report of the test of a solid-state cell"),
        "datePublished": day.isoformat(),
        "license": {"@id": licence["@id"]},
        "hasPart": parts,
        "mentions": [{"@id": "#check"}],
        "version": str(SCHEMA_VERSION),
    }
    if people:
        root["author"] = [{"@id": person["@id"]} for person in people]
    others = [licence, *people, program, action]
    if "date" in record.values:
        root["temporalCoverage"] = record.values["date"]
    if "reference" in record.values:
        article = _article(record.values["reference"])
        root["citation"] = {"@id": article["@id"]}
        others.append(article)
    descriptor = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _PROFILE},
        "about": {"@id": "./"},
    }
    return [descriptor, root, *entities, *others]


def _licence(text: str) -> dict[str, Any]:
    address = _address(text) or (f"https://spdx.org/licenses/{text}" if _SPDX.fullmatch(text) else "#licence")
    return {"@id": address, "@type": "CreativeWork", "name": text}


def _article(text: str) -> dict[str, Any]:
    doi = re.search(r"10\.\d{4,}/\S+", text)
    address = _address(text) or (f"https://doi.org/{quote(doi[0])}" if doi else "#reference")
    return {"@id": address, "@type": "ScholarlyArticle", "name": text}


def _address(text: str) -> str:
    return text if re.fullmatch(r"https?://[^\s<>\"]+", text) else ""
