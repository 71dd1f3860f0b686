"""Stored results of these benchmarks: their common fields, and writing them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from fcfi.files import write_text
from fcfi.report import machine, versions


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
