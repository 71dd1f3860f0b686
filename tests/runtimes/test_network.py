"""Network files run alike in every runtime and thread; damaged ones are refused with a sentence."""

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import fcfi
import fcfi.runtimes.choice
from fcfi.boxes import whole
from fcfi.errors import ConfigError, FCFIError, NetworkError
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.looks import ForwardRunner, Look
from fcfi.prediction.methods import make_predictor
from fcfi.prediction.prediction import CachedImage
from fcfi.prediction.zoom import crop_at
from fcfi.runtimes.choice import Choice, RunRequest, choice_of, this_machine
from fcfi.runtimes.metadata import graph_sha256, read_metadata
from fcfi.runtimes.network import FCFI_INPUTS
from fcfi.runtimes.network_file import GRAPH_SHA256, read_info
from fcfi.runtimes.opening import open_network
from fcfi.runtimes.registry import RUNTIMES
from tests.generated import examples
from tests.networks import (
    METADATA,
    logits_of,
    named,
    onnx_logits,
    opened,
    random_inputs,
    write_onnx,
)

GRAPHS = [name for name, kind in RUNTIMES.items() if kind.suffix == ".onnx"]
"""The runtimes of network files."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_onnx(tmp_path_factory.mktemp("networks") / "tiny.onnx")


def runtime(name: str) -> str:
    pytest.importorskip(name)
    return name


@pytest.mark.parametrize("name", GRAPHS)
def test_a_runtime_gives_what_the_graph_says_for_any_size_and_batch(file: Path, name: str) -> None:
    network = opened(file, runtime(name), threads=1)
    for shape in ((1, 32, 64), (2, 64, 32), (1, 32, 64)):
        inputs = random_inputs(*shape)
        logits = logits_of(network, inputs)
        assert logits.shape == (shape[0], 1, *shape[1:])
        assert logits.dtype == np.float32
        np.testing.assert_allclose(logits, onnx_logits(*inputs), atol=1e-4)


@pytest.mark.parametrize("name", GRAPHS)
def test_an_answer_is_the_callers_own(file: Path, name: str) -> None:
    network = opened(file, runtime(name), threads=1)
    first = logits_of(network, random_inputs(seed=1))
    kept = first.copy()
    logits_of(network, random_inputs(seed=2))
    np.testing.assert_array_equal(first, kept)
    first[:] = 0


@pytest.mark.parametrize("name", GRAPHS)
def test_threads_share_a_network(file: Path, name: str) -> None:
    network = opened(file, runtime(name), threads=1)
    inputs = [random_inputs(1, 32 + 32 * (seed % 3), 64, seed) for seed in range(24)]
    alone = [logits_of(network, tensors) for tensors in inputs]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda tensors: logits_of(network, tensors), inputs))
    for expected, found in zip(alone, together, strict=True):
        np.testing.assert_array_equal(expected, found)


def test_read_only_and_strided_inputs_are_taken(file: Path) -> None:
    inputs = list(random_inputs())
    inputs[0] = inputs[0][:, :, :, ::-1]
    inputs[1].setflags(write=False)
    for name in GRAPHS:
        np.testing.assert_allclose(
            logits_of(opened(file, runtime(name)), inputs), onnx_logits(*inputs), atol=1e-4
        )


def test_a_network_says_what_it_is(file: Path) -> None:
    info = opened(file).info
    assert (info.name, info.variant, info.sha256, info.multiple) == ("tiny", "tiny", "ab" * 32, 32)
    metadata = {**METADATA, GRAPH_SHA256: graph_sha256(file)}
    assert info.metadata == metadata
    assert "float32" in info.runtime
    assert read_info(file).metadata == metadata


def test_metadata_equals_what_the_libraries_read(file: Path) -> None:
    assert read_metadata(file) == {
        entry.key: entry.value for entry in onnx.load(file).metadata_props
    }
    session = pytest.importorskip("onnxruntime").InferenceSession(file)
    assert read_metadata(file) == session.get_modelmeta().custom_metadata_map


def test_long_and_odd_texts_are_read(tmp_path: Path) -> None:
    odd = {**METADATA, "training_data": "grün 画像 " * 500, "": "no key", "empty": ""}
    texts = read_metadata(write_onnx(tmp_path / "odd.onnx", odd))
    assert {key: text for key, text in texts.items() if key != GRAPH_SHA256} == odd


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, set[str]], None]]:
    """Pretend to be on a machine with this processor and these packages."""

    def pretend(processor: str, present: set[str]) -> None:
        monkeypatch.setattr(platform, "machine", lambda: processor)
        monkeypatch.setattr(
            fcfi.runtimes.choice, "find_spec", lambda name: name if name in present else None
        )
        this_machine.cache_clear()

    yield pretend
    this_machine.cache_clear()


def test_the_runtime_is_chosen_by_machine_and_file(
    file: Path, tmp_path: Path, machine: Callable[[str, set[str]], None]
) -> None:
    checkpoint = tmp_path / "a.safetensors"
    machine("x86_64", {"openvino", "onnxruntime"})
    assert choice_of(file).runtime == "openvino"
    machine("arm64", {"openvino", "onnxruntime"})
    assert choice_of(file).runtime == "onnxruntime"
    machine("arm64", {"openvino"})
    assert choice_of(file).runtime == "openvino"
    assert choice_of(checkpoint).runtime == "torch"
    machine("x86_64", {"openvino", "onnxruntime"})
    assert choice_of(file, RunRequest("onnxruntime")).runtime == "onnxruntime"
    machine("x86_64", set())
    with pytest.raises(NetworkError, match="no runtime is installed: pip install openvino"):
        choice_of(file)


@pytest.mark.parametrize("name", RUNTIMES)
def test_a_missing_runtime_is_named(
    file: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.safetensors" if name == "torch" else file
    if name == "torch":
        path.write_bytes(b"x")
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(NetworkError, match=f"{name} .*pip install"):
        open_network(Choice(path, name, "float32"))


def test_wrong_settings_are_refused(file: Path) -> None:
    for settings_, message in (
        (
            {"runtime": "tensorflow"},
            "runtime 'tensorflow' is unknown: choose one of auto, openvino",
        ),
        ({"precision": "int3"}, "precision 'int3' is unknown"),
        ({"threads": 0}, "threads = 0"),
    ):
        with pytest.raises(ConfigError, match=message):
            opened(file, **settings_)
    with pytest.raises(NetworkError, match="torch takes a checkpoint"):
        opened(file, "torch")
    with pytest.raises(NetworkError, match="openvino takes a network file"):
        choice_of("a.safetensors", RunRequest("openvino"))


def test_runtimes_refuse_what_they_cannot_do(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NetworkError, match="onnxruntime does not compute in bfloat16"):
        open_network(Choice(file, runtime("onnxruntime"), "bfloat16"))
    with pytest.raises(NetworkError, match="onnxruntime does not compute in bfloat16: .*choose"):
        opened(file, "onnxruntime", precision="bfloat16")
    with pytest.raises(NetworkError, match="tiny.onnx to be in int8, got a file that is not in"):
        open_network(Choice(file, "onnxruntime", "int8"))
    small = write_onnx(tmp_path / "a.onnx", {**METADATA, "precision": "int8"})
    with pytest.raises(NetworkError, match="to be in float32, got a file in int8"):
        open_network(Choice(small, "onnxruntime", "float32"))


@pytest.mark.skipif(sys.platform != "linux", reason="file names are in Unicode elsewhere")
@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_a_file_may_have_a_name_of_any_bytes(file: Path, tmp_path: Path, name: str) -> None:
    odd = tmp_path / os.fsdecode(b"\xff.onnx")
    odd.write_bytes(file.read_bytes())
    assert open_network(Choice(odd, runtime(name), "float32")).info.inputs == FCFI_INPUTS


def test_openvino_refuses_a_precision_that_the_processor_lacks(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openvino = pytest.importorskip("openvino")
    monkeypatch.setattr(openvino.Core, "get_property", lambda *_: ["FP32"])
    with pytest.raises(NetworkError, match="this processor does not compute in bfloat16"):
        open_network(Choice(file, "openvino", "bfloat16"))


# Files that are no networks


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.onnx", None, "does not exist"),
        ("empty.onnx", b"", "is empty"),
        ("text.onnx", b"this is not a network\n" * 40, "not an ONNX file"),
        ("zeros.onnx", bytes(300), "not an ONNX file"),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not an ONNX file"),
        ("a\0b.onnx", None, "does not exist"),
        ("n" * 5000, None, "cannot be read"),
    ],
)
def test_what_is_no_network_file_is_refused_quietly(
    tmp_path: Path,
    name: str,
    content: bytes | None,
    message: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = f"{tmp_path}/{name}"
    if content is not None:
        Path(path).write_bytes(content)
    for run in ("auto", "openvino", "onnxruntime"):
        with pytest.raises(NetworkError, match=message) as caught:
            opened(path, run)
        assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="is a folder"):
        opened(tmp_path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_network_cut_off_is_refused(file: Path, tmp_path: Path, part: float) -> None:
    data = file.read_bytes()
    (tmp_path / "cut.onnx").write_bytes(data[: int(len(data) * part)])
    with pytest.raises(NetworkError, match=r"cut\.onnx"):
        opened(tmp_path / "cut.onnx")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"fcfi_format": None}, "lacks fcfi_network"),
        ({"fcfi_format": "7"}, "in format 1, got format 7: update fcfi"),
        ({"fcfi_network": "7"}, "in format 1, got format 7: update fcfi"),
        ({"multiple": "zero"}, "damaged metadata"),
        ({"multiple": "0"}, "damaged metadata"),
        ({"weights_sha256": None}, "damaged metadata"),
    ],
)
def test_wrong_metadata_are_refused(
    tmp_path: Path, changed: dict[str, str | None], message: str
) -> None:
    texts = {key: value for key, value in {**METADATA, **changed}.items() if value is not None}
    with pytest.raises(NetworkError, match=message):
        opened(write_onnx(tmp_path / "a.onnx", texts))


def test_a_graph_without_its_sha256_is_refused(file: Path, tmp_path: Path) -> None:
    # OpenVINO ends the process at some invalid graphs, such as a convolution without a kernel.
    model = onnx.load(file)
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, dict(METADATA))
    del model.graph.node[1].input[1]
    onnx.save(model, tmp_path / "bare.onnx")
    for runtime in GRAPHS:
        with pytest.raises(NetworkError, match=r"sha256 of the graph \(graph_sha256\).* got none"):
            opened(tmp_path / "bare.onnx", runtime)


@pytest.mark.parametrize("name", GRAPHS)
def test_other_inputs_are_refused(tmp_path: Path, name: str) -> None:
    path = write_onnx(tmp_path / "a.onnx", window="door")
    with pytest.raises(
        NetworkError, match="expected .* with the inputs image, .*window.*, got .*door"
    ):
        opened(path, runtime(name))


@pytest.mark.parametrize("name", GRAPHS)
def test_inputs_that_do_not_fit_are_a_network_error(file: Path, name: str) -> None:
    network = opened(file, runtime(name))
    inputs = list(random_inputs())
    inputs[FCFI_INPUTS.index("image")] = np.zeros((1, 5, 32, 64), np.float32)
    with pytest.raises(NetworkError, match="the network failed on this input"):
        logits_of(network, inputs)
    np.testing.assert_allclose(
        logits_of(network, random_inputs()), onnx_logits(*random_inputs()), atol=1e-4
    )


@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=6))
def test_damaged_bytes_never_break_the_reader(
    file: Path, tmp_path: Path, edits: list[tuple[int, int]]
) -> None:
    data = bytearray(file.read_bytes())
    for position, value in edits:
        data[position % len(data)] = value
    (tmp_path / "fuzz.onnx").write_bytes(bytes(data))
    try:
        read_info(tmp_path / "fuzz.onnx")
    except FCFIError as error:
        assert "fuzz.onnx" in str(error)


def test_signals_reach_python_after_networks_were_closed_in_any_order(file: Path) -> None:
    """A second core left the thread without a stack for signals: see `fcfi.runtimes.openvino`."""
    program = f"""
