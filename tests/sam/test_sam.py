"""`fcfi.sam`: the arguments of SAM programs, and the arrays that they get."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

import fcfi.sam
from fcfi.boxes import Box
from fcfi.errors import FCFIError, InputError, UnsupportedError
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.prediction import Prediction
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from fcfi.sam import SAM2ImagePredictor, SamModel, SamPredictor
from tests.networks import ColourNetwork, write_onnx

HEIGHT, WIDTH = 40, 60
IMAGE = np.full((HEIGHT, WIDTH, 3), (20, 60, 200), np.uint8)
IMAGE[8:30, 15:40] = (220, 140, 30)
POINTS = np.array([[25.2, 17.9], [50.0, 5.0]], np.float32)
LABELS = np.array([1, 0], np.float32)
CLICKS = (Click(25, 18), Click(50, 5, positive=False))


@pytest.fixture
def network() -> ColourNetwork:
    return ColourNetwork()


@pytest.fixture
def ours(network: ColourNetwork) -> FCFIPredictor:
    return FCFIPredictor(network, Zoom(target=64, minimum=16))


def answers(ours: FCFIPredictor, start: np.ndarray | None = None) -> list[Prediction]:
    """Return the predictor's own answers after each click."""
    found: list[Prediction] = []
    previous = None if start is None else Prediction.from_mask(start, ours.threshold)
    for count in range(1, len(CLICKS) + 1):
        previous = ours.predict(IMAGE, CLICKS[:count], previous)
        found.append(previous)
    return found


def test_points_of_sam_are_our_clicks_in_their_order(ours: FCFIPredictor) -> None:
    sam = SamPredictor(SamModel(ours))
    sam.set_image(IMAGE)
    assert sam.original_size == (HEIGHT, WIDTH)
    # samgeo calls by position: points, labels, box, mask, then two flags
    masks, scores, low_res = sam.predict(
        POINTS, LABELS, None, None, multimask_output=False, return_logits=False
    )
    assert masks.dtype == np.bool_
    assert scores.dtype == low_res.dtype == np.float32
    assert (masks.shape, scores.shape, low_res.shape) == (
        (1, HEIGHT, WIDTH),
        (1,),
        (1, 256, 256),
    )
    assert (masks[0] == answers(ours)[-1].mask).all()
    logits, _, _ = sam.predict(POINTS, LABELS, multimask_output=False, return_logits=True)
    assert logits.dtype == np.float32
    assert ((logits > 0) == masks).all()


def test_a_further_point_costs_one_look_and_a_removed_one_none(
    ours: FCFIPredictor, network: ColourNetwork
) -> None:
    sam = SamPredictor(SamModel(ours))
    sam.set_image(IMAGE)
    for points, labels, looks in ((1, 1, 1), (2, 2, 2), (1, 1, 2), (2, 2, 2)):
        sam.predict(POINTS[:points], LABELS[:labels], multimask_output=False)
        assert len(network.calls) == looks
    sam.set_image(IMAGE[:, ::-1])
    sam.predict(POINTS[:1], LABELS[:1], multimask_output=False)
    assert len(network.calls) == 3


@pytest.mark.parametrize("all_points", [True, False])
def test_our_own_logits_continue_the_prediction_itself(
    ours: FCFIPredictor, all_points: bool
) -> None:
    """The pixels at network size, and not their copy at 256 x 256, whatever is sent with them."""
    sam = SamPredictor(SamModel(ours))
    sam.set_image(IMAGE)
    _, scores, low_res = sam.predict(POINTS[:1], LABELS[:1], multimask_output=True)
    mask_input = low_res[np.argmax(scores), :, :]
    first = 0 if all_points else 1
    masks, _, _ = sam.predict(
        point_coords=POINTS[first:],
        point_labels=LABELS[first:],
        mask_input=mask_input[None, :, :].copy(),
        multimask_output=False,
    )
    if all_points:
        assert (masks[0] == answers(ours)[1].mask).all()
    else:
        before = replace(answers(ours)[0], answered=0)
        assert (masks[0] == ours.predict(IMAGE, CLICKS[1:], before).mask).all()
    again, _, _ = sam.predict(mask_input=mask_input[None], multimask_output=False)
    assert (again[0] == answers(ours)[0].mask).all()


