"""The front door: a network opened by name or path, ready for sessions on pictures."""

import os
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fcfi import weights
from fcfi.images import read_image
from fcfi.prediction.fcfi import FCFIPredictor, Flip
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.network import CHECKPOINT, open_network
from fcfi.runtimes.plan import Choice, Files, Wish, choose, files_at, files_of, this_machine
from fcfi.session import Session


class Segmenter(FCFIPredictor):
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
    precision: str = "auto",
    threads: int | None = None,
    zoom: Zoom | None = None,
    flip: Flip = "none",
    threshold: float = THRESHOLD,
) -> Segmenter:
    """Open a shipped network by its name, a network file by its path, or the default network; see `fcfi.load`."""
    return open_choice(plan(name_or_path, Wish(runtime, precision, threads)), zoom, flip, threshold)


def plan(name_or_path: str | os.PathLike[str] | None, wish: Wish) -> Choice:
    """What to open of a network on this machine; nothing is loaded yet.

    A wish that cannot be fulfilled is a RuntimeWarning.  Raises NetworkError, ConfigError.
    """
    chosen = choose(find_files(name_or_path), wish, this_machine())
    for note in chosen.notes:
        warnings.warn(note, RuntimeWarning, stacklevel=4)
    return chosen


def open_choice(
    chosen: Choice, zoom: Zoom | None = None, flip: Flip = "none", threshold: float = THRESHOLD
) -> Segmenter:
    """The network that was chosen, ready for sessions.  Raises NetworkError."""
    weights.check(chosen.path)
    network = open_network(
        chosen.path, chosen.runtime, chosen.threads, chosen.precision, chosen.streams
    )
    return Segmenter(network, zoom, flip, threshold)


def find_files(name_or_path: str | os.PathLike[str] | None) -> Files:
    """What there is of a network; a text without a folder and a file's ending is a shipped one's name.

    Raises NetworkError if there is none.
    """
    if name_or_path is not None:
        path = Path(name_or_path)
        named = (
            isinstance(name_or_path, str)
            and path.name == name_or_path
            and path.suffix not in (".onnx", CHECKPOINT)
        )
        if not named or path.is_file():
            return files_at(path)
    return files_of(weights.find(None if name_or_path is None else str(name_or_path)))
