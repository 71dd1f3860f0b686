"""fcfi: cut objects out of pictures with a few clicks.

    import fcfi
    session = fcfi.load().session("photo.jpg")      # default network, best runtime of this machine
    mask = session.click(320, 180)                   # (H, W) bool
    mask = session.click(90, 60, positive=False)

Importing fcfi loads neither NumPy nor OpenCV, a runtime or torch; they are loaded at first use.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fcfi.boxes import Box
from fcfi.errors import FCFIError
from fcfi.grey_window import GreyWindow
from fcfi.prompts.clicks import Click, Scribble

if TYPE_CHECKING:
    from fcfi.prediction.fcfi import FCFIPredictor
    from fcfi.prediction.interface import Flip, Predictor
    from fcfi.prediction.prediction import Prediction
    from fcfi.prediction.zoom import Zoom
    from fcfi.segmenter import Segmenter
    from fcfi.session import Session

__version__ = "0.1.0"
__all__ = [
    "Box",
    "Click",
    "FCFIError",
    "FCFIPredictor",
    "GreyWindow",
    "Prediction",
    "Predictor",
    "Scribble",
    "Segmenter",
    "Session",
    "Zoom",
    "__version__",
    "load",
]

_HOMES = {
    "Prediction": "fcfi.prediction.prediction",
    "FCFIPredictor": "fcfi.prediction.fcfi",
    "Predictor": "fcfi.prediction.interface",
    "Segmenter": "fcfi.segmenter",
    "Session": "fcfi.session",
    "Zoom": "fcfi.prediction.zoom",
}
"""Modules that define the public names, which are loaded at first use."""


def load(
    name_or_path: str | os.PathLike[str] | None = None,
    runtime: str = "auto",
    *,
    precision: str = "auto",
    threads: int | None = None,
    zoom: "Zoom | None" = None,
    flip: "Flip" = "none",
    threshold: float = 0.49,
) -> "Segmenter":
    """Open a network, ready for `.session(picture)` and `.predict(...)`.

    name_or_path: a shipped network's name, a network file (*.onnx), a checkpoint (*.safetensors, in
        torch), or None for the default network.
    runtime: auto (the best installed one), openvino, onnxruntime or torch.
    precision: float32 (exact), bfloat16 or int8 (faster if the processor supports it), or auto: the
        fastest one whose rounding costs almost no clicks.  A warning reports what the machine lacks
        and what is used instead.
    threads: largest number of threads; None leaves it to the runtime.
    zoom: size and margin of crops; None uses the network's recommendation.
    flip: none, or average (also predicts the mirrored picture: slightly better, twice the time).
    threshold: a pixel is object above this probability.

    Raises NetworkError if the network cannot be found or used, ConfigError for a setting that does
    not exist.

    >>> import fcfi
    >>> network = fcfi.load()  # the default network, the best runtime of this machine
    >>> session = network.session("examples/images/coffee.jpg")
    >>> mask = session.click(290, 130)
    >>> mask.shape, mask.dtype, bool(mask[130, 290])
    ((400, 600), dtype('bool'), True)
    """
    from fcfi import segmenter

    return segmenter.load(
        name_or_path,
        runtime,
        precision=precision,
        threads=threads,
        zoom=zoom,
        flip=flip,
        threshold=threshold,
    )


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'fcfi' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
