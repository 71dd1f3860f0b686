"""`fcfi train`, `fcfi finetune`, `fcfi export`, `fcfi import`: commands that load torch."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fcfi.cli.app import app
from fcfi.cli.options import Threads, check_outputs, need_folder, need_training
from fcfi.cli.show import print_left_out, stages, written_to

if TYPE_CHECKING:
    from fcfi.evaluation import Comparison


@app.command(epilog="Example: fcfi train recipes/lite0.toml --data data/train --set run.minutes=30")
def train(
    recipe: Annotated[Path, typer.Argument(help="The recipe, a TOML file.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The run's folder; runs/NAME by default.", show_default=False
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The training data's folder, instead of the recipe's.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Weights to begin from: a shipped network's name or a *.safetensors file.",
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Refuse unusable pictures and masks; else they are counted and left out.",
        ),
    ] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the recipe."),
    ] = None,
) -> None:
    """Train a network from a recipe, or resume a run that was stopped."""
    need_training("train")
    from fcfi.training.config import read_recipe
    from fcfi.training.loop import train as run
    from fcfi.weights import checkpoint

    overrides = [*(changes or ()), *(("data.strict=true",) if strict else ())]
    if data is not None:
        # First, so that an explicit --set data.root wins.
        overrides.insert(0, f"data.root={data.as_posix()}")
    plan = read_recipe(recipe, overrides)
    folder = output or Path("runs") / plan.name
    trained = run(plan, folder, None if start is None else checkpoint(start))
    # torchrun starts a process for each device; the first reports for all.
    if os.environ.get("RANK", "0") != "0":
        return
    print_left_out(trained.left_out)
    if trained.before >= 1:
        typer.echo(
            f"{folder} holds a finished run, which is not changed; to train again give another "
            "--output"
        )
    elif trained.done < 1:
        typer.echo(
            f"{folder}: stopped at {trained.done:.0%} and saved; run the same command again to "
            "resume"
        )
    else:
        weights = trained.weights
        typer.echo(f"{weights}: trained; next: fcfi export {weights} -o {plan.name}.onnx")


@app.command(epilog="Example: fcfi finetune photos --held-out apart -o mine")
def finetune(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="The dataset with your pictures and masks.", show_default=False
        ),
    ],
    held_out: Annotated[
        Path, typer.Option(help="The dataset to measure on; it has other pictures.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder for network.onnx and result.json.")
    ],
    start: Annotated[
        str,
        typer.Option(
            "--from",
            help="Weights to begin from: a shipped network's name or a *.safetensors file.",
        ),
    ] = "lite0",
    old: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="The network to compare with; by default that of --from."
        ),
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="Minutes of training.")] = 10,
    threads: Threads = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the recipe."),
    ] = None,
    parent: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Fine-tune a network on your own masks, and measure whether it needs fewer clicks."""
    need_training("finetune")
    need_folder(output)
    from fcfi.evaluation.comparison import NETWORK
    from fcfi.project.progress import FILE
    from fcfi.training.finetuning import Plan
    from fcfi.training.finetuning import finetune as run
    from fcfi.weights import checkpoint

    plan = Plan(
        data,
        held_out,
        checkpoint(start),
        old or start,
        minutes,
        threads,
        tuple(changes or ()),
    )
    progress = stages() if parent is None else written_to(output / FILE, parent)
    show_comparison(run(plan, output, progress), output / NETWORK)


def show_comparison(comparison: "Comparison", network: Path) -> None:
    """Print the clicks before and after, and what to do with the network."""
    typer.echo(f"{comparison.objects} held-out objects, at most {comparison.limit} clicks on each")
    for clicks in comparison.clicks:
        typer.echo(
            f"  clicks to {clicks.target:.0%}: {clicks.before:.2f} before, {clicks.after:.2f} after"
        )
    verdict = (
        f"it needs fewer clicks; next: fcfi annotate DIR --network {network}"
        if comparison.is_better
        else "it does not clearly need fewer clicks: keep the old network"
    )
    typer.echo(f"{network}: {comparison.difference:+.2f} +- {comparison.error:.2f}, {verdict}")


@app.command(
    epilog=(
        "Example: fcfi export runs/lite0/model.safetensors -o lite0.onnx "
        "--training-data 'VOC 2012, COCO'"
    )
)
def export(
    checkpoint: Annotated[
        Path, typer.Argument(help="Weights from `fcfi train` or `fcfi import`.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The network file: ONNX.")],
    name: Annotated[
        str | None, typer.Option(help="The network's name; by default the output's.")
    ] = None,
    training_data: Annotated[
        str, typer.Option(help="The training data; by default as the checkpoint says.")
    ] = "",
    licence: Annotated[str, typer.Option(help="The weights' licence.")] = "not stated",
    storage: Annotated[
        str, typer.Option(help="Type of the weights in the file: float32 or float16.")
    ] = "float32",
) -> None:
    """Write a checkpoint as a network file, and compare its output with torch's."""
    check_outputs({output: (".onnx",)}, inputs=(checkpoint,))
    need_training("export")
    from fcfi.models.export import export as write

    written = write(
        checkpoint,
        output,
        name or output.stem,
        training_data=training_data,
        licence=licence,
        storage=storage,
    )
    typer.echo(f"{output}: {written.bytes / 1e6:.1f} MB, weights {written.weights_sha256[:12]}")
    for runtime, difference in written.differences.items():
        typer.echo(
            f"  {runtime}: largest difference from torch {difference:.2g} standard deviations"
        )


@app.command("import", epilog="Example: fcfi import hrnet18s_cocolvis.pth -o hrnet18s.safetensors")
def import_(
    released: Annotated[
        Path, typer.Argument(help="A checkpoint of the released code (*.pth).", show_default=False)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The checkpoint to write: *.safetensors.")
    ],
) -> None:
    """Convert a released checkpoint; no code inside it is run."""
    check_outputs({output: (".safetensors",)}, inputs=(released,))
    need_training("import")
    from fcfi.models.released import import_released

    import_released(released, output)
    typer.echo(f"{output}: written; next: fcfi export {output} -o {output.stem}.onnx")
