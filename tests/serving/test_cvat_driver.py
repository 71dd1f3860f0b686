"""The function driven by CVAT's own agent (cvat-cli), from requests to answers."""

from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fcfi.prompts.clicks import Click
from fcfi.serving.prompted import Prompted
from tests.conftest import ELSEWHERE
from tests.networks import ColourNetwork
from tests.serving.builders import HEIGHT, WIDTH, coloured, picture

driving: Any = pytest.importorskip("cvat_cli._internal.agent_driver_interaction", reason=ELSEWHERE)
worker: Any = pytest.importorskip("cvat_cli._internal.agent_driver", reason=ELSEWHERE)
commands: Any = pytest.importorskip("cvat_cli._internal.common", reason=ELSEWHERE)
agent: Any = pytest.importorskip("fcfi.serving.cvat_agent", reason=ELSEWHERE)
masks: Any = pytest.importorskip("cvat_sdk.masks", reason=ELSEWHERE)
exceptions: Any = pytest.importorskip("cvat_sdk.auto_annotation", reason=ELSEWHERE)


class Here:
    """Runs the driver's function in this process instead of a second one."""

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*arguments))
        return future

    def result(self, future: Future[Any]) -> Any:
        return future.result()


class Frame:
    """A frame of a task, which counts how often it is loaded."""

    def __init__(self) -> None:
        self.loads = 0
        self.media = self

    def load_image(self) -> Image.Image:
        self.loads += 1
        return Image.fromarray(picture())


def driver_of(network: ColourNetwork, frame: Frame) -> Any:
    function = agent.Interactor(Prompted(coloured(network)))
    worker.set_worker_current_function(function)
    driving.AgentInteractionFunctionDriver.init_worker(None)
    driver = driving.AgentInteractionFunctionDriver(None, Here(), function.spec)
    driver._get_sample_from_ar_params = lambda _: (frame, [])
    return driver


def request(positive: Any, negative: Any, box: Any = (), **more: Any) -> dict[str, Any]:
    points = {"pos_points": positive, "neg_points": negative, "obj_bbox": list(box)}
    return {"type": "interact", "task": 1, "frame": 0, **points, **more}


def answer(driver: Any, body: dict[str, Any]) -> Any:
    return driver.calculate_result_for_ar(body, None)["shapes"]


def test_a_further_click_costs_a_look_and_no_picture() -> None:
    network, predictor, frame = ColourNetwork(), coloured(), Frame()
    driver = driver_of(network, frame)
    previous = None
    for count, made in enumerate(
        [(Click(150, 100),), (Click(150, 100), Click(20, 20, False))], start=1
    ):
        body = request([[150.3, 100.8]], [[20.5, 20.5]] if count == 2 else [])
        (shape,) = answer(driver, body)
        previous = predictor.predict(picture(), made, previous)
        found = masks.decode_mask(shape["points"], image_width=WIDTH, image_height=HEIGHT)
        np.testing.assert_array_equal(found, previous.mask)
        assert (shape["type"], len(network.calls), frame.loads) == ("mask", count, 1)


def test_a_part_of_a_frame_is_a_picture_of_its_own() -> None:
    driver = driver_of(ColourNetwork(), Frame())
    answer(driver, request([[150, 100]], []))
    (shape,) = answer(driver, request([[60, 60]], [], roi=[90, 40, 210, 160]))
    found = masks.decode_mask(shape["points"], image_width=120, image_height=120)
    expected = coloured().predict(picture()[40:160, 90:210], (Click(60, 60),)).mask
    np.testing.assert_array_equal(found, expected)


def test_cvat_offers_clicks_and_boxes() -> None:
    fields = driving.AgentInteractionFunctionDriver.get_remote_function_fields(agent.SPEC)
    assert fields == {"min_pos_points": 1, "min_neg_points": 0, "startswith_box_optional": True}
    driver = driver_of(ColourNetwork(), Frame())
    driver.validate_function_compatibility(fields | {"startswith_box": False})
    (shape,) = answer(driver, request([[150, 100]], [], [[95, 45], [205, 155]]))
    assert shape["type"] == "mask"


def test_a_click_outside_is_a_sentence() -> None:
    driver = driver_of(ColourNetwork(), Frame())
    with pytest.raises(exceptions.BadFunctionError, match="5000"):
        answer(driver, request([[5000, 1]], []))


def test_the_agent_loads_the_module_by_its_name() -> None:
    loader = commands.FunctionLoader("fcfi.serving.cvat_agent", None, {"runtime": "onnxruntime"})
    assert loader.load().spec == agent.SPEC
