"""Export of a model as one network file (ONNX) that needs no torch, checked before use.

The file takes any size and batch and returns the logits, and the score of a model that has one; it
includes correction and fusion, with batch normalisation folded into the convolutions.  Knows
nothing of clicks; `fcfi.prediction.guidance` defines the inputs.
"""

import json
import warnings
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from fcfi.errors import NetworkError
from fcfi.files import replacing
from fcfi.models.checkpoint import load_model, read_metadata, variant, weights_sha256
from fcfi.models.fcfi import FCFI
from fcfi.models.graph_file import save_graph
from fcfi.prediction.guidance import DISK_RADIUS, STRIDE, WINDOW_RATIO
from fcfi.runtimes.choice import RunRequest, choice_of
from fcfi.runtimes.interface import LOGITS, SCORE
from fcfi.runtimes.network import (
    CLICK_MAPS_KEY,
    ENCODING_KEY,
    FCFI_INPUTS,
    INPUTS_KEY,
    METHOD_KEY,
    OUTPUTS_KEY,
    Network,
)
from fcfi.runtimes.network_file import FORMAT, FORMAT_KEY
from fcfi.runtimes.opening import open_network

Storage = Literal["float32", "float16"]
"""Type of the weights in the file; runtimes compute in float32 either way."""

OPSET = 17
MULTIPLE = 32
"""Height and width of the input are multiples of this: the coarsest stride of all backbones."""
SHAPES: Mapping[str, tuple[int | str, ...]] = {
    "image": ("batch", 3, "height", "width"),
    "feedback": ("batch", 1, "height", "width"),
    "disks": ("batch", 2, "height", "width"),
    "window": ("batch", 1, "cell_rows", "cell_columns"),
    "cell": ("batch",),
    "label": ("batch", 1, 1, 1),
    "gate": ("batch", 1, 1, 1),
    LOGITS: ("batch", 1, "height", "width"),
    SCORE: ("batch", 1),
}
"""Shapes of the inputs and outputs of a network file; texts stand for free sizes."""
RUNTIMES = ("onnxruntime", "openvino")
"""Runtimes that check an exported file, as far as they are installed."""
TOLERANCE: Mapping[str, float] = {"float32": 0.005, "float16": 0.1}
"""Largest difference of logits, file against torch, in standard deviations of the logits.

Measured are 2e-4 and 0.05."""
EPSILON = 1e-6
"""Added to a standard deviation, so that constant logits can be compared."""
CHECKED_SHAPES = ((1, 2 * MULTIPLE, 3 * MULTIPLE), (2, 4 * MULTIPLE, 3 * MULTIPLE))
"""(batch, height, width) of the inputs on which an exported file is checked."""
INPUT_CONVENTIONS = (
    "image (B,3,H,W) RGB in [0,1]; feedback (B,1,H,W) probabilities, zero at a first click; "
    f"disks (B,2,H,W) 0/1, positive and negative clicks, radius {DISK_RADIUS} px; "
    f"window (B,1,h,w) 0/1, {WINDOW_RATIO} of height and width round the last click, "
    f"h = H/{STRIDE}; "
    "cell (B) int64, row * w + column of the last click; label (B,1,1,1) 1 positive, 0 negative; "
    "gate (B,1,1,1) 0 at a first click, else 1"
)
"""A description for those who run the file without fcfi; `fcfi.prediction.guidance` defines it."""


@dataclass(frozen=True)
class Exported:
    """A network file that was written and checked.

    differences: the largest difference of the logits from torch, in standard deviations, by
        runtime.
    """

    path: Path
    weights_sha256: str
    bytes: int
    differences: Mapping[str, float]


