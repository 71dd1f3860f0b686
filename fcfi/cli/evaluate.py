"""`fcfi evaluate`: counts the clicks that a robot needs on a dataset."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple

import typer

from fcfi.cli.app import app
from fcfi.cli.options import (
    Method,
    Network,
    Precision,
    Runtime,
    Threads,
    check_outputs,
    need_folder,
    need_plots,
    warnings_as_notes,
)
from fcfi.cli.show import console, progress_bar
from fcfi.errors import InputError, guard

if TYPE_CHECKING:
    from fcfi.data.sample import Sample
    from fcfi.evaluation import Protocol, Report
    from fcfi.evaluation.start_masks import Start
    from fcfi.prediction.interface import Flip, Predictor
    from fcfi.runtimes.choice import RunRequest
    from fcfi.runtimes.network import NetworkInfo

WORST: Final = 10
"""Number of objects that --worst draws."""
PREDICTOR: Final = ("info", "settings", "threshold", "predict")
"""The attributes of a predictor."""


@app.command(epilog="Example: fcfi evaluate --data examples --json out.json --plot out.png")
def evaluate(
    data: Annotated[
        Path | None,
        typer.Option(help="The dataset's folder, or its annotation file.", show_default=False),
    ] = None,
    layout: Annotated[
        str, typer.Option(help="auto, folder, grabcut, berkeley, davis, sbd, coco, lvis or shards.")
    ] = "auto",
    split: Annotated[
        str | None, typer.Option(help="train or val, where a dataset has them.")
    ] = None,
    network: Network = None,
    runtime: Runtime = "auto",
    precision: Precision = "float32",
    threads: Threads = None,
    method: Method = None,
    protocol: Annotated[
        str,
        typer.Option(help="fixed: one zoom for all datasets. paper: tuned for each, as published."),
    ] = "fixed",
    flip: Annotated[
        Literal["none", "average"] | None,
        typer.Option(help="average: with the mirrored picture; by default the protocol decides."),
    ] = None,
    start_from: Annotated[
        str | None,
        typer.Option(
            metavar="eroded|shifted|DIR", help="Begin from wrong masks; DIR holds them as NAME.png."
        ),
    ] = None,
    robot: Annotated[
        str,
        typer.Option(
            metavar="centre|random|FILE",
            help="Where the robot clicks: deep inside the largest error, at random in it, or as "
            "recorded in a file.",
        ),
    ] = "centre",
    own: Annotated[
        str | None,
        typer.Option(
            "--predictor",
            metavar="MODULE:FUNCTION",
            help="Measure the predictor that your function returns.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="Measure on this number of objects, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of --limit and of --robot random.")] = 0,
    json: Annotated[
        Path | None, typer.Option(help="Write the record to this file, object by object.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Plot IoU against clicks to this file: PNG, SVG or PDF.")
    ] = None,
    worst: Annotated[
        Path | None,
        typer.Option(
            help="Draw the ten hardest objects into this folder, truth and mask side by side."
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Refuse a dataset with broken items; else they are reported."
        ),
    ] = False,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="Measure only shard I of N (from 1), into --json FILE.jsonl; resumes.",
        ),
    ] = None,
    merge: Annotated[
        list[Path] | None,
        typer.Option(help="Files of all shards, or their folder: report them as one evaluation."),
    ] = None,
) -> None:
    """Count the clicks that a robot needs on a dataset."""
    if merge:
        if data is not None or shard is not None or worst is not None:
            raise InputError("expected --merge with --json and --plot at most, got more options")
        _merge(merge, json, plot)
        return
    if data is None:
        raise InputError("expected a dataset, got none: give its folder with --data")
    if own is not None and (network is not None or method or protocol != "fixed" or flip):
        raise InputError(
            "expected --predictor without --network, --method, --protocol and --flip, got "
            "both: they are for networks of fcfi"
        )
    if shard is not None and (json is None or plot is not None or worst is not None):
        raise InputError("expected --shard with --json FILE.jsonl, without --plot and --worst")
    from fcfi.data import open_dataset
    from fcfi.evaluation import evaluate as measure
    from fcfi.evaluation import protocol_of, report
    from fcfi.evaluation.robots import choose_robot
    from fcfi.evaluation.shards import Evaluation, Shard, evaluate_shard
    from fcfi.evaluation.start_masks import starting_masks
    from fcfi.methods import runtime_for
    from fcfi.runtimes.choice import RunRequest

    _check_record(json, plot, ".json" if shard is None else ".jsonl")
    need_folder(worst)
    begin = None if start_from is None else starting_masks(start_from)
    objects = open_dataset(data, layout, split, strict)
    objects = objects if limit is None else objects.choose(limit, seed)
    who = choose_robot(robot, seed)
    if own is None:
        request = RunRequest(runtime_for(method, runtime), precision, threads)
        measured = _network_of_fcfi(network, request, method, protocol, objects.name, flip)
    else:
        predictor = own_predictor(own)
        measured = _Measured(predictor, predictor.info, protocol_of(predictor), predictor.settings)
    predictor, info, rules, settings = measured
    if shard is not None:
        assert json is not None
        common = Evaluation(
            objects.name,
            objects.found,
            len(objects),
            seed,
            info,
            rules,
            None if begin is None else begin.name,
            objects.left_out,
            settings,
        )
        part = Shard.parse(shard)
        with progress_bar(f"{objects.name} {shard}", len(part.indices(len(objects)))) as advance:
            count = evaluate_shard(
                json, part, common, predictor, objects, begin, advance, strict, who
            )
        console().print(f"{json}: {count} of {len(objects)} objects")
        return
    with progress_bar(objects.name, len(objects)) as advance:
        results = measure(predictor, objects, rules, begin, advance, strict, who)
    if worst is not None:
        _draw_worst(worst, results, objects, predictor, begin)
    _show_record(report.record_of(results, info, seed, settings), json, plot)


class _Measured(NamedTuple):
    """A predictor to measure, and its description in the record.

    info: the description of the network, named after the method if there is one.
    settings: the predictor's settings; None if the protocol has all of them.
    """

    predictor: "Predictor"
    info: "NetworkInfo"
    protocol: "Protocol"
    settings: "Mapping[str, float | str] | None"


def _network_of_fcfi(
    network: str | None,
    request: "RunRequest",
    method: str | None,
    protocol: str,
    dataset: str,
    flip: "Flip | None",
) -> _Measured:
    """Return a network by the rules of a protocol, with a method at test time if one is named."""
    from fcfi.evaluation import choose_protocol
    from fcfi.methods import make_predictor
    from fcfi.runtimes.opening import open_network
    from fcfi.segmenter import plan_run

    with warnings_as_notes():
        opened = open_network(plan_run(network, request))
    rules = choose_protocol(protocol, dataset, opened.info, flip)
    if method is None:
        return _Measured(rules.predictor(opened), opened.info, rules, None)
    predictor = make_predictor(method, opened, rules.zoom, rules.flip, rules.threshold)
    # A row of its own in the tables, next to the network alone.
    info = replace(predictor.info, name=f"{predictor.info.name} with {method}")
    return _Measured(predictor, info, rules, predictor.settings)


def own_predictor(text: str) -> "Predictor":
    """Return the predictor that `module:function` returns, called without arguments.

    The module is searched on Python's path and in the current folder.  Raises InputError if it
    cannot be found or the function returns anything but a predictor.
    """
    module, _, function = text.partition(":")
    if not (all(part.isidentifier() for part in module.split(".")) and function.isidentifier()):
        raise InputError(f"expected --predictor as module:function, got {text!r}")
    sys.path.insert(0, str(Path.cwd()))
    try:
        with guard(
            InputError, f"{text} cannot be used", "give a function that returns a predictor"
        ):
            made = getattr(import_module(module), function)()
    finally:
        sys.path.remove(str(Path.cwd()))
    missing = [name for name in PREDICTOR if not hasattr(made, name)]
    if missing:
        raise InputError(
            f"expected a predictor from {text}, got {type(made).__name__} without "
            f"{', '.join(missing)}: wrap it, as with fcfi.evaluation.adapters.from_callable"
        )
    return made  # type: ignore[no-any-return]


def _merge(paths: list[Path], json: Path | None, plot: Path | None) -> None:
    """Report the shards of an evaluation as one."""
    from fcfi.evaluation.shards import merge_shards, shard_files

    _check_record(json, plot)
    _show_record(merge_shards(shard_files(paths)), json, plot)


def _check_record(json: Path | None, plot: Path | None, ending: str = ".json") -> None:
    """Raise an error before any work if the record or its plot cannot be written."""
    from fcfi.evaluation import report

    check_outputs(({json: (ending,)} if json else {}) | ({plot: report.PLOTS} if plot else {}))
    need_plots(plot)


def _show_record(record: "Mapping[str, Any]", json: Path | None, plot: Path | None) -> None:
    """Print a record as a table, and write it and its plot if they are requested."""
    from fcfi.evaluation import report

    if json is not None:
        report.write_record(json, record)
    if plot is not None:
        report.plot(plot, [record])
    console().print(report.show(record))


def _draw_worst(
    folder: Path,
    measured: "Report",
    objects: "Sequence[Sample]",
    predictor: "Predictor",
    begin: "Start | None",
) -> None:
    """Draw the hardest objects as NN_OBJECT.png, where 01 is the hardest."""
    from fcfi.evaluation import answer_of
    from fcfi.images import write_png
    from fcfi.overlay import compare

    for rank, result in enumerate(measured.worst(WORST), start=1):
        sample = objects[result.index]
        mask = answer_of(predictor, sample, result, begin)
        name = re.sub(r"[^\w.#-]", "_", result.name)
        write_png(
            folder / f"{rank:02}_{name}.png",
            compare(sample.image, sample.truth, mask, result.clicks),
        )
