"""Fixtures for tests of bulk work: photographs and a manifest."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fcfi.images import write_png

PICTURES = 6


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder with six photographs of 80 x 60 pixels, 0.png to 5.png."""
    folder = tmp_path / "work"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(PICTURES):
        blocks = random.integers(0, 256, (6, 8, 3), np.uint8)
        write_png(folder / f"{number}.png", np.repeat(np.repeat(blocks, 10, 0), 10, 1))
    return folder


def objects(count: int) -> list[dict[str, Any]]:
    """Return rows that alternate between pictures, so that a plan has to group them."""
    return [
        {
            "id": f"object-{number}",
            "image": f"{number % PICTURES}.png",
            "clicks": [[(7 * number) % 80, (11 * number) % 60], [5, 5, "-"]],
            "label": f"label {number % 3}",
        }
        for number in range(count)
    ]


@pytest.fixture
def manifest(photos: Path) -> Callable[[Sequence[Any]], str]:
    """Return a function that writes rows or lines as a manifest next to the photographs."""

    def write(rows: Sequence[Any]) -> str:
        path = photos / "objects.jsonl"
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return str(path)

    return write
