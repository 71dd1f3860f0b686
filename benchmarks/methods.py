"""Comparing the methods in the paper's table, with one backbone, one budget and one protocol.

    python -m benchmarks.methods run --data data/train --eval data/eval/GrabCut
    python -m benchmarks.methods table        the stored results as Markdown, and into the document

Every network starts from ImageNet weights and is trained on the same number of clicks (`--clicks`),
once for each seed; every row is measured with the protocol `fixed` in torch, float32, and compared
with RITM's row object by object.  Finished runs and measurements are kept: the same command
resumes.  `benchmarks/method_rows.py` defines the rows.
"""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
import typer
from safetensors import safe_open

from benchmarks import ablation
from benchmarks.method_rows import BASE, ROWS, SLOW_OBJECTS, TRAININGS, Row, Training
from benchmarks.methods_table import FORMAT, MARKS, STORED, TARGETS, markdown, read
from benchmarks.stored import new_record as stored_record
from benchmarks.tables import RESULTS_PAGE, ROOT, fill
from fcfi import cli
from fcfi.boxes import Box
from fcfi.data import open_dataset
from fcfi.data.sample import Sample
from fcfi.errors import ConfigError
from fcfi.evaluation import ObjectResult, Protocol, evaluate_object
from fcfi.files import write_text
from fcfi.images import Image
from fcfi.masks.metrics import LIMIT
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.looks import Look, LookResult, LookRunner
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Click, Prompts
from fcfi.runtimes.opening import open_network
from fcfi.runtimes.plan import RunRequest, choice_of
from fcfi.segmenter import Segmenter
from fcfi.training.config import DataConfig, Recipe, parse_recipe, read_recipe
from fcfi.training.run_state import WEIGHTS

if TYPE_CHECKING:
    from torch import Tensor

    from fcfi.methods.gradients import Inputs
    from fcfi.models.fcfi import FCFI

RECIPE: Final = ROOT / "recipes" / "methods.toml"
CLICKS: Final = 57_600
"""Training clicks per network: 3,600 steps of 16 crops, about an hour on one core."""
IMPORTANCE_CROPS: Final = 100
"""Training crops on which IA measures the importance of each weight."""
THREADS: Final = 1
"""Threads of torch: with more, the times of the rows vary too much to be compared."""

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
    plan = plan_of(recipe, data, change)
    budget = Budget(clicks, most, limit)
    record_for(stored, plan, budget)
    for (name, seed), rows in trainings(only, seeds).items():
        weights = learnt(plan, name, TRAININGS[name], clicks, seed, folder)
        note(stored, plan, budget, rows, seed, sets, weights)
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
    plan = plan_of(recipe, data, change)
    for name, seed in trainings(only, seeds):
        learnt(plan, name, TRAININGS[name], clicks, seed, folder)


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
    plan = plan_of(recipe, data, change)
    budget = Budget(clicks, most, limit)
    record_for(stored, plan, budget)
    for (name, seed), rows in trainings(only, seeds).items():
        weights = weights_path(folder, name, seed)
        if finished(weights, recipe_of(plan, TRAININGS[name], clicks, seed)):
            note(stored, plan, budget, rows, seed, sets, weights)
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


# ── learning ──────────────────────────────────────────────────────────────────────────────────────


def trainings(
    only: Iterable[str] | None, seeds: int
) -> Mapping[tuple[str, int], Mapping[str, Row]]:
    """Return the networks to train, by name and seed, each with the rows that use it."""
    rows = chosen(only or ROWS)
    users = {
        name: {key: row for key, row in rows.items() if row.training == name} for name in TRAININGS
    }
    return {(name, seed): users[name] for seed in range(seeds) for name in users if users[name]}


def plan_of(recipe: Path, data: Path, change: Iterable[str] | None) -> Recipe:
    """Return the common recipe with the pictures and changed values of this run."""
    return read_recipe(recipe, [f"data.root={data.as_posix()}", *(change or [])])


def weights_path(folder: Path, name: str, seed: int) -> Path:
    """Return the path of a training's weights."""
    return folder / f"{name.replace(' ', '').replace(',', '-')}-{seed}" / WEIGHTS


def finished(weights: Path, recipe: Recipe) -> bool:
    """Return whether these are the final weights of the recipe, not an intermediate save."""
    if not weights.is_file():
        return False
    with safe_open(weights, "numpy") as file:
        return (file.metadata() or {}).get("steps") == str(recipe.run.steps)


