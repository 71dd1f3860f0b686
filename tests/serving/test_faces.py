"""Each tool gets responses in its own format: recorded requests, and damaged ones."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fcfi
from fcfi.boxes import Box
from fcfi.formats.label_studio import decode
from fcfi.images import decode_image, read_image
from fcfi.masks.polygons import fill_polygon
from fcfi.masks.runs import pixels_of
from fcfi.prompts.clicks import Click
from fcfi.server.settings import Settings
from fcfi.serving.faces import label_studio
from fcfi.serving.pictures import ToolServer
from tests.networks import ColourNetwork
from tests.server.client import ask
from tests.serving.builders import (
    HEIGHT,
    WIDTH,
    application,
    coloured,
    in_base64,
    picture,
    recorded,
)

EXAMPLES = Path(__file__).parents[2] / "examples" / "images"


# ── Label Studio ────────────────────────────────────────────────────────────────────────────────


# The per cent of the recordings, as pixels of the pictures.
CLICKS = [(241, 158, True), (306, 138, True), (109, 336, False)]


@pytest.fixture
def local_files(tmp_path: Path) -> ToolServer:
    """Make the folder with the pictures of the recorded tasks."""
    (tmp_path / "photos").mkdir()
    for photo in EXAMPLES.glob("*.jpg"):
        (tmp_path / "photos" / photo.name).write_bytes(photo.read_bytes())
    return ToolServer(root=tmp_path)


def mask_in(answer: Any) -> np.ndarray:
    (result,) = answer["results"][0]["result"]
    height, width = result["original_height"], result["original_width"]
    return pixels_of(decode(result["value"]["rle"], height, width), height, width)


def test_recorded_clicks_are_answered_as_a_session_does(local_files: ToolServer) -> None:
    segmenter = fcfi.load(runtime="onnxruntime")
    app = application(segmenter.predictor, local_files)
    for name, photo, clicks in (
        ("predict-2-pos-smart", "coffee.jpg", CLICKS[:2]),
        ("predict-3-neg-smart", "coffee.jpg", CLICKS),
    ):
        answer = ask(app, "POST", "/predict", recorded(f"label-studio-{name}")["body"])
        assert answer.status == 200, answer.body
        session = segmenter.session(EXAMPLES / photo)
        for x, y, positive in clicks:
            expected = session.click(x, y, positive)
        np.testing.assert_array_equal(mask_in(answer.json), expected)
        (prediction,) = answer.json["results"]
        (result,) = prediction["result"]
        assert (result["from_name"], result["to_name"]) == ("brush", "image")
        assert result["type"] == "brushlabels"
        assert len(result["value"]["brushlabels"]) == 1
        assert 0 < prediction["score"] <= 1


def test_points_of_the_ordinary_tool_mean_the_object(local_files: ToolServer) -> None:
    network = ColourNetwork()
    app = application(coloured(network), local_files)
    answer = ask(app, "POST", "/predict", recorded("label-studio-predict-2-neg-mixed")["body"])
    assert answer.status == 200, answer.body
    assert len(network.calls) == 2


def test_a_task_without_prompts_has_no_prediction(local_files: ToolServer) -> None:
    app = application(coloured(), local_files)
    answer = ask(app, "POST", "/predict", recorded("label-studio-predict-null")["body"])
    assert (answer.status, answer.json) == (200, {"results": []})


def test_the_other_recorded_requests_are_answered(local_files: ToolServer) -> None:
    app = application(coloured(), local_files)
    version = ask(app, "POST", "/setup", recorded("label-studio-setup")["body"]).json
    assert ask(app, "GET", "/versions").json == {"versions": [version["model_version"]]}
    assert ask(app, "POST", "/webhook", recorded("label-studio-webhook")["body"]).status == 201
    health = ask(app, "GET", "/health").json
    assert (health["status"], health["network"], health["models_loaded"]) == ("UP", "ready", 1)
    assert health["predictions"] == 0
    ask(app, "POST", "/predict", request(point(150, 100)))
    assert ask(app, "GET", "/health").json["predictions"] == 1


def request(*regions: dict[str, Any], config: str | None = None) -> dict[str, Any]:
    """Return a request from Label Studio for the bright disk."""
    base = {"original_width": WIDTH, "original_height": HEIGHT, "image_rotation": 0}
    address = f"data:image/png;base64,{in_base64(picture())}"
    return {
        "tasks": [{"id": 1, "data": {"image": address}}],
        "label_config": config or label_studio.config(["cup", "dog"]),
        "params": {"context": {"result": [base | region for region in regions]}},
    }


def point(x: float, y: float, label: str = "cup", **more: Any) -> dict[str, Any]:
    value = {"x": 100 * x / WIDTH, "y": 100 * y / HEIGHT, "width": 0.3, "keypointlabels": [label]}
    return {"type": "keypointlabels", "value": value, **more}


def rectangle(box: Box, **more: Any) -> dict[str, Any]:
    value = {
        "x": 100 * box.left / WIDTH,
        "y": 100 * box.top / HEIGHT,
        "width": 100 * box.width / WIDTH,
        "height": 100 * box.height / HEIGHT,
        "rotation": 0,
        "rectanglelabels": ["cup"],
    }
    return {"type": "rectanglelabels", "value": value | more}


def test_boxes_and_strokes_are_prompts() -> None:
    box = Box(95, 45, 205, 155)
    app, predictor = application(coloured()), coloured()
    answer = ask(app, "POST", "/predict", request(rectangle(box)))
    expected = predictor.predict(picture(), (box,)).mask
    np.testing.assert_array_equal(mask_in(answer.json), expected)

    # A mask that came back, and a click on it: the mask is where the network begins.
    brush = answer.json["results"][0]["result"][0] | {"id": "kept"}
    answer = ask(app, "POST", "/predict", request(brush, point(20, 20, is_positive=False)))
    assert answer.status == 200, answer.body
    again = predictor.predict(
        picture(), (Click(20, 20, False),), fcfi.Prediction.from_mask(expected)
    )
    np.testing.assert_array_equal(mask_in(answer.json), again.mask)


def test_clicks_of_another_label_are_of_another_object() -> None:
    network = ColourNetwork()
    app = application(coloured(network))
    ask(app, "POST", "/predict", request(point(20, 20, "dog"), point(150, 100)))
    assert len(network.calls) == 1


def test_polygons_where_the_project_has_no_brush() -> None:
    config = label_studio.config(["cup"]).replace("BrushLabels", "PolygonLabels")
    answer = ask(
        application(coloured()), "POST", "/predict", request(point(150, 100), config=config)
    )
    found = np.zeros((HEIGHT, WIDTH), bool)
    for result in answer.json["results"][0]["result"]:
        assert result["type"] == "polygonlabels"
        assert result["value"]["polygonlabels"] == ["cup"]
        corners = np.array(result["value"]["points"]) * (WIDTH / 100, HEIGHT / 100)
        part = fill_polygon(corners, HEIGHT, WIDTH)
        if part is not None:
            found |= part.pixels(HEIGHT, WIDTH)
    expected = coloured().predict(picture(), (Click(150, 100),)).mask
    assert (found & expected).sum() / (found | expected).sum() > 0.93


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"label_config": "<View/>"}, "expected BrushLabels or PolygonLabels on an Image"),
        ({"label_config": "<View"}, "is not XML"),
        ({"label_config": 3}, "expected a labelling configuration as text"),
        ({"label_config": "<!DOCTYPE a><View/>"}, "without <!DOCTYPE"),
        ({"tasks": []}, "expected one task"),
        ({"tasks": [{"data": {"image": 3}}]}, "expected the picture's address as text"),
        ({"tasks": [{"data": {"other": "a.jpg"}}]}, "expected the picture's address as text"),
        ({"tasks": [{"data": {"image": "http://x.example/a.jpg"}}]}, "fcfi knows none"),
        ({"tasks": [{"data": {"image": "data:image/png;base64,AAAA"}}]}, "start is damaged"),
    ],
)
def test_a_damaged_request_is_one_sentence(change: dict[str, Any], sentence: str) -> None:
    answer = ask(application(coloured()), "POST", "/predict", request(point(150, 100)) | change)
    assert 400 <= answer.status < 500
    assert sentence in answer.error


@pytest.mark.parametrize(
    ("region", "sentence"),
    [
        (point(150, 100, image_rotation=90), "rotated in Label Studio"),
        (point(150, 100, original_width=7), "expected a picture of 7 x 200 pixels"),
        (point(-30, 100), "expected a click on the picture"),
        (point(float("nan"), 100), "expected a number under 'x'"),
        ({"type": "keypointlabels", "value": {"x": "1"}}, "expected a number under 'x'"),
        ({"type": "keypointlabels"}, "expected a number under 'x'"),
        ({"type": "ellipselabels", "value": {}}, "expected prompts of the types"),
        (rectangle(Box(10, 10, 20, 20), rotation=30), "expected an upright rectangle"),
        (rectangle(Box(10, 10, 20, 20), width=0), "a rectangle of at least one pixel"),
        ({"type": "brushlabels", "value": {"rle": "x"}}, "run lengths under 'rle'"),
    ],
)
def test_a_prompt_that_cannot_be_meant_is_one_sentence(
    region: dict[str, Any], sentence: str
) -> None:
    body = json.dumps(request(region)).encode()
    answer = ask(application(coloured()), "POST", "/predict", body)
    assert answer.status == 400, answer.body
    assert sentence in answer.error


# ── X-AnyLabeling ───────────────────────────────────────────────────────────────────────────────


def test_x_anylabeling_sees_the_model_with_its_buttons() -> None:
    app = application(coloured())
    expected = recorded("x-anylabeling-01-GET-v1_models")["answer"]["data"]["fcfi"]
    answer = ask(app, "GET", "/v1/models").json
    assert answer["success"] is True
    model = answer["data"]["fcfi"]
    assert set(model) == set(expected)
    assert {widget["name"] for widget in expected["widgets"]} <= {
        widget["name"] for widget in model["widgets"]
    }
    assert ask(app, "GET", "/v1/models/fcfi/info").json["data"] == model
    assert ask(app, "GET", "/v1/models/other/info").json["success"] is False


@pytest.mark.parametrize("name", ["02-POST-v1_predict", "03-POST-v1_predict"])
def test_x_anylabeling_gets_polygons(name: str) -> None:
    segmenter = fcfi.load(runtime="onnxruntime")
    app = application(segmenter.predictor)
    # The recording has the picture cut short.
    data = base64.b64encode((EXAMPLES / "coffee.jpg").read_bytes()).decode()
    exchange = recorded(f"x-anylabeling-{name}")
    body = exchange["body"] | {"image": f"data:image/jpeg;base64,{data}"}
    answer = ask(app, "POST", "/v1/predict", body).json
    assert set(answer["data"]) == set(exchange["answer"]["data"])
    session = segmenter.session(EXAMPLES / "coffee.jpg")
    for mark in body["params"]["marks"]:
        x, y = mark["data"]
        expected = session.click(x, y, positive=mark["label"] == 1)
    height, width = read_image(EXAMPLES / "coffee.jpg").shape[:2]
    found = np.zeros((height, width), bool)
    for shape in answer["data"]["shapes"]:
        assert (shape["label"], shape["shape_type"]) == ("AUTOLABEL_OBJECT", "polygon")
        assert shape["points"][0] == shape["points"][-1]
        part = fill_polygon(np.array(shape["points"][:-1]) + 0.5, height, width)
        if part is not None:
            found |= part.pixels(height, width)
    # Small parts are left out and holes filled, and it says so.
    assert (found & expected).sum() / (found | expected).sum() > 0.9


def marked(*marks: Any, **more: Any) -> dict[str, Any]:
    return {
        "model": "fcfi",
        "image": f"data:image/png;base64,{in_base64(picture())}",
        "params": {"marks": list(marks)},
        **more,
    }


DISK = {"type": "point", "data": [150, 100], "label": 1}


@pytest.mark.parametrize(
    ("body", "code", "sentence"),
    [
        (marked(), "INVALID_IMAGE", "expected a point or a rectangle"),
        (marked(DISK, model="sam"), "MODEL_NOT_FOUND", "expected the model fcfi, got 'sam'"),
        (marked(DISK, image="AAAA"), "INVALID_IMAGE", "start is damaged"),
        (marked(DISK, image=None), "INVALID_IMAGE", "in base64"),
        (marked({"type": "circle"}), "INVALID_IMAGE", "expected marks of the types"),
        (marked({"type": "point", "data": [1]}), "INVALID_IMAGE", "expected 2 numbers"),
        (marked({"type": "point", "data": [9999, 1]}), "INVALID_IMAGE", "9999"),
        (marked({"type": "rectangle", "data": [1, 1, 1, 9]}), "INVALID_IMAGE", "expected a box"),
        (marked({"type": "rectangle", "data": [1, 1, 5, 9], "label": 0}), "INVALID_IMAGE", "round"),
    ],
)
def test_x_anylabeling_is_refused_in_its_own_form(
    body: dict[str, Any], code: str, sentence: str
) -> None:
    answer = ask(application(coloured()), "POST", "/v1/predict", body)
    assert (answer.status, answer.json["success"]) == (200, False)
    assert answer.json["error"]["code"] == code
    assert sentence in answer.json["error"]["message"]


# ── CVAT ────────────────────────────────────────────────────────────────────────────────────────


def clicked(positive: Any, negative: Any, **more: Any) -> dict[str, Any]:
    return {"image": in_base64(picture()), "pos_points": positive, "neg_points": negative, **more}


def test_cvat_finds_an_interactor() -> None:
    app = application(coloured())
    functions = ask(app, "GET", "/api/functions").json
    assert list(functions) == ["fcfi"]
    assert functions["fcfi"]["metadata"]["annotations"]["type"] == "interactor"
    assert ask(app, "GET", "/api/functions/fcfi").json == functions["fcfi"]
    assert ask(app, "GET", "/api/functions/other").status == 404


def test_cvat_clicks_cost_a_look_each_in_the_order_they_were_made() -> None:
    network = ColourNetwork()
    app, predictor = application(coloured(network)), coloured()
    made = [Click(20, 20, False), Click(150, 100), Click(100, 30, False), Click(160, 120)]
    previous = None
    for count in range(1, len(made) + 1):
        now = made[:count]
        body = clicked(
            [[click.x, click.y] for click in now if click.positive],
            [[click.x, click.y] for click in now if not click.positive],
        )
        answer = ask(app, "POST", "/api/function_invocations", body, x_nuclio_function_name="fcfi")
        previous = predictor.predict(picture(), tuple(now), previous)
        np.testing.assert_array_equal(np.array(answer.json["mask"], bool), previous.mask)
        assert len(network.calls) == count


def test_cvat_sends_boxes() -> None:
    box = Box(95, 45, 205, 155)
    body = clicked([], [], obj_bbox=[[205.4, 155.2], [95.1, 45.9]])
    answer = ask(application(coloured()), "POST", "/api/function_invocations", body)
    expected = coloured().predict(picture(), (box,)).mask
    np.testing.assert_array_equal(np.array(answer.json["mask"], bool), expected)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (clicked([], []), "expected a click, a box or a mask"),
        (clicked([[1]], []), "expected points as [x, y] under 'pos_points'"),
        (clicked([[1, "2"]], []), "expected points as [x, y] under 'pos_points'"),
        (clicked([[150, 100]], "x"), "expected a list of [x, y] under 'neg_points'"),
        (clicked([[5000, 100]], []), "5000"),
        (clicked([], [], obj_bbox=[[1, 2]]), "expected two corners"),
        ({"pos_points": [[1, 1]]}, "expected the picture in base64"),
    ],
)
def test_cvat_is_refused_in_one_sentence(body: dict[str, Any], sentence: str) -> None:
    answer = ask(application(coloured()), "POST", "/api/function_invocations", body)
    assert answer.status == 400
    assert sentence in answer.error


# ── who may ask ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer secret"}, 200),
        ({"authorization": "Basic " + base64.b64encode(b"any:secret").decode()}, 200),
        ({"authorization": "Basic " + base64.b64encode(b"secret:other").decode()}, 401),
        ({"authorization": "Basic damaged!"}, 401),
        ({"token": "secret"}, 200),
        ({"token": "other"}, 401),
        ({"token": "secret", "host": "evil.example"}, 403),
        ({"token": "secret", "host": "host.docker.internal:9090"}, 200),
    ],
)
def test_the_token_comes_as_each_tool_sends_it(headers: dict[str, str], status: int) -> None:
    settings = Settings(token="secret", token_header="Token", allow_hosts=("host.docker.internal",))
    app = application(coloured(), settings=settings)
    assert ask(app, "GET", "/v1/models", **headers).status == status


def test_only_the_chosen_tools_are_served() -> None:
    app = application(coloured(), faces=["cvat"])
    assert ask(app, "GET", "/api/functions").status == 200
    assert ask(app, "GET", "/v1/models").status == 404
    assert ask(app, "GET", "/health").status == 200


# ── osam ────────────────────────────────────────────────────────────────────────────────────────


def generating(points: Any, labels: Any, **more: Any) -> dict[str, Any]:
    """A request as `osam serve` takes it."""
    prompt = {"points": points, "point_labels": labels}
    return {"model": "fcfi", "image": in_base64(picture()), "prompt": prompt, **more}


def osam_mask(answer: Any) -> np.ndarray:
    """The mask of an answer, put where its box is; the box holds its last column and row."""
    (annotation,) = answer["annotations"]
    box = annotation["bounding_box"]
    inside = decode_image(base64.b64decode(annotation["mask"]))[:, :, 0]
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[box["ymin"] : box["ymax"] + 1, box["xmin"] : box["xmax"] + 1] = inside == 255
    return mask


def test_osam_gets_the_mask_in_its_box() -> None:
    network = ColourNetwork()
    app = application(coloured(network))
    body = generating([[150, 100], [10.7, 10.2]], [1, 0])
    answer = ask(app, "POST", "/api/generate", body)
    assert answer.status == 200, answer.body
    assert set(answer.json) == {"model", "image_embedding", "annotations"}
    session = fcfi.Session(coloured(), picture())
    session.click(150, 100)
    expected = session.click(10, 10, positive=False)
    np.testing.assert_array_equal(osam_mask(answer.json), expected)
    assert 0 < answer.json["annotations"][0]["score"] <= 1
    looks = len(network.calls)
    body = generating([[150, 100], [10.7, 10.2], [130, 90]], [1, 0, 1])
    assert ask(app, "POST", "/api/generate", body).status == 200
    assert len(network.calls) == looks + 1


def test_osam_has_boxes_as_two_points_and_the_centre_for_none() -> None:
    app = application(coloured())
    corners = generating([[205, 155], [95, 45]], [2, 3])
    expected = coloured().predict(picture(), (Box(95, 45, 205, 155),)).mask
    np.testing.assert_array_equal(
        osam_mask(ask(app, "POST", "/api/generate", corners).json), expected
    )
    centre = generating([], []) | {"prompt": None, "model": "fcfi:latest"}
    expected = coloured().predict(picture(), (Click(150, 100),)).mask
    np.testing.assert_array_equal(
        osam_mask(ask(app, "POST", "/api/generate", centre).json), expected
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (generating([[150, 100]], [1], model="sam2:latest"), "expected the model fcfi"),
        (generating([[150, 100]], [1], image_embedding={}), "got an embedding"),
        (generating([[150, 100]], [1], prompt={"texts": ["cup"]}), "got texts"),
        (generating([[150, 100]], [1, 1]), "as many 'point_labels' as 'points'"),
        (generating([], []), "at least one point"),
        (generating([[150, 100]], [-1]), "expected the labels 0, 1, 2 and 3"),
        (generating([[150, 100]], [True]), "expected the labels 0, 1, 2 and 3"),
        (generating([[150, 100]], [2]), "followed by its corner"),
        (generating([[150, 100]], [3]), "followed by its corner"),
        (generating([[150, 100], [1, 1]], [2, 1]), "followed by its corner"),
        (generating([[150, 1e9]], [1]), "expected points as"),
        (generating([[150, 900]], [1]), "outside the picture"),
        (generating([[150, 100]], [1], image="%"), "base64"),
    ],
)
def test_osam_errors_have_its_form(body: dict[str, Any], sentence: str) -> None:
    answer = ask(application(coloured()), "POST", "/api/generate", body)
    assert answer.status == 400
    assert set(answer.json) == {"detail"}
    assert sentence in answer.json["detail"]


# ── QuPath ──────────────────────────────────────────────────────────────────────────────────────


def viewed(points: Any = None, labels: Any = None, **more: Any) -> dict[str, Any]:
    """A request as QuPath's extension SAM makes it; what is null in it is left out."""
    found = {"type": "vit_l", "b64img": in_base64(picture()), "multimask_output": True, **more}
    return found if points is None else {**found, "point_coords": points, "point_labels": labels}


