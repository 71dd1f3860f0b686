"""A network as one ONNX file that needs no torch: any size and batch, correction and fusion inside, checked before use.

The exported graph answers with the final logits only.  Batch normalisation is folded into the convolutions.  Knows
nothing of clicks; the inputs are those of `fcfi.encoding`.
"""

import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from fcfi import encoding
from fcfi.errors import NetworkError
from fcfi.files import replacing
from fcfi.models.checkpoint import load_model, weights_sha256
from fcfi.models.config import VARIANTS
from fcfi.models.fcfi import FCFI

Storage = Literal["float32", "float16"]
"""Type of the weights in the file; runtimes compute in float32 either way."""

OPSET = 17
FORMAT = "1"
"""Version of network files (metadata `fcfi_format`)."""
MULTIPLE = 32
"""Height and width of the input are multiples of this: the coarsest stride of all backbones."""
INPUTS = ("image", "feedback", "disks", "window", "cell", "label", "gate")
TOLERANCE: Mapping[str, float] = {"float32": 0.005, "float16": 0.05}
"""Largest difference of logits, file against torch, in standard deviations of the answer."""
EPSILON = 1e-6
"""Added to a standard deviation, so that a constant answer can be compared."""
CHECKED_SHAPES = ((1, 2 * MULTIPLE, 3 * MULTIPLE), (2, 4 * MULTIPLE, 3 * MULTIPLE))
"""(batch, height, width) of the inputs that an exported file is tried on."""
INPUT_CONVENTIONS = (
    "image (B,3,H,W) RGB in [0,1]; feedback (B,1,H,W) probabilities, zero at a first click; "
    f"disks (B,2,H,W) 0/1, positive and negative clicks, radius {encoding.DISK_RADIUS} px; "
    f"window (B,1,h,w) 0/1, {encoding.WINDOW_RATIO} of height and width round the last click, h = H/{encoding.STRIDE}; "
    "cell (B) int64, row * w + column of the last click; label (B,1,1,1) 1 positive, 0 negative; "
    "gate (B,1,1,1) 0 at a first click, else 1"
)
"""For whoever runs the file without fcfi; `fcfi.encoding` is the definition."""


@dataclass(frozen=True)
class Exported:
    """What was written: differences are the largest ones of the logits, in standard deviations, by runtime."""

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
    """Write a network file and check it against torch; nothing is left behind if the check fails (NetworkError).

    model: a network or a checkpoint's path.  training_data, licence: of the weights, in words.
    storage: one of Storage.  metadata: further texts.
    """
    if storage not in get_args(Storage):
        raise NetworkError(f"storage {storage!r} is unknown: use one of {', '.join(get_args(Storage))}")
    network = model if isinstance(model, FCFI) else load_model(model)
    texts = dict(metadata or {}) | {
        "fcfi_format": FORMAT,
        "name": name,
        "variant": variant(network),
        "weights_sha256": weights_sha256(network),
        "multiple": str(MULTIPLE),
        "training_data": training_data,
        "licence": licence,
        "input_conventions": INPUT_CONVENTIONS,
        "config": json.dumps(network.config.as_dict()),
    }
    wrapped = LogitsOnly(network).eval()
    with replacing(destination) as temporary:
        _write(wrapped, temporary)
        _finish(temporary, storage, texts)
        differences = check(wrapped, temporary, TOLERANCE[storage])
    return Exported(destination, texts["weights_sha256"], destination.stat().st_size, differences)


def variant(model: FCFI) -> str:
    """The configuration's name, or the backbone's with the modules that differ from it."""
    for name, config in VARIANTS.items():
        if config == model.config:
            return name
    return f"{model.config.backbone}, correction {model.config.correction}, fusion {model.config.fusion}"


