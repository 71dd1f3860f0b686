"""The effect of fine-tuning on pictures that a shipped network handles badly, and on others.

    python -m benchmarks.finetune --data data/train --dev data/train/dev.tar

The pictures of one source are split: two thirds for training, the others to measure before and
after `fcfi train recipes/finetune.toml`.  Writes
benchmarks/results/finetune/SOURCE.{before,after}.json, the run's log, and the comparison of both
networks on development photographs (SOURCE.pairs.json).

    python -m benchmarks.finetune --data data/train --few 6 --minutes 5

The same with few objects, and measured like a run from the annotation page (`fcfi finetune`): five
objects each on six pictures.  Writes SOURCE.few.json.
"""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from benchmarks import pairs
from benchmarks.ablation import trained
from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS, ROOT
from fcfi import cli
from fcfi.data import open_dataset
from fcfi.data.pictures import IGNORE_ID, Picture
from fcfi.errors import ConfigError
from fcfi.evaluation import Protocol, evaluate
from fcfi.evaluation.report import record_of, write_record
from fcfi.images import write_png
from fcfi.prediction.zoom import zoom_of
from fcfi.runtimes.choice import choice_of
from fcfi.runtimes.opening import open_network
from fcfi.weights import checkpoint

RECIPE: Final = ROOT / "recipes" / "finetune.toml"
STORED: Final = RESULTS / "finetune"
FORMAT: Final = "fcfi-few/1"
"""Marks a stored comparison after learning from few objects."""
EVERY: Final = 3
"""Every third picture, in the order of names, is kept for measuring."""
MINIMUM_AREA: Final = 100
"""Smallest number of pixels of an object."""
MOST: Final = 5
"""Largest number of objects to measure per picture, because a picture's cells are similar."""

app = typer.Typer(add_completion=False)


@app.command()
def run(
    data: Annotated[Path, typer.Option(help="Shards with the source's pictures.")],
    dev: Annotated[
        Path | None, typer.Option(help="Photographs to measure the loss on other pictures.")
    ] = None,
    source: Annotated[str, typer.Option(help="Source of the pictures.")] = "nuclei",
    network: Annotated[str, typer.Option(help="The shipped network to start from.")] = "lite0",
    minutes: Annotated[float, typer.Option(help="Minutes of training.")] = 8,
    folder: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of pictures and run.")
    ] = Path("runs/finetune"),
    stored: Annotated[Path, typer.Option(help="Folder of the results.")] = STORED,
    few: Annotated[
        int | None, typer.Option(help="Learn from this number of pictures, and compare.")
    ] = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="Another value for a key of the recipe.")
    ] = None,
) -> None:
    """Split the pictures, measure, fine-tune and measure again."""
    from fcfi.models.checkpoint import load_model
    from fcfi.training.config import read_recipe
    from fcfi.training.progress import LOG
    from fcfi.training.stream import read_by_source

    pictures = sorted(read_by_source(data).get(source, ()), key=lambda picture: picture.name)
    if len(pictures) < EVERY:
        raise ConfigError(
            f"expected at least {EVERY} pictures of {source!r}, got {len(pictures)} in {data}: "
            "name another --source"
        )
    stored.mkdir(parents=True, exist_ok=True)
    folders = {name: folder / source / name for name in ("test", "train", "run")}
    changes = [f"data.root={folders['train'].as_posix()}", f"run.minutes={minutes}"]
    plan = read_recipe(RECIPE, [*changes, *(change or [])])
    begin = checkpoint(network)
    if load_model(begin).config != plan.model:
        raise ConfigError(
            f"expected a network as {RECIPE.name} trains it, got another variant: {network}; "
            "set model.* with --set"
        )
    write(folders["test"], pictures[::EVERY], MOST)
    learn_from = [picture for number, picture in enumerate(pictures) if number % EVERY]
    if few is not None:
        write(folders["train"], learn_from[:few], MOST)
        compare_few(folders, begin, network, minutes, change or (), stored / f"{source}.few.json")
        return
    write(folders["train"], learn_from)
    weights = trained(plan, folders["run"], begin)
    measure(network, folders["test"], stored / f"{source}.before.json")
    measure(weights, folders["test"], stored / f"{source}.after.json")
    shutil.copyfile(folders["run"] / LOG, stored / f"{source}.train.jsonl")
    if dev is not None:
        pairs.compare(
            [network, str(weights)], dev, count=80, output=stored / f"{source}.pairs.json"
        )


def compare_few(
    folders: Mapping[str, Path],
    begin: Path,
    network: str,
    minutes: float,
    changes: Sequence[str],
    output: Path,
) -> None:
    """Fine-tune on the pictures in a folder as `fcfi finetune` does, and store the comparison."""
    from fcfi.training.finetuning import Plan, finetune

    learn_from = open_dataset(folders["train"])
    plan = Plan(folders["train"], folders["test"], begin, network, minutes, 1, tuple(changes))
    compared = finetune(plan, folders["run"])
    content = {"learnt_from": len(learn_from), "minutes": minutes, **asdict(compared)}
    store(output, new_record(FORMAT, **content))


def write(folder: Path, pictures: Sequence[Picture], most: int | None = None) -> None:
    """Write pictures with a mask for each object in the layout `folder`.

    most: largest number of objects per picture, drawn at random; None takes all.
    """
    rng = np.random.default_rng(0)
    for name in ("images", "masks"):
        # Delete an older split, so that no picture is in both folders.
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    for picture in pictures:
        ids = picture.labellings[0].ids
        instances = picture.labellings[0].instances
        objects = [instance.id for instance in instances if instance.area >= MINIMUM_AREA]
        if most is not None and len(objects) > most:
            objects = sorted(rng.choice(objects, most, replace=False).tolist())
        stem = Path(picture.name).name
        write_png(folder / "images" / f"{stem}.png", picture.image)
        for number in objects:
            mask = np.select([ids == number, ids == IGNORE_ID], [255, 128], 0).astype(np.uint8)
            write_png(folder / "masks" / f"{stem}#{number}.png", mask)


def measure(network: str | Path, dataset: Path, output: Path) -> None:
    """Evaluate a network on a folder, protocol `fixed` in float32, and write the record."""
    with pairs.network_file(network) as path:
        opened = open_network(choice_of(path))
        rules = Protocol(zoom=zoom_of(opened.info))
        report = evaluate(rules.predictor(opened), open_dataset(dataset), rules)
    # The record contains the folder without its path on this machine.
    found = report.found.replace(str(dataset), f"{dataset.parent.name}/{dataset.name}")
    record = record_of(replace(report, found=found), opened.info)
    write_record(output, record)
    typer.echo(f"{output}: NoC {record['results']['noc']}")


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.finetune"))