@pytest.mark.parametrize("kind", [SamPredictor, SAM2ImagePredictor])
def test_foreign_logits_are_a_start_mask_in_the_frame_of_their_model(
    ours: FCFIPredictor, kind: type[SamPredictor] | type[SAM2ImagePredictor]
) -> None:
    start = np.zeros((HEIGHT, WIDTH), bool)
    start[10:30, 15:45] = True
    low_res = np.full((1, 256, 256), -8, np.float32)
    if kind is SamPredictor:  # the longer side fills the square
        low_res[0, round(10 * 256 / 60) : round(30 * 256 / 60), 64:192] = 8
    else:
        low_res[0, 64:192, 64:192] = 8
    sam = kind(SamModel(ours))
    sam.set_image(IMAGE)
    begun, _, _ = sam.predict(mask_input=low_res, multimask_output=False)
    assert np.count_nonzero((begun[0] > 0) != start) <= 50  # a pixel along the edge, of 600
    masks, _, _ = sam.predict(POINTS, LABELS, mask_input=low_res, multimask_output=False)
    assert ((masks[0] > 0) == answers(ours, begun[0] > 0)[-1].mask).all()
    empty = np.full((1, 256, 256), -8, np.float32)
    plain, _, _ = sam.predict(POINTS, LABELS, mask_input=empty, multimask_output=False)
    assert ((plain[0] > 0) == answers(ours)[-1].mask).all()


def test_label_studio_s_example_gets_the_usual_mask_as_its_best(ours: FCFIPredictor) -> None:
    """Its calls: float32 arrays or None, three masks, sorted by score."""
    predictor = SAM2ImagePredictor(SamModel(ours))
    predictor.set_image(np.array(Pillow.fromarray(IMAGE).convert("RGB")))
    masks, scores, _ = predictor.predict(
        point_coords=POINTS, point_labels=LABELS, box=None, multimask_output=True
    )
    order = np.argsort(scores)[::-1]
    masks, scores = masks[order], scores[order]
    mask = masks[0, :, :].astype(np.uint8)
    assert masks.dtype == np.float32
    assert masks.shape == (3, HEIGHT, WIDTH)
    assert (mask == answers(ours)[-1].mask).all()
    assert 0 < float(scores[-1]) <= float(scores[0]) <= 1
    box = np.array([15, 8, 40, 30], np.float32)
    masks, _, _ = predictor.predict(
        point_coords=None, point_labels=None, box=box, multimask_output=True
    )
    expected = ours.predict(IMAGE, (Box(15, 8, 40, 30),)).mask
    assert (masks[0].astype(bool) == expected).all()


@pytest.mark.parametrize("count", [1, 2])
def test_samgeo_s_batches_of_points_and_boxes(ours: FCFIPredictor, count: int) -> None:
    predictor = SAM2ImagePredictor(SamModel(ours))
    predictor.set_image(Pillow.fromarray(IMAGE))
    boxes = np.array([[15, 8, 40, 30], [0, 0, 12, 39]])[:count]
    masks, scores, low_res = predictor.predict(
        point_coords=None,
        point_labels=None,
        box=boxes,
        mask_input=None,
        multimask_output=False,
        return_logits=False,
        normalize_coords=True,
    )
    objects = () if count == 1 else (count,)
    assert masks.shape == (*objects, 1, HEIGHT, WIDTH)
    assert scores.shape == (*objects, 1)
    assert low_res.shape == (*objects, 1, 256, 256)
    single, _, _ = predictor.predict(box=boxes[-1], multimask_output=False)
    assert (masks.reshape(-1, HEIGHT, WIDTH)[-1] == single[0]).all()

    predictor.set_image_batch([IMAGE, IMAGE[:, ::-1]])
    batch = predictor.predict_batch(
        [POINTS[:1], POINTS[:1]], [LABELS[:1]] * 2, None, None, multimask_output=False
    )
    assert [len(column) for column in batch] == [2, 2, 2]
    alone = SAM2ImagePredictor(SamModel(ours))
    alone.set_image(IMAGE[:, ::-1])
    expected, _, _ = alone.predict(POINTS[:1], LABELS[:1], multimask_output=False)
    assert (batch[0][1] == expected).all()
    with pytest.raises(InputError, match="an entry for each picture"):
        predictor.predict_batch([POINTS])


def test_coordinates_as_shares_corners_as_points_and_bgr(ours: FCFIPredictor) -> None:
    second = SAM2ImagePredictor(SamModel(ours))
    second.set_image(IMAGE)
    pixels, _, _ = second.predict(POINTS[:1], LABELS[:1], multimask_output=False)
    shares = POINTS[:1] / (WIDTH, HEIGHT)
    same, _, _ = second.predict(shares, LABELS[:1], multimask_output=False, normalize_coords=False)
    assert (pixels == same).all()
    first = SamPredictor(SamModel(ours))
    first.set_image(IMAGE[:, :, ::-1], image_format="BGR")
    mask, _, _ = first.predict(
        np.array([[15, 8], [40, 30], [3, 3]]), np.array([2, 3, -1]), multimask_output=False
    )
    assert (mask[0] == ours.predict(IMAGE, (Box(15, 8, 40, 30),)).mask).all()
    # a point at 100 % of both sides, as Label Studio's example computes it, is the last pixel
    corner, _, _ = first.predict([[WIDTH, HEIGHT]], [1], multimask_output=False)
    assert (corner[0] == ours.predict(IMAGE, (Click(WIDTH - 1, HEIGHT - 1),)).mask).all()


