"""Results of an evaluation as a record (JSON), a table, Markdown or a plot.

A record is the content of the JSON file: everything needed to compare, repeat and look up single
objects.  Tables and plots are made from records, so that old results look like new ones.  Knows
nothing of how anything was measured.
"""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fcfi.budget import cache_folder
from fcfi.errors import ConfigError, InputError, how_to_install
from fcfi.evaluation.measuring import OWN, ObjectResult, Report
from fcfi.evaluation.published import PUBLISHED, Published
from fcfi.evaluation.robots import CENTRE
from fcfi.files import replacing, write_text
from fcfi.formats.tally import LeftOut
from fcfi.prediction.first_look import closer_below_of
from fcfi.prediction.methods import STEPS
from fcfi.runtimes.network import NetworkInfo
from fcfi.runtimes.processor import cores

FORMAT: Final = "fcfi-evaluation/1"
"""Marks a record; the number is raised when its meaning changes."""
DIGITS: Final = 6
"""Decimals of IoUs and seconds in a record."""
PACKAGES: Final = ("fcfi", "numpy", "opencv-python-headless", "openvino", "onnxruntime", "torch")
"""Distributions whose versions a record lists, if they are installed."""
PLOTS: Final = (".png", ".svg", ".pdf")
MATPLOTLIB_FOLDER: Final = "MPLCONFIGDIR"
"""Environment variable: the folder of matplotlib's settings and font list."""
NOTHING: Final = "-"
"""Shown in a table instead of a missing number."""
COMPARED: Final = (0.85, 0.90)
"""The IoUs in published tables."""

Record = Mapping[str, Any]
"""Content of the JSON file: plain dicts, lists, texts and numbers."""


# ── records ───────────────────────────────────────────────────────────────────────────────────────


def record_of(
    report: Report,
    info: NetworkInfo,
    seed: int = 0,
    settings: Mapping[str, float | str] | None = None,
) -> dict[str, Any]:
    """Return the record of an evaluation that just ran on this machine with this network.

    seed: seed for choosing objects; a random robot's seed is in its name.
    settings: settings of a predictor that was passed in; None if the protocol makes it.
    """
    return {
        "format": FORMAT,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": {"name": report.dataset, "found": report.found, "objects": len(report.objects)},
        "network": {
            "name": info.name,
            "variant": info.variant,
            "sha256": info.sha256,
            "runtime": info.runtime,
            "training_data": info.metadata.get("training_data", "not stated"),
            **({} if settings is None else {"settings": dict(settings)}),
        },
        # The steps of another predictor are among its settings.
        "protocol": _protocol(
            report, info, [step.name for step in STEPS] if settings is None else []
        ),
        "seed": seed,
        "machine": machine(),
        "versions": versions(),
        "results": _results(report),
        "left_out": [left.to_json() for left in report.left_out],
        "objects": [_object_row(result) for result in report.objects],
    }


def write_record(path: str | os.PathLike[str], record: Record) -> None:
    """Write a record as JSON atomically, with a line for each object.

    Raises InputError if it cannot be written.
    """
    head = json.dumps(
        {key: value for key, value in record.items() if key != "objects"},
        indent=2,
        ensure_ascii=False,
    )
    rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in record["objects"])
    write_text(path, f'{head[:-2]},\n  "objects": [\n{rows}\n  ]\n}}\n')


def read_record(path: str | os.PathLike[str]) -> Record:
    """Return the record in a file.  Raises InputError for any other file."""
    try:
        record = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read as a result: {error}; give a file of `fcfi evaluate --json`"
        ) from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise InputError(
            f"expected a result of the format {FORMAT}, got another file: {path}; "
            "give a file of `fcfi evaluate --json`"
        )
    return record


