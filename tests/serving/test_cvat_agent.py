"""The function for CVAT's agents, called with a picture and all clicks in cvat-sdk's types."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import fcfi
from fcfi.boxes import Box
from fcfi.prompts.clicks import Click
from fcfi.serving.prompted import Prompted
from tests.networks import ColourNetwork
from tests.serving.builders import HEIGHT, WIDTH, coloured, picture

agent = pytest.importorskip("fcfi.serving.cvat_agent")
cvataa = pytest.importorskip("cvat_sdk.auto_annotation")
masks = pytest.importorskip("cvat_sdk.masks")

DISK = (150.6, 100.2)
GROUND = (20.0, 20.0)


@dataclass(frozen=True)
class Given:
    """A person's input, as an agent passes it on."""

    pos_points: tuple[tuple[float, float], ...] = ()
    neg_points: tuple[tuple[float, float], ...] = ()
    bounding_box: tuple[tuple[float, float], tuple[float, float]] | None = None


def asked(function: Any, prompts: Given, image: Any = None) -> list[Any]:
    context = cvataa.InteractionFunctionContext()
    seen = function.preprocess_image(
        context, Image.fromarray(picture()) if image is None else image
    )
    found: list[Any] = function.detect(context, seen, prompts)
    return found


def mask_of(shapes: list[Any]) -> np.ndarray:
    (shape,) = shapes
    assert shape.type == "mask"
    decoded: np.ndarray = masks.decode_mask(shape.points, image_width=WIDTH, image_height=HEIGHT)
    return decoded


def test_clicks_in_two_lists_cost_a_look_each() -> None:
    network, predictor = ColourNetwork(), coloured()
    function = agent.Interactor(Prompted(coloured(network)))
    made = [Click(150, 100), Click(20, 20, False), Click(160, 120)]
    previous = None
    for count in range(1, len(made) + 1):
        points: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        for click in made[:count]:
            points[click.positive].append((click.x + 0.4, click.y + 0.9))
        shapes = asked(function, Given(tuple(points[True]), tuple(points[False])))
        previous = predictor.predict(picture(), tuple(made[:count]), previous)
        np.testing.assert_array_equal(mask_of(shapes), previous.mask)
        assert len(network.calls) == count
    (score,) = shapes[0].attributes
    assert score.spec_id == cvataa.InteractionResultAttributes.CONFIDENCE
    assert 0 < float(score.value) <= 1


def test_a_box_is_a_prompt() -> None:
    function = agent.Interactor(Prompted(coloured()))
    shapes = asked(function, Given((DISK,), (), ((95.1, 45.9), (205.4, 155.2))))
    predictor, box = coloured(), Box(95, 45, 205, 155)
    seen = predictor.predict(picture(), (box,))
    expected = predictor.predict(picture(), (box, Click(150, 100)), seen)
    np.testing.assert_array_equal(mask_of(shapes), expected.mask)


def test_the_created_function_answers_as_a_session_does(examples: Path) -> None:
    photo = examples / "images" / "coffee.jpg"
    with Image.open(photo) as image:
        (shape,) = asked(agent.create(runtime="onnxruntime"), Given(((241.5, 158.0),)), image)
        width, height = image.size
    found = masks.decode_mask(shape.points, image_width=width, image_height=height)
    expected = fcfi.load(runtime="onnxruntime").session(photo).click(241, 158)
    np.testing.assert_array_equal(found, expected)


class Blind(ColourNetwork):
    """A network that finds nothing."""

    def logits(self, *inputs: Any) -> np.ndarray:
        return np.full_like(inputs[0][:, :1], -9)


def test_an_empty_mask_is_no_shape() -> None:
    assert asked(agent.Interactor(Prompted(coloured(Blind()))), Given((DISK,))) == []


@pytest.mark.parametrize(
    ("prompts", "sentence"),
    [
        (Given(), "expected a click, a box or a mask"),
        (Given((DISK, (5000.0, 1.0))), "5000"),
        (Given(((float("nan"), 1.0),)), "expected points as"),
        (Given((DISK,), (), (DISK, DISK)), "expected a box"),
    ],
)
def test_a_mistake_is_a_sentence_that_the_agent_passes_on(prompts: Given, sentence: str) -> None:
    with pytest.raises(cvataa.BadFunctionError, match=sentence):
        asked(agent.Interactor(Prompted(coloured())), prompts)


def test_pictures_of_any_mode_are_read() -> None:
    function = agent.Interactor(Prompted(coloured()))
    expected = mask_of(asked(function, Given((DISK,))))
    for mode in ("RGBA", "CMYK"):
        image = Image.fromarray(picture()).convert(mode)
        np.testing.assert_array_equal(mask_of(asked(function, Given((DISK,)), image)), expected)
