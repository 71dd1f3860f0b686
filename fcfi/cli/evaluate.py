"""`fcfi evaluate`: the clicks that a robot needs on a dataset."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

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
    from fcfi.evaluation import Report
    from fcfi.prediction.interface import Predictor
    from fcfi.start_masks import Start

WORST: Final = 10
"""Objects that --worst draws."""
PREDICTOR: Final = ("info", "settings", "threshold", "predict")
"""What a predictor has."""


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
        typer.Option(help="average: with the mirrored picture; by default as the protocol says."),
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
            help="Who clicks: the deepest error pixel, any error pixel, or recorded clicks.",
        ),
    ] = "centre",
    own: Annotated[
        str | None,
        typer.Option(
            "--predictor",
            metavar="MODULE:FUNCTION",
            help="Measure the predictor that this function of your own returns.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="Measure on this number of objects, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of that draw, and of --robot random.")] = 0,
    json: Annotated[
        Path | None, typer.Option(help="Write everything here, object by object.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw IoU against clicks here: PNG, SVG or PDF.")
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
            "--strict", help="Refuse a dataset with broken items; else they are counted and named."
        ),
    ] = False,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="Measure this part of the objects only, of N, into --json FILE.jsonl; resumes.",
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
    from fcfi import report
    from fcfi.data import open_dataset
    from fcfi.evaluation import choose_protocol, protocol_of
    from fcfi.evaluation import evaluate as measure
    from fcfi.evaluation_shards import Evaluation, Shard, evaluate_shard
    from fcfi.methods import make_predictor, runtime_for
    from fcfi.robots import choose_robot
    from fcfi.runtimes.opening import open_network
    from fcfi.runtimes.plan import RunRequest
    from fcfi.segmenter import plan_run
    from fcfi.start_masks import starting_masks

    if shard is not None and (json is None or plot is not None or worst is not None):
        raise InputError("expected --shard with --json FILE.jsonl, without --plot and --worst")
    kind = ".json" if shard is None else ".jsonl"
    check_outputs(({json: (kind,)} if json else {}) | ({plot: report.PLOTS} if plot else {}))
    need_plots(plot)
    need_folder(worst)
    begin = None if start_from is None else starting_masks(start_from)
    objects = open_dataset(data, layout, split, strict)
    objects = objects if limit is None else objects.choose(limit, seed)
    who = choose_robot(robot, seed)
    settings: Mapping[str, float | str] | None = None
    if own is None:
        # The precision is float32 by default: a result must not depend on the machine.
        with warnings_as_notes():
            request = RunRequest(runtime_for(method, runtime), precision, threads)
            opened = open_network(plan_run(network, request))
        rules = choose_protocol(protocol, objects.name, opened.info, flip)
        if method is None:
            predictor = rules.predictor(opened)
        else:
            predictor = make_predictor(method, opened, rules.zoom, rules.flip, rules.threshold)
            settings = predictor.settings
    else:
        if network is not None or method or protocol != "fixed" or flip is not None:
            raise InputError(
                "expected --predictor without --network, --method, --protocol and --flip, got "
                "both: they are for networks of fcfi"
            )
        predictor = own_predictor(own)
        rules, settings = protocol_of(predictor), predictor.settings
    info = predictor.info
    if method is not None:  # its own row in the tables, beside the network alone
        info = replace(info, name=f"{info.name} with {method}")
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
        measured = measure(predictor, objects, rules, begin, advance, strict, who)
    record = report.record_of(measured, info, seed, settings)
    if json is not None:
        report.write_record(json, record)
    if plot is not None:
        report.plot(plot, [record])
    if worst is not None:
        _draw_worst(worst, measured, objects, predictor, begin)
    console().print(report.show(record))


def own_predictor(text: str) -> "Predictor":
    """Return what the function of `module:function` returns, called without arguments.

    The module is looked for where Python looks, and in the present folder.  Raises InputError for
    a name that cannot be found or anything that is not a predictor.
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
    from fcfi import report
    from fcfi.evaluation_shards import merge_shards, shard_files

    check_outputs(({json: (".json",)} if json else {}) | ({plot: report.PLOTS} if plot else {}))
    need_plots(plot)
    record = merge_shards(shard_files(paths))
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
    """Draw each of the hardest objects, the hardest first, as NN_OBJECT.png."""
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