def geojson_mask(feature: Any) -> np.ndarray:
    geometry = feature["geometry"]
    polygons = (
        geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    )
    mask = np.zeros((HEIGHT, WIDTH), bool)
    for (ring,) in polygons:
        assert ring[0] == ring[-1]
        part = fill_polygon(np.array(ring[:-1]), HEIGHT, WIDTH)
        assert part is not None
        mask |= part.pixels(HEIGHT, WIDTH)
    return mask


def iou(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / (first | second).sum())


def test_qupath_gets_geojson_for_points_whose_order_is_recovered() -> None:
    network = ColourNetwork()
    app = application(coloured(network))
    (feature,) = ask(app, "POST", "/sam/", viewed([[150, 100]], [1])).json
    # The extension puts points off the object first.
    answer = ask(app, "POST", "/sam/", viewed([[10, 10], [150, 100]], [0, 1]))
    assert answer.status == 200, answer.body
    assert len(network.calls) == 2
    (feature,) = answer.json
    assert feature["type"] == "Feature"
    assert set(feature["properties"]) == {"label", "quality", "sam_model"}
    assert 0 < feature["properties"]["quality"] <= 1
    session = fcfi.Session(coloured(), picture())
    session.click(150, 100)
    expected = session.click(10, 10, positive=False)
    assert iou(geojson_mask(feature), expected) > 0.95


