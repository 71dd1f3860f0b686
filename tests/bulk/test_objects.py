"""Pictures for all their objects: decoded once, also by threads, and tried once if damaged."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fcfi.bulk.objects import Picture
from fcfi.errors import InputError
from fcfi.images import Image

PIXELS = np.zeros((4, 6, 3), np.uint8)
THREADS = 4


def test_threads_decode_a_picture_once_and_have_looks_of_their_own() -> None:
    decoded: list[int] = []
    together = threading.Barrier(THREADS)

    def decode() -> Image:
        decoded.append(1)
        return PIXELS

    picture = Picture(decode)

    def look(_: int) -> tuple[object, object]:
        together.wait()
        first, again = picture.looks, picture.looks
        assert first is again
        assert first.whole.image is first.closer.image is PIXELS
        return first.whole, first.closer

    assert not decoded
    with ThreadPoolExecutor(THREADS) as pool:
        found = [image for pair in pool.map(look, range(THREADS)) for image in pair]
    assert len(decoded) == 1
    assert len({id(image) for image in found}) == 2 * THREADS


@pytest.mark.parametrize("error", [InputError("a.png is damaged"), ZeroDivisionError("by chance")])
def test_a_damaged_picture_is_tried_once_and_fails_each_time(error: Exception) -> None:
    tried: list[int] = []

    def decode() -> Image:
        tried.append(1)
        raise error

    picture = Picture(decode)
    for _ in range(3):
        with pytest.raises(InputError, match="a.png is damaged|by chance"):
            _ = picture.looks
    assert len(tried) == 1
