"""Fixtures for all tests: a tiny network file, photographs, the same settings on every machine.

Environment variables change how the tests run:

    FCFI_TEST_FUZZ=1           use many more generated examples, and new ones each time (make fuzz)
    FCFI_TEST_NO_SKIPS=1       fail if a test is skipped, as in continuous integration
    FCFI_TEST_FLUSH_TO_ZERO=1  make the processor treat subnormal numbers as 0, like some libraries
"""

import os
import random
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from fcfi.runtimes.telemetry import block_telemetry
from tests import generated
from tests.networks import write_onnx

ROOT = Path(__file__).parent.parent
"""The folder of the checkout."""
ELSEWHERE = "make oracles"
"""In the reason of a skip: the test runs in another environment, by this command."""

block_telemetry()  # tests import runtimes themselves
os.environ.setdefault("OMP_NUM_THREADS", "1")
cv2.setNumThreads(1)
generated.register()
if os.environ.get("FCFI_TEST_FLUSH_TO_ZERO"):
    import torch

    assert torch.set_flush_denormal(True), "this processor cannot flush to zero"

_skipped: list[str] = []


@pytest.fixture(autouse=True)
def same_random_numbers() -> None:
    """Start every test from the same state of the global random number generators."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002, libraries use it
    if "torch" in sys.modules:  # most tests do without it, and it takes seconds to import
        sys.modules["torch"].manual_seed(0)


@pytest.fixture(scope="session")
def network_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a network file (ONNX) that answers fast, with meaningless masks."""
    return write_onnx(tmp_path_factory.mktemp("network") / "tiny.onnx")


@pytest.fixture(scope="session")
def examples() -> Path:
    """Return the folder of bundled photographs and masks, a dataset in the plain layout."""
    return ROOT / "examples"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Record a skipped test, unless another command runs it."""
    if report.skipped and ELSEWHERE not in str(report.longrepr) and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in continuous integration if a test was skipped."""
    if _skipped and os.environ.get("FCFI_TEST_NO_SKIPS"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the skipped tests if that is a failure."""
    if _skipped and os.environ.get("FCFI_TEST_NO_SKIPS"):
        terminalreporter.section("skipped, which is a failure here", red=True)
        for name in _skipped:
            terminalreporter.line(name)
