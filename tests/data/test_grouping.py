from pathlib import Path

import numpy as np
import pytest

from fcfi.data.grouping import merge, pictures_of
from fcfi.data.pictures import IGNORE_ID
from fcfi.data.readers import open_dataset
from fcfi.errors import DatasetError
from tests.data.builders import picture, write_coco_and_lvis, write_sbd, write_shard


def test_the_smaller_of_two_overlapping_objects_lies_in_front() -> None:
    large, small = np.ones((4, 4), np.uint8), np.zeros((4, 4), np.uint8)
    small[1, 1], large[0, 0] = 1, 255
    ids = merge([small, large]).ids
    assert ids[1, 1] == 1
    assert ids[2, 2] == 2
    assert ids[0, 0] == IGNORE_ID


def test_objects_of_one_picture_become_one_map(tmp_path: Path) -> None:
    (source, pictures), *_ = pictures_of(open_dataset(write_sbd(tmp_path), split="train")).items()
    assert source == "SBD"
    assert len(pictures) == 2
    _, ids = picture(0)
    found = pictures[0].labellings[0]
    assert len(found.instances) >= 2
    assert {instance.area for instance in found.instances} >= {
        int((ids == label).sum()) for label in (1, 2)
    }


def test_coco_objects_are_drawn_on_their_picture(tmp_path: Path) -> None:
    objects = open_dataset(write_coco_and_lvis(tmp_path), "coco", "instances_train2017")
    found = pictures_of(objects)["COCO"][1].labellings[0].instances
    _, ids = picture(1)
    for instance, label in zip(found, (1, 2), strict=True):
        assert instance.area == pytest.approx((ids == label).sum(), rel=0.1)


def test_shards_are_not_read_by_picture(tmp_path: Path) -> None:
    write_shard(tmp_path / "a.tar")
    with pytest.raises(DatasetError, match="shards"):
        pictures_of(open_dataset(tmp_path))
