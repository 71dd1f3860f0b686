"""FCFI's predictor: the same answer for the same values, at any size, in any thread."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.boxes import Box, whole
from fcfi.errors import ConfigError, InputError, NetworkError
from fcfi.geometry import box_of, resize
from fcfi.masks.runs import RunMask
from fcfi.prediction import prediction as prediction_module
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.guidance import (
    BOX_MARGIN,
    BOX_OBJECT,
    clicks_along,
    encode,
    off_the_edge,
)
from fcfi.prediction.interface import Flip
from fcfi.prediction.looks import Look, LookResult, prompt_inputs, sigmoid
from fcfi.prediction.prediction import (
    THRESHOLD,
    CachedImage,
    ExactMask,
    Prediction,
    pixels_of,
)
from fcfi.prediction.steps import Context
from fcfi.prediction.zoom import Crop, Zoom, crop_at, zoom_of
from fcfi.prompts.clicks import Click, Clicks, Prompts, Scribble, clicks_in
from fcfi.runtimes.network import NetworkInfo
from tests.generated import examples, floats
from tests.networks import ColourNetwork, ConstantNetwork, OnceNetwork, opened, write_onnx

HEIGHT, WIDTH = 300, 400
ON, OFF = Click(200, 150), Click(20, 20, positive=False)
SMALL = Zoom(target=128, ratio=1.4, minimum=50)


@pytest.fixture
def photo() -> np.ndarray:
    """Return a bright disk with radius 60 on a dark background."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    image = np.full((HEIGHT, WIDTH, 3), 20, np.uint8)
    image[(x - 200) ** 2 + (y - 150) ** 2 < 60**2] = (220, 180, 90)
    return image


def disk() -> np.ndarray:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.asarray((x - 200) ** 2 + (y - 150) ** 2 < 60**2)


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_a_click_gives_the_object(photo: np.ndarray) -> None:
    prediction = FCFIPredictor(ColourNetwork(), SMALL).predict(photo, (ON,))
    assert prediction.probs.shape == prediction.mask.shape == (HEIGHT, WIDTH)
    assert prediction.probs.dtype == np.float32
    assert prediction.mask.dtype == np.bool_
    assert 0 <= prediction.probs.min() <= prediction.probs.max() <= 1
    np.testing.assert_array_equal(prediction.mask, prediction.probs > THRESHOLD)
    assert iou(prediction.mask, disk()) > 0.9


def test_the_first_click_sees_the_whole_picture_and_later_ones_zoom_in(photo: np.ndarray) -> None:
    predictor = FCFIPredictor(ColourNetwork(), SMALL)
    first = predictor.predict(photo, (ON,))
    second = predictor.predict(photo, (ON, Click(150, 150)), first)
    assert first.box == whole(HEIGHT, WIDTH)
    assert (first.crop.height, first.crop.width) == (96, 128)
    assert second.box.area < first.box.area / 2
    assert second.box.intersection(first.object_box or second.box) == first.object_box
    assert max(second.crop.height, second.crop.width) == 128
    assert iou(second.mask, disk()) > iou(first.mask, disk())
    outside = np.ones((HEIGHT, WIDTH), np.bool_)
    outside[second.box.top : second.box.bottom, second.box.left : second.box.right] = False
    assert (second.probs[outside] == 0).all()


def test_the_network_is_given_what_encode_says(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, SMALL)
    first = predictor.predict(photo, (ON,))
    edge = Click(145, 150, positive=False)
    second = predictor.predict(photo, (ON, edge), first)
    assert second.box != first.box
    for call, prediction, clicks, gate in zip(
        network.calls, (first, second), ((ON,), (ON, edge)), (0, 1), strict=True
    ):
        crop = prediction.crop
        guidance = encode(crop.clicks(clicks), crop.height, crop.width, gate)
        image, feedback, disks, window, cell, label, gate_ = call
        assert (
            image.dtype
            == feedback.dtype
            == disks.dtype
            == window.dtype
            == label.dtype
            == gate_.dtype
            == np.float32
        )
        np.testing.assert_array_equal(
            image[0], crop.image(photo).transpose(2, 0, 1).astype(np.float32) / 255
        )
        np.testing.assert_array_equal(disks[0], guidance.disks)
        np.testing.assert_array_equal(window[0], guidance.window)
        assert cell.dtype == np.int64
        assert cell.tolist() == [guidance.cell]
        assert (label.shape, gate_.shape) == ((1, 1, 1, 1), (1, 1, 1, 1))
        assert (label.item(), gate_.item()) == (clicks[-1].positive, gate)
    assert (network.calls[0][1] == 0).all()
    np.testing.assert_allclose(network.calls[1][1][0, 0], second.crop.map(first.probs), atol=1e-5)


