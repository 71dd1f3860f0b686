"""The effect of FFC and CFF: the paper's ablation (table 4), with the same budget for all rows.

    python -m benchmarks.ablation run --data data/train --eval data/eval/GrabCut
    python -m benchmarks.ablation table        the stored results as Markdown

A trunk without either module is trained first (`--trunk` steps); every row, including the baseline,
continues from it for the recipe's steps, once for each seed.  With `--trunk 0`, every row starts
from ImageNet weights.  Finished runs and measurements are kept: the same command resumes.  Results
are written to `--stored` after each measurement.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Annotated, Any, Final, TypeVar

import typer

from benchmarks.pairs import network_file
from benchmarks.stored import read_stored, resumed
from benchmarks.tables import RESULTS, ROOT
from fcfi import cli
from fcfi.data import open_dataset
from fcfi.errors import ConfigError
from fcfi.evaluation import Protocol, evaluate
from fcfi.files import write_text
from fcfi.models.config import ModelConfig
from fcfi.runtimes.choice import choice_of
from fcfi.runtimes.opening import open_network
from fcfi.training.config import DataConfig, Recipe, read_recipe

FORMAT: Final = "fcfi-ablation/1"
"""Marks a stored result of this file."""
RECIPE: Final = ROOT / "recipes" / "ablation.toml"
STORED: Final = RESULTS / "ablation.json"
TARGETS: Final = (0.85, 0.90)
ROWS: Final[Mapping[str, Mapping[str, str]]] = {
    "baseline": {"correction": "none", "fusion": "none"},
    "+ FFC": {"correction": "similarity", "fusion": "none"},
    "+ CFF": {"correction": "none", "fusion": "collaborative"},
    "+ FFC + CFF": {"correction": "similarity", "fusion": "collaborative"},
    "+ FFC (encoded) + CFF": {"correction": "encoded", "fusion": "collaborative"},
}
"""The table's rows, with their changes to the recipe's network."""

PAPER: Final[Mapping[str, tuple[float, ...]]] = {
    "baseline": (4.31, 7.56, 2.60, 5.73),
    "+ FFC": (3.75, 6.75, 2.11, 5.52),
    "+ CFF": (3.07, 6.62, 2.05, 5.32),
    "+ FFC + CFF": (2.84, 6.48, 1.96, 5.16),
}
"""NoC@90 in the paper's table 4, in the order of PAPER_COLUMNS."""
PAPER_COLUMNS: Final = (
    "Berkeley, ResNet-101",
    "DAVIS, ResNet-101",
    "Berkeley, HRNet-18",
    "DAVIS, HRNet-18",
)

Row = TypeVar("Row")
Key = tuple[str, int, str]
"""The row, seed and dataset of a measurement."""

app = typer.Typer(add_completion=False)


@app.command()
def run(
    data: Annotated[Path, typer.Option(help="Pictures for training.")],
    sets: Annotated[
        list[Path], typer.Option("--eval", help="A dataset to measure on; may be given again.")
    ],
    seeds: Annotated[int, typer.Option(help="How often each row is trained.")] = 2,
    trunk: Annotated[
        int, typer.Option(help="Steps of the trunk, with one seed; 0: no trunk.")
    ] = 2800,
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder of the runs.")] = Path(
        "runs/ablation"
    ),
    recipe: Annotated[Path, typer.Option(help="The recipe that all share.")] = RECIPE,
    stored: Annotated[Path, typer.Option(help="The file of results.")] = STORED,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="Another value for a key of the recipe.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--row", help="A row, if not all; may be given again.")
    ] = None,
) -> None:
    """Train and measure every row, seed by seed."""
    plan = read_recipe(recipe, [f"data.root={data.as_posix()}", *(change or [])])
    rows = chosen(only or ROWS, ROWS)
    record_for(stored, plan, trunk)
    begin = (
        trained(replace(plan, run=replace(plan.run, steps=trunk)), folder / "trunk")
        if trunk
        else None
    )
    for seed in range(seeds):
        for name, model in rows.items():
            weights = trained(
                row_of(plan, model, seed), folder / f"{name.replace(' ', '')}-{seed}", begin
            )
            for dataset in sets:
                note(stored, plan, trunk, (name, seed, dataset.name), weights, dataset)
    table(stored)


@app.command()
def table(stored: Annotated[Path, typer.Option(help="The file of results.")] = STORED) -> None:
    """Print the stored results."""
    record = read_stored(stored, FORMAT)
    typer.echo(markdown(record) if record else f"{stored}: nothing is stored yet")
    typer.echo(f"\n{paper_markdown()}")


