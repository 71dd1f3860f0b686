"""Networks: a file that answers clicks, behind one small protocol, whatever computes it.

A network file (*.onnx) says in its metadata what it is; a checkpoint (*.safetensors) runs in torch.
 Knows nothing of pictures, zoom or clicks; `fcfi.prediction.guidance` says what the inputs mean.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import ConfigError, NetworkError
from fcfi.runtimes.cutting import cut
from fcfi.runtimes.interface import INPUTS, OUTPUT, Runtime
from fcfi.runtimes.metadata import graph_sha256, read_metadata
from fcfi.runtimes.processor import faster_first

FORMAT: Final = "1"
"""Version of network files that this package reads (metadata `fcfi_format`)."""
GRAPH_SHA256: Final = "graph_sha256"
"""Metadata of a network file: sha256 of the graph's bytes, which shows damage."""
RUNTIMES: Final = ("auto", "openvino", "onnxruntime", "torch")
PRECISIONS: Final = ("auto", "float32", "bfloat16", "int8")
PRECISION: Final = "precision"
"""Metadata of a network file that computes in less than float32: `int8`."""
ENCODING: Final = "encoding"
"""Metadata of a network file that can be cut in two: names of the tensors between picture and click, with commas."""
CHECKPOINT: Final = ".safetensors"
MAX_MULTIPLE: Final = 256
"""Largest stride in pixels that a file may ask for."""


@dataclass(frozen=True)
class NetworkInfo:
    """What a network is.

    name, variant: as its file says.  sha256: of the weights, the same in the checkpoint and in
        every file made of it.
    multiple: height and width of its input are multiples of this.  runtime: library, precision and
        device.
    metadata: all texts of the file.
    """

    name: str
    variant: str
    sha256: str
    multiple: int
    runtime: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


class Network(Protocol):
    """What answers a click.  Threads may share it."""

    @property
    def info(self) -> NetworkInfo:
        """What it is."""
        ...

    def __call__(
        self,
        image: NDArray[Any],
        feedback: NDArray[Any],
        disks: NDArray[Any],
        window: NDArray[Any],
        cell: NDArray[Any],
        label: NDArray[Any],
        gate: NDArray[Any],
        /,
    ) -> NDArray[np.float32]:
        """Logits (B, 1, H, W) float32.

        image (B, 3, H, W) RGB in [0, 1]; feedback (B, 1, H, W) in [0, 1]; disks (B, 2, H, W),
        window (B, 1, h, w) and label, gate (B, 1, 1, 1) 0/1, all float32; cell (B,) int64.  H and W
        are multiples of info.multiple.
        """
        ...


Encoding = tuple[NDArray[np.float32], ...]
"""What a network keeps of a picture from click to click: some maps, (B, *, *, *) each."""


@runtime_checkable
class EncodesOnce(Network, Protocol):
    """A network that looks at a picture once: `click(encode(image), ...)` is what calling it with all inputs gives."""

    def encode(self, image: NDArray[Any], /) -> Encoding:
        """What further clicks need of an image."""
        ...

    def click(self, encoding: Encoding, /, *prompts: NDArray[Any]) -> NDArray[np.float32]:
        """Logits (B, 1, H, W) for an encoding and the inputs behind the image, as `Network` describes them."""
        ...


@dataclass(frozen=True)
class OpenedNetwork:
    """A network file in a runtime."""

    info: NetworkInfo
    runtime: Runtime

    def __call__(self, *inputs: NDArray[Any]) -> NDArray[np.float32]:
        """Logits (B, 1, H, W), of inputs as `Network` describes them."""
        return self.runtime.run(dict(zip(INPUTS, inputs, strict=True)))[0]


