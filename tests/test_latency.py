"""The latency benchmark: equal clicks for all contestants, a correct table and correct bounds."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import tables
from benchmarks.latency import Contestant, Timed, make_tasks, row_of, run_round
from benchmarks.roofline import Peaks, bound_ms, gmac, layers
from fcfi.prediction.zoom import Zoom
from tests.networks import ColourNetwork, OnceNetwork, write_onnx

RECORD = {
    "date": "2026-01-02T03:04:05",
    "clicks": 8,
    "rounds": 3,
    "megapixels": 12.0,
    "peaks": {"gflops": {"float32": 180.0, "int8": 860.0}, "gbytes": 20.0},
    "machine": {"cpu": "abacus", "cores": 2},
    "rows": [
        {
            "name": "old",
            "zoom_target": 600,
            "predict_ms": 800,
            "predict_p95_ms": 900.4,
            "network_ms": 790.0,
            "faster": 1,
        },
        {
            "name": "new",
            "zoom_target": 384,
            "predict_ms": 20.0,
            "predict_p95_ms": 25.0,
            "network_ms": 18.0,
            "faster": 40,
        }
        | {"of_bound": 1.23, "start_s": 0.75, "memory_mb": 283},
    ],
}


def test_the_table_shows_what_was_measured_and_dashes_for_the_rest() -> None:
    table = tables.latency_table(RECORD)
    assert "| old, 600 px | 790 | 800 (900) | 1.0 | - | - | - |" in table
    assert "| new, 384 px | 18 | 20 (25) | 40.0 | 1.2x | 0.75 | 283 |" in table
    assert "abacus, 2 cores (2026-01-02), 8 clicks on pictures of 12 megapixels" in table
    assert "180 in float32, 860 in int8 GFLOP/s and 20 GB/s" in table


def test_further_clicks_of_a_network_that_encodes_once_have_a_row() -> None:
    further = {
        "further_ms": 12.0,
        "further_p95_ms": 15.0,
        "further_network_ms": 6.4,
        "further_faster": 66.6,
    }
    table = tables.latency_table({**RECORD, "rows": [RECORD["rows"][1] | further]})  # type: ignore[index]
    assert (
        "| new, 384 px, further clicks in the same crop | 6 | 12 (15) | 66.6 | - | - | - |" in table
    )


def test_a_network_that_encodes_once_is_timed_in_a_new_crop_and_in_a_seen_one() -> None:
    network = OnceNetwork()
    plain = Contestant("plain", Timed.of(ColourNetwork()), Zoom(target=64), "none")
    once = Contestant("once", Timed.of(network), Zoom(target=64), "none")
    tasks = make_tasks(ColourNetwork(), 0.05, 2)
    for number in range(2):
        run_round([plain, once], tasks, first=number == 0)
    assert (len(once.predicts), len(once.further), len(once.clicks), len(plain.further)) == (
        8,
        8,
        8,
        0,
    )
    assert len(network.encoded) == 16, "each task looks at its crop once"
    assert len(network.calls) == 24
    row = row_of(once, plain, tasks, Peaks({"float32": 100.0}, 10.0))
    assert 0 < row["further_network_ms"] <= row["further_ms"] <= row["further_p95_ms"]
    assert "further_ms" not in row_of(plain, plain, tasks, Peaks({"float32": 100.0}, 10.0))


def test_the_page_gets_the_table_between_its_markers() -> None:
    begin, end = tables.markers("latency")
    text = f"before\n{begin}\nold\n{end}\nafter\n"
    table = tables.latency_table(RECORD)
    filled = tables.fill(text, "latency", table)
    assert filled.startswith(f"before\n{begin}\n| network, runtime")
    assert filled.endswith(f"{end}\nafter\n")
    assert tables.fill(filled, "latency", table) == filled
    with pytest.raises(AssertionError, match="lacks"):
        tables.fill("nothing", "latency", table)


def test_every_contestant_does_the_same_clicks_at_its_own_size() -> None:
    networks = [ColourNetwork("slow"), ColourNetwork("quick")]
    contestants = [
        Contestant("slow", Timed(networks[0], []), Zoom(target=128), "average"),
        Contestant("quick", Timed(networks[1], []), Zoom(target=64), "none"),
    ]
    tasks = make_tasks(ColourNetwork(), 0.05, 2)
    assert len(tasks) == 8
    assert [task.mask is None for task in tasks] == [True, False] * 4
    for number in range(3):
        run_round(contestants, tasks, first=number == 0)
    assert [len(contestant.predicts) for contestant in contestants] == [16, 16]
    assert [len(contestant.first_round) for contestant in contestants] == [8, 8]
    assert [len(network.calls) for network in networks] == [48, 24]  # the flip looks twice
    assert {max(call[0].shape[2:]) for call in networks[0].calls} == {128}
    assert {max(call[0].shape[2:]) for call in networks[1].calls} == {64}
    row = row_of(contestants[1], contestants[0], tasks, Peaks({"float32": 100.0}, 10.0))
    assert 0 < row["network_ms"] <= row["predict_ms"] <= row["predict_p95_ms"]
    assert row["faster"] == pytest.approx(
        np.median(contestants[0].predicts) / np.median(contestants[1].predicts), abs=0.01
    )
    assert "of_bound" not in row


def test_the_bound_counts_multiplications_and_bytes(tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "a.onnx")
    (layer,) = layers(file, 64, 96)
    assert layer.macs == 64 * 96 * 6 * 9
    assert layer.values == 64 * 96 * 7 + 6 * 9
    assert gmac(file, 64, 96) == pytest.approx(layer.macs / 1e9)
    slow_memory = Peaks({"float32": 1e6, "int8": 1e6}, 1.0)
    assert bound_ms(file, 64, 96, "float32", slow_memory) == pytest.approx(layer.values * 4 / 1e6)
    assert bound_ms(file, 64, 96, "int8", slow_memory) == pytest.approx(layer.values / 1e6)
    slow_arithmetic = Peaks({"float32": 1.0}, 1e6)
    assert bound_ms(file, 64, 96, "float32", slow_arithmetic) == pytest.approx(2 * layer.macs / 1e6)