def test_feedback_in_the_same_box_is_handed_on_exactly(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, SMALL)
    second = predictor.predict(photo, (ON, ON), predictor.predict(photo, (ON,)))
    third = predictor.predict(photo, (ON, ON, ON), second)
    assert third.crop == second.crop
    np.testing.assert_array_equal(network.calls[-1][1][0, 0], second.seen)


def test_the_order_of_clicks_counts(photo: np.ndarray) -> None:
    predictor = FCFIPredictor(ColourNetwork(), SMALL)
    forwards, backwards = predictor.predict(photo, (ON, OFF)), predictor.predict(photo, (OFF, ON))
    assert (forwards.probs != backwards.probs).any()


class EdgeShyNetwork(ColourNetwork):
    """Returns half the picture, or nothing if a click is near an edge (1/48 of the side)."""

    def logits(self, *inputs: np.ndarray) -> np.ndarray:
        disks = inputs[2][0].max(axis=0)
        rows, columns = np.nonzero(disks)
        centre = np.array([rows.min() + rows.max(), columns.min() + columns.max()]) / 2
        shape = np.array(disks.shape)
        shy = min(*centre, *(shape - 1 - centre)) < max(shape) / 48 - 1
        answer = np.full((1, 1, *shape), -9, np.float32)
        if not shy:
            row, column = centre.astype(int)
            answer[..., max(0, row - 20) : row + 20, max(0, column - 20) : column + 20] = 9
            answer[..., [0, 1, -2, -1], :] = answer[..., [0, 1, -2, -1]] = -9
        return answer


@pytest.mark.parametrize("x", [0, 2, 200, 397, 399])
@pytest.mark.parametrize("y", [0, 2, 150, 297, 299])
def test_a_first_click_at_an_edge_is_answered_and_in_the_mask(
    photo: np.ndarray, x: int, y: int
) -> None:
    predictor = FCFIPredictor(EdgeShyNetwork(), Zoom(target=384))
    mask = predictor.predict(photo, (Click(x, y),)).mask
    assert mask[y, x]
    assert mask.sum() > 400
    number, _ = cv2.connectedComponents(mask.astype(np.uint8))
    assert number == 2, "one piece"


def test_negative_and_later_clicks_at_an_edge_add_nothing(photo: np.ndarray) -> None:
    predictor = FCFIPredictor(EdgeShyNetwork(), Zoom(target=384))
    away = Click(0, 0, positive=False)
    assert not predictor.predict(photo, (away,)).mask[0, 0]
    first = predictor.predict(photo, (ON,))
    again = predictor.predict(photo, (ON, Click(0, 0)), first)
    assert not again.mask[0, 0], "a later look sees what stands there before"


def test_clicks_are_moved_off_the_edges_of_the_picture_alone() -> None:
    corner = (Click(0, 0), Click(95, 47, positive=False))
    assert off_the_edge(corner, Crop(whole(48, 96), 48, 96), 48, 96) == (
        Click(2, 2),
        Click(93, 45, positive=False),
    )
    inner = Crop(Box(10, 10, 106, 58), 48, 96)
    assert off_the_edge(corner, inner, 100, 200) == corner
    tiny = Crop(whole(1, 300), 1, 300)
    assert off_the_edge((Click(0, 0),), tiny, 1, 300) == (Click(0, 0),), "no room to move"


def test_values_go_in_and_nothing_is_changed(photo: np.ndarray) -> None:
    predictor = FCFIPredictor(ColourNetwork(), SMALL, flip="average")
    before = photo.copy()
    first = predictor.predict(photo, (ON,))
    kept = first.probs
    again = [predictor.predict(photo, (ON, OFF), first).probs for _ in range(2)]
    np.testing.assert_array_equal(again[0], again[1])
    np.testing.assert_array_equal(first.probs, kept)
    np.testing.assert_array_equal(photo, before)
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.threshold = 0.1  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        first.seen[0, 0] = 1