@dataclass(frozen=True)
class CutNetwork(OpenedNetwork):
    """A network file in two parts.  runtime: of a click.  encoder: of the picture.  names: of what is handed over."""

    encoder: Runtime
    names: tuple[str, ...]

    def __call__(self, *inputs: NDArray[Any]) -> NDArray[np.float32]:
        """Logits (B, 1, H, W), of inputs as `Network` describes them."""
        return self.click(self.encode(inputs[0]), *inputs[1:])

    def encode(self, image: NDArray[Any], /) -> Encoding:
        """See `EncodesOnce`."""
        return self.encoder.run({INPUTS[0]: image}, self.names)

    def click(self, encoding: Encoding, /, *prompts: NDArray[Any]) -> NDArray[np.float32]:
        """See `EncodesOnce`.  Inputs that the graph does not look at may be missing in it: OpenVINO drops them."""
        inputs = zip((*self.names, *INPUTS[1:]), (*encoding, *prompts), strict=True)
        return self.runtime.run(
            {name: value for name, value in inputs if name in self.runtime.inputs}
        )[0]


def open_network(
    path: str | os.PathLike[str],
    runtime: str = "auto",
    threads: int | None = None,
    precision: str = "float32",
    streams: int = 1,
) -> OpenedNetwork:
    """Open a network file (*.onnx) or a checkpoint (*.safetensors).

    runtime: one of RUNTIMES; auto takes the best installed one.  threads: at most so many; None:
        the runtime's choice.
    precision: one of PRECISIONS; float32 is exact, bfloat16 faster where the processor has it, auto
        takes it there;
    int8 is for files quantised to it, and what such a file is opened in whatever is asked for.
    streams: answers that are computed at the same time by threads of the caller; they share the
        processor's threads.
    Raises NetworkError if the file cannot be used, ConfigError for an unknown setting.
    """
    check_settings(runtime, threads, precision, streams)
    file = _regular(path)
    chosen = runtime_for(file, runtime)
    if chosen == "torch":
        from fcfi.runtimes.torch import Torch

        checkpoint = Torch.load(file, threads, precision, streams)
        found = _info(file, checkpoint.metadata, checkpoint.description)
        if checkpoint.encoding:
            return CutNetwork(found, checkpoint, checkpoint, checkpoint.encoding)
        return OpenedNetwork(found, checkpoint)
    info = read_info(file)
    _check_graph(file, info)  # first: OpenVINO complains on stderr of a wrong file, once a format
    opening = _openvino_or_onnxruntime(chosen)
    settings = threads, _precision_of(info, precision), streams
    names = tuple(info.metadata[ENCODING].split(", ")) if ENCODING in info.metadata else ()
    if names:
        encoder, clicker = (opening(part, *settings) for part in cut(file, INPUTS[:1], names))
        ports = encoder.inputs | clicker.inputs - set(names)
        _check_ports(
            file, ports | set(INPUTS), clicker.outputs
        )  # what nobody looks at may be missing in a part
        return CutNetwork(read_info(file, clicker.description), clicker, encoder, names)
    opened = opening(file, *settings)
    _check_ports(file, opened.inputs, opened.outputs)
    return OpenedNetwork(read_info(file, opened.description), opened)


def runtime_for(path: str | os.PathLike[str], runtime: str = "auto") -> str:
    """The runtime to take for this file on this machine.  Raises NetworkError if there is none."""
    checkpoint = Path(path).suffix == CHECKPOINT
    if runtime == "auto":
        return "torch" if checkpoint else _installed()
    if (runtime == "torch") != checkpoint:
        wanted = "a checkpoint (*.safetensors)" if runtime == "torch" else "a network file (*.onnx)"
        raise NetworkError(
            f"the runtime {runtime} takes {wanted}, and {path} came: choose another runtime, or auto"
        )
    return runtime


def read_info(path: str | os.PathLike[str], runtime: str = "") -> NetworkInfo:
    """What a network file (*.onnx) says of itself, without loading it.  Raises NetworkError."""
    file = _regular(path)
    texts = read_metadata(file)
    _check_format(file, texts)
    return _info(file, texts, runtime)


def _installed() -> str:
    """The better one of the installed runtimes for network files."""
    better = faster_first()
    for name in better:
        if find_spec(name) is not None:
            return name
    raise NetworkError(f"no runtime is installed: pip install {better[0]}")