def learnt(
    plan: Recipe, name: str, training: Training, clicks: int, seed: int, folder: Path
) -> Path:
    """Return the weights of a training with this seed, and train them unless they exist."""
    recipe = recipe_of(plan, training, clicks, seed)
    weights = weights_path(folder, name, seed)
    if finished(weights, recipe):
        return weights
    start = None
    if training.start is not None:
        first = TRAININGS[training.start]
        start = learnt(plan, training.start, first, clicks, seed, folder)
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


@dataclass(frozen=True)
class Budget:
    """The amount of training and measuring.

    clicks: training clicks per network.  most: largest number of clicks on an object.
    objects: largest number of objects per dataset; None for all.
    """

    clicks: int
    most: int
    objects: int | None


# ── measuring ─────────────────────────────────────────────────────────────────────────────────────


class MeasuredPredictor(Segmenter):
    """A predictor that measures its clicks: their time, and whether the mask obeys them."""

    predictor: FCFIPredictor

    def __init__(self, predictor: FCFIPredictor) -> None:
        super().__init__(predictor)
        self.seconds: list[float] = []
        self.obeyed: list[bool] = []

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        """Return the predictor's answer."""
        began = time.process_time()
        prediction = super().predict(image, prompts, previous, within)
        mask = prediction.mask
        self.seconds.append(time.process_time() - began)
        last = prompts[-1]
        assert isinstance(last, Click)
        self.obeyed.append(bool(mask[last.y, last.x]) == last.positive)
        return prediction


@dataclass
class Recording:
    """A runner that stores the last look and its result, from which SA learns."""

    inner: LookRunner
    look: Look | None = None
    result: LookResult | None = None

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The settings of the runner."""
        return self.inner.settings

    def __call__(self, look: Look) -> LookResult:
        """Return the runner's result."""
        self.look, self.result = look, self.inner(look)
        return self.result


def predictor_of(row: Row, weights: Path, rules: Protocol, plan: Recipe) -> FCFIPredictor:
    """Return the predictor of a row."""
    from fcfi.methods import make_predictor
    from fcfi.methods.adaptation import IA, weighed

    network = open_network(choice_of(weights, RunRequest("torch", "float32", THREADS)))
    if row.method is None:
        return FCFIPredictor(network, rules.zoom, rules.flip, rules.threshold)
    predictor = make_predictor(row.method, network, rules.zoom, rules.flip, rules.threshold)
    if isinstance(predictor.runner, IA):
        looks = training_looks(predictor.runner.tail.model, plan, IMPORTANCE_CROPS)
        return predictor.replaced(runner=weighed(predictor.runner, looks))
    return predictor


def training_looks(model: "FCFI", plan: Recipe, count: int) -> "Iterator[tuple[Tensor, Inputs]]":
    """Yield training crops as a model's inputs, each at the start of a session."""
    from fcfi.methods.gradients import Inputs
    from fcfi.training.rounds import collate
    from fcfi.training.sessions import start_session
    from fcfi.training.stream import BrokenItems, CropStream, load_pictures

    broken = BrokenItems(plan.data.strict)
    pictures = load_pictures(plan.data, broken)
    size = plan.run.sizes[0][1:]
    crops = CropStream(pictures, plan.crops, size, 0, (plan.run.seed, 0, 0), broken)
    rng = np.random.default_rng(plan.run.seed)
    for _ in range(count):
        session = start_session(next(crops), plan.rounds, rng)
        batch = collate([session], plan.rounds, rng, model.config.click_maps)
        yield batch.image, Inputs(*batch[1:7])


def measured(
    row: Row, weights: Path, samples: Sequence[Sample], rules: Protocol, seed: int, plan: Recipe
) -> tuple[list[ObjectResult], MeasuredPredictor]:
    """Return the results of a row on objects, and the predictor with its measurements."""
    predictor = MeasuredPredictor(predictor_of(row, weights, rules, plan))
    if not row.sequence:
        return [evaluate_object(predictor, sample, rules) for sample in samples], predictor
    # In the same random order for all rows, because adaptation depends on the order.
    order = np.random.default_rng(seed).permutation(len(samples))
    results: dict[int, ObjectResult] = {}
    for index in order.tolist():
        results[index] = _in_sequence(predictor, samples[index], rules)
    return [results[index] for index in range(len(samples))], predictor


