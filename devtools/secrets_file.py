"""Keep the secrets that a working copy generated for itself."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def development_secrets(path: Path) -> dict[str, str]:
    """Read the file, and add what is missing, readable by its owner alone."""
    known = _read(path)
    missing = {name: make() for name, make in GENERATED.items() if name not in known}
    if missing:
        known |= missing
        temporary = path.with_suffix(".new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in known.items())
        temporary.replace(path)
    return known


def _read(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def _token() -> str:
    return secrets.token_urlsafe(50)


GENERATED = {"SECRET_KEY": _token}
