"""Comparing the methods in the paper's table, with one backbone, one budget and one protocol.

    python -m benchmarks.methods run --data data/train --eval data/eval/GrabCut
    python -m benchmarks.methods table        the stored results as Markdown, and into the document

Every network starts from ImageNet weights and is trained on the same number of clicks (`--clicks`),
once for each seed; every row is measured with the protocol `fixed` in torch, float32, and compared
with RITM's row object by object.  Finished runs and measurements are kept: the same command
resumes.  `methods_rows.py` defines the rows, `methods_measuring.py` measures one.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from safetensors import safe_open

from benchmarks import ablation
from benchmarks.methods_measuring import indices_of, measured, summary_of
from benchmarks.methods_rows import BASE, ROWS, TRAININGS, Row, Training
from benchmarks.methods_table import FORMAT, MARKS, STORED, TARGETS, markdown, read
from benchmarks.stored import resumed
from benchmarks.tables import RESULTS_PAGE, ROOT, fill
from fcfi import cli
from fcfi.data import open_dataset
from fcfi.evaluation import Protocol
from fcfi.files import write_text
from fcfi.masks.metrics import LIMIT
from fcfi.training.config import Recipe, parse_recipe, read_recipe
from fcfi.training.run_state import WEIGHTS

RECIPE: Final = ROOT / "recipes" / "methods.toml"
CLICKS: Final = 57_600
"""Training clicks per network: 3,600 steps of 16 crops, about an hour on one core."""

app = typer.Typer(add_completion=False)

DataOption = Annotated[Path, typer.Option("--data", help="Pictures for training.")]
SetsOption = Annotated[
    list[Path], typer.Option("--eval", help="A dataset to measure on; may be given again.")
]
ClicksOption = Annotated[int, typer.Option("--clicks", help="Training clicks for each network.")]
SeedsOption = Annotated[int, typer.Option("--seeds", help="How often each network is trained.")]
FolderOption = Annotated[Path, typer.Option("--output", "-o", help="Folder of the runs.")]
RecipeOption = Annotated[Path, typer.Option("--recipe", help="The recipe that all share.")]
StoredOption = Annotated[Path, typer.Option("--stored", help="The file of results.")]
ChangeOption = Annotated[
    list[str] | None, typer.Option("--set", help="Another value for a key of the recipe.")
]
RowsOption = Annotated[
    list[str] | None, typer.Option("--row", help="A row, if not all; may be given again.")
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", help="Largest number of objects per dataset, for a trial.")
]
MostOption = Annotated[int, typer.Option("--most", help="Largest number of clicks on an object.")]
FOLDER: Final = Path("runs/methods")


@app.command()
def run(
    data: DataOption,
    sets: SetsOption,
    clicks: ClicksOption = CLICKS,
    seeds: SeedsOption = 1,
    folder: FolderOption = FOLDER,
    recipe: RecipeOption = RECIPE,
    stored: StoredOption = STORED,
    change: ChangeOption = None,
    only: RowsOption = None,
    limit: LimitOption = None,
    most: MostOption = LIMIT,
) -> None:
    """Train every network and measure every row, seed by seed."""
    networks = Networks(recipe_for(data, recipe, change), clicks, folder)
    results = Results(stored, networks.recipe, clicks, most, limit)
    results.record()  # raises for another recipe before the training
    for (name, seed), rows in trainings(only, seeds).items():
        results.measure(rows, seed, sets, networks.learnt(name, seed))
    typer.echo(markdown(read(stored)))


@app.command()
def learn(
    data: DataOption,
    clicks: ClicksOption = CLICKS,
    seeds: SeedsOption = 1,
    folder: FolderOption = FOLDER,
    recipe: RecipeOption = RECIPE,
    change: ChangeOption = None,
    only: RowsOption = None,
) -> None:
    """Train every network without measuring, which another process can do at the same time."""
    networks = Networks(recipe_for(data, recipe, change), clicks, folder)
    for name, seed in trainings(only, seeds):
        networks.learnt(name, seed)


@app.command()
def measure(
    data: DataOption,
    sets: SetsOption,
    clicks: ClicksOption = CLICKS,
    seeds: SeedsOption = 1,
    folder: FolderOption = FOLDER,
    recipe: RecipeOption = RECIPE,
    stored: StoredOption = STORED,
    change: ChangeOption = None,
    only: RowsOption = None,
    limit: LimitOption = None,
    most: MostOption = LIMIT,
) -> None:
    """Measure every row whose network is trained, and list the others."""
    networks = Networks(recipe_for(data, recipe, change), clicks, folder)
    results = Results(stored, networks.recipe, clicks, most, limit)
    results.record()
    for (name, seed), rows in trainings(only, seeds).items():
        if networks.finished(name, seed):
            results.measure(rows, seed, sets, networks.weights(name, seed))
        else:
            typer.echo(f"{', '.join(rows)}, seed {seed}: not trained yet")
    typer.echo(markdown(read(stored)))


@app.command()
def table(
    stored: Annotated[Path, typer.Option(help="The file of results.")] = STORED,
    page: Annotated[Path, typer.Option(help="The document to write into.")] = RESULTS_PAGE,
) -> None:
    """Print the stored results and write them into the document."""
    text = markdown(read(stored))
    typer.echo(text)
    write_text(page, fill(page.read_text(encoding="utf-8"), MARKS, text))


def chosen(names: Iterable[str]) -> Mapping[str, Row]:
    """Return the rows with these names, and RITM's row for comparison.

    Raises ConfigError for an unknown name.
    """
    wanted = ablation.chosen([BASE, *names], ROWS)
    return {name: row for name, row in ROWS.items() if name in wanted}


def trainings(
    only: Iterable[str] | None, seeds: int
) -> Mapping[tuple[str, int], Mapping[str, Row]]:
    """Return the networks to train, by name and seed, each with the rows that use it."""
    rows = chosen(only or ROWS)
    users = {
        name: {key: row for key, row in rows.items() if row.training == name} for name in TRAININGS
    }
    return {(name, seed): users[name] for seed in range(seeds) for name in users if users[name]}


def recipe_for(data: Path, recipe: Path, change: Iterable[str] | None) -> Recipe:
    """Return the common recipe with the pictures and changed values of this run."""
    return read_recipe(recipe, [f"data.root={data.as_posix()}", *(change or [])])


# ── learning ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Networks:
    """The trained networks of the table, by the name of their training and the seed.

    recipe: the common recipe.  clicks: training clicks for each network.  folder: of the runs.
    """

    recipe: Recipe
    clicks: int
    folder: Path

    def weights(self, name: str, seed: int) -> Path:
        """Return the path of a network's weights."""
        return self.folder / f"{name.replace(' ', '').replace(',', '-')}-{seed}" / WEIGHTS

    def finished(self, name: str, seed: int) -> bool:
        """Return whether the weights are the final ones of the recipe, not an intermediate save."""
        weights = self.weights(name, seed)
        if not weights.is_file():
            return False
        steps = recipe_of(self.recipe, TRAININGS[name], self.clicks, seed).run.steps
        with safe_open(weights, "numpy") as file:
            return (file.metadata() or {}).get("steps") == str(steps)

    def learnt(self, name: str, seed: int) -> Path:
        """Return the weights of a network, and train them unless they exist."""
        weights, training = self.weights(name, seed), TRAININGS[name]
        if self.finished(name, seed):
            return weights
        start = None if training.start is None else self.learnt(training.start, seed)
        recipe = recipe_of(self.recipe, training, self.clicks, seed)
        return ablation.trained(recipe, weights.parent, start)


