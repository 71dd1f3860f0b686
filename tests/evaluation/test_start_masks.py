"""Start masks: wrong, but not by much, and always the same."""

from pathlib import Path

import numpy as np
import pytest

from fcfi.data.sample import Sample
from fcfi.errors import ConfigError, DatasetError, InputError
from fcfi.evaluation import evaluate_object
from fcfi.evaluation.start_masks import starting_masks
from fcfi.images import write_png
from fcfi.masks.metrics import iou
from fcfi.masks.truth import OBJECT, Truth


def disk(radius: int, side: int = 100) -> Sample:
    rows, columns = np.ogrid[:side, :side]
    truth = ((rows - side // 2) ** 2 + (columns - side // 2) ** 2 <= radius**2).astype(np.uint8)
    return Sample("disk", np.zeros((side, side, 3), np.uint8), truth)


def test_an_eroded_disk_keeps_most_of_its_area() -> None:
    sample = disk(40)
    assert iou(starting_masks("eroded").make(sample), sample.truth) == pytest.approx(
        0.85**2, abs=0.02
    )


@pytest.mark.parametrize("radius", [0, 1, 2, 5])
def test_an_eroded_object_never_vanishes(radius: int) -> None:
    sample = disk(radius)
    mask = starting_masks("eroded").make(sample)
    assert mask.any()
    assert not (mask & (sample.truth != OBJECT)).any()


def test_a_shifted_object_moves_right_and_down() -> None:
    truth: Truth = np.zeros((50, 60), np.uint8)
    truth[10:30, 20:50] = OBJECT
    mask = starting_masks("shifted").make(Sample("box", np.zeros((50, 60, 3), np.uint8), truth))
    assert mask[12:32, 23:53].all()
    assert mask.sum() == 600


def test_masks_of_a_folder(tmp_path: Path) -> None:
    sample = disk(10)
    start = starting_masks(tmp_path)
    assert start.name == tmp_path.name
    with pytest.raises(DatasetError, match=r"disk\.png is missing"):
        start.make(sample)
    write_png(tmp_path / "disk.png", sample.truth == OBJECT)
    assert (start.make(sample) == (sample.truth == OBJECT)).all()
    write_png(tmp_path / "disk.png", np.zeros((5, 5), bool))
    with pytest.raises(InputError, match="5 x 5"):
        start.make(sample)
    with pytest.raises(DatasetError, match="disk: its start mask cannot be used"):
        evaluate_object(None, sample, start=start)  # type: ignore[arg-type]


def test_anything_else_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected start masks eroded, shifted or a folder"):
        starting_masks("dilated")