def test_a_lone_click_returns_three_masks_and_a_better_score_never_without_a_reason(
    ours: FCFIPredictor,
) -> None:
    sam = SamPredictor(SamModel(ours))
    sam.set_image(IMAGE)
    masks, scores, _ = sam.predict(POINTS[:1], LABELS[:1])
    assert masks.shape == (3, HEIGHT, WIDTH)
    assert (masks[np.argmax(scores)] == answers(ours)[0].mask).all()
    best = answers(ours)[0].mask
    for mask, score in zip(masks[1:], scores[1:], strict=True):
        alike = (mask & best).sum() / (mask | best).sum()
        assert score == pytest.approx(scores[0] * alike, rel=1e-5)


def test_what_there_is_not_says_so(ours: FCFIPredictor) -> None:
    sam = SamPredictor(SamModel(ours))
    sam.set_image(IMAGE)
    for call in (
        sam.get_image_embedding,
        lambda: sam.features,
        sam.predict_torch,
        sam.set_torch_image,
        fcfi.sam.SamAutomaticMaskGenerator,
    ):
        with pytest.raises(UnsupportedError, match="expected .*, got .*: ") as error:
            call()
        assert isinstance(error.value, NotImplementedError)
        assert isinstance(error.value, FCFIError)


def test_a_picture_comes_first_and_is_forgotten(ours: FCFIPredictor) -> None:
    first, second = SamPredictor(SamModel(ours)), SAM2ImagePredictor(SamModel(ours))
    for sam, forget in ((first, first.reset_image), (second, second.reset_predictor)):
        states = [sam.is_image_set]
        with pytest.raises(RuntimeError, match="call set_image"):
            sam.predict(POINTS, LABELS)
        sam.set_image(IMAGE)
        states.append(sam.is_image_set)
        forget()
        assert [*states, sam.is_image_set] == [False, True, False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "a point, a box or a mask"),
        ({"point_coords": POINTS}, "point_labels with"),
        ({"point_coords": POINTS, "point_labels": [1]}, "a label for each point"),
        ({"point_coords": POINTS, "point_labels": [1, 7]}, "got 7"),
        ({"point_coords": [[np.nan, 1]], "point_labels": [1]}, "finite"),
        ({"point_coords": [["a", 1]], "point_labels": [1]}, "array of numbers"),
        ({"point_coords": [[99, 1]], "point_labels": [1]}, "outside the picture"),
        ({"box": [1, 2, 3]}, "left, top, right, bottom"),
        ({"box": [70, 1, 90, 5]}, "inside the picture"),
        ({"box": [9, 9, 3, 3]}, "inside the picture"),
        ({"point_coords": POINTS, "point_labels": [2, 1]}, "one box"),
        ({"mask_input": np.zeros((1, 64, 64))}, "logits\\[index\\]"),
    ],
)
def test_other_arrays_are_refused_in_a_sentence(
    ours: FCFIPredictor, arguments: dict[str, object], message: str
) -> None:
    for sam in (SamPredictor(SamModel(ours)), SAM2ImagePredictor(SamModel(ours))):
        sam.set_image(IMAGE)
        with pytest.raises(InputError, match=message):
            sam.predict(**arguments)  # type: ignore[arg-type]


def test_pictures_of_other_kinds_are_refused(ours: FCFIPredictor) -> None:
    sam = SamPredictor(SamModel(ours))
    with pytest.raises(InputError, match="RGB or BGR"):
        sam.set_image(IMAGE, image_format="HSV")
    with pytest.raises(InputError, match="uint8"):
        sam.set_image(IMAGE.astype(np.float32))


def test_models_are_network_files_and_checkpoints_of_sam_are_left_out(tmp_path: Path) -> None:
    path = write_onnx(tmp_path / "mine.onnx")
    model = fcfi.sam.sam_model_registry["vit_b"](checkpoint=str(path)).to(device="cuda").eval()
    assert SamPredictor(model).model.predictor.info.name == "tiny"
    assert fcfi.sam.build_sam2("any.yaml", path, device="cuda").device == "cpu"
    assert set(fcfi.sam.sam_model_registry) >= {"default", "vit_h", "vit_l", "vit_b"}
    with pytest.warns(RuntimeWarning, match="the default network is used"):
        sam = SAM2ImagePredictor.from_pretrained("facebook/sam2-hiera-large", device="cuda")
    assert sam.model.predictor.info.name == SamPredictor().model.predictor.info.name
