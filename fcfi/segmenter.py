"""The front door: a network opened by name or path, ready for sessions on pictures."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fcfi import weights
from fcfi.geometry import Zoom
from fcfi.images import read_image
from fcfi.network import CHECKPOINT, open_network
from fcfi.predictor import THRESHOLD, Flip, Predictor
from fcfi.session import Session


class Segmenter(Predictor):
    """A predictor that opens sessions.  Holds no state; threads may share it."""

    def session(self, image: str | os.PathLike[str] | NDArray[np.uint8]) -> Session:
        """A session on a picture: a path, or an array (H, W, 3) uint8 RGB or (H, W) grey.

        Raises InputError for a picture that cannot be read or used.
        """
        return Session(self, read_image(image) if isinstance(image, (str, os.PathLike)) else image)


def load(
    name_or_path: str | os.PathLike[str] | None = None,
    runtime: str = "auto",
    *,
    precision: str = "float32",
    threads: int | None = None,
    zoom: Zoom | None = None,
    flip: Flip = "none",
    threshold: float = THRESHOLD,
) -> Segmenter:
    """Open a shipped network by its name, a network file by its path, or the default network; see `fcfi.load`."""
    network = open_network(_path(name_or_path), runtime, threads, precision)
    return Segmenter(network, zoom, flip, threshold)


def _path(name_or_path: str | os.PathLike[str] | None) -> Path:
    """A text without a folder and a file's ending is a name; the shipped file is checked against its sha256."""
    if name_or_path is not None:
        path = Path(name_or_path)
        named = isinstance(name_or_path, str) and path.name == name_or_path and path.suffix not in (".onnx", CHECKPOINT)
        if not named or path.is_file():
            return path
    return weights.verified(weights.find(None if name_or_path is None else str(name_or_path)))
