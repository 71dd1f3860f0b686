"""`fcfi annotate`: opens a folder of pictures as a project and serves the page for it."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fcfi.cli.app import app
from fcfi.cli.options import Network, Precision, Runtime, Threads, warnings_as_notes
from fcfi.errors import ConfigError, InputError, plural
from fcfi.files import MEBIBYTE

if TYPE_CHECKING:
    from fcfi.project.progress import Progress
    from fcfi.project.project import Project
    from fcfi.project.states import ImportReport
    from fcfi.server.settings import Settings

LEAST_MEMORY: Final = 128
"""MB; enough for one photograph, its tiles and some predictions."""
EXAMPLES: Final = """Example: fcfi annotate photos/ --labels person,dog

Repair existing masks: fcfi annotate photos/ --import instances.json

Let other machines open the printed address: fcfi annotate photos/ --host 0.0.0.0 --no-browser
"""


@app.command(epilog=EXAMPLES)
def annotate(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="The folder with your pictures.", show_default=False),
    ],
    labels: Annotated[str, typer.Option(metavar="A,B,...", help="Labels to add first.")] = "",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The next free one is taken if it is in use.")
    ] = 8017,
    host: Annotated[
        str, typer.Option(help="Address to listen on; a token guards all but this machine's own.")
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A further host name of this server, such as that of a proxy with TLS.",
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in your browser.")
    ] = True,
    network: Network = None,
    runtime: Runtime = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="URL|FILE",
            help="The project's store, by default in DIR/.fcfi; PostgreSQL for a team.",
        ),
    ] = None,
    import_: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="PATH",
            help="First add the objects in another tool's files (undo takes them back).",
        ),
    ] = None,
    memory: Annotated[
        int,
        typer.Option(
            metavar="MB",
            min=LEAST_MEMORY,
            help="Memory for pictures and predictions.",
        ),
    ] = 1024,
) -> None:
    """Annotate a folder of pictures with clicks, in the browser; nothing leaves this machine."""
    check_folder(folder)
    names = parse_labels(labels)
    from fcfi.cli.show import work_bar
    from fcfi.prediction.methods import make_for_people
    from fcfi.project.project import Project
    from fcfi.runtimes.choice import RunRequest
    from fcfi.segmenter import open_lazily, plan_run
    from fcfi.server import serve
    from fcfi.server.app import create_app
    from fcfi.server.learning import Learning, open_for_people
    from fcfi.server.settings import Settings

    request = RunRequest(runtime, precision, threads)
    with warnings_as_notes():
        chosen = plan_run(network, request)
    predictor = open_lazily(chosen, make_for_people)
    further = tuple(allow_host or ())
    token, settings = serve.new_token(host, further), Settings()
    # Before the project is opened: an error about the port must not come after a long scan.
    listening = serve.listen(host, port)
    with listening, ExitStack() as stack:
        kept = memory * MEBIBYTE - settings.tile_bytes
        with work_bar() as progress:
            project = stack.enter_context(
                Project.open(folder, predictor, names, store, kept, progress)
            )
            report = import_first(project, import_, progress) if import_ else None
        # An address has two parts in IPv4 and four in IPv6; the port is the second.
        used = listening.getsockname()[1]
        settings = Settings(host=host, port=used, token=token, allow_hosts=further)
        if import_ is not None and report is not None:
            show_import(import_, report)
        note_other_port(port, used)
        learning = Learning(project, network, lambda name: open_for_people(name, request))
        learning.restore()
        if learning.warning:
            typer.echo(f"note: {learning.warning}", err=True)
        address = serve.url(host, used, token)
        announce(project, settings, address)
        if browser and not serve.open_browser(address):
            typer.echo("note: this machine shows no windows, so no browser was opened", err=True)
        serve.run(create_app(project, settings, learning.network, learning), listening)
    typer.echo("Stopped; everything is saved.")


def check_folder(folder: Path) -> None:
    """Raise InputError unless a path is a folder."""
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise InputError(f"{folder} {what}: give the folder with your pictures")


def note_other_port(requested: int, used: int) -> None:
    """Print a note if a server listens on another port than requested; 0 requests any."""
    if requested not in (0, used):
        typer.echo(f"note: port {requested} is taken, so {used} is used", err=True)


def parse_labels(text: str) -> tuple[str, ...]:
    """Return the comma-separated names.  Raises ConfigError if one of several is empty."""
    names = tuple(name.strip() for name in text.split(",")) if text.strip() else ()
    if not all(names):
        raise ConfigError(
            f"expected --labels as names with commas between them, as in --labels person,dog, "
            f"got {text!r}"
        )
    return names


def import_first(project: "Project", path: Path, progress: "Progress") -> "ImportReport":
    """Import another tool's files, which are read in a separate process."""
    from fcfi.project.reading_process import read_apart

    return project.import_files(path, progress=progress, reader=read_apart)


def show_import(path: Path, report: "ImportReport") -> None:
    """Print what was imported from another tool's files."""
    typer.echo(
        f"{path} ({report.format}): {plural(report.objects, 'object')} added on "
        f"{plural(report.pictures, 'picture')}"
    )
    for problem in report.problems:
        typer.echo(f"note: {problem}", err=True)


def announce(project: "Project", settings: "Settings", address: str) -> None:
    """Print what is served, its address, and how to stop the server."""
    from fcfi.server.serve import ANY_ADDRESS

    counts = project.pictures(limit=0).counts
    names = ", ".join(label.name for label in project.labels()) or "none yet"
    typer.echo(
        f"{plural(counts.all, 'picture')} in {project.folder.resolve()} "
        f"({counts.done} done, {counts.work} in progress)"
    )
    typer.echo(f"Labels:  {names}")
    typer.echo(f"Work:    saved at every click in {project.location}")
    for warning in project.warnings:
        typer.echo(f"note: {warning}", err=True)
    typer.echo(f"Open:    {address}")
    if settings.token:
        if (here := ANY_ADDRESS.get(settings.host)) is not None:
            typer.echo(f"         on other machines with this machine's name in place of {here}")
        typer.echo(
            "         anyone with this address can see and change the masks; "
            "traffic is not encrypted"
        )
    typer.echo("Stop:    Ctrl+C")
