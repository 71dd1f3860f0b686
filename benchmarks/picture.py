"""Draw docs/images/clicks.jpg: bundled photographs after each of a few clicks.

    python -m benchmarks.picture [NETWORK FILE]

The masks are from the default network; the clicks are where a person would correct the mask.
"""

import sys
from pathlib import Path
from typing import Annotated, Final

import cv2
import numpy as np
import typer
from numpy.typing import NDArray

import fcfi
from fcfi import cli
from fcfi.files import write_bytes
from fcfi.images import read_image
from fcfi.overlay import draw
from fcfi.prompts.clicks import Click, Clicks

ROOT: Final = Path(__file__).parent.parent
OUTPUT: Final = ROOT / "docs" / "images" / "clicks.jpg"
WIDTH: Final = 330
"""Width of a panel in pixels."""
GAP: Final = 6
"""White pixels between panels."""
QUALITY: Final = 88
"""Quality of the JPEG."""
STORIES: Final[dict[str, Clicks]] = {
    "astronaut": (Click(169, 341), Click(322, 295), Click(188, 95)),
    "coffee": (Click(289, 130), Click(376, 287, positive=False), Click(222, 265)),
}
"""Clicks on each photograph, in order."""


def panels(name: str, clicks: Clicks, network: str | None) -> NDArray[np.uint8]:
    """Return the photograph after each click in a row, (*, *, 3) uint8 RGB."""
    image = read_image(ROOT / "examples" / "images" / f"{name}.jpg")
    session = fcfi.load(network).session(image)
    row = []
    for click in clicks:
        session.click(click.x, click.y, positive=click.positive)
        picture = draw(image, session.mask, session.clicks)
        height = round(WIDTH * image.shape[0] / image.shape[1])
        row.append(cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA))
        row.append(np.full((height, GAP, 3), 255, np.uint8))
    return np.concatenate(row[:-1], axis=1).astype(np.uint8)


app = typer.Typer(add_completion=False)


@app.command()
def main(network: Annotated[str | None, typer.Argument(help="Its name or file.")] = None) -> None:
    """Write the picture."""
    rows = [panels(name, clicks, network) for name, clicks in STORIES.items()]
    page = np.concatenate(
        [np.pad(row, ((0, GAP), (0, 0), (0, 0)), constant_values=255) for row in rows]
    )[:-GAP]
    _, data = cv2.imencode(".jpg", page[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    write_bytes(OUTPUT, data.tobytes())
    typer.echo(f"{OUTPUT}: {len(data) / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.picture"))
