"""`fcfi segment`: a mask from a photograph and clicks, or many masks from a file of clicks."""

import re
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from fcfi.boxes import Box
from fcfi.cli.app import app
from fcfi.cli.options import (
    Method,
    Network,
    Precision,
    Runtime,
    Threads,
    check_outputs,
    warnings_as_notes,
)
from fcfi.errors import InputError, plural
from fcfi.grey_window import GreyWindow
from fcfi.prompts.clicks import Click, Clicks

if TYPE_CHECKING:
    from fcfi.prediction.interface import Flip
    from fcfi.runtimes.choice import RunRequest
    from fcfi.segmenter import Segmenter

CLICK_FORM: Final = re.compile(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*(?:,\s*([+-]))?\s*")
BOX_FORM: Final = re.compile(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(-?\d+)\s*")
PNG: Final = (".png",)


@dataclass(frozen=True)
class Given:
    """The photograph, and the prompts that say which object is meant."""

    photo: Path
    clicks: Clicks
    box: Box | None
    within: Box | None
    from_mask: Path | None
    window: GreyWindow | None


@app.command(
    epilog="Example: fcfi segment photo.jpg --click 320,180 --click 90,60,- -o mask.png "
    "--overlay overlay.png"
)
def segment(
    photo: Annotated[
        Path | None, typer.Argument(help="The photograph, in any usual format.", show_default=False)
    ] = None,
    click: Annotated[
        list[str] | None,
        typer.Option(
            "--click",
            metavar="X,Y[,-]",
            help="A click on the object, or with ,- off it; in the order of the options.",
        ),
    ] = None,
    box: Annotated[
        str | None,
        typer.Option(
            metavar="LEFT,TOP,RIGHT,BOTTOM",
            help="A box around the object, in pixels; clicks then correct its mask.",
        ),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option(
            metavar="LEFT,TOP,RIGHT,BOTTOM",
            help="The part of the photo that the network sees first, around a small object; "
            "by default all of it.",
        ),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            metavar="LOW,HIGH",
            help="The values of a grey photo of more than 8 bits that become black and white; "
            "by default they are found.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The mask: PNG, 0 and 255. With --batch the folder of masks."
        ),
    ] = None,
    overlay: Annotated[
        Path | None, typer.Option(help="The photograph with the mask over it: PNG.")
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            help="A file of many objects, a line each: "
            '{"image": "a.jpg", "clicks": [[320, 180], [90, 60, "-"]]}.'
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Lines of --batch at the same time; by default one a core.")
    ] = None,
    network: Network = None,
    runtime: Runtime = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    method: Method = None,
    from_mask: Annotated[
        Path | None,
        typer.Option(help="A start mask of the photo's size; pixels that are not 0 are object."),
    ] = None,
    flip: Annotated[
        Literal["none", "average"] | None,
        typer.Option(
            help="average: with the mirrored picture; slightly better, takes twice the time. "
            "Default: none."
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Time of a click, such as 100ms; network, size and flip are chosen to keep to it.",
        ),
    ] = None,
) -> None:
    """Cut an object out of a photograph, or many objects out of many photographs."""
    # Checked before anything is imported, so that a wrong command line fails at once.
    if batch is None and (photo is None or not (click or box)):
        raise InputError(
            "expected a photo and at least one --click or a --box, got less: give both, as in "
            "fcfi segment a.jpg --click 320,180 -o m.png"
        )
    if output is None:
        raise InputError("expected --output: give mask.png, or a folder with --batch")
    from fcfi.methods import runtime_for
    from fcfi.runtimes.choice import RunRequest

    if method is not None and (batch is not None or budget is not None):
        raise InputError(
            "expected --method for one picture without --budget, got both: leave one of them out"
        )
    request = RunRequest(runtime_for(method, runtime), precision, threads)
    if batch is None:
        assert photo is not None
        given = Given(
            photo,
            tuple(parse_click(text) for text in click or ()),
            None if box is None else parse_box(box, "--box"),
            None if within is None else parse_box(within, "--within"),
            from_mask,
            None if window is None else GreyWindow.parse(window),
        )
        _segment_photo(given, output, overlay, network, request, flip, budget, method)
        return
    if any((photo, click, box, within, overlay, from_mask, window)):
        raise InputError(
            "--batch names photos and prompts itself: leave out photo, --click, --box, --within, "
            "--overlay, --from-mask and --window"
        )
    if budget is not None:
        raise InputError("--budget is for one picture and --batch for many: give one of them")
    _segment_batch(batch, output, network, request, flip or "none", workers)


def _segment_photo(
    given: Given,
    output: Path,
    overlay: Path | None,
    network: str | None,
    request: "RunRequest",
    flip: "Flip | None",
    budget: str | None,
    method: str | None,
) -> None:
    """Write the mask of an object, and the overlay if it is requested."""
    if overlay == output:
        raise InputError(f"--output and --overlay are both {output}: give each a name of its own")
    drawn = {output: PNG} if overlay is None else {output: PNG, overlay: PNG}
    # Before the network runs: a wrong name must neither waste the work nor overwrite an input.
    check_outputs(drawn, inputs=(given.photo, given.from_mask))
    import fcfi
    from fcfi.images import read_image, write_png
    from fcfi.mask_files import read_mask
    from fcfi.overlay import draw

    image = read_image(given.photo, window=given.window)
    with warnings_as_notes():
        if method is not None:
            segmenter = _by_method(method, network, request, flip or "none")
        elif budget is None:
            segmenter = fcfi.load(
                network,
                request.runtime,
                precision=request.precision,
                threads=request.threads,
                flip=flip or "none",
            )
        else:
            pixels = image.shape[0] * image.shape[1]
            segmenter = _within_budget(budget, network, request, flip, pixels)
    session = segmenter.session(image)
    if given.from_mask is not None:
        session.start_from(read_mask(given.from_mask, *image.shape[:2]))
    # The box first: clicks then correct its mask.  `within` is for the first look only; later
    # looks zoom by the mask before.
    boxes = () if given.box is None else (given.box,)
    for number, prompt in enumerate((*boxes, *given.clicks)):
        session.give((prompt,), within=given.within if number == 0 else None)
    write_png(output, session.mask)
    if overlay is not None:
        write_png(overlay, draw(image, session.mask, session.clicks))
    count = len(given.clicks)
    clicks = plural(count, "click")
    typer.echo(
        f"{output}: {session.mask.mean():.1%} of the picture, after "
        f"{'a box and ' if boxes else ''}{clicks}"
    )


def _by_method(
    method: str, network: str | None, request: "RunRequest", flip: "Flip"
) -> "Segmenter":
    """Return a segmenter that uses a method at test time."""
    from fcfi.methods import make_predictor
    from fcfi.runtimes.opening import open_network
    from fcfi.segmenter import Segmenter, plan_run

    opened = open_network(plan_run(network, request))
    return Segmenter(make_predictor(method, opened, flip=flip))


def _within_budget(
    budget: str, network: str | None, request: "RunRequest", flip: "Flip | None", pixels: int
) -> "Segmenter":
    """Return the network, size and flip that need the fewest clicks within a time for each click.

    network: the only candidate; with None all shipped networks are candidates.
    """
    from fcfi.budget import best_within, fits, parse_budget, source_at, source_of
    from fcfi.segmenter import find_files, open_choice
    from fcfi.weights import shipped

    seconds = parse_budget(budget)
    # The clicks of shipped networks are measured for each size; a user's file gets estimates.
    named = [source_of(entry) for entry in shipped() if network in (None, entry.name)]
    sources = named or [source_at(find_files(network))]
    way = best_within(seconds, fits(sources, request, pixels, flip))
    for note in way.choice.notes:
        warnings.warn(note, RuntimeWarning, stacklevel=2)
    mirrored = ", with the mirrored picture" if way.flip == "average" else ""
    typer.echo(
        f"{way.name} at {way.zoom.target} px{mirrored}: about {1e3 * way.seconds:.0f} ms a click",
        err=True,
    )
    return open_choice(way.choice, way.zoom, way.flip)


def _segment_batch(
    path: Path,
    folder: Path,
    network: str | None,
    request: "RunRequest",
    flip: "Flip",
    workers: int | None,
) -> None:
    """Write the masks for a file with a line for each object."""
    if workers is not None and workers < 1:
        raise InputError(f"--workers {workers} is not possible: give at least 1")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"expected a folder for the masks of --batch, got a file: {folder}")
    from fcfi import batch
    from fcfi.cli.show import lines_bar
    from fcfi.runtimes.processor import cores
    from fcfi.segmenter import open_choice, plan_run

    count = workers or cores()
    total = batch.count_lines(path)
    with warnings_as_notes():
        chosen = plan_run(network, request)
    # One stream of the runtime for each worker, so that workers do not wait for each other.
    predictor = open_choice(replace(chosen, streams=count), flip=flip)
    with lines_bar(path.name, total) as advance:
        summary = batch.run(path, predictor, folder, count, advance)
    typer.echo(
        f"{folder}: {plural(summary.done, 'mask')} made, {summary.skipped} made before, "
        f"{summary.failed} failed"
    )
    if summary.failed:
        raise InputError(
            f"{plural(summary.failed, 'line')} failed, the first is {summary.first_error}; "
            f"{folder / batch.OUTCOMES} names all of them"
        )


def parse_click(text: str) -> Click:
    """Return a click written as `x,y`, `x,y,+` (positive) or `x,y,-` (negative).

    Raises InputError for anything else.
    """
    match = CLICK_FORM.fullmatch(text)
    if not match:
        raise InputError(
            f"expected --click as x,y in pixels for a point on the object or x,y,- for a point off "
            f"it, got {text!r}: write for example --click 320,180 --click 90,60,-"
        )
    x, y, sign = match.groups()
    return Click(int(x), int(y), sign != "-")


def parse_box(text: str, option: str) -> Box:
    """Return a box written as `left,top,right,bottom`.  Raises InputError for anything else."""
    match = BOX_FORM.fullmatch(text)
    if not match:
        raise InputError(
            f"expected {option} as left,top,right,bottom in pixels, got {text!r}: "
            f"write for example {option} 40,60,320,280"
        )
    left, top, right, bottom = (int(side) for side in match.groups())
    return Box(left, top, right, bottom)
