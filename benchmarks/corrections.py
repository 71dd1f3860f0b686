"""Measuring how often corrections do harm, and how much the method `look-twice` helps.

    python -m benchmarks.corrections lite0 --dev data/train/dev.tar

The robot clicks on development objects to an IoU of 0.90, with at most ten clicks, with the network
alone and with the method.  The results for both are clicks, mean IoU, the differences object by
object with their standard errors, and the corrections that lowered the IoU by more than 0.05.  They
are written to benchmarks/results/NETWORK.corrections.json.
"""

import sys
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from benchmarks.pairs import LIMIT, network_file, row_of, title
from benchmarks.precision import Pictures, Threads, dev_objects
from benchmarks.stored import new_record, store
from benchmarks.tables import RESULTS
from fcfi import cli, methods
from fcfi.evaluation import Protocol, Report, evaluate
from fcfi.prediction.methods import make_predictor
from fcfi.runtimes.choice import RunRequest, choice_of
from fcfi.runtimes.opening import open_network

FORMAT: Final = "fcfi-corrections/1"
"""Marks a stored result of this file."""
TARGETS: Final = (0.85, 0.90, 0.95)
GOAL: Final = 0.90
"""IoU of a good mask; later clicks are not counted as corrections."""
HARM: Final = 0.05
"""A correction that lowers the IoU by more than this does harm."""
METHOD: Final = "look-twice"

app = typer.Typer(add_completion=False)


@app.command()
def measure(
    network: str,
    dev: Pictures,
    count: Annotated[int, typer.Option(help="Objects at most.")] = 150,
    seed: Annotated[int, typer.Option(help="Which objects are drawn.")] = 7,
    output: Annotated[
        Path | None,
        typer.Option("-o", help="By default benchmarks/results/NETWORK.corrections.json."),
    ] = None,
    threads: Threads = None,
) -> None:
    """Measure a network alone and with the method, on the same objects."""
    objects = dev_objects(dev, count, seed)
    with network_file(network) as path:
        opened = open_network(choice_of(path, RunRequest("auto", "float32", threads)))
    rules = Protocol(targets=TARGETS, limit=LIMIT)
    alone = evaluate(make_predictor(opened), objects, rules)
    twice = evaluate(methods.make_predictor(METHOD, opened), objects, rules)
    rows = [
        {"method": name, **row_of(report, alone), **harms_of(report)}
        for name, report in (("network alone", alone), (METHOD, twice))
    ]
    for row in rows:
        typer.echo(row)
    content = {
        "network": {"name": title(network), "sha256": opened.info.sha256},
        "objects": len(objects),
        "seed": seed,
        "limit": LIMIT,
        "rows": rows,
    }
    store(output or RESULTS / f"{title(network)}.corrections.json", new_record(FORMAT, **content))


def harms_of(report: Report) -> dict[str, Any]:
    """Return the number of corrections, the number that did harm, and their share."""
    pairs: list[tuple[float, float]] = []
    for result in report.objects:
        for before, after in pairwise(result.ious):
            if before >= GOAL:
                break
            pairs.append((before, after))
    harms = sum(after < before - HARM for before, after in pairs)
    return {
        "corrections": len(pairs),
        "harms": harms,
        "share": round(harms / max(1, len(pairs)), 4),
    }


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.corrections"))
