"""Measuring how long it takes to keep an object out of its neighbours, at 12 megapixels.

    python -m benchmarks.keep_out
    python -m benchmarks.keep_out --neighbours 200

The neighbours are ellipses of about 200 x 300 pixels over the whole picture, a third of which
overlap the object; the figure is the minimum of several repetitions.
"""

import time

import cv2
import numpy as np
import typer

from fcfi.masks.runs import RunMask

HEIGHT, WIDTH = 3000, 4000
REPEATS = 7


def ellipse(x: int, y: int, width: int, height: int) -> RunMask:
    """Return an ellipse with this centre and size in pixels, inside the picture."""
    canvas = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(canvas, (x, y), (width // 2, height // 2), 0, 0, 360, 1, -1)
    mask = RunMask.of(canvas.astype(np.bool_))
    assert mask is not None
    return mask


def main(neighbours: int = 60) -> None:
    """Print the milliseconds that the neighbours add to a click."""
    rng = np.random.default_rng(0)
    drawn = ellipse(WIDTH // 2, HEIGHT // 2, 1600, 1200)
    others = [
        ellipse(int(rng.integers(200, WIDTH - 200)), int(rng.integers(200, HEIGHT - 200)), 200, 300)
        for _ in range(neighbours)
    ]
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        drawn.subtract(others)
        seconds.append(time.perf_counter() - began)
    touching = sum(drawn.box.intersection(other.box) is not None for other in others)
    print(
        f"{1000 * min(seconds):.1f} ms for {neighbours} neighbours, {touching} of them in its box"
    )


if __name__ == "__main__":
    typer.run(main)