@pytest.mark.parametrize("flip", ["none", "average"])
def test_threads_share_a_predictor(photo: np.ndarray, tmp_path: Path, flip: str) -> None:
    network = opened(write_onnx(tmp_path / "tiny.onnx"), threads=1)
    predictor = FCFIPredictor(network, SMALL, flip)  # type: ignore[arg-type]

    def user(number: int) -> np.ndarray:
        clicks: Clicks = ()
        prediction = None
        for step in range(4):
            clicks = (
                *clicks,
                Click((37 * number + 90 * step) % WIDTH, (53 * number) % HEIGHT, step % 2 == 0),
            )
            prediction = predictor.predict(photo, clicks, prediction)
        assert prediction is not None
        return prediction.probs

    alone = [user(number) for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(user, range(12)))
    for expected, found in zip(alone, together, strict=True):
        np.testing.assert_array_equal(expected, found)


def test_flip_averages_with_the_mirrored_answer(photo: np.ndarray) -> None:
    photo[:, 250:] //= 2  # not symmetric
    plain = FCFIPredictor(ColourNetwork(), SMALL).predict(photo, (ON,))
    mirrored_click = Click(WIDTH - 1 - ON.x, ON.y)
    mirrored = FCFIPredictor(ColourNetwork(), SMALL).predict(
        np.ascontiguousarray(photo[:, ::-1]), (mirrored_click,)
    )
    network = ColourNetwork()
    both = FCFIPredictor(network, SMALL, "average").predict(photo, (ON,))
    assert len(network.calls) == 2
    np.testing.assert_allclose(both.seen, (plain.seen + mirrored.seen[:, ::-1]) / 2, atol=0.02)
    assert (both.seen != plain.seen).any()


def test_a_mask_that_exists_can_be_gone_on_from(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, SMALL)
    start = Prediction.from_mask(disk().astype(np.uint8) * 255)
    np.testing.assert_array_equal(start.mask, disk())
    assert start.object_box == Box(141, 91, 260, 210)
    prediction = predictor.predict(photo, (Click(255, 150),), start)
    assert network.calls[0][6].item() == 1
    np.testing.assert_allclose(network.calls[0][1][0, 0], prediction.crop.map(disk()), atol=1e-6)
    assert prediction.box.area < HEIGHT * WIDTH / 2
    assert iou(prediction.mask, disk()) > 0.9


def test_an_empty_mask_before_means_the_whole_picture(photo: np.ndarray) -> None:
    nothing = Prediction.from_mask(np.zeros((HEIGHT, WIDTH), np.bool_))
    assert nothing.object_box is None
    assert FCFIPredictor(ColourNetwork(), SMALL).predict(photo, (ON,), nothing).box == whole(
        HEIGHT, WIDTH
    )


@examples(40)
@given(st.data())
def test_nothing_of_the_mask_before_is_lost_by_the_zoom(data: st.DataObject) -> None:
    """With feedback as the answer, object pixels stay so, but for resizing at the edge."""
    height, width = data.draw(st.integers(1, 250)), data.draw(st.integers(1, 250))
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    mask = np.zeros((height, width), np.bool_)
    mask[top : top + data.draw(st.integers(1, 90)), left : left + data.draw(st.integers(1, 90))] = (
        True
    )
    click = Click(
        data.draw(st.integers(0, width - 1)),
        data.draw(st.integers(0, height - 1)),
        data.draw(st.booleans()),
    )
    prediction = FCFIPredictor(ConstantNetwork(5), Zoom(target=64, minimum=20)).predict(
        np.zeros((height, width, 3), np.uint8), (click,), Prediction.from_mask(mask)
    )
    assert prediction.mask[mask].all()
    assert prediction.mask[click.y, click.x]


