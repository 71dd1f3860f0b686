"""A network runs in the fastest honest way of a machine, or in another one with a warning."""

import dataclasses
import hashlib
import re
from pathlib import Path

import pytest

import fcfi
from fcfi import weights
from fcfi.errors import ConfigError, NetworkError
from fcfi.runtimes import choice
from fcfi.runtimes.choice import (
    Choice,
    Machine,
    NetworkFiles,
    RunRequest,
    choose,
    files_at,
    files_of,
    possible,
    this_machine,
)
from fcfi.weights import Entry, File
from tests.networks import METADATA, write_onnx

FLOAT, SMALL, WEIGHTS = Path("a.onnx"), Path("a.int8.onnx"), Path("a.safetensors")
ALL = NetworkFiles(FLOAT, SMALL, WEIGHTS)
SERVER = Machine(("openvino", "onnxruntime"), frozenset(("bfloat16", "int8")))
LAPTOP = Machine(("openvino", "onnxruntime"), frozenset(("int8",)))
OLD = Machine(("openvino", "onnxruntime"))
ARM = Machine(("onnxruntime",))
GPU = Machine(("openvino", "torch"), frozenset(("bfloat16",)), cuda=True)


@pytest.mark.parametrize(
    ("files", "machine", "expected"),
    [
        (ALL, SERVER, Choice(FLOAT, "openvino", "bfloat16")),
        (ALL, LAPTOP, Choice(SMALL, "openvino", "int8")),
        (NetworkFiles(FLOAT, SMALL, bfloat16=False), SERVER, Choice(SMALL, "openvino", "int8")),
        (NetworkFiles(SMALL, SMALL), SERVER, Choice(SMALL, "openvino", "int8")),
        (NetworkFiles(FLOAT), SERVER, Choice(FLOAT, "openvino", "bfloat16")),
        (NetworkFiles(FLOAT, bfloat16=False), SERVER, Choice(FLOAT, "openvino", "float32")),
        (ALL, OLD, Choice(FLOAT, "openvino", "float32")),
        (ALL, ARM, Choice(FLOAT, "onnxruntime", "float32")),
        (ALL, GPU, Choice(WEIGHTS, "torch", "float32")),
        (NetworkFiles(FLOAT), GPU, Choice(FLOAT, "openvino", "bfloat16")),
        (NetworkFiles(WEIGHTS, checkpoint=WEIGHTS), SERVER, Choice(WEIGHTS, "torch", "float32")),
    ],
)
def test_the_fastest_honest_way_is_chosen(
    files: NetworkFiles, machine: Machine, expected: Choice
) -> None:
    assert choose(files, RunRequest(), machine) == expected


def test_float32_is_the_same_on_every_machine() -> None:
    for machine in (SERVER, OLD, ARM, GPU):
        chosen = choose(ALL, RunRequest(precision="float32"), machine)
        assert (chosen.path, chosen.precision, chosen.notes) == (FLOAT, "float32", ())


@pytest.mark.parametrize(
    ("files", "asked", "machine", "path", "runtime", "precision", "note"),
    [
        (
            ALL,
            RunRequest("openvino"),
            ARM,
            FLOAT,
            "onnxruntime",
            "float32",
            "openvino is not installed",
        ),
        (
            ALL,
            RunRequest("torch"),
            ARM,
            FLOAT,
            "onnxruntime",
            "float32",
            r"pip install -e '\.\[train\]'",
        ),
        (
            ALL,
            RunRequest(precision="bfloat16"),
            OLD,
            FLOAT,
            "openvino",
            "float32",
            "does not compute in bfloat16: float32",
        ),
        (
            ALL,
            RunRequest(precision="bfloat16"),
            ARM,
            FLOAT,
            "onnxruntime",
            "float32",
            "onnxruntime does not compute",
        ),
        (
            ALL,
            RunRequest(precision="int8"),
            OLD,
            FLOAT,
            "openvino",
            "float32",
            "does not compute in int8: float32 is used",
        ),
        (
            NetworkFiles(FLOAT),
            RunRequest(precision="int8"),
            SERVER,
            FLOAT,
            "openvino",
            "bfloat16",
            "a has no int8 file",
        ),
        (
            ALL,
            RunRequest("torch", "int8"),
            GPU,
            WEIGHTS,
            "torch",
            "float32",
            "torch does not compute in int8",
        ),
    ],
)
def test_a_request_that_the_machine_lacks_is_said_and_replaced(
    files: NetworkFiles,
    asked: RunRequest,
    machine: Machine,
    path: Path,
    runtime: str,
    precision: str,
    note: str,
) -> None:
    chosen = choose(files, asked, machine)
    assert (chosen.path, chosen.runtime, chosen.precision) == (path, runtime, precision)
    assert [bool(re.search(note, text)) for text in chosen.notes] == [True]


