"""Read the source as text and as trees, for the tests of the house."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("casemgr", "patients", "treatment_plans", "referrals")


@cache
def source_files() -> tuple[Path, ...]:
    """Return every source file of the product, migrations left out."""
    return tuple(sorted(file for app in APPS for file in (ROOT / app).rglob("*.py") if "migrations" not in file.parts))


@cache
def tree_of(file: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def name_of(file: Path) -> str:
    """Return the path as a reader would write it."""
    return str(file.relative_to(ROOT))


def functions_of(file: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return all functions of a file, at any depth."""
    return [node for node in ast.walk(tree_of(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