@pytest.mark.parametrize(("height", "width"), [(1, 1), (20, 20000), (20000, 20), (1, 700), (3, 2)])
@pytest.mark.parametrize("flip", ["none", "average"])
def test_extreme_pictures(height: int, width: int, flip: str) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, Zoom(target=384), flip)  # type: ignore[arg-type]
    image = np.full((height, width, 3), 128, np.uint8)
    clicks: Clicks = ()
    prediction = None
    for x, y in ((width // 2, height // 2), (0, 0), (width - 1, height - 1)):
        clicks = (*clicks, Click(x, y))
        prediction = predictor.predict(image, clicks, prediction)
        assert prediction.mask.shape == (height, width)
        assert prediction.mask[y, x]
    assert max(call[0].size for call in network.calls) <= 3 * 384 * 384


def test_grey_pictures_and_views_are_taken(photo: np.ndarray) -> None:
    predictor = FCFIPredictor(ColourNetwork(), SMALL)
    grey = photo[:, :, 0]
    same = predictor.predict(np.repeat(grey[:, :, None], 3, axis=2), (ON,))
    np.testing.assert_array_equal(predictor.predict(grey, (ON,)).probs, same.probs)
    flipped = predictor.predict(photo[:, ::-1], (ON,))
    np.testing.assert_array_equal(
        flipped.probs, predictor.predict(np.ascontiguousarray(photo[:, ::-1]), (ON,)).probs
    )


def test_wrong_input_is_refused(photo: np.ndarray) -> None:
    predictor = FCFIPredictor(ColourNetwork(), SMALL)
    with pytest.raises(InputError, match="at least one prompt, got no click"):
        predictor.predict(photo, ())
    with pytest.raises(InputError, match=r"click 2 at \(400, 0\) is outside"):
        predictor.predict(photo, (ON, Click(400, 0)))
    with pytest.raises(InputError, match="expected a picture as uint8 .* float64"):
        predictor.predict(photo / 255, (ON,))  # type: ignore[arg-type]
    with pytest.raises(
        InputError, match="previous mask has 5 x 4 pixels and the picture 400 x 300"
    ):
        predictor.predict(photo, (ON,), Prediction.from_mask(np.ones((4, 5), np.bool_)))
    for mask in ([[1]], np.ones((2, 2)), np.ones((2, 2, 1), np.bool_), np.ones((0, 3), np.bool_)):
        with pytest.raises(InputError, match="expected a mask"):
            Prediction.from_mask(mask)  # type: ignore[arg-type]


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(ConfigError, match="flip 'both' is unknown: choose one of none, average"):
        FCFIPredictor(ColourNetwork(), flip="both")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="threshold"):
        FCFIPredictor(ColourNetwork(), threshold=1)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_answer_that_is_no_number_is_refused(photo: np.ndarray, value: float) -> None:
    with pytest.raises(NetworkError, match="expected finite logits .* from the network constant"):
        FCFIPredictor(ConstantNetwork(value), SMALL).predict(photo, (ON,))


def test_the_zoom_of_the_file_is_the_default() -> None:
    assert FCFIPredictor(ColourNetwork()).zoom == Zoom()
    network = ColourNetwork(zoom_target="480", zoom_ratio="2.3")
    assert FCFIPredictor(network).zoom == Zoom(target=480, ratio=2.3)
    assert FCFIPredictor(network, SMALL).zoom == SMALL
    for wrong in ({"zoom_target": "big"}, {"zoom_ratio": "0"}):
        with pytest.raises(NetworkError, match="damaged zoom"):
            zoom_of(NetworkInfo("a", "b", "c", 32, "", wrong))


@pytest.mark.parametrize("multiple", [4, 8, 64])
def test_the_input_fits_the_networks_multiple(photo: np.ndarray, multiple: int) -> None:
    network = ColourNetwork(multiple=multiple)
    FCFIPredictor(network, Zoom(target=100)).predict(photo, (ON,))
    assert all(side % multiple == 0 for side in network.calls[0][0].shape[2:])


def test_a_prediction_keeps_the_crop_alone() -> None:
    image = np.zeros((3000, 4000, 3), np.uint8)
    prediction = FCFIPredictor(ConstantNetwork(2), SMALL).predict(image, (ON,))
    assert prediction.seen.nbytes == 96 * 128 * 4
    assert set(vars(prediction)) <= {
        "crop",
        "seen",
        "height",
        "width",
        "threshold",
        "answered",
        "memory",
        "exact",
        "score",
        "shown",
        "object_box",
    }
    assert prediction.memory is None
    assert prediction.exact is None


def test_sigmoid_is_exact_and_silent() -> None:
    logits = np.array([-1e4, -20, -1, 0, 1, 20, 1e4], np.float32)
    with np.errstate(all="raise"):
        given_ = sigmoid(logits)
    exact = 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -500, 500)))
    np.testing.assert_allclose(given_, exact, atol=1e-7)


