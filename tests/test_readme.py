"""The README's numbers are those of the files in benchmarks/results, and of nothing else."""

from pathlib import Path

import pytest

from benchmarks import readme
from fcfi.evaluation import ObjectResult, Protocol, Report
from fcfi.prompts.clicks import Click
from fcfi.report import record_of, write_record
from fcfi.runtimes.network import NetworkInfo

TEXT = f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n"


def save(path: Path, found: str) -> None:
    result = ObjectResult("a", (Click(1, 1), Click(2, 2)), (0.5, 0.96), (0.5, 0.9), (0.1, 0.1))
    info = NetworkInfo("tiny", "lite0", "ab" * 32, 32, "abacus 1.0")
    write_record(path, record_of(Report("GrabCut", found, Protocol(), None, (result,)), info))


def test_the_table_is_made_from_whole_measurements_only(tmp_path: Path) -> None:
    save(tmp_path / "whole.json", "GrabCut, 1 objects")
    save(tmp_path / "part.json", "1 objects of: GrabCut, 50 objects")
    (tmp_path / "speed.json").write_text("[1, 2]")
    records = readme.read_records(tmp_path)
    assert [record["dataset"]["found"] for record in records] == ["GrabCut, 1 objects"]
    filled = readme.fill(TEXT, records)
    assert filled.startswith(f"before\n{readme.BEGIN}\n| network")
    assert filled.endswith(f"{readme.END}\nafter\n")
    assert "2.00 / 2.00" in filled
    assert "1.50 / 1.56" in filled  # FCFI, HRNet-18s, as published
    assert "abacus 1.0" in filled
    assert readme.fill(filled, records) == filled


def test_without_measurements_it_says_so() -> None:
    assert readme.NOTHING in readme.fill(TEXT, ())


def test_a_readme_without_the_place_is_refused() -> None:
    with pytest.raises(AssertionError, match="lacks"):
        readme.fill("nothing", ())


def test_the_readme_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert readme.main(["--check"]) == 0, capsys.readouterr().err
