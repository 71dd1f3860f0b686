"""Work that other people's shapes ask for is bounded before it is done."""

from collections.abc import Callable

import numpy as np
import pytest

from fcfi.errors import DatasetError
from fcfi.masks.coco import decode
from fcfi.masks.polygons import fill_edges, fill_line
from fcfi.masks.runs import RunMask, of_lengths, pixels_of
from fcfi.masks.shapes import ellipse
from fcfi.masks.work import LEAST, LENGTH, MOST, Allowance, TooMuchWorkError, charge, crossing_work


def test_an_allowance_follows_the_size_of_the_picture() -> None:
    assert Allowance(60, 40).left == LEAST
    assert Allowance(1000, 1000).left == 100_000_000
    assert Allowance(4000, 3000).left == MOST
    assert Allowance(40_000, 10_000).left == 1_600_000_000


def test_work_is_taken_until_a_shape_is_too_much_for_the_rest() -> None:
    charge(1 << 60)  # nobody has bounded it
    allowance = Allowance(60, 40)
    with allowance.spent():
        charge(LEAST - 10)
        with pytest.raises(TooMuchWorkError, match="more work than their picture is worth"):
            charge(11)
        charge(10)
    assert allowance.left == 0
    charge(1 << 60)


def spent(draw: Callable[[], object], height: int, width: int) -> int:
    """Return the work that a drawing asks for."""
    allowance = Allowance(width, height)
    before = allowance.left
    with allowance.spent():
        draw()
    return before - allowance.left


def test_every_way_to_draw_says_its_work_also_where_nothing_is_drawn() -> None:
    side = 3000
    # Thin as a hair and turned: its box is most of the picture, its pixels are none.
    hair = lambda: ellipse(1500.3, 1500, 1400, 1e-9, 45, side, side)  # noqa: E731
    assert hair() is None
    assert spent(hair, side, side) > 3_900_000
    # A corner of the picture lies in the triangle's box, not in the triangle.
    loop = np.array([[-9000.0, 2999], [2999, -9000], [-9000, -9000]])
    outside = lambda: fill_line(loop, side, side)  # noqa: E731
    assert outside() is None
    assert spent(outside, side, side) > 8_900_000
    there_and_back = np.array([[0.5, 0], [0.5, 2000], [0.5, 0], [0.5, 2000]])
    line = lambda: fill_edges([there_and_back], side, side)  # noqa: E731
    assert line() is None
    assert spent(line, side, side) >= 48 * 6000
    runs = {"size": [side, side], "counts": [0, 1, side * side - 2, 1]}
    # Two single pixels in one column: two runs, and what is before and between.
    assert spent(lambda: decode(runs, side, side), side, side) == side * side + 4 * LENGTH


def test_masks_of_many_runs_take_a_bounded_part_of_memory() -> None:
    checkers = np.indices((300, 400)).sum(0) % 2 == 0
    taken: list[RunMask | None] = []
    allowance = Allowance(4000, 3000)
    with allowance.spent(), pytest.raises(TooMuchWorkError):
        while True:
            taken.append(RunMask.of(checkers))
    # 119,702 run lengths of four bytes each.
    assert len(taken) == 400
    assert sum(mask.lengths.nbytes for mask in taken if mask) < 200_000_000


def test_a_tangle_of_edges_costs_more_than_its_pixels() -> None:
    zigzag = np.stack([np.arange(20_000) % 3000, np.arange(20_000) % 2 * 2999], 1).astype(float)
    assert crossing_work(zigzag, 0, 3000) > 3 * MOST
    circle = np.linspace(0, 6.28, 20_000)
    smooth = 1500 + 1400 * np.stack([np.cos(circle), np.sin(circle)], 1)
    assert 5000 < crossing_work(smooth, 0, 3000) < 6000
    with Allowance(3000, 3000).spent(), pytest.raises(DatasetError, match="more work than"):
        fill_line(zigzag, 3000, 3000)


def test_a_large_ellipse_is_the_same_in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ellipse(50, 40, 45, 20, 30, 80, 90)
    monkeypatch.setattr("fcfi.masks.shapes.STRIP", 200)
    assert ellipse(50, 40, 45, 20, 30, 80, 90) == whole


@pytest.mark.parametrize("seed", range(20))
def test_lengths_of_a_box_make_the_mask_of_its_pixels(seed: int) -> None:
    random = np.random.default_rng(seed)
    width, height = (int(side) for side in random.integers(1, 7, 2))
    ends = np.sort(random.integers(0, width * height + 1, 8))
    lengths = np.diff(ends, prepend=0, append=width * height)
    flat = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    found = of_lengths(lengths, 3, 2, width)
    expected = RunMask.of(flat.reshape(height, width), 3, 2)
    assert found == expected
    assert pixels_of(found, 10, 12).sum() == flat.sum()