def test_inputs_are_contiguous_and_writable() -> None:
    feedback = np.zeros((32, 32), np.float32)
    feedback.setflags(write=False)
    arrays = prompt_inputs(feedback, encode((Click(1, 1),), 32, 32, 0)).values()
    assert all(array.flags.c_contiguous and array.flags.writeable for array in arrays)


def test_an_older_negative_click_outside_of_the_box_is_left_out(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, SMALL)
    prediction = predictor.predict(photo, (OFF, ON), Prediction.from_mask(disk()))
    assert not prediction.box.contains(OFF.x, OFF.y)
    assert network.calls[-1][2][0, 1].sum() == 0
    assert not prediction.mask[OFF.y, OFF.x]


def test_crops_are_values() -> None:
    assert Crop(Box(0, 0, 2, 2), 32, 32) == Crop(Box(0, 0, 2, 2), 32, 32)


# What is computed only where it is wanted has the same numbers, bit for bit


def boxes(height: int, width: int) -> st.SearchStrategy[Box]:
    """Draw boxes inside a picture."""
    return st.tuples(
        st.integers(0, width - 1),
        st.integers(0, height - 1),
        st.integers(1, width),
        st.integers(1, height),
    ).map(lambda b: Box(b[0], b[1], min(width, b[0] + b[2]), min(height, b[1] + b[3])))


def plain_probs(prediction: Prediction) -> np.ndarray:
    """Return the whole map at once: resized to the box, put into the picture, clipped to [0, 1]."""
    probs, box = np.zeros((prediction.height, prediction.width), np.float32), prediction.box
    probs[box.top : box.bottom, box.left : box.right] = resize(
        prediction.seen, box.height, box.width
    )
    return np.clip(probs, 0, 1)


@examples(60)
@given(before=boxes(90, 130), after=boxes(90, 130), seed=st.integers(0, 99))
def test_work_inside_the_box_equals_work_on_the_whole_picture(
    before: Box, after: Box, seed: int
) -> None:
    crop, other = Crop(before, 64, 96), Crop(after, 96, 64)
    seen = np.random.default_rng(seed).random((64, 96), np.float32)
    prediction = Prediction(crop, seen, 90, 130)
    probs = plain_probs(prediction)
    mask = probs > THRESHOLD
    np.testing.assert_array_equal(prediction.mask, mask)
    assert prediction.object_box == box_of(mask) == Prediction(crop, seen, 90, 130).object_box
    np.testing.assert_array_equal(prediction.probs, probs)
    assert Prediction(crop, seen, 90, 130).through(crop) is seen
    np.testing.assert_array_equal(prediction.through(other), np.clip(other.map(probs), 0, 1))


