"""Damaged files: cut off at any byte, bytes and lines changed. Never a traceback, never a silently shorter record.

Every real file is damaged in every way; the seed is fixed, so that the same damage is done every time.
"""

import os
import random

import numpy as np
import pytest

from lisse.errors import InvalidInput, MissingExtra
from lisse.measurement.readers import read

FOLDERS = ("symcell", "cycler_cellpy", "cycler_neware", "eis_impedancepy")
SLOW_KINDS = (".res",)
MOST = 60_000  # bytes of a large text file that are used: its beginning, whole lines
INSERTS = (b",", b";", b"\t", b'"', b"\n", b"\r\n", b"\0", b"x", b"-", b".", b"1e999", b"\xff", b" ")


def cut(content, draw):
    return content[: draw.randrange(1, len(content))]


def cut_head(content, draw):
    return content[: draw.randrange(1, min(len(content), 6000))]


def flip(content, draw):
    held = bytearray(content)
    for _ in range(draw.choice([1, 3, 20])):
        held[draw.randrange(len(held))] = draw.randrange(256)
    return bytes(held)


def insert(content, draw):
    place = draw.randrange(len(content))
    return content[:place] + draw.choice(INSERTS) + content[place:]


def zeros(content, draw):
    return content[: draw.randrange(1, len(content))] + b"\0" * draw.choice([1, 100, 5000])


def without_a_line(content, draw):
    lines = content.split(b"\n")
    del lines[draw.randrange(len(lines))]
    return b"\n".join(lines)


def line_twice(content, draw):
    lines = content.split(b"\n")
    place = draw.randrange(len(lines))
    return b"\n".join([*lines[:place], lines[place], *lines[place:]])


def lines_exchanged(content, draw):
    lines = content.split(b"\n")
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


DAMAGES = [cut, cut_head, flip, insert, zeros, without_a_line, line_twice, lines_exchanged]


@pytest.fixture(scope="module")
def contents(shared_data):
    paths = sorted(path for folder in FOLDERS for path in (shared_data / folder).iterdir() if path.name != "SOURCE.txt")
    held = {}
    for path in paths:
        content = path.read_bytes()
        if path.suffix in SLOW_KINDS:
            continue
        if len(content) > MOST and path.suffix in (".csv", ".txt", ".mpt"):
            content = content[: content.rindex(b"\n", 0, MOST) + 1]
        if len(content) < 1_600_000:
            held[path.name] = content
    return held


def survives(path):
    """Read a damaged file; what comes out is a sound record or a complaint that names the file."""
    try:
        found = read(path)
    except InvalidInput as error:
        assert str(path) in str(error)  # noqa: PT017
        return None
    except MissingExtra:
        pytest.importorskip("fastnda")
        pytest.importorskip("galvani")
        raise
    time = found["Test Time / s"].values
    assert np.isfinite(time).all()
    assert np.all(np.diff(time) >= 0)
    assert not np.isinf([found["Current / A"].values, found["Voltage / V"].values]).any()
    assert found.data.sizes["record"] or found.spectra
    assert found.area is None
    return found


def rounds(contents, tmp_path, damage, seed, share=1.0):
    draw = random.Random(f"{damage.__name__} {seed}")
    for name, content in contents.items():
        if draw.random() > share:
            continue
        path = tmp_path / name
        path.write_bytes(damage(content, draw))
        survives(path)
        os.unlink(path)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_real_files_never_end_in_a_traceback(contents, tmp_path, damage):
    rounds(contents, tmp_path, damage, 0)


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_many_damaged_real_files_never_end_in_a_traceback(contents, tmp_path, damage):
    for seed in range(1, 12):
        rounds(contents, tmp_path, damage, seed)


TABLES = ["mb.mpt", "ca.mpt", "batmo_bdf.csv", "neware_uio.csv", "nw_regular_export_ife_example.csv", "maccor_002.txt"]


@pytest.mark.parametrize("name", [*TABLES, "Test25205.csv"])
def test_cut_table_is_the_beginning_of_the_whole_one_and_says_so(contents, tmp_path, name):
    content = contents[name]
    path = tmp_path / name
    path.write_bytes(content)
    whole = read(path)
    draw = random.Random(name)
    for _ in range(12):
        place = draw.randrange(len(content) // 3, len(content))
        path.write_bytes(content[:place])
        part = survives(path)
        if part is None:
            continue
        count = part.data.sizes["record"]
        for label in ("Test Time / s", "Current / A", "Voltage / V"):
            assert np.array_equal(part[label].values, whole[label].values[:count], equal_nan=True)
        at_a_line_end = content[place - 1 : place] == b"\n" or content[place : place + 1] in (b"\r", b"\n")
        assert at_a_line_end or any("cut off" in text for text in part.warnings)
