from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.boxes import Box
from fcfi.data import sampler as sampler_module
from fcfi.data.augment import mirror, paste
from fcfi.data.config import CropConfig
from fcfi.data.crop import TrainingCrop
from fcfi.data.framing import (
    border_point,
    box_around,
    centred,
    choose_box,
    cut,
    point_in_crop,
    tight_box,
)
from fcfi.data.pictures import Instance, Labelling, Picture, by_source
from fcfi.data.sampler import CropSampler
from fcfi.data.shards import read_pictures
from fcfi.data.targets import thinness
from fcfi.errors import DatasetError
from fcfi.prediction.zoom import Crop as NetworkCrop
from fcfi.prompts.clicks import Click
from tests.data.builders import write_shard
from tests.generated import examples


@pytest.fixture
def sampler(tmp_path: Path) -> CropSampler:
    return CropSampler(
        by_source(read_pictures(write_shard(tmp_path / "a.tar"))), CropConfig(minimum_visible=30)
    )


def test_crops_have_the_size_asked_for_and_an_object(sampler: CropSampler) -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        crop = sampler.draw(64, 96, rng)
        assert crop.image.shape == (64, 96, 3)
        assert crop.image.dtype == np.uint8
        assert crop.truth.shape == crop.others.shape == (64, 96)
        assert set(np.unique(crop.truth)) <= {0, 1, 255}
        assert (crop.truth == 1).sum() >= 30
        assert not (crop.others & (crop.truth == 1)).any()


def test_the_same_seed_draws_the_same_crop(sampler: CropSampler) -> None:
    first, second = (sampler.draw(64, 64, np.random.default_rng(3)) for _ in range(2))
    assert (first.image == second.image).all()
    assert (first.truth == second.truth).all()


def test_a_weight_without_pictures_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pictures = by_source(read_pictures(write_shard(tmp_path / "a.tar", source="voc")))
    CropSampler(pictures, CropConfig(weights={"voc": 1.0, "vocal": 1.0}))
    assert "'vocal', of which the data has no picture; did you mean 'voc'?" in caplog.text


def test_only_weighted_sources_are_drawn(tmp_path: Path) -> None:
    pictures = by_source(
        [
            *read_pictures(write_shard(tmp_path / "a.tar", 1, "chosen")),
            *read_pictures(write_shard(tmp_path / "b.tar", 1, "other")),
        ]
    )
    assert CropSampler(pictures, CropConfig(weights={"chosen": 1.0}))._sources == ["chosen"]
    with pytest.raises(
        DatasetError, match=r"crops.weights names \(missing\), got pictures of chosen, other"
    ):
        CropSampler(pictures, CropConfig(weights={"missing": 1.0}))


def test_pictures_without_usable_objects_are_reported(tmp_path: Path) -> None:
    sampler = CropSampler(
        by_source(read_pictures(write_shard(tmp_path / "a.tar"))), CropConfig(minimum_area=10**6)
    )
    with pytest.raises(DatasetError, match="check the masks"):
        sampler.draw(64, 64, np.random.default_rng(0))


@given(
    left=st.integers(-7, 39),
    top=st.integers(-7, 39),
    width=st.integers(8, 60),
    height=st.integers(8, 60),
)
@examples(25)
def test_a_window_shows_the_picture_where_it_lies_and_the_fill_elsewhere(
    left: int, top: int, width: int, height: int
) -> None:
    ids = np.arange(40 * 40, dtype=np.uint16).reshape(40, 40) + 1
    shown = cut(ids, Box(left, top, left + width, top + height), height, width, 0)
    assert shown.shape == (height, width)
    for row in range(height):
        for column in (0, width - 1):
            y, x = top + row, left + column
            inside = 0 <= y < 40 and 0 <= x < 40
            assert shown[row, column] == (ids[y, x] if inside else 0)


def test_mirroring_twice_gives_the_crop_back(sampler: CropSampler) -> None:
    crop = sampler.draw(64, 64, np.random.default_rng(1))
    again = mirror(mirror(crop))
    assert all(
        np.array_equal(a, b) for a, b in zip(vars(crop).values(), vars(again).values(), strict=True)
    )


def test_a_view_of_a_part_shows_less_than_the_object_round_a_place_in_it() -> None:
    config, rng = CropConfig(part=1.0, part_ratio=(0.5, 0.5), stretch=1.0), np.random.default_rng(3)
    instance = Instance(id=1, area=30_000, left=100, top=60, right=300, bottom=260)
    for _ in range(20):
        box = choose_box(tight_box([instance]), True, (400, 500), 1.0, config, rng)
        assert (box.width, box.height) == (100, 100)
        assert 100 <= box.left + 50 <= 300 or box.left in (0, 400)
        assert 60 <= box.top + 50 <= 260 or box.top in (0, 300)