@pytest.mark.parametrize(
    "size", [(1500, 3000), (400, 11000), (12000, 380), (2100, 2103), (700, 800)]
)
def test_large_maps_are_made_in_strips_bit_for_bit(size: tuple[int, int]) -> None:
    height, width = size
    seen = np.random.default_rng(0).random((288, 384), np.float32)
    box, other = (
        Box(3, 5, width - 7, height - 2),
        Crop(Box(width // 3, 9, width - 20, height // 2), 224, 384),
    )
    prediction = Prediction(Crop(box, 288, 384), seen, height, width)
    found = prediction.mask, prediction.probs, prediction.through(other), prediction.object_box
    expected = np.zeros(size, np.float32)
    expected[box.top : box.bottom, box.left : box.right] = np.clip(
        resize(seen, box.height, box.width), 0, 1
    )
    np.testing.assert_array_equal(found[0], expected > THRESHOLD)
    np.testing.assert_array_equal(found[1], expected)
    np.testing.assert_array_equal(found[2], np.clip(other.map(expected), 0, 1))
    assert found[3] == box_of(expected > THRESHOLD)


def test_a_still_changes_no_answer_and_cuts_a_crop_once(
    photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Crop] = []

    def counted(image: np.ndarray, crop: Crop) -> np.ndarray:
        made.append(crop)
        return pixels_of(image, crop)

    monkeypatch.setattr(prediction_module, "pixels_of", counted)
    predictor, still = FCFIPredictor(ColourNetwork(), SMALL, "average"), CachedImage(photo)
    clicks: Clicks = ()
    kept = fresh = None
    for click in (ON, OFF, Click(150, 150), Click(240, 150), Click(240, 160)):
        clicks = (*clicks, click)
        kept, fresh = (
            predictor.predict(still, clicks, kept),
            predictor.predict(photo, clicks, fresh),
        )
        np.testing.assert_array_equal(kept.seen, fresh.seen)
        assert kept.crop == fresh.crop
    assert len(made) == 5 + len(set(made))  # five clicks without a still, each crop once with it
    assert len(set(made)) < 5


@pytest.mark.parametrize("flip", ["none", "average"])
def test_a_network_that_encodes_once_looks_at_a_crop_once_and_answers_alike(
    photo: np.ndarray, flip: Flip
) -> None:
    once, network = OnceNetwork(), OnceNetwork()
    predictor, other = FCFIPredictor(once, SMALL, flip), FCFIPredictor(network, SMALL, flip)
    still, crops = CachedImage(photo), []
    clicks: Clicks = ()
    kept = fresh = None
    for click in (ON, OFF, Click(150, 150), Click(240, 150), Click(240, 160)):
        clicks = (*clicks, click)
        kept, fresh = predictor.predict(still, clicks, kept), other.predict(photo, clicks, fresh)
        np.testing.assert_array_equal(kept.seen, fresh.seen)
        crops.append(kept.crop)
    views = 2 if flip == "average" else 1
    changes = 1 + sum(before != after for before, after in pairwise(crops))
    assert changes < len(crops)
    assert len(once.encoded) == views * changes
    assert len(network.encoded) == views * len(crops)
    assert len(once.calls) == views * len(crops)


def test_what_one_network_saw_is_not_shown_to_another(photo: np.ndarray) -> None:
    still, networks = CachedImage(photo), [OnceNetwork(), OnceNetwork()]
    for network in (*networks, *networks):
        FCFIPredictor(network, SMALL).predict(still, (ON,))
    assert [len(network.encoded) for network in networks] == [2, 2], (
        "one crop of one network is kept"
    )


def test_threads_share_what_was_seen(photo: np.ndarray) -> None:
    network = OnceNetwork()
    predictor, still = FCFIPredictor(network, SMALL, "average"), CachedImage(photo)
    places = [(Click(x, 100),) for x in range(40, 240, 10)]
    alone = [
        FCFIPredictor(OnceNetwork(), SMALL, "average").predict(photo, clicks).seen
        for clicks in places
    ]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda clicks: predictor.predict(still, clicks).seen, places))
    for expected, found in zip(alone, together, strict=True):
        np.testing.assert_array_equal(expected, found)


def test_a_still_that_threads_share_gives_each_its_crop(photo: np.ndarray) -> None:
    still = CachedImage(photo)
    crops = [Crop(Box(left, 10, left + 90, 120), 64, 64) for left in range(0, 40, 4)] * 20
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(still.pixels, crops))
    for crop, pixels in zip(crops, together, strict=True):
        np.testing.assert_array_equal(pixels, pixels_of(photo, crop))


def test_pixels_are_the_crops_divided_by_255(photo: np.ndarray) -> None:
    crop = Crop(Box(30, 20, 333, 257), 96, 128)
    expected = np.moveaxis(crop.image(photo), 2, 0).astype(np.float32) / np.float32(255)
    np.testing.assert_array_equal(pixels_of(photo, crop), expected)
    assert not CachedImage(photo).pixels(crop).flags.writeable


# ── boxes, scribbles, a part of the picture, several looks ────────────────────────────────────────


class Recorder(ColourNetwork):
    """A network that returns its feedback with certainty."""

    def logits(self, *inputs: np.ndarray) -> np.ndarray:
        return np.asarray((inputs[1] - THRESHOLD) * 20, np.float32)


def test_a_box_enters_as_feedback_and_the_network_looks_round_it(photo: np.ndarray) -> None:
    box = Box(140, 90, 260, 210)
    network = Recorder()
    prediction = FCFIPredictor(network, SMALL).predict(photo, (box,))
    assert prediction.box == Box(116, 66, 284, 234), "1.4 times the box"
    _, feedback, disks, window, _, _, gate = network.calls[0]
    assert gate.item() == 1
    assert not disks.any()
    assert not window.any()
    np.testing.assert_array_equal(
        np.unique(feedback), np.array([0, BOX_MARGIN, BOX_OBJECT], np.float32)
    )
    assert iou(prediction.mask, disk()) > 0.97, "the ellipse that fits the box"
    assert prediction.object_box is not None
    assert prediction.object_box.iou(box) > 0.95


