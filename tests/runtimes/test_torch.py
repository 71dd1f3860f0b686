"""A checkpoint runs in torch with the same interface, and answers like the network itself."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from fcfi.errors import NetworkError
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.zoom import Zoom
from fcfi.runtimes.opening import OpenedNetwork
from tests.networks import logits_of, opened, random_inputs

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from fcfi.models.build import build
    from fcfi.models.checkpoint import save_model
    from fcfi.models.config import ModelConfig

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("checkpoint") / "tiny.safetensors"
    save_model(build(ModelConfig("lite0", mid=8)), path)
    return path


@pytest.fixture(scope="module")
def network(checkpoint: Path) -> OpenedNetwork:
    return opened(checkpoint)


def test_it_answers_as_the_model_does(checkpoint: Path, network: OpenedNetwork) -> None:
    from fcfi.models.checkpoint import load_model, weights_sha256

    model = load_model(checkpoint)
    inputs = random_inputs(2, 64, 96)
    with torch.no_grad():
        expected = model(*(torch.from_numpy(array) for array in inputs)).logits.numpy()
    logits = logits_of(network, inputs)
    np.testing.assert_allclose(logits, expected, atol=1e-4 * expected.std())
    assert logits.dtype == np.float32
    assert network.info.sha256 == weights_sha256(model)
    assert (network.info.name, network.info.multiple) == ("tiny", 32)
    assert network.info.runtime.startswith("torch ")


def test_a_predictor_and_threads_can_use_it(network: OpenedNetwork) -> None:
    predictor = FCFIPredictor(network, Zoom(target=64))
    image = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)
    from fcfi.prompts.clicks import Click

    def twice(x: int) -> np.ndarray:
        first = predictor.predict(image, (Click(x, 20),))
        return predictor.predict(image, (Click(x, 20), Click(x, 30)), first).probs

    alone = [twice(x) for x in range(0, 60, 20)]
    with ThreadPoolExecutor(3) as pool:
        for expected, found in zip(alone, pool.map(twice, range(0, 60, 20)), strict=True):
            np.testing.assert_allclose(expected, found, atol=1e-5)


def test_bfloat16_is_near(checkpoint: Path, network: OpenedNetwork) -> None:
    inputs = random_inputs()
    exact = logits_of(network, inputs)
    near = logits_of(opened(checkpoint, "torch", precision="bfloat16"), inputs)
    assert near.dtype == np.float32
    assert np.abs(near - exact).max() < 0.2 * max(1, exact.std())


def test_a_damaged_checkpoint_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    data = checkpoint.read_bytes()
    for content in (data[: len(data) // 2], b"no checkpoint"):
        (tmp_path / "bad.safetensors").write_bytes(content)
        with pytest.raises(NetworkError, match=r"bad\.safetensors"):
            opened(tmp_path / "bad.safetensors")
