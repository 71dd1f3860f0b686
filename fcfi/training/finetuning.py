"""Fine-tuning on a few masks: train, export, and compare with the old network on other objects.

The held-out objects decide: the robot clicks each of them with both networks, as they answer in the
annotation page.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import torch

import fcfi
from fcfi.data import open_dataset
from fcfi.data.dataset import Dataset
from fcfi.errors import ConfigError, how_to_install
from fcfi.evaluation import (
    Comparison,
    Report,
    compare,
    evaluate,
    protocol_of,
    write_comparison,
)
from fcfi.evaluation.comparison import NETWORK, RESULT
from fcfi.models.checkpoint import load_model, read_metadata
from fcfi.models.export import export
from fcfi.prediction.methods import make_for_people
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.zoom import zoom_of
from fcfi.project.progress import Progress, silent
from fcfi.runtimes.choice import BFLOAT16, RunRequest, choose, this_machine
from fcfi.runtimes.network import NetworkInfo
from fcfi.runtimes.opening import open_network
from fcfi.runtimes.processor import cores
from fcfi.segmenter import find_files
from fcfi.training.config import MULTIPLE, Recipe, read_recipe
from fcfi.training.loop import train

RECIPE: Final = Path(fcfi.__file__).parents[1] / "recipes" / "finetune.toml"
"""The recipe; like the weights to start from, it is only in a source distribution."""
RUN: Final = "run"
"""Name of the training run's folder in the folder of results."""
TARGETS: Final = (0.85, 0.90)
LIMIT: Final = 10
"""Largest number of clicks on an object: later clicks mostly correct errors of the truth."""
MEASURING_OLD: Final = "measuring the old network"
TRAINING: Final = "training"
MEASURING_NEW: Final = "measuring the new network"


@dataclass(frozen=True)
class Plan:
    """The datasets, the networks and the limits of a fine-tuning.

    learn_from, held_out: datasets without a common picture.
    start: checkpoint to start from.
    old: the network to compare with: a shipped network's name or a file.
    minutes: of training.  threads: most processor threads to use; None leaves one core to others.
    changes: other values for keys of the recipe, as `section.key=value`.
    """

    learn_from: Path
    held_out: Path
    start: Path
    old: str
    minutes: float = 10
    threads: int | None = None
    changes: tuple[str, ...] = ()


def finetune(plan: Plan, folder: Path, progress: Progress = silent) -> Comparison:
    """Write NETWORK and RESULT into a folder, and return the comparison of both networks.

    A training run that was stopped there is resumed.
    progress: counts objects while it measures, and seconds while it trains; it may raise an error,
        which ends the work.
    Raises a subclass of FCFIError.
    """
    recipe = recipe_of(plan)
    threads = plan.threads or max(1, cores() - 1)
    objects = open_dataset(plan.held_out)
    before = measure(plan.old, objects, threads, progress, MEASURING_OLD)
    torch.set_num_threads(threads)
    seconds = round(60 * recipe.run.minutes) or recipe.run.steps
    trained = train(
        recipe,
        folder / RUN,
        plan.start,
        lambda part: progress(TRAINING, round(part * seconds), seconds),
    )
    if trained.done < 1:
        raise KeyboardInterrupt  # a stop was requested, and the run is saved
    network = folder / NETWORK
    name = f"{plan.start.stem} fine-tuned"
    export(trained.weights, network, name, training_data="own pictures", licence="not stated")
    after = measure(str(network), objects, threads, progress, MEASURING_NEW)
    comparison = compare(before, after)
    write_comparison(folder / RESULT, comparison)  # last, since it marks a finished run
    return comparison


def recipe_of(plan: Plan) -> Recipe:
    """Return the recipe with the network of the weights to start from.

    Raises ConfigError for a wrong change, NetworkError for weights that cannot be read.
    """
    if not RECIPE.is_file():
        raise ConfigError(
            f"expected the recipe {RECIPE}, got an installation without it: "
            f"{how_to_install('train')}"
        )
    fast = BFLOAT16 in this_machine().precisions or this_machine().cuda
    own = (
        f"data.root={plan.learn_from.as_posix()}",
        f"run.minutes={float(plan.minutes)}",
        f"run.precision={'bf16-mixed' if fast else '32-true'}",
        # On a single core, another process would only compete with this one.
        f"run.workers={int((plan.threads or cores() - 1) > 1)}",
    )
    recipe = read_recipe(RECIPE, (*own, *plan.changes))
    info = NetworkInfo(plan.start.stem, "", "", MULTIPLE, metadata=read_metadata(plan.start))
    return replace(recipe, model=load_model(plan.start).config, zoom=zoom_of(info))


def measure(network: str, objects: Dataset, threads: int, progress: Progress, stage: str) -> Report:
    """Return the robot's clicks on objects with a network as it answers in the annotation page."""
    chosen = choose(find_files(network), RunRequest(threads=threads), this_machine())
    predictor = make_for_people(open_network(chosen), None, "none", THRESHOLD)
    rules = replace(protocol_of(predictor), limit=LIMIT, targets=TARGETS)
    progress(stage, 0, len(objects))
    return evaluate(
        predictor, objects, rules, progress=lambda done, total, _: progress(stage, done, total)
    )