def test_a_box_with_clicks_is_answered_together(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, SMALL)
    box = Box(140, 90, 260, 210)
    alone = predictor.predict(photo, (box,))
    both = predictor.predict(photo, (box, ON))
    assert network.calls[1][2][0, 0].any()
    np.testing.assert_array_equal(network.calls[0][1], network.calls[1][1])
    then = predictor.predict(photo, (box, ON), alone)
    assert then.answered == both.answered == 2
    assert not np.array_equal(network.calls[2][1], network.calls[1][1]), "it was answered before"
    np.testing.assert_array_equal(network.calls[2][1][0, 0], alone.through(then.crop))


def test_a_new_box_takes_the_place_of_the_mask_before(photo: np.ndarray) -> None:
    network = Recorder()
    predictor = FCFIPredictor(network, SMALL)
    first = predictor.predict(photo, (Box(10, 10, 60, 60),))
    second = predictor.predict(photo, (Box(10, 10, 60, 60), Box(140, 90, 260, 210)), first)
    assert iou(second.mask, disk()) > 0.97


def test_a_scribble_is_clicks_along_it(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, SMALL)
    scribble = Scribble(((160, 150), (240, 150)))
    predictor.predict(photo, (scribble,))
    # 80 of 400 pixels, a click at least every 20th
    clicks = tuple(Click(x, 150) for x in (160, 180, 200, 220, 240))
    predictor.predict(photo, clicks)
    for scribbled, clicked in zip(*network.calls, strict=True):
        np.testing.assert_array_equal(scribbled, clicked)
    off = FCFIPredictor(network, SMALL).predict(photo, (ON, Scribble(((5, 5), (30, 40)), False)))
    assert off.answered == 2
    assert network.calls[2][2][0, 1].any()


@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=2, max_size=5),
    floats(0.5, 60),
)
def test_clicks_along_a_scribble_are_close(points: list[tuple[int, int]], step: float) -> None:
    clicks = clicks_along(Scribble(tuple(points)), step)
    assert (clicks[0].x, clicks[0].y) == points[0]
    assert (clicks[-1].x, clicks[-1].y) == points[-1]
    places = [(click.x, click.y) for click in clicks]
    assert [point for point in places if point in points][:1] == [points[0]]
    for (x, y), (next_x, next_y) in pairwise(places):
        assert np.hypot(next_x - x, next_y - y) <= step + np.sqrt(2), "rounded to pixels"


def test_the_first_look_takes_the_part_that_was_asked_for(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, SMALL)
    part = Box(120, 70, 280, 230)
    first = predictor.predict(photo, (ON,), within=part)
    assert first.box == part
    np.testing.assert_array_equal(
        network.calls[0][0][0] * 255, first.crop.image(photo).transpose(2, 0, 1)
    )
    assert iou(first.mask, disk()) > 0.95
    second = predictor.predict(photo, (ON, Click(150, 150)), first)
    assert second.box.area <= whole(HEIGHT, WIDTH).area
    boxed = predictor.predict(photo, (Box(130, 80, 270, 220), ON), within=part)
    assert boxed.box == part


