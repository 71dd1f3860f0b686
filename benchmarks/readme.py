"""Put the measured results into the README: the tables between its markers are made from benchmarks/results/*.json.

Clicks come from the records of `fcfi evaluate`, times from latency.json of `benchmarks.latency`.

    python -m benchmarks.readme            write them
    python -m benchmarks.readme --check    only say whether they are up to date (exit code 1 if not)

Whole data sets only; a file of another kind, and a measurement of part of a data set, is left out.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fcfi.files import write_text
from fcfi.published import PUBLISHED
from fcfi.report import FORMAT, Record, markdown

ROOT: Final = Path(__file__).parent.parent
RESULTS: Final = ROOT / "benchmarks" / "results"
README: Final = ROOT / "README.md"
BEGIN, END = "<!-- results:start -->", "<!-- results:end -->"
LATENCY_BEGIN, LATENCY_END = "<!-- latency:start -->", "<!-- latency:end -->"
BESIDE: Final = tuple(row for row in PUBLISHED if row.method in ("FCFI", "RITM", "FocalClick-S1"))
"""Published rows shown above ours."""
NOTHING: Final = "Not measured yet.\n"
PART: Final = " objects of: "
"""In the description of a data set of which only some objects were measured (`Dataset.choose`)."""


def read_records(folder: Path = RESULTS) -> tuple[Record, ...]:
    """The measurements of whole data sets in a folder, in the order of their files' names."""
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


def fill(readme: str, records: Sequence[Record]) -> str:
    """The README with new tables between its markers."""
    before, _, rest = readme.partition(BEGIN)
    _, mark, after = rest.partition(END)
    assert mark, f"the README lacks {BEGIN} ... {END}"
    body = f"{markdown(records, BESIDE)}\n{machines(records)}" if records else NOTHING
    return f"{before}{BEGIN}\n{body}{END}{after}"


def fill_latency(readme: str, record: Record | None) -> str:
    """The README with a new table of times between its markers."""
    before, _, rest = readme.partition(LATENCY_BEGIN)
    _, mark, after = rest.partition(LATENCY_END)
    assert mark, f"the README lacks {LATENCY_BEGIN} ... {LATENCY_END}"
    return f"{before}{LATENCY_BEGIN}\n{latency_table(record) if record else NOTHING}{LATENCY_END}{after}"


def latency_table(record: Record) -> str:
    """A Markdown table of the times of a click, a row a contestant; what was not measured is a dash."""
    lines = [
        "| network, runtime, precision | network, ms | predict, ms (p95) | faster | of the limit | start, s | MB |",
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
            f"| {name} | {row['network_ms']:.0f} | {predict} | {row['faster']:.1f} | {limit} | {start} | {memory} |"
        )
        if "further_ms" in row:
            further = f"{row['further_ms']:.0f} ({row['further_p95_ms']:.0f})"
            lines.append(
                f"| {name}, further clicks in the same crop | {row['further_network_ms']:.0f} | {further} "
                f"| {row['further_faster']:.1f} | - | - | - |"
            )
    peaks, computer = record["peaks"], record["machine"]
    able = ", ".join(f"{value:.0f} in {key}" for key, value in peaks["gflops"].items())
    lines += [
        "",
        f"Measured on {computer['cpu']}, {_cores(computer['cores'])} ({record['date'][:10]}), "
        f"{record['clicks']} clicks on pictures of {record['megapixels']:g} megapixels, {record['rounds']} times each, "
        f"all contestants in turn. The machine does {able} GFLOP/s and {peaks['gbytes']:.0f} GB/s.",
    ]
    return "\n".join(lines) + "\n"


def machines(records: Sequence[Record]) -> str:
    """A line for each kind of machine and runtime that took part."""
    kinds = {
        f"{record['machine']['cpu']}, {_cores(record['machine']['cores'])}, {record['network']['runtime']}"
        for record in records
    }
    days = sorted(record["date"][:10] for record in records)
    when = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    return "".join(f"Measured on {kind} ({when}).\n" for kind in sorted(kinds))


def _cores(count: int) -> str:
    return f"{count} core{'' if count == 1 else 's'}"


def main(arguments: Sequence[str]) -> int:
    """Write, or check with --check."""
    now = README.read_text(encoding="utf-8")
    times = RESULTS / "latency.json"
    latency = json.loads(times.read_text(encoding="utf-8")) if times.is_file() else None
    wanted = fill_latency(fill(now, read_records()), latency)
    if now == wanted:
        print("README.md is up to date")
        return 0
    if "--check" in arguments:
        print("README.md is not up to date: run python -m benchmarks.readme", file=sys.stderr)
        return 1
    write_text(README, wanted)
    print("README.md written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
