"""The command line: written files, output and exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import fcfi
from fcfi import cli
from fcfi.errors import InputError
from fcfi.images import read_image, write_png
from fcfi.mask_files import read_mask
from fcfi.prompts.clicks import Click
from tests.deep import deep_picture

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command in this process; return its exit code, stdout and stderr."""
    monkeypatch.delenv(cli.DEBUG_VARIABLE, raising=False)

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        code = cli.main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def one_sentence(err: str) -> str:
    """Return the error message of a refused command, which must be one line without traceback."""
    assert err.startswith("error: "), err
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    return err.removeprefix("error: ").strip()


@pytest.fixture
def photo(examples: Path) -> Path:
    return examples / "images" / "coffee.jpg"


# ── help and version ──────────────────────────────────────────────────────────────────────────────


def test_version_and_help_are_results(run: Run) -> None:
    assert run("--version") == (0, f"fcfi {fcfi.__version__}\n", "")
    assert run("--help")[0] == 0
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "segment" in out


@pytest.mark.parametrize(
    "command", ["annotate", "segment", "evaluate", "train", "export", "import", "networks"]
)
def test_every_command_shows_an_example(run: Run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert f"Example: fcfi {command}" in out


def test_help_loads_no_torch_no_runtime_and_no_arrays() -> None:
    program = (
        "import sys; from fcfi.cli import main; main(['--help']); main(['segment', '--help']); "
        "heavy = ('torch', 'openvino', 'onnxruntime', 'numpy', 'cv2')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_can_be_run_and_gives_its_exit_code_to_the_system() -> None:
    good = subprocess.run(
        [sys.executable, "-m", "fcfi", "--version"], capture_output=True, text=True, check=False
    )
    bad = subprocess.run(
        [sys.executable, "-m", "fcfi", "segment"], capture_output=True, text=True, check=False
    )
    assert (good.returncode, good.stdout) == (0, f"fcfi {fcfi.__version__}\n")
    assert bad.returncode == 2
    assert "photo" in one_sentence(bad.stderr).lower()


# ── segment ───────────────────────────────────────────────────────────────────────────────────────


def test_segment_writes_the_mask_and_the_overlay_that_a_session_gives(
    run: Run, photo: Path, network_file: Path, tmp_path: Path
) -> None:
    mask, overlay = tmp_path / "mask.png", tmp_path / "overlay.png"
    code, out, err = run(
        "segment", photo, "--click", "290,130", "--click", "20,30,-",
        "-o", mask, "--overlay", overlay,
        "--network", network_file,
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert str(mask) in out
    session = fcfi.load(network_file).session(photo)
    session.click(290, 130)
    session.click(20, 30, positive=False)
    np.testing.assert_array_equal(read_mask(mask, 400, 600), session.mask)
    assert read_image(overlay).shape == (400, 600, 3)
    assert sorted(os.listdir(tmp_path)) == ["mask.png", "overlay.png"]


def test_segment_starts_from_a_mask(
    run: Run, photo: Path, network_file: Path, examples: Path, tmp_path: Path
) -> None:
    start = examples / "masks" / "coffee.png"
    code, _, err = run(
        "segment",
        photo,
        "--click",
        "20,30,-",
        "--from-mask",
        start,
        "-o",
        tmp_path / "m.png",
        "--network",
        network_file,
    )
    assert (code, err) == (0, "")
    session = fcfi.load(network_file).session(photo)
    session.start_from(read_mask(start, 400, 600))
    np.testing.assert_array_equal(
        read_mask(tmp_path / "m.png", 400, 600), session.click(20, 30, positive=False)
    )


def test_segment_takes_a_box_and_a_part_of_the_photo(
    run: Run, photo: Path, network_file: Path, tmp_path: Path
) -> None:
    mask = tmp_path / "m.png"
    ask = ("segment", photo, "-o", mask, "--network", network_file, "--box", "100,50,400,350")
    code, out, err = run(*ask)
    assert (code, err) == (0, "")
    assert "after a box and 0 clicks" in out
    session = fcfi.load(network_file).session(photo)
    np.testing.assert_array_equal(read_mask(mask, 400, 600), session.box(100, 50, 400, 350))
    code, _, err = run(*ask, "--click", "250,180", "--within", "50,0,450,400")
    assert (code, err) == (0, "")
    session.reset()
    session.box(100, 50, 400, 350, within=fcfi.Box(50, 0, 450, 400))
    np.testing.assert_array_equal(read_mask(mask, 400, 600), session.click(250, 180))


def test_segment_reads_a_deep_picture_through_a_window(
    run: Run, network_file: Path, tmp_path: Path
) -> None:
    path, mask = deep_picture(tmp_path / "deep.png"), tmp_path / "m.png"
    ask = ("segment", path, "--click", "10,10", "-o", mask, "--network", network_file)
    code, _, err = run(*ask, "--window", "1030,1050")
    assert (code, err) == (0, "")
    image = read_image(path, window=fcfi.GreyWindow(1030, 1050))
    session = fcfi.load(network_file).session(image)
    np.testing.assert_array_equal(read_mask(mask, 48, 64), session.click(10, 10))


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("--window", "1050,1030", "the lower one first, got 1050 and 1030"),
        ("--window", "1030", "the lower one first, got '1030'"),
        ("--window", "1030,1050", "coffee.jpg, which has 8 bits a channel (RGB)"),
        ("--box", "1,2,3", "expected --box as left,top,right,bottom in pixels, got '1,2,3'"),
        ("--box", "a,b,c,d", "--box 40,60,320,280"),
        ("--box", "100,50,100,350", "left below right"),
        ("--box", "100,50,90,350", "left below right"),
        ("--box", "100,50,101,51", "a single pixel at (100, 50)"),
        ("--box", "700,500,800,900", "inside the picture of 600 x 400 pixels"),
        ("--box", "-5,0,100,100", "inside the picture of 600 x 400 pixels"),
        ("--within", "0,0,601,400", "the part to look within inside the picture"),
        ("--within", "0,0,1,1", "the part to look within to hold the object"),
        ("--within", "0,0,9,9", "every click inside the part to look within"),
    ],
)
def test_a_box_or_window_that_cannot_be_used_is_refused_in_a_sentence(
    run: Run,
    photo: Path,
    network_file: Path,
    tmp_path: Path,
    option: str,
    text: str,
    words: str,
) -> None:
    code, _, err = run(
        "segment",
        photo,
        "--click",
        "200,200",
        option,
        text,
        "-o",
        tmp_path / "m.png",
        "--network",
        network_file,
    )
    assert code == 2
    assert words in one_sentence(err)
    assert not (tmp_path / "m.png").exists()


@pytest.mark.parametrize(
    ("text", "click"),
    [
        ("320,180", Click(320, 180)),
        ("90,60,-", Click(90, 60, positive=False)),
        ("90,60,+", Click(90, 60)),
        (" 1 , 2 , - ", Click(1, 2, positive=False)),
        ("-3,4", Click(-3, 4)),
    ],
)
def test_a_click_is_x_y_and_a_sign(text: str, click: Click) -> None:
    assert cli.segment.parse_click(text) == click


@pytest.mark.parametrize(
    "text", ["", "3", "3;4", "3,4,x", "a,b", "1.5,2", "3,4,--", "3,4,-,5", "0x1,2"]
)
def test_anything_else_is_no_click(text: str) -> None:
    with pytest.raises(InputError, match="320,180"):
        cli.segment.parse_click(text)


# ── mistakes ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "nonsense"),
        (["segment", "{photo}", "--clik", "3,4"], "--clik"),
        (["segment", "{photo}", "-o", "{tmp}/m.png"], "--click"),
        (["segment", "{photo}", "--click", "3,4"], "--output"),
        (["segment", "{photo}", "--click", "3,4,x", "-o", "{tmp}/m.png"], "3,4,x"),
        (
            ["segment", "{photo}", "--click", "600,4", "-o", "{tmp}/m.png", "--network", "{net}"],
            "0 to 599",
        ),
        (["segment", "{tmp}/no.jpg", "--click", "3,4", "-o", "{tmp}/m.png"], "does not exist"),
        (["segment", "{tmp}", "--click", "3,4", "-o", "{tmp}/m.png"], "folder"),
        (["segment", "{net}", "--click", "3,4", "-o", "{tmp}/m.png"], "not a picture"),
        (["segment", "{photo}", "--click", "3,4", "-o", "{tmp}/m.jpg"], ".png"),
        (["segment", "{photo}", "--click", "3,4", "-o", "{tmp}/no/m.png"], "does not exist"),
        (
            [
                "segment",
                "{photo}",
                "--click",
                "3,4",
                "-o",
                "{tmp}/m.png",
                "--overlay",
                "{tmp}/m.png",
            ],
            "name of its own",
        ),
        (
            [
                "segment",
                "{photo}",
                "--click",
                "3,4",
                "-o",
                "{tmp}/m.png",
                "--overlay",
                "{tmp}/o.jpg",
            ],
            ".png",
        ),
        (
            ["segment", "{photo}", "--click", "3,4", "-o", "{tmp}/m.png", "--network", "{photo}"],
            "ONNX",
        ),
        (
            [
                "segment",
                "{photo}",
                "--click",
                "3,4",
                "-o",
                "{tmp}/m.png",
                "--network",
                "{tmp}/no.onnx",
            ],
            "no.onnx",
        ),
        (
            [
                "segment",
                "{photo}",
                "--click",
                "3,4",
                "-o",
                "{tmp}/m.png",
                "--network",
                "nosuchname",
            ],
            "network",
        ),
        (
            [
                "segment",
                "{photo}",
                "--click",
                "3,4",
                "-o",
                "{tmp}/m.png",
                "--network",
                "{net}",
                "--runtime",
                "abacus",
            ],
            "openvino",
        ),
        (
            [
                "segment",
                "{photo}",
                "--click",
                "3,4",
                "-o",
                "{tmp}/m.png",
                "--network",
                "{net}",
                "--from-mask",
                "{mask}",
            ],
            "pixels",
        ),
        (["evaluate", "--data", "{tmp}", "--network", "{net}"], "layout"),
        (["evaluate", "--data", "{tmp}/GrabCut", "--network", "{net}"], "GrabCut"),
        (
            ["evaluate", "--data", "{examples}", "--network", "{net}", "--layout", "abacus"],
            "expected the layout to be one of auto",
        ),
        (
            ["evaluate", "--data", "{examples}", "--network", "{net}", "--protocol", "abacus"],
            "fixed",
        ),
        (
            ["evaluate", "--data", "{examples}", "--network", "{net}", "--protocol", "paper"],
            "paper",
        ),
        (["evaluate", "--data", "{examples}", "--network", "{net}", "--limit", "0"], "at least 1"),
        (
            [
                "evaluate",
                "--data",
                "{examples}",
                "--network",
                "{net}",
                "--limit",
                "1",
                "--seed",
                "-1",
            ],
            "at least 0",
        ),
        (["evaluate", "--data", "{examples}", "--network", "{net}", "--limit", "x"], "--limit"),
        (
            ["evaluate", "--data", "{examples}", "--network", "{net}", "--start-from", "abacus"],
            "eroded",
        ),
        (
            ["evaluate", "--data", "{examples}", "--network", "{net}", "--json", "{tmp}/a.txt"],
            ".json",
        ),
        (
            ["evaluate", "--data", "{examples}", "--network", "{net}", "--plot", "{tmp}/a.doc"],
            ".png",
        ),
        (["train", "{tmp}/no.toml"], "recipe"),
        (["train", "{photo}"], "recipe"),
        (["train", "{recipe}", "--set", "run.stepz=3"], "steps"),
        (["train", "{recipe}", "--data", "{tmp}/nothing", "-o", "{tmp}/run"], "does not exist"),
        (["export", "{photo}", "-o", "{tmp}/a.onnx"], "safetensors"),
        (["export", "{tmp}/no.safetensors", "-o", "{tmp}/a.onnx"], "no.safetensors"),
        (["export", "{photo}", "-o", "{tmp}/a.png"], ".onnx"),
        (["import", "{photo}", "-o", "{tmp}/a.safetensors"], "another kind of file"),
        (["import", "{tmp}/no.pth", "-o", "{tmp}/a.safetensors"], "no.pth"),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(value).replace("/", ""),
)
def test_a_mistake_gives_one_sentence_exit_code_2_and_no_file(
    run: Run, examples: Path, network_file: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    other = tmp_path.parent / f"{tmp_path.name}-mask.png"
    write_png(other, np.zeros((3, 5), bool))
    known = {
        "photo": examples / "images" / "coffee.jpg",
        "examples": examples,
        "net": network_file,
        "tmp": tmp_path,
        "mask": other,
        "recipe": examples.parent / "recipes" / "lite0.toml",
    }
    code, out, err = run(*(argument.format(**known) for argument in arguments))
    assert code == 2, (out, err)
    said = (
        err if arguments[0] != "train" else err[err.index("error: ") :]
    )  # Lightning says what it uses first
    assert words in one_sentence(said)
    assert os.listdir(tmp_path) == []


def test_a_photograph_is_never_written_over(run: Run, network_file: Path, tmp_path: Path) -> None:
    picture = tmp_path / "photo.png"
    write_png(picture, np.zeros((30, 40, 3), np.uint8))
    before = picture.read_bytes()
    for output in (picture, tmp_path / "." / "photo.png"):
        code, _, err = run(
            "segment", picture, "--click", "3,4", "-o", output, "--network", network_file
        )
        assert code == 2
        assert "would replace a file" in one_sentence(err)
    assert picture.read_bytes() == before


# ── faults of ours ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("deep inside,\nof all places")

    monkeypatch.setattr(fcfi, "load", broken)


@pytest.mark.usefixtures("fault")
def test_a_fault_of_ours_gives_a_line_a_hint_and_exit_code_1(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    code, _, err = run("segment", photo, "--click", "3,4", "-o", tmp_path / "m.png")
    assert code == 1
    message = one_sentence(err)
    assert "ZeroDivisionError: deep inside, of all places" in message
    assert "FCFI_DEBUG=1" in message


@pytest.mark.usefixtures("fault")
def test_the_traceback_comes_when_it_is_asked_for(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cli.DEBUG_VARIABLE, "1")
    code, _, err = run("segment", photo, "--click", "3,4", "-o", tmp_path / "m.png")
    assert code == 1
    assert "Traceback" in err
    assert "ZeroDivisionError" in err


def test_an_interrupt_is_no_fault(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fcfi, "load", interrupted)
    code, _, err = run("segment", photo, "--click", "3,4", "-o", tmp_path / "m.png")
    assert code == 130
    assert "Traceback" not in err


def test_a_reader_that_has_gone_is_no_fault() -> None:
    command = f"{sys.executable} -m fcfi --help | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "wrong inside" not in done.stderr


# ── evaluate, networks, export ────────────────────────────────────────────────────────────────────


def test_evaluate_prints_the_table_and_writes_json_and_plot(
    run: Run, examples: Path, network_file: Path, tmp_path: Path
) -> None:
    record, plot = tmp_path / "out.json", tmp_path / "out.png"
    code, out, err = run(
        "evaluate",
        "--data",
        examples,
        "--network",
        network_file,
        "--limit",
        "2",
        "--json",
        record,
        "--plot",
        plot,
    )
    assert code == 0, err
    assert "NoC@90" in out
    written = json.loads(record.read_text())
    assert len(written["objects"]) == 2
    assert written["network"]["sha256"] == "ab" * 32
    assert written["protocol"]["name"] == "fixed"
    assert read_image(plot).ndim == 3
    assert sorted(os.listdir(tmp_path)) == ["out.json", "out.png"]


def test_evaluate_draws_the_hardest_objects(
    run: Run, examples: Path, network_file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "worst"
    code, _, err = run(
        "evaluate", "--data", examples, "--network", network_file, "--limit", "2", "--worst", folder
    )
    assert code == 0, err
    drawn = sorted(folder.iterdir())
    assert [path.name[:3] for path in drawn] == ["01_", "02_"]
    first = read_image(drawn[0])
    assert first.shape[1] > first.shape[0]


def test_evaluate_says_before_any_work_that_a_folder_cannot_be_made(
    run: Run, examples: Path, network_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    code, out, err = run(
        "evaluate",
        "--data",
        examples,
        "--network",
        network_file,
        "--worst",
        tmp_path / "file" / "in",
    )
    assert (code, out) == (2, "")
    assert "cannot make the folder" in err


def test_evaluate_keeps_progress_off_stdout(run: Run, examples: Path, network_file: Path) -> None:
    code, out, err = run("evaluate", "--data", examples, "--network", network_file, "--limit", "1")
    assert code == 0
    assert "1/1" in err
    assert "1/1" not in out


def test_networks_lists_what_is_shipped(run: Run) -> None:
    from fcfi.weights import shipped

    code, out, err = run("networks")
    assert (code, err) == (0, "")
    for entry in shipped():
        assert entry.name in out


def test_a_checkpoint_becomes_a_network_file_that_segments(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    from fcfi.models.build import build
    from fcfi.models.checkpoint import save_model, weights_sha256
    from fcfi.models.config import variants

    model = build(variants()["lite0"]).eval()
    checkpoint, file, mask = (
        tmp_path / "w.safetensors",
        tmp_path / "net.onnx",
        tmp_path / "mask.png",
    )
    save_model(model, checkpoint)
    code, out, err = run(
        "export", checkpoint, "-o", file, "--training-data", "nothing", "--licence", "Apache-2.0"
    )
    assert (code, err) == (0, "")
    assert weights_sha256(model)[:12] in out
    code, _, err = run("segment", photo, "--click", "290,130", "-o", mask, "--network", file)
    assert (code, err) == (0, "")
    assert read_image(mask).shape == (400, 600, 3)
