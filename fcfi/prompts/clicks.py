"""Clicks: what a person says about an object, in the order in which it was said.

Knows nothing of images or networks.  The order matters: the last click is the new one, and the
focused correction works around it.
"""

from dataclasses import dataclass

from fcfi.errors import InputError


@dataclass(frozen=True, slots=True)
class Click:
    """One click: positive on the object, negative off it.

    Convention: x right, y down, whole pixels; the centre of the top left pixel is (0, 0).
    """

    x: int
    y: int
    positive: bool = True


Clicks = tuple[Click, ...]


def check_clicks(clicks: Clicks, height: int, width: int) -> None:
    """Raise InputError unless there is a click and all lie inside a picture of this height and width in pixels."""
    if not clicks:
        raise InputError("no click came: give at least one, on the object, as (x, y) in pixels")
    for number, click in enumerate(clicks, start=1):
        if not (0 <= click.x < width and 0 <= click.y < height):
            raise InputError(
                f"click {number} at ({click.x}, {click.y}) is outside the picture of {width} x {height} pixels: "
                f"x must be 0 to {width - 1}, y 0 to {height - 1}"
            )