def export(
    model: FCFI | Path,
    destination: Path,
    name: str,
    *,
    training_data: str,
    licence: str,
    storage: str = "float32",
    metadata: Mapping[str, str] | None = None,
) -> Exported:
    """Write a network file and check it against torch.

    model: a model, or the path of a checkpoint, whose zoom settings (zoom_*) are copied.
    name: the network's name in the metadata.
    training_data, licence: descriptions of the weights' origin and licence; if training_data is
        empty, the checkpoint's is used.
    storage: type of the weights in the file, one of Storage.
    metadata: further texts.
    Raises NetworkError, and leaves no file, if the check fails.
    """
    if storage not in get_args(Storage):
        raise NetworkError(
            f"expected storage to be one of {', '.join(get_args(Storage))}, got {storage!r}"
        )
    # A copy: the caller's model may be on a GPU and in the middle of training.
    network = deepcopy(model).cpu().eval() if isinstance(model, FCFI) else load_model(model)
    recommended = {} if isinstance(model, FCFI) else read_metadata(model)
    texts = {key: text for key, text in recommended.items() if key.startswith("zoom_")}
    texts |= dict(metadata or {})
    texts |= {
        FORMAT_KEY: FORMAT,
        METHOD_KEY: "fcfi",
        INPUTS_KEY: ", ".join(FCFI_INPUTS),
        "name": name,
        "variant": variant(network.config),
        "weights_sha256": weights_sha256(network),
        "multiple": str(MULTIPLE),
        "training_data": training_data or recommended.get("training_data", "not stated"),
        "licence": licence,
        "input_conventions": INPUT_CONVENTIONS,
        "config": json.dumps(network.config.as_dict()),
    }
    if network.config.click_maps != "disks":
        texts[CLICK_MAPS_KEY] = network.config.click_maps
    if network.body.encoding:
        texts[ENCODING_KEY] = ", ".join(network.body.encoding)
    if network.score is not None:
        texts[OUTPUTS_KEY] = ", ".join(outputs_of(network))
    wrapped = OutputsOnly(network).eval()
    with replacing(destination) as temporary:
        _write(wrapped, temporary, texts)
        differences = check(wrapped, temporary, TOLERANCE["float32"])
        # First in float32: an error in the graph would be lost in the noise of float16 kernels.
        if storage == "float16":
            _halve(temporary)
            differences = check(wrapped, temporary, TOLERANCE["float16"])
    return Exported(destination, texts["weights_sha256"], destination.stat().st_size, differences)


def check(model: "OutputsOnly", path: Path, tolerance: float) -> dict[str, float]:
    """Compare a network file with torch; return the largest difference by installed runtime.

    Raises NetworkError above the tolerance, in standard deviations of the logits.
    """
    differences: dict[str, float] = {}
    for runtime in RUNTIMES:
        if find_spec(runtime) is None:
            continue
        network = open_network(choice_of(path, RunRequest(runtime, "float32")))
        clicks = model.model.config.click_count
        inputs = [
            example(*shape, seed=seed, clicks=clicks) for seed, shape in enumerate(CHECKED_SHAPES)
        ]
        differences[runtime] = float(
            np.max([_difference(model, network, tensors) for tensors in inputs])
        )
        if not differences[runtime] <= tolerance:  # also refuses NaN
            raise NetworkError(
                f"expected {runtime} to differ from torch by at most {tolerance} standard "
                f"deviations of the logits, got {differences[runtime]:.2g}: not exported"
            )
    return differences


def example(
    batch: int, height: int, width: int, seed: int = 0, clicks: int = 2
) -> tuple[Tensor, ...]:
    """Return random inputs of a size, in the order of FCFI_INPUTS.

    clicks: number of click maps.
    """
    random = torch.Generator().manual_seed(seed)
    h, w = height // STRIDE, width // STRIDE

    def uniform(*shape: int) -> Tensor:
        return torch.rand(shape, generator=random)

    return (
        uniform(batch, 3, height, width),
        uniform(batch, 1, height, width),
        (uniform(batch, clicks, height, width) > 0.95).float(),
        (uniform(batch, 1, h, w) > 0.5).float(),
        torch.randint(0, h * w, (batch,), generator=random),
        (uniform(batch, 1, 1, 1) > 0.5).float(),
        torch.ones(batch, 1, 1, 1),
    )


