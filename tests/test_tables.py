"""The numbers in the documents are those in the files of benchmarks/results."""

from pathlib import Path

import pytest

from benchmarks import tables
from fcfi.evaluation import ObjectResult, Protocol, Report
from fcfi.evaluation.report import record_of, write_record
from fcfi.prompts.clicks import Click
from fcfi.runtimes.network import NetworkInfo

BEGIN, END = tables.markers("results")
TEXT = f"before\n{BEGIN}\nold\n{END}\nafter\n"
LATENCY = {
    "megapixels": 12.0,
    "machine": {"cores": 2},
    "rows": [
        {"name": "tiny, abacus", "predict_ms": 31.0},
        {"name": "tiny, slide rule", "predict_ms": 23.4},
        {"name": "other, abacus", "predict_ms": 1.0},
    ],
}


def save(path: Path, found: str) -> None:
    result = ObjectResult("a", (Click(1, 1), Click(2, 2)), (0.5, 0.96), (0.5, 0.9), (0.1, 0.1))
    info = NetworkInfo("tiny", "lite0", "ab" * 32, 32, "abacus 1.0")
    write_record(path, record_of(Report("GrabCut", found, Protocol(), None, (result,)), info))


def test_the_table_is_made_from_whole_measurements_only(tmp_path: Path) -> None:
    save(tmp_path / "whole.json", "GrabCut, 1 objects")
    save(tmp_path / "part.json", "1 objects of: GrabCut, 50 objects")
    (tmp_path / "speed.json").write_text("[1, 2]")
    records = tables.read_records(tmp_path)
    assert [record["dataset"]["found"] for record in records] == ["GrabCut, 1 objects"]
    table = tables.results_table(records)
    assert table.startswith("| network")
    assert "2.00 / 2.00" in table
    assert "1.50 / 1.56" in table  # FCFI, HRNet-18s, as published
    assert "abacus 1.0" in table


def test_a_text_stands_between_its_markers_and_nowhere_else() -> None:
    filled = tables.fill(TEXT, "results", "new\n")
    assert filled == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert tables.fill(filled, "results", "new\n") == filled


def test_without_measurements_the_page_says_so() -> None:
    assert tables.results_table(()) == tables.NOTHING
    assert tables.summary((), LATENCY, "tiny") == tables.NOTHING


def test_the_summary_takes_clicks_of_the_plain_protocol_and_the_fastest_way(tmp_path: Path) -> None:
    save(tmp_path / "whole.json", "GrabCut, 1 objects")
    text = tables.summary(tables.read_records(tmp_path), LATENCY, "tiny")
    assert "needs on average 2.00 (GrabCut) clicks to an IoU of 90 %" in text
    assert "12 megapixels takes 23 ms on 2 cores" in text
    assert tables.summary(tables.read_records(tmp_path), LATENCY, "other") == tables.NOTHING


def test_a_document_without_the_markers_is_refused() -> None:
    with pytest.raises(AssertionError, match="lacks"):
        tables.fill("nothing", "results", "")


def test_the_documents_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert tables.main(["--check"]) == 0, capsys.readouterr().err
