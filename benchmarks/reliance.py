"""Measuring what a trained network relies on: clicks to 90 % IoU with one feedback path closed.

    python -m benchmarks.reliance fcfi/weights/lite0.safetensors --eval data/eval/GrabCut

The feedback reaches the logits of our networks on two paths: as a prompt map, into backbone and
head, and through the modules of the paper, FFC and CFF.  Closing a path shows its contribution,
without new training.  Uses protocol `fixed` in float32; results are written to
benchmarks/results/NAME.reliance.json.  For lite0 with clicks and feedback in its stem.
"""

import sys
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import torch
import typer

from benchmarks.pairs import exported
from benchmarks.precision import Threads
from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS
from fcfi import cli
from fcfi.data import open_dataset
from fcfi.errors import ConfigError
from fcfi.evaluation import Protocol, evaluate
from fcfi.models.build import build
from fcfi.models.checkpoint import fill, load_model, read_metadata, variant, weights_sha256
from fcfi.models.fcfi import FCFI
from fcfi.prediction.guidance import STRIDE
from fcfi.prediction.zoom import zoom_of
from fcfi.runtimes.choice import RunRequest, choice_of
from fcfi.runtimes.interface import Arrays
from fcfi.runtimes.network import Network, NetworkInfo
from fcfi.runtimes.opening import open_network

FORMAT: Final = "fcfi-reliance/1"
"""Marks a stored result of this file."""
TARGETS: Final = (0.85, 0.90)
PROMPT_READER: Final = "body.prompt.layers.1"
"""The convolution that reads the prompt maps; each pixel of a cell is a channel."""

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class GateClosed:
    """A network whose modules get no feedback (w_g = 0)."""

    network: Network

    @property
    def info(self) -> NetworkInfo:
        """The description of the wrapped network."""
        return self.network.info

    def __call__(self, inputs: Arrays, /) -> Arrays:
        """Return the outputs of the wrapped network."""
        return self.network({**inputs, "gate": np.zeros_like(inputs["gate"])})


@app.command()
def measure(
    checkpoint: Path,
    sets: Annotated[
        list[Path], typer.Option("--eval", help="A dataset to measure on; may be given again.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", help="By default in benchmarks/results/.")
    ] = None,
    threads: Threads = None,
) -> None:
    """Count clicks as trained, and with each path closed."""
    given = load_model(checkpoint)
    zoom = {key: text for key, text in read_metadata(checkpoint).items() if key.startswith("zoom_")}
    rows = []
    for closed, (model, wrap) in ways(given).items():
        network = wrap(opened(model, zoom, threads))
        rules = Protocol(zoom=zoom_of(network.info), targets=TARGETS)
        for dataset in sets:
            report = evaluate(rules.predictor(network), open_dataset(dataset), rules)
            found = {
                f"noc{round(100 * target)}": round(report.noc(target), 4) for target in TARGETS
            }
            rows.append({"closed": closed, "data": dataset.name, **found})
            typer.echo(rows[-1])
    record = new_record(
        FORMAT, network=checkpoint.stem, weights_sha256=weights_sha256(given), rows=rows
    )
    store(output or RESULTS / f"{checkpoint.stem}.reliance.json", record)


def ways(model: FCFI) -> dict[str, tuple[FCFI, Callable[[Network], Network]]]:
    """Return the model and the wrapper of its network for each closed path.

    Raises ConfigError for a model that has only one path.
    """
    given = model.config
    if (given.backbone, given.prompts, given.prompt_maps) != ("lite0", "stem", "all"):
        raise ConfigError(
            "expected a network on lite0 with prompts = 'stem' and prompt_maps = 'all', got "
            f"{variant(given)} with prompts = {given.prompts!r} and "
            f"prompt_maps = {given.prompt_maps!r}: take another checkpoint"
        )
    uncorrected = build(replace(model.config, correction="none"))
    fill(uncorrected, model)
    return {
        "nothing": (model, lambda network: network),
        "FFC": (uncorrected, lambda network: network),
        "FFC and CFF": (model, GateClosed),
        "prompt": (without_feedback_prompt(model), lambda network: network),
    }


def without_feedback_prompt(model: FCFI) -> FCFI:
    """Return the model with zero weights for the feedback in its prompt encoder."""
    blind = deepcopy(model)
    # The feedback is the first map: its pixels are the first STRIDE x STRIDE channels.
    with torch.no_grad():
        blind.get_parameter(f"{PROMPT_READER}.weight")[:, : STRIDE**2] = 0
    return blind


def opened(model: FCFI, zoom: Mapping[str, str], threads: int | None) -> Network:
    """Return the network in the fastest runtime, in float32."""
    with exported(model, zoom) as path:
        return open_network(choice_of(path, RunRequest("auto", "float32", threads)))


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.reliance"))
