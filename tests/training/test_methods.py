"""The comparison of methods: rows are trained, measured and compared once, with a table."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks import methods, methods_measuring, methods_table, tables
from benchmarks.methods_rows import BASE, PUBLISHED_ONLY, ROWS, TRAININGS
from fcfi import cli
from fcfi.errors import ConfigError
from fcfi.evaluation.published import PUBLISHED
from fcfi.methods import MODULES
from fcfi.models.build import build
from fcfi.training.config import read_recipe
from fcfi.training.optimise import freeze
from tests.data.builders import picture, write_shard
from tests.training.test_ablation import CHANGES

FEW = ("FocalClick-S1", "BRS", "IA+SA", "DOS w/ GC")
"""Rows of every kind: a second training, gradients, a sequence, a step."""


def test_every_published_row_is_measured_or_says_why_not() -> None:
    measured = {row.published for row in ROWS.values()}
    assert {(row.method, row.backbone) for row in PUBLISHED} - measured - PUBLISHED_ONLY.keys() == {
        ("RITM", "HRNet-18"),
        ("FCFI", "HRNet-18"),
    }, "the larger backbone of a row that is measured"
    assert {row.training for row in ROWS.values()} == TRAININGS.keys()
    assert {row.method for row in ROWS.values()} - {None} <= MODULES.keys()


@pytest.mark.parametrize("name", TRAININGS)
def test_every_training_is_a_recipe_that_can_be_built(name: str) -> None:
    plan = read_recipe(methods.RECIPE)
    recipe = methods.recipe_of(plan, TRAININGS[name], 57_600, 3)
    assert recipe.run.steps == round(3600 * TRAININGS[name].share)
    assert recipe.run.seed == 3
    network = build(recipe.model)
    freeze(network, recipe.run.freeze)
    learning = [key for key, weight in network.named_parameters() if weight.requires_grad]
    assert learning
    if name == "FocalClick":
        assert all(key.startswith("answers.") for key in learning)


@pytest.mark.filterwarnings("ignore:not in .*, begins at random")
def test_rows_are_trained_and_measured_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(methods_measuring, "IMPORTANCE_CROPS", 2)
    shard, pictures, stored = (
        write_shard(tmp_path / "train-000.tar"),
        tmp_path / "made",
        tmp_path / "methods.json",
    )
    for number in range(2):
        image, ids = picture(number)
        for folder, array in (("images", image[..., ::-1]), ("masks", (ids == 1) * 255)):
            (pictures / folder).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(pictures / folder / f"made{number}.png"), array)

    common: dict[str, Any] = {
        "clicks": 2,
        "folder": tmp_path / "runs",
        "change": CHANGES,
        "only": list(FEW),
    }
    measuring: dict[str, Any] = {"most": 2, "stored": stored, **common}
    methods.measure(shard, [pictures], **measuring)
    assert "RITM, seed 0: not trained yet" in capsys.readouterr().out
    assert not stored.exists()
    methods.learn(shard, **common)
    methods.measure(shard, [pictures], limit=1, **measuring)
    assert {len(result["objects"]) for result in json.loads(stored.read_text())["results"]} == {1}

    # Measured on more objects than before, a result is replaced.
    methods.run(shard, [pictures], **measuring)
    record = json.loads(stored.read_text())
    assert {result["row"] for result in record["results"]} == {BASE, *FEW}
    assert str(tmp_path) not in stored.read_text()
    for result in record["results"]:
        assert [row["index"] for row in result["objects"]] == [0, 1]
        assert 0 <= result["obeyed"] <= 1
        assert all(1 <= len(row["ious"]) <= 2 for row in result["objects"])
        assert result["runtime"].startswith("torch")
    by_row = {result["row"]: result for result in record["results"]}
    # Rows of one training have one network.
    assert by_row["BRS"]["weights_sha256"] == by_row["DOS w/ GC"]["weights_sha256"]
    assert by_row["BRS"]["settings"]["method"] == "brs"
    assert by_row["FocalClick-S1"]["settings"]["target"] == 128
    assert by_row["IA+SA"]["settings"]["importance"] == "measured"
    table = capsys.readouterr().out
    assert all(f"| {name}" in table for name in (BASE, *FEW))
    methods.run(shard, [pictures], **measuring)
    assert json.loads(stored.read_text()) == record
    with pytest.raises(ConfigError, match="expected a result of this recipe and budget"):
        methods.Results(stored, read_recipe(methods.RECIPE), 99, 20, None).record()


def test_a_slow_row_is_measured_on_objects_from_the_whole_of_a_dataset() -> None:
    assert methods_measuring.indices_of(ROWS["RITM"], 345, None) == list(range(345))
    assert methods_measuring.indices_of(ROWS["RITM"], 345, 3) == [0, 115, 230]
    indices = methods_measuring.indices_of(ROWS["BRS"], 345, None)
    assert len(set(indices)) == 40
    assert (indices[0], indices[-1]) == (0, 336)
    assert methods_measuring.indices_of(ROWS["BRS"], 30, None) == list(range(30))


def result(row: str, *curves: list[float], data: str = "GrabCut") -> dict[str, object]:
    return {
        "row": row,
        "seed": 0,
        "data": data,
        "obeyed": 0.5,
        "seconds": {"median": 0.1, "p95": 0.3},
        "objects": [
            {"index": index, "ious": curve, "boundary": curve} for index, curve in enumerate(curves)
        ],
    }


def record_of(*results: dict[str, object]) -> dict[str, object]:
    return {
        "clicks": 57600,
        "most": 20,
        "date": "2026-11-27T00:00:00+00:00",
        "machine": {"cpu": "abacus"},
        "recipe": {"run": {"sizes": [[0.0, 192, 192]]}, "zoom": {"target": 288}},
        "results": list(results),
    }


def test_differences_are_taken_object_by_object_and_ties_are_printed_as_ties() -> None:
    ritm = result(BASE, [0.5, 0.9], [0.5, 0.5, 0.5, 0.9], [0.9])
    same = result("CAG", [0.5, 0.9], [0.5, 0.5, 0.5, 0.9], [0.9])
    fewer = result("LD", [0.9], [0.5, 0.5, 0.9], [0.5, 0.95])
    assert methods_table.against([same], [ritm], 20) == "+0.00 ± 0.00 (tie)"
    differences = np.array([-1, -1, 1])
    error = differences.std(ddof=1) / 3**0.5
    assert methods_table.against([fewer], [ritm], 20) == f"{-1 / 3:+.2f} ± {error:.2f} (tie)"
    never = result("LD", [0.1], [0.1], [0.1])
    assert methods_table.against([never], [ritm], 20).startswith("+17.67 ± 0.88")
    # Objects that only one of the two measured do not count.
    assert methods_table.against([result("LD", [0.9], [0.9])], [ritm], 20) == "-2.00 ± 1.00"
    text = methods_table.markdown(record_of(ritm, same, never))
    assert "| RITM: learns from every round | 2.33 / 2.33 / 20.00 (0 of 3) | - |" in text
    assert "GrabCut 1.68, Berkeley 2.60, DAVIS 6.00 (HRNet-18s, COCO+LVIS)" in text
    assert "(3 of 3)" in text
    assert "RIS-Net, VGG-16: published only, since no code" in text
    assert methods_table.markdown(None) == methods_table.NOTHING


def test_the_number_of_trainings_names_the_rows_with_more() -> None:
    ritm, fcfi, ld = result("RITM"), result("FCFI"), result("LD")
    again = [row | {"seed": 1} for row in (ritm, fcfi)]
    assert methods_table.seeds_of([ritm, ld]) == "1 seed"
    assert methods_table.seeds_of([ritm, *again, fcfi, ld]) == "1 seed (2 for RITM and FCFI)"
    assert methods_table.seeds_of([ritm, again[0]]) == "2 seeds"


def test_a_method_at_test_time_is_compared_with_its_network_alone() -> None:
    assert methods_table.alone("BRS") == methods_table.alone("DOS w/ GC") == "DOS w/o GC"
    assert methods_table.alone("IA on RITM") == BASE
    # The network of FocalClick has no row without its refiner.
    assert methods_table.alone("FocalClick-S1") is None
    network = result("DOS w/o GC", [0.5, 0.8, 0.9], [0.5, 0.8, 0.9], [0.9])
    cut = result("DOS w/ GC", [0.9], [0.5, 0.9], [0.9])
    text = methods_table.markdown(record_of(result(BASE, [0.9], [0.9], [0.9]), network, cut))
    row = next(line for line in text.splitlines() if line.startswith("| DOS w/ GC"))
    assert row.split(" | ")[2:4] == ["+0.33 ± 0.33 (tie)", "-1.00 ± 0.58 (tie)"]


def test_the_table_goes_into_the_document(tmp_path: Path) -> None:
    begin, end = tables.markers(methods_table.MARKS)
    page, stored = tmp_path / "results.md", tmp_path / "methods.json"
    page.write_text(f"before\n{begin}\nold\n{end}\nafter\n")
    methods.table(stored, page)
    assert page.read_text() == f"before\n{begin}\n{methods_table.NOTHING}{end}\nafter\n"
    assert methods_table.NOTHING in tables.RESULTS_PAGE.read_text(encoding="utf-8") or (
        methods_table.STORED.is_file()
    )


def test_unknown_rows_and_files_of_another_kind_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConfigError, match="--row 'RISNet' is unknown: use one of 'RITM'"):
        methods.chosen(["RISNet"])
    assert list(methods.chosen(["LD"])) == [BASE, "LD"]
    (tmp_path / "other.json").write_text('{"format": "other"}')
    arguments = ["table", "--stored", str(tmp_path / "other.json")]
    assert cli.main(arguments, methods.app, "methods") == 2
    assert "expected a result of the format fcfi-methods/1" in capsys.readouterr().err