def machine() -> dict[str, Any]:
    """Return the processor, usable cores, system and Python version."""
    return {
        "cpu": _cpu(),
        "cores": cores(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Return the versions of installed PACKAGES, without importing them."""
    found: dict[str, str] = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    # fcfi runs from its folder without being installed.
    if "fcfi" not in found:
        from fcfi import __version__

        found = {"fcfi": __version__, **found}
    return found


# ── tables ────────────────────────────────────────────────────────────────────────────────────────


def show(record: Record, published: Sequence[Published] = PUBLISHED) -> RenderableType:
    """Return a view for the terminal: comparison with published rows, details, left-out items."""
    left_out = (
        Text(left.sentence(), style="yellow")
        for left in map(LeftOut.from_json, record.get("left_out", ()))
    )
    return Group(compare(record, published), details(record), *left_out)


def compare(record: Record, published: Sequence[Published] = PUBLISHED) -> Table:
    """Return a table of NoC with published rows and this record in the last row.

    It has no published rows if start masks or another robot were used.
    """
    name, targets = record["dataset"]["name"], record["protocol"]["targets"]
    table = Table("method", "backbone", "trained on", title=_title(record))
    for target in targets:
        table.add_column(f"NoC@{_percent(target)}", justify="right")
    comparable = record["protocol"]["start"] is None and robot_of(record["protocol"]) == CENTRE.name
    for row in published if comparable else ():
        values = [row.noc(name, target) for target in targets]
        if any(value is not None for value in values):
            table.add_row(
                row.method, row.backbone, row.training, *(_clicks(value) for value in values)
            )
    table.add_section()
    ours = (_clicks(record["results"]["noc"][_percent(target)]) for target in targets)
    table.add_row(
        record["network"]["name"],
        record["network"]["variant"],
        record["network"]["training_data"],
        *ours,
        style="bold",
    )
    return table


def details(record: Record) -> Table:
    """Return a table of failures, IoU after some clicks, area under the curve and times."""
    results, limit = record["results"], record["protocol"]["limit"]
    objects = record["dataset"]["objects"]
    table = Table(show_header=False, box=None)
    for key, words in (
        (
            "not_reached_within_limit",
            f"objects of {objects} that do not reach it within {limit} clicks",
        ),
        (
            "failed_as_released_code_counts",
            f"the same as the released code counts (at click {limit} is too late)",
        ),
    ):
        table.add_row(
            words, ", ".join(f"@{target} {count}" for target, count in results[key].items())
        )
    if results["mean_iou_at_start"] is not None:
        table.add_row(
            f"mean IoU before the first click ({record['protocol']['start']})",
            _four(results["mean_iou_at_start"]),
        )
    for key, words in (
        ("mean_iou_after_click", "mean IoU"),
        ("mean_boundary_iou_after_click", "mean boundary IoU"),
    ):
        table.add_row(
            f"{words} after click {', '.join(map(str, _stops(limit)))}",
            _at(results[key], _stops(limit)),
        )
    table.add_row("area under mean IoU against clicks (IoU-AuC)", _four(results["iou_auc"]))
    if results["seconds_per_click_median"] is not None:
        slow = f"{results['seconds_per_click_median']:.3f}, {results['seconds_per_click_p95']:.3f}"
        table.add_row("seconds per click, prediction alone: median, 95th percentile", slow)
    return table


def markdown(records: Iterable[Record], published: Sequence[Published] = ()) -> str:
    """Return a Markdown table of NoC@85 / NoC@90, published rows first.

    It has a row for each network and protocol and a column for each dataset.  There are no seconds,
    because they depend on other load (`benchmarks.latency` compares them fairly).

    Raises InputError without a record.
    """
    kept = sorted(
        records,
        key=lambda record: (record["network"]["name"], record["protocol"]["name"], record["date"]),
    )
    if not kept:
        raise InputError(
            "expected at least one record, got none: give a file of `fcfi evaluate --json`"
        )
    order = list(
        dict.fromkeys(
            ("GrabCut", "Berkeley", "DAVIS", "SBD", *(record["dataset"]["name"] for record in kept))
        )
    )
    datasets = [name for name in order if any(record["dataset"]["name"] == name for record in kept)]
    columns = " | ".join(f"{name} 85 / 90" for name in datasets)
    lines = [
        f"| network | protocol | {columns} | not reached @90 |",
        f"|---|---|{'---|' * len(datasets)}---|",
    ]
    lines += [_published_line(row, datasets) for row in published]
    groups: dict[tuple[str, ...], dict[str, Record]] = {}
    # Records are sorted by date, so that the newest one of each kind is kept.
    for record in kept:
        groups.setdefault(_kind(record), {})[record["dataset"]["name"]] = record
    return "\n".join([*lines, *(_our_line(group, datasets) for group in groups.values())]) + "\n"


# ── plot ──────────────────────────────────────────────────────────────────────────────────────────


def plot(path: str | os.PathLike[str], records: Sequence[Record]) -> None:
    """Draw mean IoU against clicks, a line for each record, as PNG, SVG or PDF.

    A line begins at click 0 if there were start masks.  The file is written atomically.  Needs
    matplotlib, which is loaded only here.
    Raises ConfigError if matplotlib is missing, InputError for another kind of file.
    """
    kind = Path(path).suffix.lower()
    if kind not in PLOTS:
        raise InputError(f"cannot draw {path}: give a name that ends in {', '.join(PLOTS)}")
    # On import, matplotlib creates a folder for its font list, by default in the user's settings,
    # where this program must not write.
    os.environ.setdefault(MATPLOTLIB_FOLDER, str(cache_folder() / "matplotlib"))
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator
    except ImportError as error:
        raise ConfigError(
            f"plots need matplotlib, which is not installed: {how_to_install('plot')}"
        ) from error
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(xlabel="clicks", ylabel="mean IoU", ylim=(0, 1))
    for record in records:
        ious = record["results"]["mean_iou_after_click"]
        label = (
            f"{record['dataset']['name']}, {record['network']['name']} "
            f"({record['protocol']['name']})"
        )
        start = [record["results"]["mean_iou_at_start"]] if record["protocol"]["start"] else []
        axes.plot(
            range(1 - len(start), len(ious) + 1),
            [*start, *ious],
            marker="o",
            markersize=3,
            label=label,
        )
    for target in COMPARED:
        axes.axhline(target, color="grey", linewidth=0.7, linestyle="dotted")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="lower right", fontsize="small")
    with replacing(path) as temporary:
        figure.savefig(temporary, format=kind[1:], dpi=150)


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


def _protocol(report: Report, info: NetworkInfo, steps: Sequence[str]) -> dict[str, Any]:
    """Return the rules of an evaluation, with the names of the predictor's steps."""
    rules = report.protocol
    return {
        "name": rules.name,
        "zoom_target": rules.zoom.target,
        "zoom_ratio": rules.zoom.ratio,
        "zoom_minimum": rules.zoom.minimum,
        "zoom_keep_iou": rules.zoom.keep_iou,
        "flip": rules.flip,
        "threshold": rules.threshold,
        "closer_below": closer_below_of(info),
        "steps": list(steps),
        "limit": rules.limit,
        "targets": list(rules.targets),
        "start": report.start,
        "robot": rules.robot,
    }


def _results(report: Report) -> dict[str, Any]:
    """Return the means over all objects."""
    targets, seconds = report.protocol.targets, report.seconds()
    start = None if report.start is None else _rounded(report.start_iou() or 0.0)
    return {
        "noc": {_percent(target): _rounded(report.noc(target)) for target in targets},
        "not_reached_within_limit": {
            _percent(target): report.not_reached(target) for target in targets
        },
        "failed_as_released_code_counts": {
            _percent(target): report.failed_as_released(target) for target in targets
        },
        "mean_iou_after_click": [_rounded(value) for value in report.mean_ious()],
        "mean_boundary_iou_after_click": [_rounded(value) for value in report.mean_boundary_ious()],
        "iou_auc": _rounded(report.iou_auc()),
        "mean_iou_at_start": start,
        "seconds_per_click_median": seconds and _rounded(seconds[0]),
        "seconds_per_click_p95": seconds and _rounded(seconds[1]),
    }


def _object_row(result: ObjectResult) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": result.name,
        "ious": [_rounded(value) for value in result.ious],
        "boundary_ious": [_rounded(value) for value in result.boundary_ious],
        "clicks": [[click.x, click.y, "+" if click.positive else "-"] for click in result.clicks],
        "seconds": [_rounded(value) for value in result.seconds],
    }
    return (
        row
        if result.start is None
        else {**row, "start": [_rounded(value) for value in result.start]}
    )


def _our_line(group: Mapping[str, Record], datasets: Sequence[str]) -> str:
    """Return the row of a network and protocol, with cells in the order of the datasets."""
    first = next(iter(group.values()))
    rules = first["protocol"]
    cells = []
    for name in datasets:
        noc = group[name]["results"]["noc"] if name in group else {}
        cells.append(" / ".join(_clicks(noc.get(_percent(target))) for target in COMPARED))
    missed = [
        str(group[name]["results"]["not_reached_within_limit"].get(_percent(0.90), NOTHING))
        for name in datasets
        if name in group
    ]
    zoom = "tuned per set" if rules["name"] == "paper" else _zoom(rules)
    # The paper's protocol always flips, so only the others show it.
    flip = ", flip" if rules["flip"] == "average" and rules["name"] != "paper" else ""
    how = "" if rules["name"] == OWN else f" ({zoom}{flip})"
    protocol = f"{rules['name']}{how}"
    start = f", from {rules['start']} masks" if rules["start"] else ""
    robot = _robot(rules)
    columns = [first["network"]["name"], f"{protocol}{start}{robot}", *cells, " / ".join(missed)]
    return f"| {' | '.join(columns)} |"


def _published_line(row: Published, datasets: Sequence[str]) -> str:
    cells = [" / ".join(_clicks(row.noc(name, target)) for target in COMPARED) for name in datasets]
    method = f"{row.method}, {row.backbone}, {row.training} (published)"
    return f"| {' | '.join([method, 'paper', *cells, NOTHING])} |"


def _kind(record: Record) -> tuple[str, ...]:
    """Return the values that are equal in records of the same row."""
    rules = record["protocol"]
    network = record["network"]
    # The zoom of the paper's protocol differs by dataset, but belongs to the same row.
    zoom = "" if rules["name"] == "paper" else f"{_zoom(rules)} {rules['flip']}"
    # A predictor from another library has no sha256, so its settings are part of the kind.
    settings = json.dumps(network.get("settings"), sort_keys=True)
    start, robot = str(rules["start"]), robot_of(rules)
    return (network["name"], network["sha256"], settings, rules["name"], zoom, start, robot)


def _title(record: Record) -> str:
    rules = record["protocol"]
    start = f", from {rules['start']} masks" if rules["start"] else ""
    flip = ", flip" if rules["flip"] == "average" else ""
    zoom = "" if rules["name"] == OWN else f" (zoom {_zoom(rules)}{flip})"
    return (
        f"{record['dataset']['found']}\n"
        f"protocol {rules['name']}{zoom}{start}{_robot(rules)}; clicks, lower is better"
    )


def robot_of(rules: Mapping[str, Any]) -> str:
    """Return the robot of a record's protocol; older records do not name it."""
    return str(rules.get("robot", CENTRE.name))


def _robot(rules: Mapping[str, Any]) -> str:
    """Return the robot in words, if it is not the default."""
    robot = robot_of(rules)
    return "" if robot == CENTRE.name else f", clicks {robot}"


def _zoom(rules: Mapping[str, Any]) -> str:
    """Return the zoom of a record's protocol, in words."""
    return f"{rules['zoom_target']} px, {rules['zoom_ratio']:g}"


def _stops(limit: int) -> list[int]:
    """Return the numbers of clicks at which the table shows the IoU."""
    return [click for click in (1, 2, 3, 5, 10, 20) if click <= limit]


def _at(curve: Sequence[float], clicks: Sequence[int]) -> str:
    return ", ".join(_four(curve[click - 1]) for click in clicks)


def _cpu() -> str:
    """Return the processor's name."""
    # On Linux the name is only in this file.
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), ""
    )
    return named or platform.processor() or platform.machine()


def _percent(target: float) -> str:
    """Return the name of an IoU in tables and records: `90` for 0.9."""
    return f"{100 * target:g}"


def _clicks(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def _four(value: float) -> str:
    return f"{value:.4f}"


def _rounded(value: float) -> float:
    return round(value, DIGITS)
