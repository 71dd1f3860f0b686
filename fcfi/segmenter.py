"""Opening a network by name or path, ready for sessions on pictures."""

import os
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fcfi import weights
from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.grey_window import GreyWindow
from fcfi.images import Image, read_image
from fcfi.prediction.interface import Flip, Predictor
from fcfi.prediction.lazy import LazyPredictor
from fcfi.prediction.methods import MakePredictor, check_method, make_predictor
from fcfi.prediction.prediction import THRESHOLD, CachedImage, Prediction
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Prompts
from fcfi.runtimes.choice import (
    Choice,
    NetworkFiles,
    RunRequest,
    choose,
    files_at,
    files_of,
    this_machine,
)
from fcfi.runtimes.network import NetworkInfo
from fcfi.runtimes.network_file import CHECKPOINT, SUFFIX, read_info
from fcfi.runtimes.opening import open_network
from fcfi.session import Session


class Segmenter:
    """A predictor that opens sessions.  It has no state, and threads may share it.

    >>> import fcfi
    >>> segmenter = fcfi.load()
    >>> session = segmenter.session("examples/images/coffee.jpg")
    >>> prediction = segmenter.predict(session.image, (fcfi.Click(290, 130),))
    >>> bool((prediction.mask == session.click(290, 130)).all())
    True
    """

    def __init__(self, predictor: Predictor) -> None:
        """Wrap a predictor."""
        self.predictor = predictor

    @property
    def info(self) -> NetworkInfo:
        """The description of the network."""
        return self.predictor.info

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The settings on which an answer depends, besides picture, prompts and weights."""
        return self.predictor.settings

    @property
    def threshold(self) -> float:
        """The probability above which a pixel is object."""
        return self.predictor.threshold

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        """Return the prediction for all prompts; see `Predictor`."""
        return self.predictor.predict(image, prompts, previous, within)

    def session(
        self,
        image: str | os.PathLike[str] | NDArray[np.uint8],
        window: GreyWindow | None = None,
    ) -> Session:
        """Return a session on a picture.

        image: a path, or an array (H, W, 3) uint8 RGB or (H, W) grey.
        window: the values that become black and white, for the path of a deep picture.

        Raises InputError for a picture that cannot be read or used.
        """
        if isinstance(image, (str, os.PathLike)):
            return Session(self.predictor, read_image(image, window=window), window=window)
        if window is not None:
            raise InputError(
                "expected the path of a picture with the window, got an array: "
                "an array has grey levels already, so leave the window out"
            )
        return Session(self.predictor, image)


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
    """Open a shipped network by name, a file by path, or the default network; see `fcfi.load`."""
    chosen = plan_run(name_or_path, RunRequest(runtime, precision, threads))
    return open_choice(chosen, zoom, flip, threshold)


def plan_run(name_or_path: str | os.PathLike[str] | None, request: RunRequest) -> Choice:
    """Return how to run a network on this machine, without loading it.

    Warns (RuntimeWarning) if a request cannot be met.  Raises NetworkError or ConfigError.
    """
    chosen = choose(find_files(name_or_path), request, this_machine())
    for note in chosen.notes:
        warnings.warn(note, RuntimeWarning, stacklevel=4)
    return chosen


def open_choice(
    chosen: Choice, zoom: Zoom | None = None, flip: Flip = "none", threshold: float = THRESHOLD
) -> Segmenter:
    """Open a chosen network, ready for sessions.  Raises NetworkError."""
    return Segmenter(make_predictor(open_network(chosen), zoom, flip, threshold))


def open_lazily(chosen: Choice, make: MakePredictor = make_predictor) -> LazyPredictor:
    """Return a predictor that loads a chosen network in the background.

    make: returns the predictor of the network that was opened.
    Raises NetworkError immediately for a file that is not a network file.
    """
    if chosen.path.suffix == CHECKPOINT:
        # A checkpoint's description is known only after torch has read it, which takes seconds.
        info = NetworkInfo(chosen.path.stem, "unknown", "", 1)
    else:
        info = read_info(chosen.path)
    check_method(info)
    return LazyPredictor(info, lambda: make(open_network(chosen), None, "none", THRESHOLD))


def find_files(name_or_path: str | os.PathLike[str] | None) -> NetworkFiles:
    """Return the files of a network.

    A text without folder and suffix is the name of a shipped network.  Raises NetworkError for an
    unknown name.
    """
    if name_or_path is not None:
        path = Path(name_or_path)
        named = (
            isinstance(name_or_path, str)
            and path.name == name_or_path
            and path.suffix not in (SUFFIX, CHECKPOINT)
        )
        if not named or path.is_file():
            return files_at(path)
    return files_of(weights.find(None if name_or_path is None else str(name_or_path)))
