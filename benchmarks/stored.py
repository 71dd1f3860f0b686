"""Stored results of these benchmarks: their common fields, reading and writing them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from fcfi.errors import ConfigError
from fcfi.evaluation.report import machine, versions
from fcfi.files import write_text


def new_record(kind: str, **content: Any) -> dict[str, Any]:
    """Return a result with the current time and this machine.

    kind: its format, such as `fcfi-pairs/1`.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"format": kind, "date": now, **content, "machine": machine(), "versions": versions()}


def store(path: Path, record: Mapping[str, Any]) -> None:
    """Write a result atomically, and print its path."""
    write_text(path, json.dumps(record, indent=2) + "\n")
    typer.echo(f"{path}: written")


def read_stored(path: Path, kind: str) -> dict[str, Any] | None:
    """Return a stored result, or None.  Raises ConfigError for a file of another format."""
    if not path.is_file():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if record.get("format") != kind:
        raise ConfigError(
            f"expected a result of the format {kind}, got another file: {path}; "
            "give another --stored"
        )
    return record


def resumed(path: Path, kind: str, **settings: Any) -> dict[str, Any]:
    """Return the stored results of a command that resumes, or a new record without results.

    settings: the fields on which all its results depend.
    Raises ConfigError if the stored results have other settings.
    """
    record = read_stored(path, kind)
    if record is None:
        return new_record(kind, **settings) | {"results": []}
    # A stored tuple is a list.
    if {key: record[key] for key in settings} != json.loads(json.dumps(settings)):
        raise ConfigError(
            f"expected a result of this recipe and budget, got another in {path}: "
            "give another --stored"
        )
    return record
