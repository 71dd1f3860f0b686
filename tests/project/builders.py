"""Folders of pictures, projects and actions for tests."""

from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from fcfi.masks.truth import Mask
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.zoom import Zoom
from fcfi.project import AddClicks, Project, RunMask
from fcfi.prompts.clicks import Click
from tests.networks import ColourNetwork

HEIGHT, WIDTH = 48, 64


def photo(seed: int = 0, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Return (height, width, 3) with coarse patches of colour, on which masks are meaningful."""
    patches = np.random.default_rng(seed).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    return np.repeat(np.repeat(patches, 8, axis=0), 8, axis=1)


def write_photos(folder: Path, *names: str) -> Path:
    """Write small, different pictures with these names into a folder."""
    for seed, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Pillow.fromarray(photo(seed)).save(path)
    return folder


def predictor(name: str = "colour") -> FCFIPredictor:
    """Return a fast predictor of the colour network."""
    return FCFIPredictor(ColourNetwork(name), Zoom(target=64))


def opened(folder: Path, **options: object) -> Project:
    """Open the folder's project with the colour network."""
    return Project.open(folder, predictor(), **options)  # type: ignore[arg-type]


def click(
    x: int,
    y: int,
    object: int | None = None,  # noqa: A002
    positive: bool = True,
    **options: object,
) -> AddClicks:
    """Return one click, on a new object by default."""
    return AddClicks(object, (Click(x, y, positive),), **options)  # type: ignore[arg-type]


def square(left: int, top: int, side: int = 8, height: int = HEIGHT, width: int = WIDTH) -> Mask:
    """Return a mask (height, width) with a square."""
    mask = np.zeros((height, width), np.bool_)
    mask[top : top + side, left : left + side] = True
    return mask


def runs(left: int, top: int, side: int = 8) -> RunMask:
    """Return the run mask of a square."""
    found = RunMask.of(square(left, top, side))
    assert found is not None
    return found
