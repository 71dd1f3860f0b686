"""The guides to methods and runtimes: their files work, and their commands run."""

import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fcfi
from fcfi.batch import run as run_batch
from fcfi.errors import ConfigError, InputError, NetworkError
from fcfi.images import read_image
from fcfi.prediction import methods
from fcfi.prediction.interface import identity
from fcfi.project import Project
from fcfi.runtimes import registry
from fcfi.runtimes.choice import Choice, RunRequest, choose, files_at, this_machine
from fcfi.runtimes.opening import open_network
from fcfi.session import Session
from tests.networks import METADATA, logits_of, onnx_logits, random_inputs, write_onnx
from tests.project.builders import click

ROOT = Path(__file__).parent.parent
EXTEND = ROOT / "examples" / "extend"
PHOTO = ROOT / "examples" / "images" / "coffee.jpg"


@pytest.fixture
def method(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Register the toy method for one test; return the names in its file."""
    monkeypatch.setattr(methods, "METHODS", dict(methods.METHODS))
    return runpy.run_path(str(EXTEND / "toy_method.py"))


@pytest.fixture
def network(method: dict[str, Any], tmp_path: Path) -> Path:
    """Make a network file for the toy method."""
    method["write"](str(tmp_path / "likeness.onnx"))
    return tmp_path / "likeness.onnx"


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Register the toy runtime for one test; return the names in its file."""
    pytest.importorskip("onnx.reference")
    monkeypatch.delitem(registry.RUNTIMES, "onnx", raising=False)
    this_machine.cache_clear()
    yield runpy.run_path(str(EXTEND / "toy_runtime.py"))
    registry.RUNTIMES.pop("onnx", None)
    this_machine.cache_clear()


# ── a method


def test_a_method_has_sessions_with_undo_and_replay(network: Path) -> None:
    segmenter = fcfi.load(network, zoom=fcfi.Zoom(target=128))
    assert segmenter.info.inputs == ("image", "clicks")
    session = segmenter.session(PHOTO)
    first = session.click(290, 130)
    second = session.click(60, 60, positive=False)
    assert 0.01 < first.mean() < 0.9
    assert not second[60, 60]
    np.testing.assert_array_equal(session.undo(), first)
    session.redo()
    replayed = Session.replay(segmenter, session.image, session.log())
    np.testing.assert_array_equal(replayed.mask, second)


def test_a_prompt_that_the_method_does_not_know_is_refused(network: Path) -> None:
    session = fcfi.load(network, zoom=fcfi.Zoom(target=128)).session(PHOTO)
    with pytest.raises(InputError, match="expected clicks alone with this method"):
        session.box(10, 10, 90, 90)
    assert not session.prompts


def test_a_project_and_a_batch_take_the_method(network: Path, tmp_path: Path) -> None:
    segmenter = fcfi.load(network, zoom=fcfi.Zoom(target=128))
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(PHOTO, folder / "a.jpg")
    expected = segmenter.session(PHOTO).click(290, 130)
    with Project.open(folder, segmenter) as project:
        state = project.act(1, 0, click(290, 130))
        (drawn,) = state.document.objects
        assert drawn.network == identity(segmenter)
        mask = state.masks[drawn.mask or ""].pixels(*expected.shape)
        np.testing.assert_array_equal(mask, expected)
    lines = tmp_path / "lines.jsonl"
    lines.write_text('{"image": "photos/a.jpg", "clicks": [[290, 130]], "name": "a"}\n')
    assert run_batch(lines, segmenter, tmp_path / "masks", 1).done == 1


def test_a_name_that_is_taken_is_refused_and_an_unknown_one_too(
    method: dict[str, Any], network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="a new name for a method, got 'likeness', which is tak"):
        methods.register("likeness", method["make"])
    monkeypatch.setattr(methods, "METHODS", {"fcfi": methods.METHODS["fcfi"]})
    with pytest.raises(NetworkError, match="of the method fcfi, got likeness of 'likeness'"):
        fcfi.load(network)


# ── a runtime


def test_a_runtime_computes_what_the_graph_says(runtime: dict[str, Any], tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "tiny.onnx")
    opened = open_network(Choice(file, "onnx", "float32"))
    inputs = random_inputs()
    np.testing.assert_allclose(logits_of(opened, inputs), onnx_logits(*inputs), atol=1e-4)
    assert opened.info.runtime.startswith("onnx ")


def test_the_plan_knows_what_a_runtime_can_do(runtime: dict[str, Any], tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "tiny.onnx")
    machine = this_machine()
    assert machine.runtimes[-1] == "onnx"
    assert choose(files_at(file), RunRequest(), machine).runtime != "onnx"
    chosen = choose(files_at(file), RunRequest("onnx", "bfloat16"), machine)
    assert (chosen.runtime, chosen.precision) == ("onnx", "float32")
    assert chosen.notes == ("onnx does not compute in bfloat16: float32 is used",)
    small = write_onnx(tmp_path / "a.onnx", {**METADATA, "precision": "int8"})
    with pytest.raises(NetworkError, match="onnx does not compute in int8"):
        open_network(Choice(small, "onnx", "int8"))


def test_a_runtime_refuses_damaged_files_in_a_sentence(
    runtime: dict[str, Any], tmp_path: Path
) -> None:
    kind = runtime["KIND"]
    with pytest.raises(NetworkError, match="onnx cannot load a part of the network"):
        kind.open(b"not a graph", runtime["Settings"]())
    with pytest.raises(ConfigError, match="a new name for a runtime, got 'onnx', which is taken"):
        registry.register(kind)


# ── the pages


@pytest.mark.slow
@pytest.mark.parametrize("page", ["method.md", "runtime.md"])
def test_the_commands_of_a_page_run(page: str, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "extend" / page).read_text()
    commands = re.findall(r"^python (examples/extend/.*)$", text, re.MULTILINE)
    assert commands
    photo = read_image(PHOTO)
    shutil.copy(PHOTO, tmp_path / "photo.jpg")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for command in commands:
        done = subprocess.run(
            [sys.executable, *shlex.split(command)],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert read_image(tmp_path / "mask.png").shape[:2] == photo.shape[:2]
