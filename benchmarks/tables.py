"""Writing the measured results into the documents, between their markers.

Clicks come from the records of `fcfi evaluate`, times from latency.json of `benchmarks.latency`,
all in benchmarks/results/.

    python -m benchmarks.tables            write them
    python -m benchmarks.tables --check    only check that they are up to date (exit code 1 if not)

Only whole datasets are used; files of other kinds and measurements of some objects are left out.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import methods_table
from fcfi import weights
from fcfi.evaluation.published import PUBLISHED
from fcfi.evaluation.report import FORMAT, Record, markdown, robot_of
from fcfi.evaluation.robots import CENTRE
from fcfi.files import write_text

ROOT: Final = Path(__file__).parent.parent
RESULTS: Final = ROOT / "benchmarks" / "results"
RESULTS_PAGE: Final = ROOT / "docs" / "results.md"
SPEED_PAGE: Final = ROOT / "docs" / "explanation" / "speed.md"
CARRYING_PAGE: Final = ROOT / "docs" / "explanation" / "carrying.md"
README: Final = ROOT / "README.md"
SHOWN_PUBLISHED: Final = tuple(
    row for row in PUBLISHED if row.method in ("FCFI", "RITM", "FocalClick-S1")
)
"""Published rows that are shown above ours."""
DATASETS: Final = ("GrabCut", "Berkeley", "DAVIS")
"""Datasets in the summary."""
NOTHING: Final = "Not measured yet.\n"
PART: Final = " objects of: "
"""Part of the description of a dataset with only some objects (`Dataset.choose`)."""


def read_records(folder: Path = RESULTS) -> tuple[Record, ...]:
    """Return the measurements of whole datasets in a folder, in the order of file names."""
    records = (
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))
    )
    return tuple(
        record
        for record in records
        if isinstance(record, dict)
        and record.get("format") == FORMAT
        and PART not in record["dataset"]["found"]
    )


def fill(document: str, name: str, body: str) -> str:
    """Return a document with a new text between the markers with this name."""
    begin, end = markers(name)
    before, _, rest = document.partition(begin)
    _, mark, after = rest.partition(end)
    assert mark, f"the document lacks {begin} ... {end}"
    return f"{before}{begin}\n{body}{end}{after}"


def markers(name: str) -> tuple[str, str]:
    """Return the comments around a generated text in a document."""
    return f"<!-- {name}:start -->", f"<!-- {name}:end -->"


def results_table(records: Sequence[Record]) -> str:
    """Return the Markdown table of clicks, published rows first, and the machines."""
    return f"{markdown(records, SHOWN_PUBLISHED)}\n{machines(records)}" if records else NOTHING


def summary(records: Sequence[Record], latency: Record | None, network: str) -> str:
    """Return a sentence on a network with its clicks to 90 % IoU and the shortest click time.

    The clicks are from the protocol `fixed` without flip and start masks.
    """
    clicks = {
        record["dataset"]["name"]: record["results"]["noc"]["90"]
        for record in records
        if record["network"]["name"] == network and is_plain(record["protocol"])
    }
    if not clicks or latency is None:
        return NOTHING
    rows = [row for row in latency["rows"] if row["name"].startswith(f"{network}, ")]
    fastest = min(rows, key=lambda row: float(row["predict_ms"]))
    cores = _cores(latency["machine"]["cores"])
    counts = ", ".join(f"{clicks[name]:.2f} ({name})" for name in DATASETS if name in clicks)
    return (
        f"The default network, `{network}`, needs on average {counts} clicks to an IoU of 90 %. "
        f"A click on a picture of\n{latency['megapixels']:g} megapixels takes "
        f"{fastest['predict_ms']:.0f} ms on {cores} of a server processor. "
        "See [Results](docs/results.md) and [Speed](docs/explanation/speed.md).\n"
    )


def is_plain(protocol: Record) -> bool:
    """Return whether a protocol is used in the comparison: one zoom, no flip, no start masks."""
    plain = protocol["name"] == "fixed" and protocol["flip"] == "none"
    return plain and protocol["start"] is None and robot_of(protocol) == CENTRE.name


def latency_table(record: Record) -> str:
    """Return a Markdown table of click times with a row for each contestant.

    A dash marks a value that was not measured.
    """
    lines = [
        "| network, runtime, precision | network, ms | predict, ms (p95) | faster | of the limit "
        "| start, s | MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in record["rows"]:
        predict = f"{row['predict_ms']:.0f} ({row['predict_p95_ms']:.0f})"
        limit = f"{row['of_bound']:.1f}x" if "of_bound" in row else "-"
        start, memory = (
            format(row[key], "g") if key in row else "-" for key in ("start_s", "memory_mb")
        )
        name = f"{row['name']}, {row['zoom_target']} px"
        lines.append(
            f"| {name} | {row['network_ms']:.0f} | {predict} | {row['faster']:.1f} | {limit} "
            f"| {start} | {memory} |"
        )
        if "further_ms" in row:
            further = f"{row['further_ms']:.0f} ({row['further_p95_ms']:.0f})"
            lines.append(
                f"| {name}, further clicks in the same crop | {row['further_network_ms']:.0f} "
                f"| {further} | {row['further_faster']:.1f} | - | - | - |"
            )
    peaks, computer = record["peaks"], record["machine"]
    able = ", ".join(f"{value:.0f} in {key}" for key, value in peaks["gflops"].items())
    lines += [
        "",
        f"Measured on {computer['cpu']}, {_cores(computer['cores'])} ({record['date'][:10]}), "
        f"{record['clicks']} clicks on pictures of {record['megapixels']:g} megapixels, "
        f"{record['rounds']} times each, all contestants in turn. "
        f"The machine does {able} GFLOP/s and {peaks['gbytes']:.0f} GB/s.",
    ]
    return "\n".join(lines) + "\n"


def ways_table(record: Record) -> str:
    """Return the Markdown table of the ways to carry an object (`benchmarks.carrying`)."""
    lines = [
        f"| start mask | network | mean IoU in {record['series']} series of {record['pictures']} "
        "pictures, while half of the object is visible |",
        "|---|---|---|",
    ]
    for row in record["ways"]:
        looks = "one click" if row["network"] else "no"
        lines.append(f"| {row['start']} | {looks} | {row['iou']:.3f} |")
    return "\n".join(lines) + "\n"


def limits_table(record: Record) -> str:
    """Return the Markdown table of the limits of carrying (`benchmarks.carrying`)."""
    lines = [
        "| score at least | doubt at most | good masks stopped | bad masks let through |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row['share']:.0%} of the first | {row['doubt'] if row['doubt'] < 1 else 'any'} | "
        f"{row['good_stopped']} of {row['good']} | {row['bad_kept']} of {row['bad']} |"
        for row in record["limits"]
    ]
    return "\n".join(lines) + "\n"


def machines(records: Sequence[Record]) -> str:
    """Return a line for each machine and runtime in the records."""
    kinds = {
        f"{record['machine']['cpu']}, {_cores(record['machine']['cores'])}, "
        f"{record['network']['runtime']}"
        for record in records
    }
    days = sorted(record["date"][:10] for record in records)
    when = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    return "".join(f"Measured on {kind} ({when}).\n" for kind in sorted(kinds))


def _cores(count: int) -> str:
    return f"{count} core{'' if count == 1 else 's'}"


def written() -> dict[Path, str]:
    """Return the up-to-date text of each document."""
    records = read_records()
    times = RESULTS / "latency.json"
    latency = json.loads(times.read_text(encoding="utf-8")) if times.is_file() else None
    carrying = json.loads((RESULTS / "carrying.json").read_text(encoding="utf-8"))
    texts = {
        RESULTS_PAGE: {
            "results": results_table(records),
            methods_table.MARKS: methods_table.markdown(methods_table.read()),
        },
        CARRYING_PAGE: {"ways": ways_table(carrying), "limits": limits_table(carrying)},
        SPEED_PAGE: {"latency": latency_table(latency) if latency else NOTHING},
        README: {"summary": summary(records, latency, weights.find(None).name)},
    }
    documents = {}
    for path, parts in texts.items():
        text = path.read_text(encoding="utf-8")
        for name, body in parts.items():
            text = fill(text, name, body)
        documents[path] = text
    return documents


def main(arguments: Sequence[str]) -> int:
    """Write the documents, or check them with --check."""
    stale = {
        path: text for path, text in written().items() if path.read_text(encoding="utf-8") != text
    }
    names = ", ".join(path.relative_to(ROOT).as_posix() for path in stale)
    if not stale:
        print("all documents are up to date")
        return 0
    if "--check" in arguments:
        print(f"not up to date: {names}; run python -m benchmarks.tables", file=sys.stderr)
        return 1
    for path, text in stale.items():
        write_text(path, text)
    print(f"written: {names}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
