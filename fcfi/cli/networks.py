"""`fcfi networks`: lists the shipped networks, and measures their speed on this machine."""

from typing import Annotated

import typer

from fcfi.cli.app import app
from fcfi.cli.show import console


@app.command(epilog="Example: fcfi networks --bench")
def networks(
    bench: Annotated[
        bool,
        typer.Option(
            "--bench",
            help="Measure each runtime and precision of this machine; some seconds each.",
        ),
    ] = False,
) -> None:
    """List the shipped networks."""
    from rich.table import Table

    from fcfi.weights import shipped

    if bench:
        _bench()
        return
    table = Table("name", "variant", "MB", "licence", "trained on")
    for entry in shipped():
        table.add_row(
            entry.name, entry.variant, f"{entry.bytes / 1e6:.1f}", entry.licence, entry.data
        )
    console().print(table)


def _bench() -> None:
    """Print the speed of each network in each runtime and precision; mark what `auto` chooses.

    The times are kept for `--budget`.
    """
    from rich.table import Table

    from fcfi.budget import LARGE_PICTURE, Speeds, source_of
    from fcfi.runtimes.choice import RunRequest, choose, possible, this_machine
    from fcfi.weights import shipped

    pixels = LARGE_PICTURE[0] * LARGE_PICTURE[1]
    title = f"milliseconds from a click to the mask, picture of {pixels / 1e6:.1f} megapixels"
    table = Table("name", "runtime", "precision", "px", "ms", "with flip", "", title=title)
    for entry in shipped():
        source, target = source_of(entry), source_of(entry).zoom.target
        taken = choose(source.files, RunRequest(), this_machine())
        for way in possible(source.files, this_machine()):
            speed = Speeds().measured(way)
            plain, flipped = (
                f"{1e3 * speed.seconds(target, flip, pixels):.0f}" for flip in ("none", "average")
            )
            mark = (
                "chosen" if (way.runtime, way.precision) == (taken.runtime, taken.precision) else ""
            )
            table.add_row(entry.name, way.runtime, way.precision, str(target), plain, flipped, mark)
    console().print(table)
