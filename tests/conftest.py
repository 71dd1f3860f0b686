"""What all tests share: a tiny network file, bundled photographs, and settings that are alike on every machine."""

import os
from pathlib import Path

import cv2
import pytest
from hypothesis import settings

from fcfi.runtimes.private import block_telemetry
from tests.networks import write_onnx

ROOT = Path(__file__).parent.parent
"""Of the checkout."""

block_telemetry()  # tests import runtimes themselves
os.environ.setdefault("OMP_NUM_THREADS", "1")
cv2.setNumThreads(1)
settings.register_profile(
    "fcfi", deadline=None
)  # shared machines stall; what is slow is seen in --durations
settings.load_profile("fcfi")


@pytest.fixture(scope="session")
def network_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network file (ONNX) that answers at once, without sense."""
    return write_onnx(tmp_path_factory.mktemp("network") / "tiny.onnx")


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of bundled photographs and masks, a data set in the plain layout."""
    return ROOT / "examples"
