"""A record with its data and its report as one bundle that archives understand: an RO-Crate.

RO-Crate is a folder with a file ``ro-crate-metadata.json`` that lists every other file: what it is, its size and its
SHA-256 (see ``crate_metadata.py``). The bundle appears whole or not at all, as a folder or as a zip file.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lisse.errors import InvalidInput
from lisse.files import atomic_path
from lisse.measurement.record.checklist import Check
from lisse.measurement.record.crate_metadata import METADATA, columns_of, crate_metadata, file_entity
from lisse.measurement.record.reading import CellRecord
from lisse.measurement.record.writing import bdf_record, record_json, record_toml

__all__ = ["write_crate"]

_BLOCK = 1 << 20
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
        raise InvalidInput("bundle", str(path), "a folder that is new or empty, or a .zip file", "It is in use")
    if not path.absolute().parent.is_dir():
        raise InvalidInput("bundle", str(path), "a folder inside one that exists", "There is no such folder around it")
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
        size, digest = bundle.add(name, _blocks(path))
        entities.append(file_entity(name, f"Data file {path.name}", size, digest) | columns_of(path))
    for name, text in texts.items():
        entities.append(file_entity(name, _WORDS[name], *bundle.add(name, [text.encode("utf-8")])))
    bundle.add(METADATA, [_json(crate_metadata(record, entities, day, version)).encode("utf-8")])