def check(model: nn.Module, path: Path, tolerance: float) -> dict[str, float]:
    """Compare a network file with torch in every runtime at hand; NetworkError above the tolerance."""
    differences: dict[str, float] = {}
    for runtime, answer in _runtimes(path):
        differences[runtime] = 0.0
        for seed, shape in enumerate(CHECKED_SHAPES):
            inputs = example(*shape, seed=seed)
            with torch.no_grad():
                expected = model(*inputs).numpy()
            given = answer({key: value.numpy() for key, value in zip(INPUTS, inputs, strict=True)})
            if given.shape != expected.shape:
                raise NetworkError(
                    f"{runtime} answers {given.shape} where torch answers {expected.shape}: not exported"
                )
            difference = float(np.abs(given - expected).max() / (expected.std() + EPSILON))
            differences[runtime] = max(differences[runtime], difference)
        if not differences[runtime] <= tolerance:
            raise NetworkError(
                f"{runtime} differs from torch by {differences[runtime]:.2g} standard deviations of the logits, "
                f"at most {tolerance} is accepted: not exported"
            )
    return differences


def example(batch: int, height: int, width: int, seed: int = 0) -> tuple[Tensor, ...]:
    """Random inputs of one size, in the order of INPUTS."""
    random = torch.Generator().manual_seed(seed)
    h, w = height // encoding.STRIDE, width // encoding.STRIDE

    def uniform(*shape: int) -> Tensor:
        return torch.rand(shape, generator=random)

    return (
        uniform(batch, 3, height, width),
        uniform(batch, 1, height, width),
        (uniform(batch, 2, height, width) > 0.95).float(),
        (uniform(batch, 1, h, w) > 0.5).float(),
        torch.randint(0, h * w, (batch,), generator=random),
        (uniform(batch, 1, 1, 1) > 0.5).float(),
        torch.ones(batch, 1, 1, 1),
    )


class LogitsOnly(nn.Module):
    """A network that gives its answer and nothing else."""

    def __init__(self, model: FCFI) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> Tensor:
        """Logits (B, 1, H, W)."""
        logits: Tensor = self.model(*inputs).logits
        return logits


def _write(model: nn.Module, path: Path) -> None:
    """Trace the network; the older exporter needs nothing but torch and folds batch normalisation."""
    pixels = {0: "batch", 2: "height", 3: "width"}
    cells = {0: "batch", 2: "cell_rows", 3: "cell_columns"}
    axes = {name: {0: "batch"} for name in INPUTS} | dict.fromkeys(("image", "feedback", "disks", "logits"), pixels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            example(*CHECKED_SHAPES[1]),
            str(path),
            input_names=list(INPUTS),
            output_names=["logits"],
            dynamic_axes=axes | {"window": cells},
            opset_version=OPSET,
            dynamo=False,
        )


def _finish(path: Path, storage: str, texts: Mapping[str, str]) -> None:
    """Shrink the weights if wanted, write the texts, and let the library check the graph."""
    graph = onnx.load(path)
    if storage == "float16":
        _halve(graph)
    helper.set_model_props(graph, dict(texts))
    graph.producer_name = "fcfi"
    graph.producer_version = FORMAT
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, path)


def _halve(model: Any) -> None:
    """Keep convolution kernels as float16 with a cast in front of their use, which runtimes fold when they load."""
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or len(weight.dims) < 2:
            continue
        values = numpy_helper.to_array(weight)
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_float16"))
        casts.append(helper.make_node("Cast", [f"{name}_float16"], [name], f"{name}_cast", to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


Answer = Callable[[dict[str, NDArray[Any]]], NDArray[np.float32]]


def _runtimes(path: Path) -> Iterator[tuple[str, Answer]]:
    """Every installed runtime with the file loaded: ONNX Runtime always, OpenVINO where it is."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    yield "onnxruntime", lambda inputs: session.run(["logits"], inputs)[0]
    try:
        import openvino
    except ImportError:
        return
    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    yield "openvino", lambda inputs: compiled(inputs)["logits"]
