"""`fcfi export-masks` and `fcfi import-masks`: masks from a project to files, and back."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from fcfi.cli.app import app
from fcfi.errors import plural
from fcfi.formats import shipped_names

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="The folder of pictures.", show_default=False)
]
Store = Annotated[
    str | None,
    typer.Option(metavar="URL|FILE", help="The project's store, by default in DIR/.fcfi."),
]
FORMATS = ", ".join(shipped_names())


@app.command(
    "export-masks", epilog="Example: fcfi export-masks photos --format coco -o photos-coco"
)
def export_masks(
    folder: Folder,
    format: Annotated[str, typer.Option(metavar="NAME", help=f"{FORMATS}.")],  # noqa: A002
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The folder to write; DIR-NAME next to DIR by default.",
            show_default=False,
        ),
    ] = None,
    only_done: Annotated[
        bool, typer.Option("--only-done", help="Only pictures that are done or checked.")
    ] = False,
    only_checked: Annotated[
        bool, typer.Option("--only-checked", help="Only pictures that are marked as checked.")
    ] = False,
    logs: Annotated[
        bool,
        typer.Option(
            "--logs", help="Also write every object's clicks, to replay with another network."
        ),
    ] = False,
    store: Store = None,
) -> None:
    """Write the masks of a folder in a format, and report what the format cannot hold."""
    from fcfi.cli.show import work_bar
    from fcfi.formats import find_codec
    from fcfi.project import Project

    name = find_codec(format).name
    real = folder.resolve()
    target = output or real.with_name(f"{real.name}-{name}")
    with ExitStack() as stack:
        with work_bar() as progress:
            project = stack.enter_context(
                Project.open(folder, None, store=store, progress=progress)
            )
            report = project.export(name, target, only_done, progress, only_checked)
        typer.echo(report.text())
        if logs:
            written, problems = project.export_logs(target, only_done, only_checked)
            typer.echo(f"clicks of {plural(written, 'picture')} in {target / 'logs'}")
            _warn(problems)
        _warn(project.warnings)
    typer.echo(f"{target}: written")


@app.command("import-masks", epilog="Example: fcfi import-masks photos old-labels/instances.json")
def import_masks(
    folder: Folder,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="Annotations: a file, a folder or a zip.", show_default=False
        ),
    ],
    format: Annotated[  # noqa: A002
        str, typer.Option(metavar="NAME", help=f"auto finds out; else {FORMATS}.")
    ] = "auto",
    store: Store = None,
) -> None:
    """Add objects from files, to correct them by clicks; undo takes them back, by picture."""
    from fcfi.cli.show import work_bar
    from fcfi.project import Project
    from fcfi.project.reading_process import read_apart

    with (
        work_bar() as progress,
        Project.open(folder, None, store=store, progress=progress) as project,
    ):
        report = project.import_files(path, format, progress=progress, reader=read_apart)
    _warn((*project.warnings, *report.problems))
    typer.echo(
        f"{path}, read as {report.format}: {plural(report.objects, 'new object')} on "
        f"{plural(report.pictures, 'picture')} ({report.taken} of "
        f"{plural(report.shapes, 'shape')} of the file taken)"
    )
    if report.labels:
        typer.echo(f"new labels: {', '.join(report.labels)}")


def _warn(sentences: tuple[str, ...]) -> None:
    """Print each sentence as a line on stderr."""
    for sentence in sentences:
        typer.echo(f"warning: {' '.join(sentence.split())}", err=True)
