"""The table of methods, from the results of `benchmarks.methods`.

Does not import torch, because `benchmarks.tables` writes the table as well.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import numpy as np

from benchmarks.methods_rows import BASE, PUBLISHED_ONLY, ROWS
from benchmarks.stored import read_stored
from fcfi.errors import plural
from fcfi.evaluation.published import PUBLISHED
from fcfi.masks.metrics import noc

FORMAT: Final = "fcfi-methods/1"
"""Marks a stored result of this file."""
STORED: Final = Path(__file__).parent / "results" / "methods.json"
MARKS: Final = "methods"
"""Name of the markers in the document."""
SETS: Final = ("GrabCut", "Berkeley", "DAVIS")
"""Datasets of the published rows, which are prefixes of folder names."""
TARGETS: Final = (0.85, 0.90, 0.95)
"""IoUs to which clicks are counted."""
NOTHING: Final = "Not measured yet.\n"

Results = Sequence[Mapping[str, Any]]


def read(stored: Path = STORED) -> dict[str, Any] | None:
    """Return the stored results, or None.  Raises ConfigError for a file of another kind."""
    return read_stored(stored, FORMAT)


def markdown(record: Mapping[str, Any] | None) -> str:
    """Return the table of stored results, and how they were measured."""
    if record is None or not record["results"]:
        return NOTHING
    results: Results = record["results"]
    most = int(record["most"])
    sets = list(dict.fromkeys(result["data"] for result in results))
    head = ["method", *(f"{name} 85 / 90 / 95 (not reached)" for name in sets)]
    head += ["against RITM, @90", "against its network alone, @90"]
    head += ["boundary IoU", "obeyed", "CPU ms a click", "published"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name, row in ROWS.items():
        mine = [result for result in results if result["row"] == name]
        if not mine:
            continue
        cells = [f"{name}: {row.note}" if row.note else name]
        cells += [
            clicks_cell([each for each in mine if each["data"] == data], most) for data in sets
        ]
        cells += [
            *(
                "-"
                if other in (None, name)
                else against(mine, [each for each in results if each["row"] == other], most)
                for other in (BASE, alone(name))
            ),
            f"{fmean(boundary(each) for each in mine):.3f}",
            f"{100 * fmean(each['obeyed'] for each in mine):.1f} %",
            f"{1000 * fmean(each['seconds']['median'] for each in mine):.0f} "
            f"({1000 * max(each['seconds']['p95'] for each in mine):.0f})",
            published_cell(row.published),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    run, machine = record["recipe"]["run"], record["machine"]
    lines += [
        "",
        *(
            f"{method}, {backbone}: published only, since {reason}."
            for (method, backbone), reason in PUBLISHED_ONLY.items()
        ),
    ]
    lines += [
        "",
        f"Lite0, {record['clicks']:,} clicks a network in crops of {run['sizes'][0][1]} px, from "
        f"ImageNet's weights, {seeds_of(results)}; protocol `fixed`, "
        f"{record['recipe']['zoom']['target']} px, torch, float32. "
        f"Measured on {machine['cpu']} (from {record['date'][:10]} on).",
    ]
    return "\n".join(lines) + "\n"


def seeds_of(results: Results) -> str:
    """Return the number of trainings of each network: `1 seed (2 for RITM and FCFI)`."""
    seeds: dict[str, set[int]] = {}
    for result in results:
        seeds.setdefault(result["row"], set()).add(result["seed"])
    least, most = (choose(map(len, seeds.values())) for choose in (min, max))
    if least == most:
        return plural(most, "seed")
    more = [row for row in ROWS if len(seeds.get(row, ())) == most]
    rows = " and ".join(filter(None, (", ".join(more[:-1]), more[-1])))
    return f"{plural(least, 'seed')} ({most} for {rows})"


def alone(name: str) -> str | None:
    """Return the row of the same network without the method of a row, or None."""
    training = ROWS[name].training
    plain = (
        other
        for other, row in ROWS.items()
        if row.training == training and row.method is None and row.target is None
    )
    return next(plain, None)


def clicks_cell(results: Results, most: int) -> str:
    """Return NoC at each target and the objects not reached at 90, as means over seeds."""
    if not results:
        return "-"
    parts = [f"{fmean(mean_noc(each, target, most) for each in results):.2f}" for target in TARGETS]
    missed = fmean(
        sum(max(row["ious"], default=0.0) < 0.90 for row in each["objects"]) for each in results
    )
    part = results[0]["objects"]
    # Slow rows are measured on some objects only, which the number shows.
    return f"{' / '.join(parts)} ({missed:g} of {len(part)})"


def mean_noc(result: Mapping[str, Any], target: float, most: int) -> float:
    """Return the mean clicks to an IoU."""
    return fmean(noc(row["ious"], target, most) for row in result["objects"])


def boundary(result: Mapping[str, Any]) -> float:
    """Return the mean boundary IoU after the fifth click, or after the last of fewer."""
    return fmean((row["boundary"][:5] or [0.0])[-1] for row in result["objects"])


def against(results: Results, base: Results, most: int) -> str:
    """Return the mean difference of clicks to 90 % IoU from a base row, object by object.

    It includes the objects that both rows measured, over all datasets and seeds.
    """
    known = {
        (each["data"], each["seed"], row["index"]): noc(row["ious"], 0.90, most)
        for each in base
        for row in each["objects"]
    }
    differences = [
        noc(row["ious"], 0.90, most) - known[key]
        for each in results
        for row in each["objects"]
        if (key := (each["data"], each["seed"], row["index"])) in known
    ]
    if len(differences) < 2:
        return "-"
    mean = float(np.mean(differences))
    error = float(np.std(differences, ddof=1) / np.sqrt(len(differences)))
    # A difference below two standard errors may be chance, and is printed as a tie.
    return f"{mean:+.2f} ± {error:.2f}{' (tie)' if abs(mean) < 2 * error or not mean else ''}"


def published_cell(wanted: tuple[str, str] | None) -> str:
    """Return the published clicks to 90 % of a row, with its backbone and data."""
    for row in PUBLISHED if wanted else ():
        if (row.method, row.backbone) == wanted:
            found = {name: row.noc(name, 0.90) for name in SETS}
            shown = ", ".join(
                f"{name} {value:.2f}" for name, value in found.items() if value is not None
            )
            return f"{shown} ({row.backbone}, {row.training})"
    return "-"
