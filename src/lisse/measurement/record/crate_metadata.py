"""What ``ro-crate-metadata.json`` says: every file of a bundle, who made it, and under which licence.

The words are those of RO-Crate 1.1 (https://w3id.org/ro/crate/1.1), flat JSON-LD: an entity stands there once and is
referred to by its identifier; a property with one value is that value, not a list of one. How the files themselves are
written is the business of ``crate.py``.
"""

from __future__ import annotations

import datetime
import mimetypes
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lisse.errors import LisseError
from lisse.measurement.record.reading import CellRecord

__all__ = ["METADATA", "columns_of", "crate_metadata", "file_entity"]

METADATA = "ro-crate-metadata.json"
"""Name of the file in every bundle."""
_PROFILE = "https://w3id.org/ro/crate/1.1"
_CONTEXT = [f"{_PROFILE}/context", {"sha256": "http://schema.org/sha256"}]  # 1.1 is older than that word of schema.org
_SPDX = re.compile(r"(?=\S*\d)[A-Za-z0-9][A-Za-z0-9.+-]*-[A-Za-z0-9.+-]+|MIT|ISC|Zlib|Unlicense")
_FORMATS = {".mpt": "text/plain", ".toml": "application/toml", ".csv": "text/csv"}


def file_entity(name: str, words: str, size: int, digest: str) -> dict[str, Any]:
    """One file of the bundle.

    Parameters
    ----------
    name : str
        Path in the bundle.
    words : str
        What it is.
    size : int
        Bytes.
    digest : str
        SHA-256 in hexadecimal digits.
    """
    known = mimetypes.MimeTypes().guess_type(name)[0]  # not the table of the machine, which differs between machines
    return {
        "@id": quote(name),
        "@type": "File",
        "name": words,
        "contentSize": str(size),
        "sha256": digest,
        "encodingFormat": _FORMATS.get(Path(name).suffix.lower()) or known or "application/octet-stream",
    }


def columns_of(path: Path) -> dict[str, Any]:
    """What a data file holds, in the words of BDF, as far as one of our readers knows its format."""
    from lisse.measurement.readers import read

    try:
        measurement = read(path)
    except LisseError as error:
        reason = str(error).replace(str(path), path.name)  # a bundle says nothing of the machine it was made on
        return {"description": f"Not read when this bundle was made: {reason}"}
    spectra = len(measurement.spectra)
    found = f"{measurement.data.sizes.get('record', 0)} records"
    words = f"{found}, {spectra} impedance spectr{'a' if spectra != 1 else 'um'}" if spectra else found
    labels = [str(label) for label in measurement.data]
    return {"description": f"{measurement.instrument}: {words}"} | _values(variableMeasured=labels)


def crate_metadata(record: CellRecord, files: list[dict[str, Any]], day: datetime.date, version: str) -> dict[str, Any]:
    """The content of the file: the descriptor, the root, the files, and what they refer to.

    Parameters
    ----------
    record : CellRecord
        With a licence.
    files : list of dict
        From `file_entity`, all files of the bundle but this one.
    day : date
        On which the bundle is published.
    version : str
        Of the program that wrote it.
    """
    licence, article = _licence(record.values["licence"]), _article(record.values.get("reference"))
    people, laboratory = _people(record)
    check = _check([entity["@id"] for entity in files])
    program = {"@id": "#lisse", "@type": "SoftwareApplication", "name": "lisse", "version": version or "not recorded"}
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": record.title,
        "description": record.values.get("note", "Record, data and report of the test of a solid-state cell"),
        "datePublished": day.isoformat(),
        **_references(license=[licence], hasPart=files, mentions=[check], author=people, citation=article),
    }
    if "date" in record.values:
        root["temporalCoverage"] = record.values["date"]
    descriptor = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _PROFILE},
        "about": {"@id": "./"},
    }
    others = [licence, *people, *laboratory, program, check, *article]
    return {"@context": _CONTEXT, "@graph": [descriptor, root, *files, *others]}


def _values(**lists: list[Any]) -> dict[str, Any]:
    """Properties as RO-Crate wants them: a list, the one value, or nothing."""
    return {name: found if len(found) > 1 else found[0] for name, found in lists.items() if found}


def _references(**entities: list[dict[str, Any]]) -> dict[str, Any]:
    """Properties that are other entities, by their identifiers."""
    return _values(**{name: [{"@id": each["@id"]} for each in found] for name, found in entities.items()})


def _people(record: CellRecord) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The authors, and the laboratory that they belong to: none or one."""
    name = record.values.get("laboratory")
    laboratory = [{"@id": "#laboratory", "@type": "Organization", "name": name}] if name else []
    people = [
        {"@id": f"#author-{number}", "@type": "Person", "name": author, **_references(affiliation=laboratory)}
        for number, author in enumerate(record.values.get("authors", ()), start=1)
    ]
    return people, laboratory if people else []


def _check(files: list[str]) -> dict[str, Any]:
    """The check of the record, as the action that made some of the files."""
    made = [{"@id": name} for name in files if name in ("record.bdf.json", "check.json", "report.html")]
    return {
        "@id": "#check",
        "@type": "CreateAction",
        "name": "Check of the record against the reporting list",
        "instrument": {"@id": "#lisse"},
        "object": {"@id": "record.toml"},
        "result": made,
    }


def _licence(text: str) -> dict[str, Any]:
    address = _address(text) or (f"https://spdx.org/licenses/{text}" if _SPDX.fullmatch(text) else "#licence")
    return {"@id": address, "@type": "CreativeWork", "name": text}


def _article(text: str | None) -> list[dict[str, Any]]:
    """Where the test is published: none or one."""
    if text is None:
        return []
    doi = re.search(r"10\.\d{4,}/\S*[^\s.,;]", text)
    address = _address(text) or (f"https://doi.org/{quote(doi[0])}" if doi else "#reference")
    return [{"@id": address, "@type": "ScholarlyArticle", "name": text}]


def _address(text: str) -> str:
    return text if re.fullmatch(r"https?://[^\s<>\"]+", text) else ""