def _openvino_or_onnxruntime(name: str) -> Callable[[Path | bytes, int | None, str, int], Runtime]:
    """The class of a runtime for network files; its module is imported here and no sooner."""
    if name == "openvino":
        from fcfi.runtimes.openvino import OpenVINO

        return OpenVINO
    from fcfi.runtimes.onnxruntime import ONNXRuntime

    return ONNXRuntime


def _precision_of(info: NetworkInfo, wished: str) -> str:
    """The precision to open a network file in.  Raises NetworkError if int8 is wished of another file."""
    if info.metadata.get(PRECISION) == "int8":
        return "int8"
    if wished == "int8":
        raise NetworkError(
            f"the network {info.name} is no int8 file: quantise it first, or choose another precision"
        )
    return wished


def _check_graph(path: Path, info: NetworkInfo) -> None:
    """NetworkError if graph or weights are not those that were exported; older files do not say."""
    expected = info.metadata.get(GRAPH_SHA256)
    if expected is not None and graph_sha256(path) != expected:
        raise NetworkError(
            f"{path} is damaged: its weights are not those that were exported; copy or export it again"
        )


def _check_ports(path: Path, inputs: frozenset[str], outputs: frozenset[str]) -> None:
    """NetworkError unless the file takes in and gives what is wanted."""
    if inputs != frozenset(INPUTS) or OUTPUT not in outputs:
        raise NetworkError(
            f"{path} takes in {', '.join(sorted(inputs))} and gives {', '.join(sorted(outputs))}, "
            f"where {', '.join(INPUTS)} and {OUTPUT} are wanted: give a file written by `fcfi export`"
        )


def _check_format(path: Path, texts: Mapping[str, str]) -> None:
    """Raise NetworkError unless this is a network file of the version that is read."""
    version = texts.get("fcfi_format")
    if version is None:
        raise NetworkError(
            f"{path} is no network of fcfi (its metadata lacks fcfi_format): make one with `fcfi export`"
        )
    if version != FORMAT:
        raise NetworkError(
            f"{path} has format {version} and this fcfi reads {FORMAT}: update fcfi, or export it again"
        )


def _info(path: Path, texts: Mapping[str, str], runtime: str = "") -> NetworkInfo:
    """Return what the texts of a network file or a checkpoint say.  Raises NetworkError."""
    sha256, multiple = texts.get("weights_sha256", ""), texts.get("multiple", "32")
    if not sha256 or not multiple.isdecimal() or not 1 <= int(multiple) <= MAX_MULTIPLE:
        raise NetworkError(
            f"{path} has damaged metadata (weights_sha256, multiple): export it again with `fcfi export`"
        )
    return NetworkInfo(
        texts.get("name", path.stem),
        texts.get("variant", "unknown"),
        sha256,
        int(multiple),
        runtime,
        dict(texts),
    )


def _regular(path: str | os.PathLike[str]) -> Path:
    """The path as one of a file that is there."""
    file = Path(path)
    try:
        if file.is_dir():
            raise NetworkError(f"{path} is a folder: give a network file (*.onnx)")
        if not file.exists():
            raise NetworkError(
                f"{path} does not exist: give a network file (*.onnx); `fcfi networks` lists shipped ones"
            )
        if not file.is_file() or file.stat().st_size == 0:
            raise NetworkError(f"{path} is empty or no regular file: give a network file (*.onnx)")
    except (OSError, ValueError) as error:
        raise NetworkError(f"{str(path)[:100]!r} cannot be read: {error}") from error
    return file


def check_settings(runtime: str, threads: int | None, precision: str, streams: int = 1) -> None:
    """Raise ConfigError for a setting that does not exist."""
    if runtime not in RUNTIMES:
        raise ConfigError(f"runtime {runtime!r} is unknown: choose one of {', '.join(RUNTIMES)}")
    if precision not in PRECISIONS:
        raise ConfigError(
            f"precision {precision!r} is unknown: choose one of {', '.join(PRECISIONS)}"
        )
    if threads is not None and threads < 1:
        raise ConfigError(
            f"threads = {threads} is not possible: give at least 1, or nothing for the runtime's choice"
        )
    if streams < 1:
        raise ConfigError(f"streams = {streams} is not possible: give at least 1")
