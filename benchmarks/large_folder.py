"""Measuring a large folder: the first start with scan and import, and an export read back.

    python -m benchmarks.large_folder
    python -m benchmarks.large_folder --pictures 50000 -o benchmarks/results/large_folder.json

The pictures are small and each has three objects in one COCO file, so that the work around the
pixels is measured.  The commands run as users run them, each in a process of its own.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer

from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS
from fcfi.images import write_png

FORMAT: Final = "fcfi-large-folder/1"
"""Marks a stored result of this file."""
WIDTH, HEIGHT = 96, 64
OBJECTS: Final = 3
"""Number of objects on each picture, each with a label of its own."""


def make(folder: Path, pictures: int) -> None:
    """Write `photos/`, all different, and the annotations `coco.json`."""
    photos = folder / "photos"
    photos.mkdir()
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number in range(pictures):
        pixels = np.full((HEIGHT, WIDTH, 3), number % 256, np.uint8)
        # Equal files would be found as copies of each other.
        pixels[0, 0] = number % 256, number // 256 % 256, number // 65536
        name = f"{number:06}.png"
        write_png(photos / name, pixels)
        images.append({"id": number + 1, "file_name": name, "width": WIDTH, "height": HEIGHT})
        for index in range(OBJECTS):
            left, top = 5 + 25 * index, 10 + number % 20
            right, bottom = left + 20, top + 15
            point = [left + 10, bottom + 10]
            outline = [left, top, right, top, right, bottom, *point, left, bottom]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number + 1,
                    "category_id": index + 1,
                    "segmentation": [outline],
                }
            )
    categories = [{"id": index + 1, "name": f"label {index}"} for index in range(OBJECTS)]
    data = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "coco.json").write_text(json.dumps(data), encoding="utf-8")


def timed(*words: str, folder: Path) -> float:
    """Run a command of fcfi in a folder and return its seconds."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "fcfi", *words]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main(
    pictures: int = 50_000,
    output: Annotated[Path, typer.Option("-o", help="The stored result.")] = RESULTS
    / "large_folder.json",
) -> None:
    """Make a folder of pictures, import a COCO file into it, export it, and store the times."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, pictures)
        rows = {
            "first start with scan and import": timed(
                "import-masks", "photos", "coco.json", folder=folder
            ),
            "COCO export, read back": timed(
                "export-masks", "photos", "--format", "coco", "-o", "out", folder=folder
            ),
        }
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    for title, seconds in rows.items():
        typer.echo(f"{title}: {seconds:.1f} s")
    typer.echo(f"largest process: {memory / 1e6:.0f} MB")
    record = new_record(
        FORMAT,
        pictures=pictures,
        objects=pictures * OBJECTS,
        seconds={title: round(seconds, 1) for title, seconds in rows.items()},
        largest_process_bytes=memory,
    )
    store(output, record)


if __name__ == "__main__":
    typer.run(main)