def test_what_the_machine_has_is_given_without_a_note() -> None:
    for asked in (
        RunRequest("onnxruntime", "int8"),
        RunRequest("openvino", "bfloat16", 3),
        RunRequest("openvino", "float32"),
    ):
        chosen = choose(ALL, asked, SERVER)
        assert (chosen.runtime, chosen.precision, chosen.threads, chosen.notes) == (
            asked.runtime, asked.precision, asked.threads, (),
        )  # fmt: skip


def test_a_mistake_is_refused() -> None:
    for files, asked, message in (
        (NetworkFiles(FLOAT), RunRequest("torch"), "torch takes a checkpoint"),
        (
            NetworkFiles(WEIGHTS, checkpoint=WEIGHTS),
            RunRequest("openvino"),
            "openvino takes a network file",
        ),
    ):
        with pytest.raises(NetworkError, match=message):
            choose(files, asked, SERVER)
    with pytest.raises(ConfigError, match="precision 'int3' is unknown"):
        choose(ALL, RunRequest(precision="int3"), SERVER)
    with pytest.raises(NetworkError, match="no runtime is installed"):
        choose(ALL, RunRequest(), Machine(("torch",)))


def test_every_possible_way_is_one_that_the_machine_has() -> None:
    assert {(way.runtime, way.precision) for way in possible(ALL, SERVER)} == {
        (runtime, precision)
        for runtime in ("openvino", "onnxruntime")
        for precision in ("float32", "bfloat16", "int8")
        if (runtime, precision) != ("onnxruntime", "bfloat16")
    }
    assert [way.runtime for way in possible(NetworkFiles(FLOAT), ARM)] == ["onnxruntime"]


# What may be used


def entry(**dev: float) -> Entry:
    return Entry("a", FLOAT, "", 1, "", "", "", dev=dev, int8=File(SMALL, "", 1))


def test_int8_is_used_only_where_it_was_measured_to_be_as_good() -> None:
    assert files_of(entry(float32=5.0, int8=5.1)).int8 == SMALL
    assert files_of(entry(float32=5.0, int8=5.11)).int8 is None
    assert files_of(entry(float32=5.0)).int8 is None
    assert files_of(entry(int8=5.0)).int8 is None
    assert files_of(dataclasses.replace(entry(float32=5.0, int8=5.0), int8=None)).int8 is None


def test_bfloat16_is_left_out_where_it_was_measured_to_be_worse() -> None:
    assert files_of(entry()).bfloat16
    assert files_of(entry(float32=5.0, bfloat16=5.05)).bfloat16
    assert not files_of(entry(float32=5.0, bfloat16=5.2)).bfloat16


def test_an_int8_file_of_ones_own_is_opened_as_such(tmp_path: Path) -> None:
    path = write_onnx(tmp_path / "own.int8.onnx", {**METADATA, "precision": "int8"})
    assert files_at(path) == NetworkFiles(path, path)
    chosen = choose(files_at(path), RunRequest(), SERVER)
    assert (chosen.path, chosen.precision) == (path, "int8")
    with pytest.raises(NetworkError, match="does not exist"):
        files_at(tmp_path / "missing.onnx")


# The door


def test_load_says_what_it_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_onnx(tmp_path / "tiny.onnx")
    monkeypatch.setattr("fcfi.segmenter.this_machine", lambda: ARM)
    with pytest.warns(RuntimeWarning, match="openvino is not installed"):
        opened = fcfi.load(file, "openvino")
    assert opened.info.runtime.startswith("onnxruntime")
    with pytest.warns(RuntimeWarning, match="tiny has no int8 file"):
        fcfi.load(file, precision="int8")


def test_a_shipped_int8_file_is_taken_and_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = write_onnx(tmp_path / "a.onnx")
    small = write_onnx(tmp_path / "a.int8.onnx", {**METADATA, "precision": "int8"})
    rows = [
        f'file = "{path.name}"\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
        f"bytes = {len(data)}\n"
        for path, data in ((path, path.read_bytes()) for path in (full, small))
    ]
    (tmp_path / weights.TABLE).write_text(
        f'[[network]]\nname = "a"\nvariant = "a"\nlicence = "a"\ndata = "a"\n{rows[0]}'
        f"[network.dev]\nfloat32 = 5.0\nint8 = 5.0\n[network.int8]\n{rows[1]}"
    )
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    monkeypatch.setattr("fcfi.segmenter.this_machine", lambda: LAPTOP)
    assert "int8" in fcfi.load("a", threads=1).info.runtime
    assert "float32" in fcfi.load("a", precision="float32", threads=1).info.runtime
    small.write_bytes(small.read_bytes()[:-1] + b"?")
    with pytest.raises(NetworkError, match=r"a\.int8\.onnx is damaged"):
        fcfi.load("a")


def test_this_machine_is_found_out_once_and_has_a_runtime() -> None:
    assert this_machine() is this_machine()
    assert {"openvino", "onnxruntime"} & set(this_machine().runtimes)
    assert choice.this_machine().precisions <= {"bfloat16", "int8"}
