"""Properties of boxes, crops and the zoom for every picture size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.boxes import Box, whole
from fcfi.errors import ConfigError
from fcfi.geometry import box_of, resize
from fcfi.prediction.zoom import Crop, Zoom, crop_at, zoom_box
from fcfi.prompts.clicks import Click, Clicks
from tests.generated import examples, floats

SIDES = st.integers(1, 3000)


@st.composite
def boxes(draw: st.DrawFn, height: int = 60, width: int = 90) -> Box:
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return Box(left, top, draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height)))


@st.composite
def clicks_in(draw: st.DrawFn, box: Box, least: int = 1) -> Clicks:
    click = st.builds(
        Click,
        st.integers(box.left, box.right - 1),
        st.integers(box.top, box.bottom - 1),
        st.booleans(),
    )
    return tuple(draw(st.lists(click, min_size=least, max_size=5)))


@given(boxes(), boxes())
def test_laws_of_boxes(a: Box, b: Box) -> None:
    assert a.iou(a) == 1
    assert a.iou(b) == b.iou(a)
    assert 0 <= a.iou(b) <= 1
    union, common = a.union(b), a.intersection(b)
    assert union.intersection(a) == a
    assert union.area >= max(a.area, b.area)
    assert (common is None) == (a.iou(b) == 0)
    if common:
        assert a.intersection(common) == common == b.intersection(common)


def test_boxes_by_hand() -> None:
    a, b = Box(0, 0, 4, 2), Box(2, 0, 6, 2)
    assert (a.width, a.height, a.area) == (4, 2, 8)
    assert a.intersection(b) == Box(2, 0, 4, 2)
    assert a.iou(b) == pytest.approx(4 / 12)
    assert a.contains(3, 1)
    assert not a.contains(4, 1)
    assert Box(10, 10, 20, 30).enlarged(1.5, 1) == Box(8, 5, 23, 35)
    assert Box(10, 10, 20, 30).enlarged(1.5, 40) == Box(-5, 0, 35, 40)
    assert Box(-5, 3, 35, 70).clipped(60, 30) == Box(0, 3, 30, 60)


@given(boxes(), floats(1, 5), st.integers(1, 100))
def test_enlarging_keeps_the_box_inside_and_the_size_wanted(
    box: Box, ratio: float, minimum: int
) -> None:
    large = box.enlarged(ratio, minimum)
    assert large.intersection(box) == box
    assert large.width >= minimum
    assert large.height >= max(minimum, int(box.height * ratio))
    assert abs((large.left + large.right) - (box.left + box.right)) <= 1
    inside = large.clipped(60, 90)
    assert inside.intersection(box) == box
    assert inside.intersection(whole(60, 90)) == inside


@given(boxes())
def test_the_box_of_a_mask(box: Box) -> None:
    mask = np.zeros((60, 90), np.bool_)
    assert box_of(mask) is None
    mask[box.top, box.left] = mask[box.bottom - 1, box.right - 1] = True
    assert box_of(mask) == box
    assert box_of(mask.T) == Box(box.top, box.left, box.bottom, box.right)


@given(SIDES, SIDES, st.integers(1, 20), st.sampled_from([1, 8, 32]))
def test_a_crop_has_the_target_size_in_multiples(
    height: int, width: int, target: int, multiple: int
) -> None:
    crop = crop_at(whole(height, width), target * multiple, multiple)
    assert crop.height % multiple == 0 == crop.width % multiple
    assert max(crop.height, crop.width) == target * multiple
    assert min(crop.height, crop.width) >= multiple


@given(st.data())
def test_clicks_stay_inside_and_come_back(data: st.DataObject) -> None:
    box = data.draw(boxes())
    clicks = data.draw(clicks_in(box))
    crop = Crop(box, data.draw(st.integers(1, 300)), data.draw(st.integers(1, 300)))
    inside = crop.clicks(clicks)
    assert [c.positive for c in inside] == [c.positive for c in clicks]
    back = Crop(Box(0, 0, crop.width, crop.height), box.height, box.width).clicks(inside)
    for before, there, again in zip(clicks, inside, back, strict=True):
        assert 0 <= there.x < crop.width
        assert 0 <= there.y < crop.height
        exact = (before.x - box.left + 0.5) * crop.width / box.width - 0.5
        assert abs(there.x - exact) <= 0.5 + 1e-9
        if crop.width >= box.width:
            assert again.x == before.x - box.left
        if crop.height >= box.height:
            assert again.y == before.y - box.top


def test_the_sides_of_a_box_in_network_pixels() -> None:
    crop = Crop(Box(10, 20, 30, 30), height=20, width=10)
    assert crop.sides(Box(10, 20, 30, 30)) == (0, 0, 10, 20)
    assert crop.sides(Box(12, 15, 40, 25)) == (1, -10, 15, 10), "a box may leave the crop"


def test_clicks_outside_of_the_box_are_left_out() -> None:
    crop = Crop(Box(10, 10, 20, 20), 20, 20)
    assert crop.clicks((Click(9, 12, False), Click(12, 19), Click(20, 12))) == (Click(5, 19),)


@examples(50)
@given(st.data())
def test_a_constant_map_survives_there_and_back(data: st.DataObject) -> None:
    box = data.draw(boxes())
    crop = Crop(box, data.draw(st.integers(1, 200)), data.draw(st.integers(1, 200)))
    value = np.float32(data.draw(floats(0, 1, width=32)))
    small = crop.map(np.full((60, 90), value))
    assert small.shape == (crop.height, crop.width)
    np.testing.assert_allclose(small, value, rtol=1e-5)
    full = crop.back(small, 60, 90, fill=-1)
    assert full.shape == (60, 90)
    assert full.dtype == np.float32
    inside = full[box.top : box.bottom, box.left : box.right]
    np.testing.assert_allclose(inside, value, rtol=1e-5)
    assert (full == -1).sum() == full.size - box.area


@examples(50)
@given(boxes(), st.integers(1, 3), st.integers(1, 3))
def test_growing_by_whole_factors_and_shrinking_again_is_the_identity(
    box: Box, across: int, down: int
) -> None:
    values = np.random.default_rng(0).random((60, 90), np.float32)
    part = values[box.top : box.bottom, box.left : box.right]
    grown = resize(part, box.height * down, box.width * across)
    if across % 2 == down % 2 == 1:  # then a pixel's centre falls on a centre
        np.testing.assert_allclose(grown[down // 2 :: down, across // 2 :: across], part, atol=1e-6)
    same = Crop(box, box.height, box.width)
    np.testing.assert_array_equal(same.map(values), part)
    np.testing.assert_array_equal(
        same.back(same.map(values), 60, 90), np.where(inside_of(box), values, 0)
    )


def inside_of(box: Box) -> np.ndarray:
    mask = np.zeros((60, 90), np.bool_)
    mask[box.top : box.bottom, box.left : box.right] = True
    return mask


@pytest.mark.parametrize("factor", [0.3, 0.75, 2.5, 0.04])
def test_resizing_follows_the_half_pixel_convention(factor: float) -> None:
    """A ramp of x stays a ramp: value at x' is (x' + 0.5) / factor - 0.5, but for the border."""
    width = 600
    ramp = np.tile(np.arange(width, dtype=np.float32), (50, 1))
    small = resize(ramp, 20, int(width * factor))
    expected = (np.arange(small.shape[1]) + 0.5) * width / small.shape[1] - 0.5
    np.testing.assert_allclose(small[10, 2:-2], expected[2:-2], atol=0.1 / factor)


def test_a_click_and_its_pixel_go_to_the_same_place() -> None:
    image = np.zeros((300, 500, 3), np.uint8)
    crop = crop_at(Box(100, 40, 420, 290), 640, 32)
    for x, y in ((100, 40), (419, 289), (222, 131)):
        image[:] = 0
        image[y, x] = 255
        (click,) = crop.clicks((Click(x, y),))
        small = crop.image(image)[..., 0]
        assert small[click.y, click.x] > 100


def test_shrinking_averages_instead_of_skipping() -> None:
    checks = np.indices((1200, 1600)).sum(axis=0) % 2 * 255
    small = crop_at(whole(1200, 1600), 96, 32).image(
        np.repeat(checks[:, :, None], 3, axis=2).astype(np.uint8)
    )
    assert np.abs(small.astype(int) - 127).max() <= 40  # skipping would leave 0 and 255


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (20, 20000), (20000, 20), (40000, 3), (1, 5000)]
)
def test_extreme_pictures_pass_through_a_crop(height: int, width: int) -> None:
    image = np.full((height, width, 3), 9, np.uint8)
    crop = crop_at(whole(height, width), 384, 32)
    assert max(crop.height, crop.width) == 384
    assert (crop.image(image) == 9).all()
    assert crop.back(crop.map(image[..., 0]), height, width).shape == (height, width)
    (click,) = crop.clicks((Click(width - 1, height - 1),))
    assert (0 <= click.x < crop.width, 0 <= click.y < crop.height) == (True, True)


def test_views_of_the_picture_are_not_copied() -> None:
    image = np.zeros((50, 60, 3), np.uint8)
    crop = Crop(Box(10, 10, 42, 42), 32, 32)
    assert np.shares_memory(crop.image(image), image)


# Zoom


@examples(200)
@given(st.data())
def test_laws_of_the_zoom(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 900)), data.draw(st.integers(1, 900))
    picture = whole(height, width)
    seen, before = data.draw(boxes(height, width)), data.draw(boxes(height, width))
    clicks = data.draw(clicks_in(picture))
    zoom = Zoom(target=384, ratio=data.draw(floats(1, 4)), minimum=data.draw(st.integers(1, 400)))
    box = zoom_box(seen, before, clicks, height, width, zoom)
    assert box.intersection(picture) == box
    assert box.contains(clicks[-1].x, clicks[-1].y)
    assert all(box.contains(click.x, click.y) for click in clicks if click.positive)
    if box != before:
        assert box.union(seen) == box
    assert zoom_box(None, before, clicks, height, width, zoom) == picture
    assert zoom_box(seen, box, clicks, height, width, zoom) == box


def test_the_zoom_by_hand() -> None:
    zoom = Zoom(target=384, ratio=1.4, minimum=200, keep_iou=0.5)
    picture = whole(1000, 1000)
    first = zoom_box(Box(400, 400, 600, 500), picture, (Click(500, 450),), 1000, 1000, zoom)
    assert first == Box(360, 350, 640, 550)  # 280 wide, at least 200 high
    grown = Box(400, 400, 620, 510)
    assert zoom_box(grown, first, (Click(500, 450), Click(610, 500)), 1000, 1000, zoom) == first
    far = (Click(500, 450), Click(50, 450, False))
    assert zoom_box(grown, first, far, 1000, 1000, zoom).left == 0  # the new click is always inside
    assert (
        zoom_box(grown, first, (*far, Click(505, 455)), 1000, 1000, zoom) == first
    )  # the old negative one need not
    assert (
        zoom_box(Box(400, 400, 410, 410), picture, (Click(405, 405),), 1000, 1000, zoom).width
        == 200
    )
    assert zoom_box(Box(0, 0, 10, 10), picture, (Click(5, 5),), 1000, 1000, zoom) == Box(
        0, 0, 105, 105
    )


@pytest.mark.parametrize(
    "wrong", [{"target": 8}, {"target": 100_000}, {"ratio": 0.5}, {"minimum": 0}, {"keep_iou": 2}]
)
def test_impossible_zooms_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=f"zoom {next(iter(wrong))} = .* give"):
        Zoom(**wrong)  # type: ignore[arg-type]
