"""`fcfi bulk`: segments a manifest of objects on one or many machines, from a plan to one file."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from fcfi.cli.app import app
from fcfi.cli.options import Network, Runtime, need_bulk
from fcfi.errors import InputError, plural

bulk = typer.Typer(
    name="bulk",
    help="Segment any number of objects, on all cores here or on many machines.",
    no_args_is_help=True,
)
app.add_typer(bulk)

Folder = Annotated[
    str, typer.Argument(metavar="FOLDER", help="The plan's folder: a path, or a URL as s3://b/run.")
]
Base = Annotated[
    str | None,
    typer.Option(help="Start of relative paths of pictures; by default the manifest's folder."),
]


@bulk.command(epilog="Example: fcfi bulk plan objects.jsonl -o run1 --shards 100")
def plan(
    manifest: Annotated[
        str, typer.Argument(help="The objects, a row each: JSONL or Parquet, a path or a URL.")
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", help="The folder of the plan and its results.")
    ],
    shards: Annotated[
        int, typer.Option(help="Shards to divide among machines; pictures are assigned by hash.")
    ] = 1,
    part_rows: Annotated[
        int, typer.Option(help="Rows of a part, which is written whole; approximate.")
    ] = 512,
    network: Network = None,
    runtime: Runtime = "auto",
    precision: Annotated[
        str, typer.Option(help="float32, bfloat16 or int8; all machines must support it.")
    ] = "float32",
    flip: Annotated[
        Literal["none", "average"],
        typer.Option(help="average: with the mirrored picture; takes twice the time."),
    ] = "none",
    base: Base = None,
) -> None:
    """Divide the objects of a manifest into shards, and fix the network for all machines."""
    need_bulk()
    from fcfi.bulk.planning import make_plan
    from fcfi.cli.show import counter

    with counter("rows read") as advance:
        made = make_plan(
            manifest, output, shards, part_rows, network, runtime, precision, flip, base, advance
        )
    used = f"{made.network.name}, {made.network.runtime} in {made.network.precision}"
    typer.echo(
        f"{output}: {plural(made.total, 'object')} in {plural(made.shards, 'shard')}, "
        f"{plural(sum(made.parts), 'part')}; {used}"
    )


@bulk.command(epilog="Example: fcfi bulk run run1 --shard 0-3,7")
def run(
    folder: Folder,
    shard: Annotated[
        str | None,
        typer.Option(
            help="Numbers and ranges, such as 0-3,7. By default the number that a job array of "
            "Slurm, Kubernetes or AWS Batch sets, else all shards."
        ),
    ] = None,
    all_shards: Annotated[
        bool, typer.Option("--all", help="All shards, even in a job array.")
    ] = False,
    runner: Annotated[
        Literal["local", "ray"],
        typer.Option(help="local: processes on this machine. ray: actors on a Ray cluster."),
    ] = "local",
    workers: Annotated[
        int | None, typer.Option(help="Processes or actors at once; by default one a core.")
    ] = None,
    network: Network = None,
    base: Base = None,
    retry_errors: Annotated[
        bool, typer.Option("--retry-errors", help="Make parts with failed rows again.")
    ] = False,
) -> None:
    """Make the missing parts of a plan, or of some of its shards; resumes after any stop."""
    need_bulk()
    if shard is not None and all_shards:
        raise InputError("expected --shard or --all, got both: give one of them")
    from fcfi.bulk.plan import read_plan
    from fcfi.bulk.running import array_shard, missing_parts
    from fcfi.bulk.running import run as run_plan
    from fcfi.bulk.status import parse_ranges
    from fcfi.bulk.storage import Storage
    from fcfi.cli.show import rows_bar

    shards = None if shard is None else parse_ranges(shard)
    if shards is None and not all_shards and (number := array_shard()) is not None:
        shards = [number]
    storage = Storage(folder)
    planned = read_plan(storage)
    missing = missing_parts(storage, planned, shards, retry_errors)
    # An estimate: parts are of nearly equal size, and the plan holds only their sum.
    rows = round(planned.total * len(missing) / max(1, sum(planned.parts)))
    with rows_bar(folder, rows) as advance:
        summary = run_plan(folder, shards, runner, workers, network, base, retry_errors, advance)
    typer.echo(
        f"{folder}: {plural(summary.parts, 'part')} made, {summary.before} made before; "
        f"{plural(summary.rows, 'object')}, {summary.failed} failed"
    )


@bulk.command(epilog="Example: fcfi bulk status run1")
def status(folder: Folder) -> None:
    """Report how much of a plan is done, and which shards are missing."""
    need_bulk()
    from fcfi.bulk.status import ranges, status_of

    found = status_of(folder)
    typer.echo(
        f"{folder}: {found.parts_done} of {found.parts} parts, {found.rows_done} of {found.rows} "
        f"objects, {found.failed} failed"
    )
    if found.missing:
        typer.echo(f"missing shards: --array={ranges(found.missing)}")


@bulk.command(epilog="Example: fcfi bulk merge run1 -o masks.parquet")
def merge(
    folder: Folder,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="The file to write, or with png the folder."),
    ],
    format_name: Annotated[
        Literal["parquet", "coco", "png"],
        typer.Option("--format", help="parquet, coco (JSON) or png (a file for each mask)."),
    ] = "parquet",
) -> None:
    """Write the results of all shards as one file; refused while a part is missing."""
    need_bulk()
    from fcfi.bulk.merging import merge as merge_parts
    from fcfi.bulk.status import status_of

    total = merge_parts(folder, str(output), format_name)
    typer.echo(f"{output}: {plural(total, 'object')}, {status_of(folder).failed} failed")
