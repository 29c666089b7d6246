"""Scripts outside the package (`examples/`, `validation/`, `benchmarks/`) as modules; figures into a folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

LARGEST_PICTURE = 250_000  # bytes


def as_module(path: Path, name: str | None = None) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name or path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def example(repository: Path, name: str) -> ModuleType:
    return as_module(repository / "examples" / f"{name}.py")


def drawn(module: ModuleType, folder: Path) -> Any:
    target = folder / "picture.png"
    found = module.draw(target)
    assert target.read_bytes().startswith(b"\x89PNG")
    assert target.stat().st_size < LARGEST_PICTURE
    return found