def _in_sequence(predictor: MeasuredPredictor, sample: Sample, rules: Protocol) -> ObjectResult:
    """Return the result of an object, from which the predictor then learns permanently."""
    from fcfi.methods.adaptation import IA, after_object

    plain = predictor.predictor
    assert isinstance(plain.runner, IA)
    recording = Recording(plain.runner)
    predictor.predictor = plain.replaced(runner=recording)
    result = evaluate_object(predictor, sample, rules)
    runner = plain.runner
    if recording.look is not None and recording.result is not None:
        runner = after_object(runner, recording.look, recording.result.probs > plain.threshold)
    predictor.predictor = plain.replaced(runner=runner)
    return result


def note(
    stored: Path,
    plan: Recipe,
    budget: Budget,
    rows: Mapping[str, Row],
    seed: int,
    sets: Iterable[Path],
    weights: Path,
) -> None:
    """Measure the rows of a network on each dataset and store each result immediately.

    A stored result with the same number of objects is kept.
    """
    for folder in sets:
        dataset = open_dataset(folder)
        for name, row in rows.items():
            record = record_for(stored, plan, budget)
            indices = indices_of(row, len(dataset), budget.objects)
            results = {
                (each["row"], each["seed"], each["data"]): each for each in record["results"]
            }
            key = (name, seed, folder.name)
            if key in results and len(results[key]["objects"]) >= len(indices):
                continue
            zoom = plan.zoom if row.target is None else replace(plan.zoom, target=row.target)
            rules = Protocol(zoom=zoom, targets=TARGETS, limit=budget.most)
            samples = [dataset[index] for index in indices]
            objects, predictor = measured(row, weights, samples, rules, seed, plan)
            found = summary_of(objects, predictor, indices)
            shown = {key: value for key, value in found.items() if key != "objects"}
            typer.echo(f"{name}, seed {seed}, {folder.name}: {shown}")
            results[key] = {"row": name, "seed": seed, "data": folder.name, **found}
            record["results"] = list(results.values())
            write_text(stored, json.dumps(record) + "\n")


def indices_of(row: Row, count: int, limit: int | None) -> list[int]:
    """Return the evenly spaced indices, out of `count` objects, on which a row is measured."""
    wanted = min(count, SLOW_OBJECTS) if row.slow else count
    if limit is not None:
        wanted = min(wanted, limit)
    return [count * index // wanted for index in range(wanted)]


def summary_of(
    results: Sequence[ObjectResult], predictor: MeasuredPredictor, indices: Sequence[int]
) -> dict[str, Any]:
    """Return the stored form of a measurement: numbers, and the curve of every object."""
    fell = [
        after < before - 0.01
        for result in results
        for before, after in zip(result.ious, result.ious[1:], strict=False)
    ]
    return {
        "weights_sha256": predictor.info.sha256,
        "settings": dict(predictor.settings),
        "runtime": predictor.info.runtime,
        "seconds": {
            "median": round(float(np.median(predictor.seconds)), 4),
            "p95": round(float(np.percentile(predictor.seconds, 95)), 4),
        },
        "obeyed": round(float(np.mean(predictor.obeyed)), 4),
        "fell": round(float(np.mean(fell)), 4) if fell else 0.0,
        "objects": [
            {
                "index": index,
                "ious": [round(iou, 4) for iou in result.ious],
                "boundary": [round(iou, 4) for iou in result.boundary_ious],
            }
            for index, result in zip(indices, results, strict=True)
        ],
    }


def record_for(stored: Path, plan: Recipe, budget: Budget) -> dict[str, Any]:
    """Return the stored results, or new ones.

    Raises ConfigError if they are from another recipe or budget.
    """
    # The path of the pictures on this machine stays private.
    recipe = replace(plan, data=replace(plan.data, root=DataConfig.root)).as_dict()
    shared = {"recipe": recipe, "clicks": budget.clicks, "most": budget.most}
    fresh = stored_record(FORMAT, **shared) | {"results": []}
    record = read(stored)
    if record is None:
        return fresh
    if {key: record[key] for key in shared} != json.loads(json.dumps(shared)):
        raise ConfigError(
            f"expected a result of this recipe and budget, got another in {stored}: "
            "give another --stored"
        )
    return record


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.methods"))