def test_qupath_sends_rectangles_whose_sides_are_rounded_up() -> None:
    app = application(coloured())
    (feature,) = ask(app, "POST", "/sam/", viewed([[150, 100]], [1], bbox=[95, 45, 205, 155])).json
    session = fcfi.Session(coloured(), picture())
    session.box(95, 45, 205, 155)
    expected = session.click(150, 100)
    assert iou(geojson_mask(feature), expected) > 0.95
    rounded = ask(app, "POST", "/sam/", viewed(bbox=[95, 45, WIDTH + 1, HEIGHT + 1]))
    exact = ask(app, "POST", "/sam/", viewed(bbox=[95, 45, WIDTH, HEIGHT]))
    assert rounded.status == 200
    assert rounded.json == exact.json


def test_qupath_sees_a_version_and_one_network() -> None:
    app = application(coloured())
    assert ask(app, "GET", "/sam/version/").body.decode() == fcfi.__version__
    (weights,) = ask(app, "GET", "/sam/weights/?type=vit_l").json
    assert weights["type"] == "vit_l"
    assert set(weights) == {"type", "name", "url"}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (viewed(), "expected a click, a box or a mask"),
        (viewed([[150, 100]], [1, 0]), "as many 'point_labels' as 'point_coords'"),
        (viewed([[150, 100]], [2]), "expected 'point_labels' of 0 and 1"),
        (viewed([[150]], [1]), "expected points as"),
        (viewed([[1500, 100]], [1]), "outside the picture"),
        (viewed(bbox=[1, 2, 3]), "expected 'bbox'"),
        (viewed(bbox=[50, 50, 50, 60]), "left below right"),
        (viewed([[150, 100]], [1], b64mask="AAAA"), "got a mask"),
        (viewed([[150, 100]], [1], b64img=7), "base64"),
    ],
)
def test_errors_for_qupath_have_the_form_of_samapi(body: dict[str, Any], sentence: str) -> None:
    answer = ask(application(coloured()), "POST", "/sam/", body)
    assert answer.status == 400
    assert set(answer.json) == {"detail"}
    assert sentence in answer.json["detail"]
