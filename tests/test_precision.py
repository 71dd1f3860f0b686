"""Lower precision is used only if stored measurements show that it costs almost no clicks."""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.precision import FORMAT, OBJECTS, open_unlisted, with_results
from benchmarks.tables import RESULTS
from fcfi import weights
from fcfi.errors import NetworkError
from fcfi.runtimes.network_file import read_info
from fcfi.weights import LARGEST_LOSS, Entry
from tests.networks import METADATA, opened, write_onnx

SHIPPED = weights.shipped()


def stored(entry: Entry) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((RESULTS / f"{entry.name}.precision.json").read_text())
    return record


@pytest.mark.parametrize(
    "entry", [entry for entry in SHIPPED if entry.dev], ids=lambda entry: entry.name
)
def test_what_rounding_costs_was_measured_on_these_weights(entry: Entry) -> None:
    record = stored(entry)
    assert record["weights_sha256"] == read_info(entry.path).sha256
    assert record["objects"] >= OBJECTS
    assert dict(entry.dev) == {key: row["noc90"] for key, row in record["rows"].items()}


@pytest.mark.parametrize(
    "entry", [entry for entry in SHIPPED if entry.int8], ids=lambda entry: entry.name
)
def test_a_shipped_int8_file_is_within_the_loss_and_the_one_that_was_measured(entry: Entry) -> None:
    assert entry.int8 is not None
    record, data = stored(entry), entry.int8.path.read_bytes()
    noc = {key: row["noc90"] for key, row in record["rows"].items()}
    assert noc["int8"] <= noc["float32"] * (1 + LARGEST_LOSS)
    assert record["int8_sha256"] == entry.int8.sha256 == hashlib.sha256(data).hexdigest()
    assert entry.int8.bytes == len(data)
    info = read_info(entry.int8.path)
    assert (info.sha256, info.metadata["precision"]) == (read_info(entry.path).sha256, "int8")


def test_a_remade_file_can_be_measured_before_it_is_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "table.toml").write_bytes((weights.FOLDER / "table.toml").read_bytes())
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    path = write_onnx(tmp_path / f"{SHIPPED[0].name}.onnx")
    with pytest.raises(NetworkError, match="damaged"):
        opened(path)
    assert open_unlisted(path, "float32", 1).info.sha256 == METADATA["weights_sha256"]


# How results come into the table


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    path = write_onnx(tmp_path / "a.onnx")
    write_onnx(tmp_path / "a.int8.onnx", {**METADATA, "precision": "int8"})
    return Entry("a", path, "", 1, "", "", "")


def store(entry: Entry, **changed: Any) -> None:
    record = {
        "format": FORMAT,
        "weights_sha256": METADATA["weights_sha256"],
        "int8_sha256": hashlib.sha256(
            entry.path.with_suffix(".int8.onnx").read_bytes()
        ).hexdigest(),
        "rows": {"float32": {"noc90": 5.0}, "int8": {"noc90": 5.1}},
    }
    (entry.path.parent / "a.precision.json").write_text(json.dumps(record | changed))


def test_an_honest_int8_file_comes_into_the_table(entry: Entry) -> None:
    store(entry)
    taken = with_results(entry, entry.path.parent)
    assert taken.dev == {"float32": 5.0, "int8": 5.1}
    assert taken.int8 is not None
    assert taken.int8.path.name == "a.int8.onnx"


@pytest.mark.parametrize(
    "changed",
    [
        {"rows": {"float32": {"noc90": 5.0}, "int8": {"noc90": 5.2}}},
        {"rows": {"float32": {"noc90": 5.0}}},
        {"int8_sha256": "of another file"},
        {"weights_sha256": "of other weights"},
        {"format": "another"},
    ],
)
def test_an_int8_file_that_is_worse_or_not_the_measured_one_stays_out(
    entry: Entry, changed: dict[str, Any]
) -> None:
    store(entry, **changed)
    assert with_results(dataclasses.replace(entry), entry.path.parent).int8 is None


def test_a_float_file_is_not_opened_as_int8(entry: Entry) -> None:
    with pytest.raises(NetworkError, match="has no int8 file"):
        opened(entry.path, precision="int8")
