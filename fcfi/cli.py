"""The command line: one short function a command, and the one place where errors become exit codes.

Exit codes: 0 done; 2 the person's mistake (every FCFIError and every wrong option), told in one line on stderr; 1 a
fault of ours, told in one line, with the whole traceback if FCFI_DEBUG=1.  Results go to stdout, progress and errors to
stderr.  The commands hold no logic of their own and import what they need when they run: `fcfi --help` loads no
runtime, and only `train`, `export` and `import` load torch.
"""

import os
import re
import sys
import traceback
from collections.abc import Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from fcfi.clicks import Click
from fcfi.errors import ConfigError, FCFIError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import Console

    from fcfi.evaluation import ObjectResult, Progress

DEBUG_VARIABLE: Final = "FCFI_DEBUG"
"""Environment variable: 1 shows the traceback of a fault of ours."""
CLICK_FORM: Final = re.compile(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*(?:,\s*([+-]))?\s*")
PNG: Final = (".png",)
SHOWN_TARGET: Final = 0.90
"""IoU whose clicks the progress bar shows."""
PIPED_WIDTH: Final = 120
"""Columns of a table that does not go to a terminal."""
DONE, OUR_FAULT, YOUR_MISTAKE, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="fcfi",
    help="Cut objects out of photographs with a few clicks.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; `arguments` default to those of the process."""
    try:
        code = app(args=arguments, prog_name="fcfi", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except FCFIError as error:
        return _tell(str(error), YOUR_MISTAKE)
    except (KeyboardInterrupt, typer.Abort):
        return _tell("stopped", INTERRUPTED)
    except BrokenPipeError:  # `fcfi networks | head`: the reader has gone
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, nothing more can be said to it
        return OUR_FAULT
    except Exception as error:
        if _is_usage(error):
            return _tell(f"{error.format_message().rstrip('.')}; see `fcfi --help`", YOUR_MISTAKE)  # type: ignore[attr-defined]
        return _our_fault(error)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say the version and stop.")] = False,
) -> None:
    """Cut objects out of photographs with a few clicks."""
    if version:
        from fcfi import __version__

        typer.echo(f"fcfi {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


Network = Annotated[
    str | None,
    typer.Option("--network", metavar="NAME|FILE", help="A shipped network's name or a network file (*.onnx)."),
]
Runtime = Annotated[str, typer.Option(help="auto, openvino, onnxruntime or torch.")]


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
    session = fcfi.load(network, runtime, flip=flip).session(image)
    if from_mask is not None:
        session.start_from(read_mask(from_mask, *image.shape[:2]))
    for point in clicks:
        session.click(point.x, point.y, positive=point.positive)
    write_png(output, session.mask)
    if overlay is not None:
        write_png(overlay, draw(image, session.mask, session.clicks))
    typer.echo(f"{output}: {session.mask.mean():.1%} of the picture, after {len(clicks)} click{'s'[: len(clicks) > 1]}")


@app.command(epilog="Example: fcfi evaluate --data examples --json out.json --plot out.png")
def evaluate(
    data: Annotated[Path, typer.Option(help="The data set's folder, or its annotation file.")],
    layout: Annotated[str, typer.Option(help="How it lies on disk; auto finds out.")] = "auto",
    split: Annotated[str | None, typer.Option(help="train or val, where a data set has them.")] = None,
    network: Network = None,
    runtime: Runtime = "auto",
    protocol: Annotated[
        str, typer.Option(help="fixed: one zoom for all data sets. paper: tuned for each, as published.")
    ] = "fixed",
    flip: Annotated[
        Literal["none", "average"] | None,
        typer.Option(help="average: with the mirrored picture; by default as the protocol says."),
    ] = None,
    start_from: Annotated[
        str | None,
        typer.Option(metavar="eroded|shifted|DIR", help="Begin from wrong masks; DIR holds them as NAME.png."),
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Measure on so many objects, drawn at random.")] = None,
    seed: Annotated[int, typer.Option(help="Of that draw.")] = 0,
    json: Annotated[Path | None, typer.Option(help="Write everything here, object by object.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw IoU against clicks here: PNG, SVG or PDF.")] = None,
) -> None:
    """Count the clicks that a robot user needs on a data set."""
    import fcfi
    from fcfi import report
    from fcfi.data import open_dataset
    from fcfi.evaluation import choose_protocol
    from fcfi.evaluation import evaluate as measure
    from fcfi.starting import starting_masks

    check_outputs(({json: (".json",)} if json else {}) | ({plot: report.PLOTS} if plot else {}))
    need_plots(plot)
    begin = None if start_from is None else starting_masks(start_from)
    objects = open_dataset(data, layout, split)
    objects = objects if limit is None else objects.choose(limit, seed)
    opened = fcfi.load(network, runtime).network
    rules = choose_protocol(protocol, objects.name, opened.info, flip)
    with progress_bar(objects.name, len(objects)) as advance:
        measured = measure(rules.predictor(opened), objects, rules, begin, advance)
    record = report.record_of(measured, opened.info, seed)
    if json is not None:
        report.write_record(json, record)
    if plot is not None:
        report.plot(plot, [record])
    console().print(report.show(record))


@app.command(epilog="Example: fcfi train recipes/lite0.toml --data data/train --set run.minutes=30")
def train(
    recipe: Annotated[Path, typer.Argument(help="The run as a TOML file.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The run's folder; runs/NAME by default.", show_default=False)
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The pictures to learn from, instead of the recipe's.")] = None,
    begin: Annotated[
        str | None,
        typer.Option("--from", help="Weights to begin from: a shipped network's name or a *.safetensors file."),
    ] = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Another value for a key of the recipe.")
    ] = None,
) -> None:
    """Train a network from a recipe, or go on with a run that was stopped."""
    need_training("train")
    from fcfi.training.config import read_recipe
    from fcfi.training.loop import train as run
    from fcfi.weights import checkpoint

    changes = [*([f"data.root={data.as_posix()}"] if data else []), *(change or [])]
    plan = read_recipe(recipe, changes)
    weights = run(plan, output or Path("runs") / plan.name, None if begin is None else checkpoint(begin))
    if os.environ.get("RANK", "0") == "0":  # torchrun starts one process a device
        typer.echo(f"{weights}: trained; next: fcfi export {weights} -o {plan.name}.onnx")


@app.command(epilog="Example: fcfi export runs/lite0/model.safetensors -o lite0.onnx --training-data 'VOC 2012, COCO'")
def export(
    checkpoint: Annotated[Path, typer.Argument(help="Weights from `fcfi train` or `fcfi import`.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The network file: ONNX.")],
    name: Annotated[str | None, typer.Option(help="The network's name; by default the output's.")] = None,
    training_data: Annotated[str, typer.Option(help="What it learnt from; else as the checkpoint says.")] = "",
    licence: Annotated[str, typer.Option(help="The weights' licence.")] = "not stated",
    storage: Annotated[str, typer.Option(help="Type of the weights in the file: float32 or float16.")] = "float32",
) -> None:
    """Write a checkpoint as one network file, checked against torch."""
    check_outputs({output: (".onnx",)}, inputs=(checkpoint,))
    need_training("export")
    from fcfi.models.export import export as write

    done = write(checkpoint, output, name or output.stem, training_data=training_data, licence=licence, storage=storage)
    typer.echo(f"{output}: {done.bytes / 1e6:.1f} MB, weights {done.weights_sha256[:12]}")
    for runtime, difference in done.differences.items():
        typer.echo(f"  {runtime}: largest difference from torch {difference:.2g} standard deviations")


@app.command("import", epilog="Example: fcfi import hrnet18s_cocolvis.pth -o hrnet18s.safetensors")
def import_(
    released: Annotated[Path, typer.Argument(help="A checkpoint of the released code (*.pth).", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The checkpoint to write: *.safetensors.")],
) -> None:
    """Convert a released checkpoint; nothing inside it is run."""
    check_outputs({output: (".safetensors",)}, inputs=(released,))
    need_training("import")
    from fcfi.models.checkpoint import import_released

    import_released(released, output)
    typer.echo(f"{output}: written; next: fcfi export {output} -o {output.stem}.onnx")


@app.command(epilog="Example: fcfi networks")
def networks() -> None:
    """List the networks that come with fcfi."""
    from rich.table import Table

    from fcfi.weights import shipped

    table = Table("name", "variant", "MB", "licence", "trained on")
    for entry in shipped():
        table.add_row(entry.name, entry.variant, f"{entry.bytes / 1e6:.1f}", entry.licence, entry.data)
    console().print(table)


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


def check_outputs(outputs: "Mapping[Path, tuple[str, ...]]", inputs: "Iterable[Path | None]" = ()) -> None:
    """Raise InputError before any work if an output cannot be written, or would replace an input.

    outputs: each path with the endings it may have, in lower case.
    """
    taken = {path.resolve() for path in inputs if path is not None}
    for path, endings in outputs.items():
        if path.suffix.lower() not in endings:
            raise InputError(f"cannot write {path}: give a name that ends in {' or '.join(endings)}")
        if path.resolve() in taken:
            raise InputError(f"{path} would be written over a file that is read or written too: give it another name")
        if path.is_dir():
            raise InputError(f"cannot write {path}: it is a folder; give the name of a file")
        if not path.resolve().parent.is_dir():
            raise InputError(f"cannot write {path}: its folder {path.resolve().parent} does not exist; create it first")
        taken.add(path.resolve())


def need_training(command: str) -> None:
    """Raise ConfigError unless the learning half is installed."""
    if not all(find_spec(name) for name in ("torch", "lightning_fabric", "safetensors", "onnx")):
        raise ConfigError(
            f"`fcfi {command}` needs the learning half, which is not installed: pip install 'fcfi[train]'"
        )


def need_plots(plot: Path | None) -> None:
    """Raise ConfigError before any work if a plot is wanted that cannot be drawn."""
    if plot is not None and find_spec("matplotlib") is None:
        raise ConfigError("--plot needs matplotlib, which is not installed: pip install 'fcfi[plot]'")


def console() -> "Console":
    """Where results go; a table that is piped is not squeezed into 80 columns."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False)


@contextmanager
def progress_bar(name: str, total: int) -> "Iterator[Progress]":
    """A bar on stderr with the mean clicks to 90 % IoU so far and the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=total)
        clicks = 0

        def advance(done: int, _: int, result: "ObjectResult") -> None:
            nonlocal clicks
            clicks += result.noc(SHOWN_TARGET)
            bar.update(task, completed=done, description=f"{name}  NoC@90 {clicks / done:.2f}")

        yield advance


def _tell(message: str, code: int) -> int:
    """One line on stderr, whatever the message holds."""
    print(f"error: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201
    return code


def _our_fault(error: Exception) -> int:
    if os.environ.get(DEBUG_VARIABLE, "") not in ("", "0"):
        traceback.print_exc()
        return OUR_FAULT
    message = f"something went wrong inside fcfi ({type(error).__name__}: {error})"
    return _tell(f"{message}; run again with {DEBUG_VARIABLE}=1 to see where, and please report it", OUR_FAULT)


def _is_usage(error: Exception) -> bool:
    """Whether the error is the option parser's; some releases of Typer bring their own classes, so by its methods."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")
