"""What every test may use: the measured files beside the repository, and the settings of the test tools."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

# Two shared cores make single examples slow now and then; on CI the same examples are drawn every time.
settings.register_profile("lisse", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.load_profile("lisse")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked slow unless ``--slow`` is given."""
    if config.getoption("--slow"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the working tree."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data(repository: Path) -> Path:
    """The folder of measured files, ``../shared/data``, which the package does not ship.

    Skips where it is absent, but fails if ``LISSE_REQUIRE_DATA=1`` says that it must be there.
    """
    folder = repository.parent / "shared" / "data"
    if not folder.is_dir():
        if os.environ.get("LISSE_REQUIRE_DATA") == "1":
            pytest.fail(f"LISSE_REQUIRE_DATA=1, but there is no folder {folder}")
        pytest.skip("measured files (../shared/data) are not beside this repository")
    return folder
