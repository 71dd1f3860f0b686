"""Options that several commands share, and checks of arguments before any work."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from fcfi.errors import ConfigError, InputError, how_to_install

Network = Annotated[
    str | None,
    typer.Option(
        "--network",
        metavar="NAME|FILE",
        help="A shipped network's name, a network file (*.onnx) or a checkpoint.",
    ),
]
Runtime = Annotated[str, typer.Option(help="auto, openvino, onnxruntime or torch.")]
Precision = Annotated[
    str,
    typer.Option(
        help="auto (the fastest that needs hardly more clicks), float32, bfloat16 or int8."
    ),
]
Threads = Annotated[
    int | None, typer.Option(help="Most CPU threads to use; by default the runtime decides.")
]

Method = Annotated[
    str | None,
    typer.Option(
        "--method",
        metavar="NAME",
        help="A method at test time, such as brs; docs/reference/methods.md lists them.",
    ),
]


@contextmanager
def warnings_as_notes() -> Iterator[None]:
    """Print the RuntimeWarnings raised in the block to stderr, as `note: ...`.

    They report a request that this machine cannot meet, and what is done instead.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RuntimeWarning)
        yield
    for warning in caught:
        if warning.category is RuntimeWarning:
            typer.echo(f"note: {warning.message}", err=True)


def check_outputs(
    outputs: Mapping[Path, tuple[str, ...]], inputs: Iterable[Path | None] = ()
) -> None:
    """Raise InputError if an output cannot be written, or would replace an input.

    outputs: each path and the endings that it may have, in lower case.
    """
    taken = {path.resolve() for path in inputs if path is not None}
    for path, endings in outputs.items():
        if path.suffix.lower() not in endings:
            raise InputError(
                f"cannot write {path}: give a name that ends in {' or '.join(endings)}"
            )
        if path.resolve() in taken:
            raise InputError(
                f"{path} would replace a file that is read or written too: give it another name"
            )
        if path.is_dir():
            raise InputError(f"cannot write {path}: it is a folder; give the name of a file")
        if not path.resolve().parent.is_dir():
            raise InputError(
                f"cannot write {path}: its folder {path.resolve().parent} does not exist; "
                "create it first"
            )
        taken.add(path.resolve())


def need_folder(folder: Path | None) -> None:
    """Make a folder for results before any work.  Raises InputError if it cannot be made."""
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the folder {folder}: {error.strerror}; give another folder"
        ) from error


def need_training(command: str) -> None:
    """Raise ConfigError unless the training half is installed."""
    from fcfi import weights

    weights.need_training(f"`fcfi {command}`")


def need_bulk() -> None:
    """Raise ConfigError unless the libraries of bulk work are installed."""
    missing = [name for name in ("pyarrow", "fsspec") if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"`fcfi bulk` needs {missing[0]}, which is not installed: {how_to_install('bulk')}"
        )


def need_plots(plot: Path | None) -> None:
    """Raise ConfigError if a plot is requested and matplotlib is not installed."""
    if plot is not None and find_spec("matplotlib") is None:
        raise ConfigError(
            f"--plot needs matplotlib, which is not installed: {how_to_install('plot')}"
        )