def recipe_of(plan: Recipe, training: Training, clicks: int, seed: int) -> Recipe:
    """Return the common recipe with the changes of a training and its share of the budget."""
    values = plan.as_dict()
    for section, changes in training.changes.items():
        kept = values[section]
        # Patterns of frozen weights are added to those of the common recipe.
        added = {
            key: (*kept[key], *value) if key == "freeze" else value
            for key, value in changes.items()
        }
        values[section] = {**kept, **added}
    steps = max(1, round(training.share * clicks / plan.run.batch))
    values["run"] |= {"steps": steps, "minutes": 0.0, "seed": seed}
    return parse_recipe(values)


# ── measuring ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Results:
    """The stored results of the table, and the rules by which they are measured.

    path: the file.  recipe: the common recipe.  clicks: training clicks for each network.
    most: largest number of clicks on an object.
    objects: largest number of objects per dataset; None for all.
    """

    path: Path
    recipe: Recipe
    clicks: int
    most: int
    objects: int | None

    def record(self) -> dict[str, Any]:
        """Return the stored results, or new ones.

        Raises ConfigError if they are from another recipe or budget.
        """
        recipe = ablation.shared(self.recipe)
        return resumed(self.path, FORMAT, recipe=recipe, clicks=self.clicks, most=self.most)

    def measure(
        self, rows: Mapping[str, Row], seed: int, sets: Iterable[Path], weights: Path
    ) -> None:
        """Measure the rows of a network on each dataset and store each result immediately.

        A stored result with the same number of objects is kept.
        """
        for folder in sets:
            dataset = open_dataset(folder)
            for name, row in rows.items():
                record = self.record()
                results = {
                    (result["row"], result["seed"], result["data"]): result
                    for result in record["results"]
                }
                indices = indices_of(row, len(dataset), self.objects)
                key = (name, seed, folder.name)
                if key in results and len(results[key]["objects"]) >= len(indices):
                    continue
                samples = [dataset[index] for index in indices]
                found = summary_of(
                    *measured(row, weights, samples, self.rules(row), seed, self.recipe), indices
                )
                shown = {key: value for key, value in found.items() if key != "objects"}
                typer.echo(f"{name}, seed {seed}, {folder.name}: {shown}")
                results[key] = {"row": name, "seed": seed, "data": folder.name, **found}
                record["results"] = list(results.values())
                write_text(self.path, json.dumps(record) + "\n")

    def rules(self, row: Row) -> Protocol:
        """Return the evaluation protocol of a row."""
        zoom = self.recipe.zoom
        if row.target is not None:
            zoom = replace(zoom, target=row.target)
        return Protocol(zoom=zoom, targets=TARGETS, limit=self.most)


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.methods"))
