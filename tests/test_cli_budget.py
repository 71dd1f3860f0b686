"""Options for speed: batch work, a budget for clicks, precision, the report on the machine."""

import json
from pathlib import Path

import numpy as np
import pytest

from fcfi import budget, cli, weights
from fcfi.budget import Speed
from fcfi.mask_files import read_mask
from tests.networks import METADATA, write_onnx

PHOTO = Path(__file__).parent.parent / "examples" / "images" / "coffee.jpg"


@pytest.fixture
def network(tmp_path: Path) -> Path:
    return write_onnx(tmp_path / "tiny.onnx", {**METADATA, "zoom_target": "64"})


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_a_batch_writes_masks_and_outcomes(
    network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "clicks.jsonl", tmp_path / "out"
    rows = [{"image": str(PHOTO), "clicks": [[290, 130]], "name": name} for name in ("a", "b")]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run("segment", "--batch", file, "-o", out, "--network", network) == 0
    assert "2 masks made, 0 made before, 0 failed" in capsys.readouterr().out
    single = tmp_path / "single.png"
    assert run("segment", PHOTO, "--click", "290,130", "-o", single, "--network", network) == 0
    np.testing.assert_array_equal(read_mask(out / "a.png", 400, 600), read_mask(single, 400, 600))
    file.write_text(file.read_text() + "{broken\n")
    assert run("segment", "--batch", file, "-o", out, "--network", network, "--workers", 1) == 2
    printed = capsys.readouterr()
    assert "0 masks made, 2 made before, 1 failed" in printed.out
    assert "error: 1 line failed, the first is line 3: the line is not JSON" in printed.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--batch", "a.jsonl"), "expected --output"),
        (("a.jpg", "--batch", "a.jsonl", "-o", "out"), "--batch names photos and prompts itself"),
        (("--batch", "a.jsonl", "-o", "out", "--budget", "1s"), "--budget is for one picture"),
        (("--batch", "a.jsonl", "-o", "out", "--workers", "0"), "--workers 0 is not possible"),
        (("--batch", "missing.jsonl", "-o", "out"), "missing.jsonl cannot be read"),
        (("a.jpg", "-o", "m.png"), "a photo and at least one --click or a --box"),
    ],
)
def test_options_that_do_not_go_together_are_reported(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("segment", *arguments) == 2
    assert message in capsys.readouterr().err


def test_a_budget_picks_the_size_and_says_so(
    network: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(budget.CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(budget, "measure", lambda _: Speed(0.01, 10.0, 0.0))
    click = ("segment", PHOTO, "--click", "290,130", "-o", tmp_path / "m.png", "--network", network)
    assert run(*click, "--budget", "1s") == 0
    assert (
        "tiny at 64 px, with the mirrored picture: about 127 ms a click" in capsys.readouterr().err
    )
    assert run(*click, "--budget", "70ms") == 0
    assert "tiny at 64 px: about 64 ms a click" in capsys.readouterr().err
    assert run(*click, "--budget", "1s", "--precision", "int8") == 0
    assert "note: " in capsys.readouterr().err
    assert run(*click, "--budget", "5ms") == 2
    assert "the fastest is tiny at 32 px with 25 ms; give at least that" in capsys.readouterr().err
    assert run(*click, "--budget", "soon") == 2
    assert "expected a time of a click, for example 100ms" in capsys.readouterr().err


def test_a_precision_that_cannot_be_had_is_a_note(
    network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mask = tmp_path / "m.png"
    assert (
        run(
            "segment",
            PHOTO,
            "--click",
            "9,9",
            "-o",
            mask,
            "--network",
            network,
            "--precision",
            "int8",
        )
        == 0
    )
    printed = capsys.readouterr().err
    assert printed.startswith("note: ")
    assert "has no int8 file" in printed
    assert (
        run(
            "segment",
            PHOTO,
            "--click",
            "9,9",
            "-o",
            mask,
            "--network",
            network,
            "--precision",
            "int3",
        )
        == 2
    )


def test_the_bench_marks_what_is_chosen(
    network: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    entry = weights.Entry("tiny", network, "", 1, "tiny", "none", "nothing")
    monkeypatch.setattr(weights, "shipped", lambda: (entry,))
    monkeypatch.setattr(budget, "measure", lambda _: Speed(0.01, 0.0, 0.0))
    monkeypatch.setenv(budget.CACHE_VARIABLE, str(tmp_path / "cache"))
    assert run("networks", "--bench") == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if "tiny" in line]
    assert len(rows) >= 1
    assert sum("chosen" in row for row in rows) == 1