class OutputsOnly(nn.Module):
    """A model that also returns its encoding, after its outputs, so that the graph names it."""

    def __init__(self, model: FCFI) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: Tensor, *prompts: Tensor) -> tuple[Tensor, ...]:
        """Return logits (B, 1, H, W), the score (B, 1) of a model that has one, the encoding."""
        encoding = self.model.encode(image)
        output = self.model.click(encoding, *prompts)
        outputs = (output.logits, *(output.extras[name] for name in outputs_of(self.model)[1:]))
        return (*outputs, *encoding) if self.model.body.encoding else outputs


def outputs_of(model: FCFI) -> tuple[str, ...]:
    """Return the names of the outputs of a model's network file."""
    return (LOGITS,) if model.score is None else (LOGITS, SCORE)


def _difference(model: "OutputsOnly", network: Network, inputs: tuple[Tensor, ...]) -> float:
    """Return the largest difference of any output, in standard deviations of the logits."""
    with torch.no_grad():
        expected = [output.numpy() for output in model(*inputs)]
    arrays = [value.numpy() for value in inputs]
    outputs = network(dict(zip(FCFI_INPUTS, arrays, strict=True)))
    unit = expected[0].std() + EPSILON
    # The encoding, which the model returns after its outputs, is not among the names.
    differences = [
        _largest(name, outputs[name], values) / unit
        for name, values in zip(outputs_of(model.model), expected, strict=False)
    ]
    return float(np.max(differences))


def _largest(name: str, values: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    """Return the largest difference of an output.  Raises NetworkError if the shapes differ."""
    if values.shape != expected.shape:
        raise NetworkError(
            f"expected {name} {expected.shape} as in torch, got {values.shape}: not exported"
        )
    return float(np.abs(values - expected).max())


def _write(model: OutputsOnly, path: Path, texts: Mapping[str, str]) -> None:
    """Trace the model into a network file with these texts."""
    names = outputs_of(model.model)
    axes = {
        name: {axis: size for axis, size in enumerate(SHAPES[name]) if isinstance(size, str)}
        for name in (*FCFI_INPUTS, *names)
    }
    # The older exporter needs only torch, folds batch normalisation, and warns of its age.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            example(*CHECKED_SHAPES[1], clicks=model.model.config.click_count),
            str(path),
            input_names=list(FCFI_INPUTS),
            output_names=[*names, *model.model.body.encoding],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    graph = onnx.load(path)
    _take_all_inputs(graph, model.model.config.click_count)
    _hide_encoding(graph, names)
    helper.set_model_props(graph, dict(texts))
    save_graph(graph, path)


def _take_all_inputs(model: Any, clicks: int) -> None:
    """Restore inputs that the exporter dropped as unused: all network files take the same ones."""
    shapes = {**SHAPES, "disks": ("batch", clicks, "height", "width")}
    del model.graph.input[:]
    for name in FCFI_INPUTS:
        kind = TensorProto.INT64 if name == "cell" else TensorProto.FLOAT
        model.graph.input.append(helper.make_tensor_value_info(name, kind, shapes[name]))


def _hide_encoding(model: Any, names: tuple[str, ...]) -> None:
    """Keep only the outputs of these names, and the encoding's shapes, to cut the file there."""
    ports = list(model.graph.output)
    model.graph.value_info.extend(port for port in ports if port.name not in names)
    del model.graph.output[:]
    model.graph.output.extend(port for port in ports if port.name in names)


def _halve(path: Path) -> None:
    """Store kernels as float16 with a cast before their use, which runtimes fold on loading."""
    model = onnx.load(path)
    casts = []
    for weight in model.graph.initializer:
        # Biases and scales are small, and rounding them does the most harm.
        if weight.data_type != TensorProto.FLOAT or len(weight.dims) < 2:
            continue
        values = numpy_helper.to_array(weight)
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_float16"))
        casts.append(
            helper.make_node(
                "Cast", [f"{name}_float16"], [name], f"{name}_cast", to=TensorProto.FLOAT
            )
        )
    # ONNX requires that every input of a node is computed before it.
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    save_graph(model, path)
