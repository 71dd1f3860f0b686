"""Tiny networks for tests, in NumPy and as ONNX; both use every input, so that errors show."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from fcfi.models.graph_file import save_graph
from fcfi.prediction.guidance import STRIDE
from fcfi.runtimes.choice import RunRequest, choice_of
from fcfi.runtimes.interface import LOGITS, Arrays
from fcfi.runtimes.network import FCFI_INPUTS, Network, NetworkInfo
from fcfi.runtimes.opening import OpenedNetwork, open_network

METADATA: Mapping[str, str] = {
    "fcfi_format": "1",
    "name": "tiny",
    "variant": "tiny",
    "weights_sha256": "ab" * 32,
    "multiple": "32",
    "training_data": "none",
    "licence": "Apache-2.0",
    "input_conventions": "as fcfi.prediction.guidance says",
}

KERNEL: NDArray[Any] = np.random.default_rng(0).normal(size=(1, 6, 3, 3)).astype(np.float32)


class ColourNetwork:
    """Marks pixels with a colour like the clicked cell's; also uses feedback and disks."""

    def __init__(self, name: str = "colour", multiple: int = 32, **metadata: str) -> None:
        self.info = NetworkInfo(name, "fake", f"sha256 of {name}", multiple, "numpy", metadata)
        self.calls: list[tuple[NDArray[Any], ...]] = []

    def __call__(self, inputs: Arrays, /) -> Arrays:
        self.calls.append(tuple(inputs[name] for name in FCFI_INPUTS))
        return {LOGITS: self.logits(*self.calls[-1])}

    def logits(
        self,
        image: NDArray[Any],
        feedback: NDArray[Any],
        disks: NDArray[Any],
        window: NDArray[Any],
        cell: NDArray[Any],
        label: NDArray[Any],
        gate: NDArray[Any],
    ) -> NDArray[np.float32]:
        """(1, 1, H, W) for a batch of one."""
        row, column = divmod(int(cell[0]), window.shape[-1])
        colour = image[0, :, row * STRIDE + STRIDE // 2, column * STRIDE + STRIDE // 2]
        alike = 1 - 4 * np.abs(image[0] - colour[:, None, None]).mean(axis=0)
        near = np.repeat(np.repeat(window[0, 0], STRIDE, axis=0), STRIDE, axis=1)
        said = (label[0, 0, 0, 0] * 2 - 1) * alike * (0.5 + near)
        before = gate[0, 0, 0, 0] * (feedback[0, 0] * 4 - 2)
        tilt = np.linspace(0, 0.5, image.shape[3])  # so that a mirrored picture has another answer
        return np.asarray(4 * said + before + tilt + 6 * (disks[0, 0] - disks[0, 1]), np.float32)[
            None, None
        ]


class OnceNetwork(ColourNetwork):
    """A ColourNetwork that encodes the picture once; `encoded` lists the encoded images."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[NDArray[Any]] = []

    def __call__(self, inputs: Arrays, /) -> Arrays:
        return self.click(self.encode(inputs), inputs)

    def encode(self, inputs: Arrays, /) -> Arrays:
        self.encoded.append(inputs["image"])
        return {"seen": inputs["image"] + 1}

    def click(self, encoding: Arrays, prompts: Arrays, /) -> Arrays:
        return super().__call__({**prompts, "image": encoding["seen"] - 1})


class ConstantNetwork(ColourNetwork):
    """Returns the same logit everywhere."""

    def __init__(self, value: float) -> None:
        super().__init__("constant")
        self.value = value

    def logits(self, *inputs: NDArray[Any]) -> NDArray[np.float32]:
        return np.full((1, 1, *inputs[0].shape[2:]), self.value, np.float32)


def write_onnx(
    path: Path,
    metadata: Mapping[str, str] = METADATA,
    window: str = "window",
    also: tuple[str, ...] = (),
) -> Path:
    """Write a network file: a 3x3 convolution of image, feedback and disks, plus the other inputs.

    window: the name of that input.  also: names of values that become outputs as well.
    """
    constants: dict[str, NDArray[Any]] = {
        "kernel": KERNEL,
        "scales": np.array([1, 1, STRIDE, STRIDE], np.float32),
        "shape": np.array([-1, 1, 1, 1], np.int64),
        "small": np.array(0.01, np.float32),
    }
    nodes = [
        helper.make_node("Concat", ["image", "feedback", "disks"], ["all"], axis=1),
        helper.make_node("Conv", ["all", "kernel"], ["seen"], pads=[1, 1, 1, 1]),
        helper.make_node("Resize", [window, "", "scales"], ["near"], mode="nearest"),
        helper.make_node("Mul", ["near", "label"], ["said"]),
        helper.make_node("Cast", ["cell"], ["number"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["number", "small"], ["moved"]),
        helper.make_node("Reshape", ["moved", "shape"], ["place"]),
        helper.make_node("Add", ["seen", "said"], ["sum"]),
        helper.make_node("Add", ["sum", "place"], ["sum2"]),
        helper.make_node("Add", ["sum2", "gate"], ["logits"]),
    ]
    pixels, cells = ["batch", "height", "width"], ["batch", "rows", "columns"]
    inputs = [
        *(
            _port(name, pixels, channels)
            for name, channels in (("image", 3), ("feedback", 1), ("disks", 2))
        ),
        _port(window, cells, 1),
        helper.make_tensor_value_info("cell", TensorProto.INT64, ["batch"]),
        *(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 1, 1, 1])
            for name in ("label", "gate")
        ),
    ]
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(
        nodes, "tiny", inputs, [_port(name, pixels, 1) for name in ("logits", *also)], weights
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    save_graph(model, path, metadata)
    return path


def onnx_logits(
    image: NDArray[Any],
    feedback: NDArray[Any],
    disks: NDArray[Any],
    window: NDArray[Any],
    cell: NDArray[Any],
    label: NDArray[Any],
    gate: NDArray[Any],
) -> NDArray[np.float32]:
    """Return the logits of `write_onnx`'s network, computed in NumPy."""
    height, width = image.shape[2:]
    padded = np.pad(
        np.concatenate([image, feedback, disks], axis=1), ((0, 0), (0, 0), (1, 1), (1, 1))
    )
    seen = sum(
        (padded[:, :, y : y + height, x : x + width] * KERNEL[:, :, y, x, None, None]).sum(
            axis=1, keepdims=True
        )
        for y in range(3)
        for x in range(3)
    )
    near = np.repeat(np.repeat(window, STRIDE, axis=2), STRIDE, axis=3)
    return np.asarray(seen + near * label + cell.reshape(-1, 1, 1, 1) * 0.01 + gate, np.float32)


def random_inputs(
    batch: int = 1, height: int = 32, width: int = 64, seed: int = 0
) -> tuple[NDArray[Any], ...]:
    """Return random network inputs of one size."""
    random = np.random.default_rng(seed)

    def uniform(*shape: int) -> NDArray[np.float32]:
        return random.random(shape, np.float32)

    h, w = height // STRIDE, width // STRIDE
    return (
        uniform(batch, 3, height, width),
        uniform(batch, 1, height, width),
        (uniform(batch, 2, height, width) > 0.9).astype(np.float32),
        (uniform(batch, 1, h, w) > 0.5).astype(np.float32),
        random.integers(0, h * w, batch),
        np.ones((batch, 1, 1, 1), np.float32),
        np.ones((batch, 1, 1, 1), np.float32),
    )


def opened(
    path: str | Path, runtime: str = "auto", precision: str = "float32", threads: int | None = None
) -> OpenedNetwork:
    """Open a file in exactly this runtime and precision; by default float32 in the fastest one."""
    return open_network(choice_of(path, RunRequest(runtime, precision, threads)))


def named(inputs: Sequence[NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return FCFI's inputs by name."""
    return dict(zip(FCFI_INPUTS, inputs, strict=True))


def logits_of(network: Network, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
    """Return a network's logits for FCFI's inputs in order."""
    return network(named(inputs))[LOGITS]


def _port(name: str, axes: list[str], channels: int) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [axes[0], channels, *axes[1:]])
