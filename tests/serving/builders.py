"""Servers for tests, with a colour network that counts predictions, and requests of tools."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI

from fcfi.images import encode_png
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Predictor
from fcfi.prediction.lazy import status_of
from fcfi.prediction.zoom import Zoom
from fcfi.server.settings import Settings
from fcfi.serving.app import create_app
from fcfi.serving.faces import FACES
from fcfi.serving.pictures import ToolServer
from fcfi.serving.prompted import Prompted
from tests.networks import ColourNetwork

RECORDED = Path(__file__).parent / "recorded"
HEIGHT, WIDTH = 200, 300
ZOOM = Zoom(target=96, ratio=1.4, minimum=50)


def picture(shift: int = 0) -> np.ndarray:
    """Return a bright disk on a dark background."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    image = np.full((HEIGHT, WIDTH, 3), 20, np.uint8)
    image[(x - 150 - shift) ** 2 + (y - 100) ** 2 < 50**2] = (220, 180, 90)
    return image


def coloured(network: ColourNetwork | None = None) -> FCFIPredictor:
    return FCFIPredictor(network or ColourNetwork(), ZOOM)


def application(
    predictor: Predictor,
    server: ToolServer | None = None,
    settings: Settings | None = None,
    faces: Sequence[str] = tuple(FACES),
) -> FastAPI:
    rules = settings or Settings(json_bytes=64 << 20)
    return create_app(Prompted(predictor), rules, lambda: status_of(predictor), faces, server)


def in_base64(image: np.ndarray) -> str:
    return base64.b64encode(encode_png(image)).decode()


def recorded(name: str) -> dict[str, Any]:
    """Return the recorded request and response of a tool."""
    exchange: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return exchange
