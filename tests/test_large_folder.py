"""The benchmark of a large folder, on a small one."""

import json
from pathlib import Path

import pytest

from benchmarks.large_folder import FORMAT, OBJECTS, main


@pytest.mark.slow
def test_a_folder_is_imported_exported_and_timed(tmp_path: Path) -> None:
    stored = tmp_path / "stored.json"
    main(pictures=12, output=stored)
    record = json.loads(stored.read_text(encoding="utf-8"))
    assert (record["format"], record["pictures"], record["objects"]) == (FORMAT, 12, 12 * OBJECTS)
    assert all(seconds > 0 for seconds in record["seconds"].values())
    assert record["largest_process_bytes"] > 10_000_000
