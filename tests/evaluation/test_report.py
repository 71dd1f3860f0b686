"""Records, tables, Markdown and plots from a measurement with known numbers."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from fcfi.errors import ConfigError, InputError
from fcfi.evaluation import ObjectResult, Protocol, Report
from fcfi.evaluation.published import PUBLISHED
from fcfi.evaluation.report import (
    compare,
    details,
    markdown,
    plot,
    read_record,
    record_of,
    show,
    write_record,
)
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from fcfi.runtimes.network import NetworkInfo

INFO = NetworkInfo("tiny", "lite0", "ab" * 32, 32, "painter", {"training_data": "made squares"})


def measured(
    dataset: str = "GrabCut", start: str | None = None, protocol: Protocol | None = None
) -> dict[str, Any]:
    before = (0.5, 0.25) if start else None
    late = ObjectResult(
        "late",
        (Click(1, 2), Click(3, 4, False)),
        (0.1,) * 19 + (0.91,),
        (0.0,) * 20,
        (0.5,) * 20,
        before,
    )
    soon = ObjectResult("soon", (), (0.86, 0.96), (0.5, 0.7), (0.5, 1.5), before)
    return record_of(
        Report(dataset, f"a folder: {dataset}", protocol or Protocol(), start, (late, soon)),
        INFO,
        seed=7,
    )


def text(renderable: object, width: int = 160) -> str:
    stream = io.StringIO()
    Console(width=width, file=stream).print(renderable)
    return stream.getvalue()


def test_a_record_holds_what_is_needed_to_compare_and_repeat() -> None:
    record = measured()
    assert record["network"]["sha256"] == "ab" * 32
    assert record["seed"] == 7
    assert record["machine"]["cores"] >= 1
    assert record["machine"]["cpu"]
    assert {"fcfi", "numpy"} <= set(record["versions"])
    assert record["date"].endswith("+00:00")
    rules = record["protocol"]
    assert (rules["name"], rules["flip"], rules["threshold"], rules["limit"], rules["start"]) == (
        "fixed",
        "none",
        0.49,
        20,
        None,
    )
    assert (
        rules["zoom_target"],
        rules["zoom_ratio"],
        rules["zoom_minimum"],
        rules["zoom_keep_iou"],
    ) == (
        384,
        1.4,
        200,
        0.5,
    )
    assert rules["targets"] == [0.8, 0.85, 0.9, 0.95]
    results = record["results"]
    assert results["noc"] == {"80": 10.5, "85": 10.5, "90": 11.0, "95": 11.0}
    assert results["not_reached_within_limit"] == {"80": 0, "85": 0, "90": 0, "95": 1}
    assert results["failed_as_released_code_counts"] == {"80": 1, "85": 1, "90": 1, "95": 1}
    assert results["mean_iou_after_click"][:2] == [0.48, 0.53]
    assert results["mean_iou_at_start"] is None
    assert results["seconds_per_click_median"] == 0.5
    assert record["objects"][0]["clicks"] == [[1, 2, "+"], [3, 4, "-"]]


def test_a_record_goes_through_a_file(tmp_path: Path) -> None:
    record = measured(start="eroded")
    file = tmp_path / "out.json"
    write_record(file, record)
    assert read_record(file) == record
    assert json.loads(file.read_text())["objects"][1]["start"] == [0.5, 0.25]
    assert list(tmp_path.iterdir()) == [file]
    assert len([line for line in file.read_text().splitlines() if '"name": "late"' in line]) == 1


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    for content in ("", "[]", '{"format": "other"}'):
        (tmp_path / "bad.json").write_text(content)
        with pytest.raises(InputError, match="fcfi evaluate --json"):
            read_record(tmp_path / "bad.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_record(tmp_path / "missing.json")
    with pytest.raises(InputError, match="cannot write"):
        write_record(tmp_path / "nowhere" / "out.json", measured())


def test_the_table_stands_beside_the_published_rows() -> None:
    table = compare(measured())
    shown = text(table)
    assert table.row_count == len(PUBLISHED) + 1
    assert shown.index("FocusCut") < shown.index("tiny")
    assert "1.64" in shown
    assert "11.00" in shown
    assert "made squares" in shown


def test_only_rows_with_numbers_for_the_data_set_are_shown() -> None:
    assert (
        compare(measured("Berkeley")).row_count
        == sum(row.noc("Berkeley", 0.9) is not None for row in PUBLISHED) + 1
    )
    assert compare(measured("mine")).row_count == 1


def test_from_masks_nothing_published_compares() -> None:
    record = measured(start="eroded")
    assert compare(record).row_count == 1
    assert "from eroded masks" in text(show(record))
    shown = " ".join(text(details(record)).split())
    assert "mean IoU before the first click (eroded) 0.5000" in shown


def test_details_name_both_failure_counts() -> None:
    shown = text(show(measured()))
    assert "objects of 2 that do not reach it within 20 clicks" in shown
    assert "@80 0, @85 0, @90 0, @95 1" in shown
    assert "@80 1, @85 1, @90 1, @95 1" in shown
    assert "0.4800, 0.5300" in shown
    assert "0.500, 0.500" in shown


def test_a_limit_below_twenty_and_other_targets() -> None:
    record = measured(protocol=Protocol(limit=2, targets=(0.5, 0.925)))
    assert record["results"]["noc"] == {"50": 1.5, "92.5": 2.0}
    shown = text(show(record))
    assert "NoC@92.5" in shown
    assert "after click 1, 2 " in shown
    assert "| - / - |" in markdown([record])


def test_markdown_puts_data_sets_side_by_side_and_keeps_the_newest() -> None:
    old = {
        **measured(),
        "date": "2020-01-01T00:00:00+00:00",
        "results": {**measured()["results"], "noc": {"90": 99.0}},
    }
    tuned = measured("DAVIS", protocol=Protocol("paper", Zoom(target=720, ratio=3.5), "average"))
    lines = markdown(
        [measured("DAVIS"), measured(), old, tuned], published=PUBLISHED[-1:]
    ).splitlines()
    assert lines[0] == "| network | protocol | GrabCut 85 / 90 | DAVIS 85 / 90 | not reached @90 |"
    assert (
        lines[2]
        == "| FCFI, HRNet-18, COCO+LVIS (published) | paper | 1.38 / 1.46 | 3.97 / 5.16 | - |"
    )
    assert lines[3] == "| tiny | fixed (384 px, 1.4) | 10.50 / 11.00 | 10.50 / 11.00 | 0 / 0 |"
    assert lines[4] == "| tiny | paper (tuned per set) | - / - | 10.50 / 11.00 | 0 |"
    assert len(lines) == 5
    with pytest.raises(InputError, match="expected at least one record, got none"):
        markdown([])


@pytest.mark.parametrize("name", ["curve.png", "curve.svg"])
def test_a_plot_is_drawn(tmp_path: Path, name: str) -> None:
    pytest.importorskip("matplotlib")
    plot(tmp_path / name, [measured(), measured("DAVIS", start="eroded")])
    assert (tmp_path / name).stat().st_size > 5000
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_plot_that_cannot_be_drawn_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=r"ends in \.png"):
        plot(tmp_path / "curve.txt", [measured()])
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    with pytest.raises(ConfigError, match=r"\.\[plot\]"):
        plot(tmp_path / "curve.png", [measured()])
