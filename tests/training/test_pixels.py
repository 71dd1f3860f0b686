"""Training and prediction prepare the same pixels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fcfi.boxes import Box
from fcfi.data.crop import TrainingCrop
from fcfi.data.framing import cut
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.zoom import Crop as NetworkCrop
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from fcfi.training.rounds import collate
from fcfi.training.sessions import CropSession, RoundsConfig
from tests.generated import examples
from tests.networks import ColourNetwork

FILL = (124, 116, 104)


@given(
    box=st.tuples(*[st.integers(0, 90)] * 2, *[st.integers(8, 400)] * 2),
    height=st.sampled_from([32, 64, 96, 224]),
    width=st.sampled_from([32, 64, 96, 224]),
)
@examples(60)
def test_a_training_crop_of_a_box_is_the_crop_that_the_zoom_cuts(
    box: tuple[int, int, int, int], height: int, width: int
) -> None:
    image = np.random.default_rng(0).integers(0, 256, (500, 500, 3), np.uint8)
    left, top, columns, rows = box
    part = Box(left, top, left + columns, top + rows)
    trained = cut(image, part, height, width, FILL)
    used = NetworkCrop(part, height, width).image(image)
    np.testing.assert_array_equal(trained, used)


def test_the_networks_first_input_is_the_same_to_the_bit() -> None:
    image = np.random.default_rng(1).integers(0, 256, (200, 300, 3), np.uint8)
    network = ColourNetwork()
    FCFIPredictor(network, Zoom(target=96)).predict(image, (Click(150, 100),))
    used = network.calls[0][0]

    height, width = used.shape[2:]
    pixels = cut(image, Box(0, 0, 300, 200), height, width, FILL)
    truth = np.zeros((height, width), np.uint8)
    state = CropSession(TrainingCrop(pixels, truth, truth > 0), (Click(48, 32),))
    trained = collate([state], RoundsConfig(), np.random.default_rng(0)).image
    np.testing.assert_array_equal(trained.numpy(), used)
