"""Every entry of references.bib can be read, is complete and can be cited."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from lisse.errors import InvalidInput, LisseError
from lisse.references import Reference, _parse, all_references, cite, reference

TEXT = resources.files("lisse").joinpath("references.bib").read_text(encoding="utf-8")
ENTRIES = all_references()
FIELDS = {"author", "title", "year", "journal", "volume", "pages", "doi", "note"}

GOOD = "@article{smith2001,\n  author = {Smith, A. and Jones, B.},\n  title = {Of {Li} metal},\n  year = {2001},\n}\n"


def test_no_entry_is_lost() -> None:
    begun = re.findall(r"^@\w+\{([^,]+),$", TEXT, re.MULTILINE)
    assert begun == list(ENTRIES)
    assert len(set(begun)) == len(begun)
    assert TEXT.count("@article") + TEXT.count("@book") + TEXT.count("@misc") > 0


def test_every_line_is_one_that_the_reader_understands() -> None:
    odd = [
        line
        for line in TEXT.splitlines()
        if line.strip()
        and not re.fullmatch(r"@\w+\{[^,{}]+,", line)
        and line != "}"
        and not line.startswith("%")
        and not ((field := re.fullmatch(r"  (\w+) = \{(.+)\},", line)) and field[1] in FIELDS)
    ]
    assert odd == []


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_is_complete(key: str) -> None:
    entry = ENTRIES[key]
    if entry.year == "undated":
        assert (entry.kind, bool(entry.note), key.isalpha()) == ("misc", True, True), "why there is no year"
    else:
        assert re.fullmatch(r"\d{4}", entry.year)
        assert re.fullmatch(r"[a-z]+\d{4}[a-z]?", key), "surname, year, and a letter where needed"
    assert entry.author.strip()
    assert entry.title.strip()
    assert entry.title.count("{") == entry.title.count("}")
    assert not entry.doi or re.fullmatch(r"10\.\d{4,}/\S+", entry.doi), "the bare DOI, without a web address"
    assert entry.year in entry.text()
    who = r"[^,;{}\[\]]+" if not entry.author.startswith("[") else re.escape(entry.title.strip("[]")) + ","
    assert re.fullmatch(rf"{who} {entry.year}", cite(key))


def test_no_doi_stands_there_twice() -> None:
    found = [entry.doi.lower() for entry in ENTRIES.values() if entry.doi]
    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize(
    ("author", "short", "people"),
    [
        ("Smith, A.", "Smith 2001", "Smith, A."),
        ("Smith, A. and Jones, B.", "Smith and Jones 2001", "Smith, A.; Jones, B."),
        ("Smith, A. and others", "Smith and others 2001", "Smith, A. and others"),
        ("Smith, A. and Jones, B. and Wu, C.", "Smith and others 2001", "Smith, A.; Jones, B.; Wu, C."),
        ("Smith, A. and Jones, B. and others", "Smith and others 2001", "Smith, A.; Jones, B. and others"),
    ],
)
def test_people_are_named_as_usual(monkeypatch: pytest.MonkeyPatch, author: str, short: str, people: str) -> None:
    entry = Reference("smith2001", "article", author, "T", "2001", "J. X", "5", "1-2", "10.1000/x", "title not checked")
    monkeypatch.setattr("lisse.references.all_references", lambda: {"smith2001": entry})
    assert cite("smith2001") == short
    assert entry.text() == f"{people} (2001) T. J. X 5, 1-2. doi:10.1000/x [title not checked]"


def test_without_authors_the_title_is_cited(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Reference("handbook", "misc", "[authors not recorded]", "[Handbook values]", "undated", note="no edition")
    monkeypatch.setattr("lisse.references.all_references", lambda: {"handbook": entry})
    assert cite("handbook") == "Handbook values, undated"
    assert entry.text() == "[authors not recorded] (undated) [Handbook values]. [no edition]"


def test_text_leaves_out_what_is_not_known() -> None:
    assert Reference("a2001", "misc", "A, B.", "T", "2001").text() == "A, B. (2001) T."


def test_an_unknown_key_gets_a_suggestion() -> None:
    with pytest.raises(InvalidInput, match="citation key: got 'hatzel2020'.*Did you mean 'hatzell2020'"):
        reference("hatzel2020")
    with pytest.raises(InvalidInput, match="citation key: got 'nobody1999'"):
        cite("nobody1999")


def test_the_entries_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        ENTRIES["x2000"] = ENTRIES["hatzell2020"]


def test_braces_inside_a_field_stay() -> None:
    assert _parse(GOOD)["smith2001"].title == "Of {Li} metal"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + GOOD, "the key 'smith2001' stands there twice"),
        (GOOD.replace("  year = {2001},\n", ""), "entry 'smith2001' lacks year"),
        (GOOD.replace("},\n}", "},}"), "cannot read smith2001"),
        (GOOD + GOOD.replace("},\n}", "},}").replace("smith", "wu"), "cannot read wu2001"),
        (GOOD.replace("smith2001", "smith 2001"), "cannot read smith"),
    ],
)
def test_a_broken_entry_is_not_passed_over(text: str, message: str) -> None:
    with pytest.raises(LisseError, match=message):
        _parse(text)