def chosen(names: Iterable[str], rows: Mapping[str, Row]) -> Mapping[str, Row]:
    """Return the rows with these names.  Raises ConfigError for an unknown name."""
    wanted = list(names)
    if unknown := [name for name in wanted if name not in rows]:
        raise ConfigError(
            f"--row {unknown[0]!r} is unknown: use one of {', '.join(map(repr, rows))}"
        )
    return {name: rows[name] for name in wanted}


def trained(plan: Recipe, folder: Path, start: Path | None = None) -> Path:
    """Return the weights of a finished run; if it is stopped, save it and exit."""
    from fcfi.training.loop import train

    outcome = train(plan, folder, start)
    if outcome.done < 1:
        typer.echo(f"{folder}: stopped and saved; give the same command again to resume")
        raise typer.Exit(1)
    return outcome.weights


def row_of(plan: Recipe, model: Mapping[str, str], seed: int) -> Recipe:
    """Return the shared recipe with a row's network and seed."""
    config = ModelConfig.from_dict({**plan.model.as_dict(), **model})
    return replace(plan, model=config, run=replace(plan.run, seed=seed))


def note(stored: Path, plan: Recipe, trunk: int, key: Key, weights: Path, dataset: Path) -> None:
    """Measure one row on one dataset and store the result, unless it is stored already."""
    record = record_for(stored, plan, trunk)
    row, seed, data = key
    if any((done["row"], done["seed"], done["data"]) == key for done in record["results"]):
        return
    found = clicks(weights, dataset, plan)
    typer.echo(f"{row}, seed {seed}, {data}: {found}")
    record["results"].append({"row": row, "seed": seed, "data": data, **found})
    write_text(stored, json.dumps(record, indent=2) + "\n")


def record_for(stored: Path, plan: Recipe, trunk: int) -> dict[str, Any]:
    """Return the stored results, or new ones.

    Raises ConfigError if they are from another recipe or trunk.
    """
    return resumed(stored, FORMAT, recipe=shared(plan), trunk_steps=trunk)


def shared(plan: Recipe) -> dict[str, Any]:
    """Return a recipe as stored with results: without the path of the pictures on this machine."""
    return replace(plan, data=replace(plan.data, root=DataConfig.root)).as_dict()


def clicks(weights: Path, dataset: Path, plan: Recipe) -> dict[str, float]:
    """Return a checkpoint's NoC and objects not reached, with protocol `fixed` in float32."""
    rules = Protocol(zoom=plan.zoom, targets=TARGETS)
    with network_file(weights) as path:
        report = evaluate(
            rules.predictor(open_network(choice_of(path))), open_dataset(dataset), rules
        )
    percent = {f"{round(100 * target)}": target for target in TARGETS}
    noc = {f"noc{key}": round(report.noc(target), 4) for key, target in percent.items()}
    return {**noc, **{f"not{key}": report.not_reached(target) for key, target in percent.items()}}


def markdown(record: Mapping[str, Any]) -> str:
    """Return a table of NoC@90 with a row for each network: mean and range over seeds."""
    results = record["results"]
    sets = list(dict.fromkeys(result["data"] for result in results))
    rows = [row for row in ROWS if any(result["row"] == row for result in results)]
    lines = [f"| NoC@90 | {' | '.join(sets)} |", "|---" * (1 + len(sets)) + "|"]
    for row in rows:
        cells = [
            _cell(
                [
                    result["noc90"]
                    for result in results
                    if (result["row"], result["data"]) == (row, name)
                ]
            )
            for name in sets
        ]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    run = record["recipe"]["run"]
    trunk = (
        f"Trunk {record['trunk_steps']} steps, then"
        if record["trunk_steps"]
        else "From ImageNet's weights,"
    )
    lines += ["", f"{trunk} {run['steps']} steps of {run['batch']} crops a row."]
    return "\n".join(lines)


def paper_markdown() -> str:
    """Return the paper's ablation, for comparison."""
    lines = [f"| paper, NoC@90 | {' | '.join(PAPER_COLUMNS)} |"]
    lines.append("|---" * (1 + len(PAPER_COLUMNS)) + "|")
    for row, values in PAPER.items():
        lines.append(f"| {row} | {' | '.join(f'{value:.2f}' for value in values)} |")
    return "\n".join(lines)


def _cell(values: list[float]) -> str:
    """Return the mean and, for several values, the smallest and largest."""
    if not values:
        return "-"
    return f"{mean(values):.2f}" + (
        f" ({min(values):.2f} to {max(values):.2f})" if len(values) > 1 else ""
    )


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.ablation"))
