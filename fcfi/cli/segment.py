"""`fcfi segment`: a photograph and clicks in, a mask out."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from fcfi.cli.app import app
from fcfi.cli.options import Network, Precision, Runtime, Threads, check_outputs, told
from fcfi.clicks import Click
from fcfi.errors import InputError

CLICK_FORM: Final = re.compile(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*(?:,\s*([+-]))?\s*")
PNG: Final = (".png",)


@app.command(epilog="Example: fcfi segment photo.jpg --click 320,180 --click 90,60,- -o mask.png --overlay overlay.png")
def segment(
    photo: Annotated[Path, typer.Argument(help="The photograph, in any usual format.", show_default=False)],
    click: Annotated[
        list[str],
        typer.Option("--click", metavar="X,Y[,-]", help="A point on the object; with ,- off it. Order counts."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The mask: PNG, 0 and 255.")],
    overlay: Annotated[Path | None, typer.Option(help="The photograph with the mask over it: PNG.")] = None,
    network: Network = None,
    runtime: Runtime = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    from_mask: Annotated[Path | None, typer.Option(help="Start from this mask and correct it.")] = None,
    flip: Annotated[
        Literal["none", "average"],
        typer.Option(help="average: with the mirrored picture; a little better, twice the time."),
    ] = "none",
) -> None:
    """Cut an object out of a photograph."""
    clicks = tuple(parse_click(text) for text in click)
    drawn = {output: PNG} if overlay is None else {output: PNG, overlay: PNG}
    if overlay == output:
        raise InputError(f"--output and --overlay are both {output}: give each a name of its own")
    check_outputs(drawn, inputs=(photo, from_mask))
    import fcfi
    from fcfi.images import read_image, read_mask, write_png
    from fcfi.overlay import draw

    image = read_image(photo)
    with told():
        segmenter = fcfi.load(network, runtime, precision=precision, threads=threads, flip=flip)
    session = segmenter.session(image)
    if from_mask is not None:
        session.start_from(read_mask(from_mask, *image.shape[:2]))
    for point in clicks:
        session.click(point.x, point.y, positive=point.positive)
    write_png(output, session.mask)
    if overlay is not None:
        write_png(overlay, draw(image, session.mask, session.clicks))
    typer.echo(f"{output}: {session.mask.mean():.1%} of the picture, after {len(clicks)} click{'s'[: len(clicks) > 1]}")


def parse_click(text: str) -> Click:
    """The click written as `x,y`, `x,y,+` (on the object) or `x,y,-` (off it).  Raises InputError for anything else."""
    match = CLICK_FORM.fullmatch(text)
    if not match:
        raise InputError(
            f"--click came as {text!r}: write x,y in pixels for a point on the object, x,y,- for one off it, "
            "for example --click 320,180 --click 90,60,-"
        )
    x, y, sign = match.groups()
    return Click(int(x), int(y), sign != "-")