def test_a_view_may_lie_round_the_border_of_an_object() -> None:
    target = np.zeros((60, 80), bool)
    target[10:40, 20:50] = True
    target[59, 79] = True
    rng = np.random.default_rng(0)
    points = {border_point(target, rng) for _ in range(400)}
    assert (79, 59) in points
    inner = {(x, y) for x, y in points if 20 < x < 49 and 10 < y < 39}
    assert not inner
    assert all(target[y, x] for x, y in points)
    assert centred(Box(0, 0, 20, 10), (40, 30), 60, 80) == Box(30, 25, 50, 35)
    assert centred(Box(0, 0, 20, 10), (79, 0), 60, 80) == Box(60, 0, 80, 10)
    assert centred(Box(0, 0, 100, 10), (5, 5), 60, 80) == Box(-10, 0, 90, 10)


def test_views_at_the_border_are_drawn_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = by_source(read_pictures(write_shard(tmp_path / "a.tar")))
    points: list[tuple[int, int]] = []

    def noted(box: Box, point: tuple[int, int], height: int, width: int) -> Box:
        points.append(point)
        return centred(box, point, height, width)

    monkeypatch.setattr(sampler_module, "centred", noted)
    for part_at, part in (("object", 1.0), ("border", 0.0)):
        config = CropConfig(part=part, part_at=part_at, minimum_visible=20)  # type: ignore[arg-type]
        CropSampler(pictures, config).draw(64, 64, np.random.default_rng(1))
    assert points == []
    config = CropConfig(part=1.0, part_at="border", minimum_visible=20)
    assert CropSampler(pictures, config).draw(64, 64, np.random.default_rng(1)).part
    assert points


def test_a_view_of_a_part_says_so_in_its_crop(tmp_path: Path) -> None:
    pictures = by_source(read_pictures(write_shard(tmp_path / "a.tar")))
    drawn = [
        CropSampler(pictures, CropConfig(part=p)).draw(64, 64, np.random.default_rng(1))
        for p in (0.0, 1.0)
    ]
    assert [crop.part for crop in drawn] == [False, True]


def test_a_pasted_object_is_target_or_hides_a_part_of_it() -> None:
    truth = np.zeros((64, 64), np.uint8)
    truth[10:50, 10:50] = 1
    crop = TrainingCrop(np.zeros((64, 64, 3), np.uint8), truth, np.zeros((64, 64), bool))
    targets, hidden = 0, 0
    for seed in range(40):
        image, mask = np.full((20, 20, 3), 255, np.uint8), np.ones((20, 20), bool)
        pasted = paste(crop, image, mask, 10, np.random.default_rng(seed))
        bright = pasted.image[..., 0] > 200
        if (pasted.truth[bright] == 1).all():
            targets += 1
        else:
            hidden += 1
            assert pasted.others[bright].all()
            assert not (pasted.truth[bright] == 1).any()
    assert targets > 5
    assert hidden > 5


def test_thinness_is_that_of_the_first_object_and_small_ones_have_none() -> None:
    ids = np.zeros((100, 100), np.uint16)
    ids[10:60, 10:60] = 1
    ids[70:74, 0:100] = 2
    ids[74:78, 0:100] = 2
    ids[90:95, 90:95] = 3
    labelling = Labelling(ids)
    square, bar, dot = labelling.instances
    assert thinness(labelling, [dot]) == 0
    assert thinness(labelling, []) == 0
    assert thinness(labelling, [square]) < 0.25 < 0.4 < thinness(labelling, [bar])


def test_a_look_is_a_part_of_the_picture_round_the_point_and_stays_inside() -> None:
    assert box_around((200, 100), 0.5, 300, 400) == Box(100, 25, 300, 175)
    assert box_around((5, 295), 0.5, 300, 400) == Box(0, 150, 200, 300)
    assert box_around((5, 295), 1.0, 300, 400) == Box(0, 0, 400, 300)


def test_a_point_lies_in_a_crop_where_a_predictor_puts_a_click() -> None:
    box = Box(100, 25, 300, 175)
    (click,) = NetworkCrop(box, 416, 416).clicks((Click(200, 100),))
    assert point_in_crop((200, 100), box, 416, 416) == (click.x, click.y) == (209, 209)


def test_looks_begin_at_a_point_of_the_object_and_count_what_is_beyond() -> None:
    ids = np.zeros((400, 400), np.uint16)
    ids[100:300, 120:330] = 1
    picture = Picture("a", "s", np.zeros((400, 400, 3), np.uint8), (Labelling(ids),))
    config = CropConfig(look=1.0, stretch=1.0, merge=0.0, paste=0.0)
    sampler = CropSampler({"s": [picture]}, config)
    rng = np.random.default_rng(0)
    drawn = [sampler.draw(128, 128, rng) for _ in range(40)]
    shares = set()
    for crop in drawn:
        assert crop.point is not None
        assert crop.truth[crop.point[1], crop.point[0]] == 1
        visible = int((crop.truth == 1).sum())
        shares.add(round(visible / (visible + crop.beyond), 1))
    assert {0.2, 1.0} <= shares