import gc, os, signal
from pathlib import Path
from fcfi.runtimes.opening import open_network
from fcfi.runtimes.openvino import has_bfloat16
from fcfi.runtimes.choice import Choice
choice = Choice(Path({str(file)!r}), "openvino", "float32", 1)
first, second = open_network(choice), open_network(choice)
has_bfloat16()
del first
gc.collect()
del second
gc.collect()
signal.signal(signal.SIGTERM, lambda *_: print("handled"))
os.kill(os.getpid(), signal.SIGTERM)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "handled\n", "")


@pytest.mark.parametrize("_repetition", range(4))
def test_threads_that_use_openvino_first_do_not_wait_for_each_other(_repetition: int) -> None:
    """Without `_new_core`'s first tensor, about every third process waited forever."""
    program = """
import faulthandler, sys, threading
from fcfi.runtimes.openvino import core
from fcfi.runtimes.telemetry import import_openvino
core()
openvino = import_openvino()
faulthandler.dump_traceback_later(120, exit=True)
sys.setswitchinterval(1e-6)
together = threading.Barrier(8)

def use():
    together.wait()
    openvino.Type.f32.to_dtype()

threads = [threading.Thread(target=use) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


# Files of other methods


def test_a_file_of_version_0_1_is_for_fcfi_and_has_its_inputs(file: Path) -> None:
    info = read_info(file)
    assert (info.method, info.inputs, info.outputs) == ("fcfi", FCFI_INPUTS, ("logits",))
    assert make_predictor(opened(file)).info.method == "fcfi"


def test_a_file_names_its_method_inputs_and_outputs(tmp_path: Path) -> None:
    texts = {
        **METADATA,
        "fcfi_network": "1",
        "method": "other",
        "inputs": "image, feedback, disks, door, cell, label, gate",
        "outputs": "logits, seen",
    }
    path = write_onnx(tmp_path / "a.onnx", texts, window="door", also=("seen",))
    network = opened(path)
    assert network.info.method == "other"
    inputs = {
        "door" if key == "window" else key: value for key, value in named(random_inputs()).items()
    }
    outputs = network(inputs)
    assert set(outputs) == {"logits", "seen"}
    assert outputs["seen"].shape == outputs["logits"].shape
    with pytest.raises(NetworkError, match="of the method fcfi, got tiny of 'other': update fcfi"):
        make_predictor(network)
    with pytest.raises(NetworkError, match="of the method fcfi, got tiny of 'other'"):
        fcfi.load(path)
    with pytest.raises(
        NetworkError, match="with the inputs image, .*window.* got tiny with .*door"
    ):
        FCFIPredictor(network)


def test_extra_outputs_reach_the_result_of_a_look(tmp_path: Path) -> None:
    path = write_onnx(tmp_path / "a.onnx", {**METADATA, "outputs": "logits, seen"}, also=("seen",))
    picture = CachedImage(np.zeros((32, 64, 3), np.uint8))
    crop = crop_at(whole(32, 64), 64, 32)
    result = ForwardRunner(opened(path))(Look(picture, crop, np.zeros((32, 64), np.float32), (), 0))
    assert set(result.extras) == {"seen"}


def test_a_file_that_lacks_a_named_output_is_refused(tmp_path: Path) -> None:
    path = write_onnx(tmp_path / "a.onnx", {**METADATA, "outputs": "logits, score"})
    with pytest.raises(NetworkError, match="the outputs logits, score, got"):
        opened(path)
