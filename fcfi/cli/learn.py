"""`fcfi train`, `fcfi export`, `fcfi import`: the learning half, which is the only one that loads torch."""

import os
from pathlib import Path
from typing import Annotated

import typer

from fcfi.cli.app import app
from fcfi.cli.options import check_outputs, need_training


@app.command(epilog="Example: fcfi train recipes/lite0.toml --data data/train --set run.minutes=30")
def train(
    recipe: Annotated[Path, typer.Argument(help="The run as a TOML file.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The run's folder; runs/NAME by default.", show_default=False
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The pictures to learn from, instead of the recipe's.")
    ] = None,
    begin: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Weights to begin from: a shipped network's name or a *.safetensors file.",
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Another value for a key of the recipe."),
    ] = None,
) -> None:
    """Train a network from a recipe, or go on with a run that was stopped."""
    need_training("train")
    from fcfi.training.config import read_recipe
    from fcfi.training.loop import train as run
    from fcfi.weights import checkpoint

    changes = [*([f"data.root={data.as_posix()}"] if data else []), *(change or [])]
    plan = read_recipe(recipe, changes)
    folder = output or Path("runs") / plan.name
    came = run(plan, folder, None if begin is None else checkpoint(begin))
    if os.environ.get("RANK", "0") != "0":  # torchrun starts one process a device
        return
    if came.before >= 1:
        typer.echo(
            f"{folder} holds a finished run, which was left as it is; to learn anew give another --output"
        )
    elif came.done < 1:
        typer.echo(
            f"{folder}: stopped at {came.done:.0%} and saved; give the same command again to go on"
        )
    else:
        typer.echo(f"{came.weights}: trained; next: fcfi export {came.weights} -o {plan.name}.onnx")


@app.command(
    epilog="Example: fcfi export runs/lite0/model.safetensors -o lite0.onnx --training-data 'VOC 2012, COCO'"
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
        str, typer.Option(help="What it learnt from; else as the checkpoint says.")
    ] = "",
    licence: Annotated[str, typer.Option(help="The weights' licence.")] = "not stated",
    storage: Annotated[
        str, typer.Option(help="Type of the weights in the file: float32 or float16.")
    ] = "float32",
) -> None:
    """Write a checkpoint as one network file, checked against torch."""
    check_outputs({output: (".onnx",)}, inputs=(checkpoint,))
    need_training("export")
    from fcfi.models.export import export as write

    done = write(
        checkpoint,
        output,
        name or output.stem,
        training_data=training_data,
        licence=licence,
        storage=storage,
    )
    typer.echo(f"{output}: {done.bytes / 1e6:.1f} MB, weights {done.weights_sha256[:12]}")
    for runtime, difference in done.differences.items():
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
    """Convert a released checkpoint; nothing inside it is run."""
    check_outputs({output: (".safetensors",)}, inputs=(released,))
    need_training("import")
    from fcfi.models.released import import_released

    import_released(released, output)
    typer.echo(f"{output}: written; next: fcfi export {output} -o {output.stem}.onnx")
