"""The network is loaded in the background: only calls that need it wait."""

import threading

import numpy as np
import pytest

from fcfi.errors import NetworkError
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.lazy import LazyPredictor
from fcfi.prompts.clicks import Click
from fcfi.runtimes.network import NetworkInfo
from tests.networks import ColourNetwork

INFO = NetworkInfo("colour", "fake", "sha256 of colour", 32)
IMAGE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


def test_predictions_wait_for_the_network_and_its_status_does_not() -> None:
    gate, network = threading.Event(), ColourNetwork()

    def load() -> FCFIPredictor:
        gate.wait()
        return FCFIPredictor(network)

    late = LazyPredictor(INFO, load)
    assert (late.status.state, late.status.name, late.status.sha256) == (
        "loading",
        "colour",
        INFO.sha256,
    )
    gate.set()
    click = (Click(10, 10),)
    np.testing.assert_array_equal(
        late.predict(IMAGE, click).probs, FCFIPredictor(network).predict(IMAGE, click).probs
    )
    assert (late.status.state, late.status.runtime) == ("ready", "numpy")
    assert (late.info.sha256, late.settings["flip"], late.threshold) == (
        network.info.sha256,
        "none",
        0.49,
    )


def test_it_is_warm_once_it_is_loaded() -> None:
    network = ColourNetwork()
    late = LazyPredictor(INFO, lambda: FCFIPredictor(network))
    assert late.info is network.info
    gates = [float(call[6].item()) for call in network.calls]
    assert gates == [0.0, 1.0]


def test_a_network_that_cannot_be_loaded_is_reported_at_every_click() -> None:
    def load() -> FCFIPredictor:
        raise NetworkError("its file is damaged")

    late = LazyPredictor(INFO, load)
    for _ in range(2):
        with pytest.raises(NetworkError, match="its file is damaged"):
            late.predict(IMAGE, (Click(1, 1),))
    assert (late.status.state, late.status.problem) == ("failed", "its file is damaged")