@pytest.mark.parametrize(
    ("part", "prompts", "message"),
    [
        (Box(0, 0, 401, 10), (Click(1, 1),), "the part to look within inside the picture of 400"),
        (Box(1, 1, 2, 2), (Click(1, 1),), "the part to look within to hold the object, got a sing"),
        (Box(0, 0, 50, 50), (Click(60, 1),), r"inside the part to look within, got one at \(60, 1"),
        (Box(0, 0, 50, 50), (Box(60, 60, 90, 90),), "to overlap"),
    ],
)
def test_a_part_that_does_not_fit_is_refused(
    photo: np.ndarray, part: Box, prompts: Prompts, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        FCFIPredictor(ColourNetwork(), SMALL).predict(photo, prompts, within=part)


def test_a_part_is_for_a_first_look(photo: np.ndarray) -> None:
    predictor = FCFIPredictor(ColourNetwork(), SMALL)
    first = predictor.predict(photo, (ON,))
    with pytest.raises(InputError, match="at a first look only"):
        predictor.predict(photo, (ON, OFF), first, Box(0, 0, 300, 300))


@dataclasses.dataclass(frozen=True)
class Count:
    number: int
    nbytes: int = 1000


class Counting:
    """A pass that counts its looks in its memory, and makes the answer more certain each time."""

    settings: ClassVar[dict[str, float | str]] = {"runner": "counting"}

    def __call__(self, look: Look) -> LookResult:
        count = look.memory.number + 1 if isinstance(look.memory, Count) else 1
        probs = np.full((look.crop.height, look.crop.width), 1 - 0.4**count, np.float32)
        return LookResult(probs, Count(count))


def test_a_runner_hands_its_memory_from_answer_to_answer(photo: np.ndarray) -> None:
    predictor = FCFIPredictor(ColourNetwork(), SMALL, runner=Counting())
    first = predictor.predict(photo, (ON,))
    second = predictor.predict(photo, (ON, OFF), first)
    again = predictor.predict(photo, (ON, OFF), first)
    assert [prediction.memory for prediction in (first, second, again)] == [
        Count(1),
        Count(2),
        Count(2),
    ]
    assert second.nbytes >= second.seen.nbytes + 1000
    assert predictor.settings["runner"] == "counting"
    with pytest.raises(ConfigError, match="flip none with another runner"):
        FCFIPredictor(ColourNetwork(), SMALL, "average", runner=Counting())


class Closer:
    """A step that predicts again in the object's box, and returns that answer."""

    name = "closer"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        assert prediction.object_box is not None
        crop = crop_at(prediction.object_box, 64, 32)
        clicks = crop.clicks(clicks_in(context.prompts))
        result = context.look_again(crop, prediction.through(crop), clicks)
        return dataclasses.replace(prediction, crop=crop, seen=result.probs)


def test_a_step_may_look_again_and_change_the_answer(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, SMALL, steps=(Closer(),))
    plain = FCFIPredictor(ColourNetwork(), SMALL).predict(photo, (ON,))
    prediction = predictor.predict(photo, (ON,))
    assert prediction.box == plain.object_box
    assert [call[6].item() for call in network.calls] == [0, 1]
    assert prediction.answered == 1
    assert predictor.settings["steps"] == "closer"
    assert "steps" not in FCFIPredictor(ColourNetwork(), SMALL).settings


class Cut:
    """A step that removes every pixel left of x = 200, in pixels of the picture."""

    name = "cut"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        mask = prediction.mask
        mask[:, :200] = False
        seen = prediction.seen.copy()
        seen[:, : prediction.crop.clicks((Click(200, 150),))[0].x] = 0
        return dataclasses.replace(prediction, seen=seen, exact=ExactMask(RunMask.of(mask)))


def test_an_exact_mask_is_the_mask_and_the_next_look_sees_the_feedback(photo: np.ndarray) -> None:
    network = ColourNetwork()
    predictor = FCFIPredictor(network, SMALL, steps=(Cut(),))
    plain = FCFIPredictor(ColourNetwork(), SMALL).predict(photo, (ON,))
    first = predictor.predict(photo, (ON,))
    expected = plain.mask
    expected[:, :200] = False
    np.testing.assert_array_equal(first.mask, expected)
    assert first.run_mask == RunMask.of(expected)
    assert first.object_box == box_of(expected)
    assert first.nbytes > first.seen.nbytes + first.run_mask.nbytes  # type: ignore[union-attr]
    second = predictor.predict(photo, (ON, Click(230, 150)), first)
    np.testing.assert_array_equal(network.calls[1][1][0, 0], first.through(second.crop))
    assert second.box.left >= 200 - SMALL.minimum, "the zoom follows the exact mask"


def test_an_exact_mask_may_be_empty(photo: np.ndarray) -> None:
    plain = FCFIPredictor(ColourNetwork(), SMALL).predict(photo, (ON,))
    empty = dataclasses.replace(plain, exact=ExactMask(None))
    assert not empty.mask.any()
    assert (empty.run_mask, empty.object_box) == (None, None)
    again = FCFIPredictor(ColourNetwork(), SMALL).predict(photo, (ON, OFF), empty)
    assert again.box == whole(HEIGHT, WIDTH)
