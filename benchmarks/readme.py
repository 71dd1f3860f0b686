"""Put the measured results into the README: the tables between its markers are made from benchmarks/results/*.json.

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
BESIDE: Final = tuple(row for row in PUBLISHED if row.method in ("FCFI", "RITM", "FocalClick-S1"))
"""Published rows shown above ours."""
NOTHING: Final = "Not measured yet.\n"
PART: Final = " objects of: "
"""In the description of a data set of which only some objects were measured (`Objects.choose`)."""


def read_records(folder: Path = RESULTS) -> tuple[Record, ...]:
    """The measurements of whole data sets in a folder, in the order of their files' names."""
    records = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))
    return tuple(
        record
        for record in records
        if isinstance(record, dict) and record.get("format") == FORMAT and PART not in record["dataset"]["found"]
    )


def fill(readme: str, records: Sequence[Record]) -> str:
    """The README with new tables between its markers."""
    before, _, rest = readme.partition(BEGIN)
    _, mark, after = rest.partition(END)
    assert mark, f"the README lacks {BEGIN} ... {END}"
    body = f"{markdown(records, BESIDE)}\n{machines(records)}" if records else NOTHING
    return f"{before}{BEGIN}\n{body}{END}{after}"


def machines(records: Sequence[Record]) -> str:
    """A line for each kind of machine and runtime that took part."""
    kinds = {
        f"{record['machine']['cpu']}, {record['machine']['cores']} cores, {record['network']['runtime']}"
        for record in records
    }
    days = sorted(record["date"][:10] for record in records)
    when = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    return "".join(f"Measured on {kind} ({when}).\n" for kind in sorted(kinds))


def main(arguments: Sequence[str]) -> int:
    """Write, or check with --check."""
    now = README.read_text(encoding="utf-8")
    wanted = fill(now, read_records())
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
