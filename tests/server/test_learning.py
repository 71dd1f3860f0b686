"""Learning from the finished objects: runs, their results, and the network that answers."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI

from fcfi import weights
from fcfi.errors import InputError
from fcfi.evaluation import Clicks, Comparison, write_comparison
from fcfi.evaluation.comparison import NETWORK, RESULT
from fcfi.models.build import build
from fcfi.models.checkpoint import save_model
from fcfi.models.config import ModelConfig
from fcfi.prediction.interface import Predictor
from fcfi.project import MarkPicture, Project, SetMask
from fcfi.project.progress import Progress
from fcfi.server import learning as module
from fcfi.server.app import create_app
from fcfi.server.learning import OUTPUT, Learning
from tests.project.builders import opened, predictor, runs, write_photos
from tests.server.client import ask, ended, problem_of, result_of
from tests.server.conftest import closed

PICTURES, EACH = 10, 4
QUICK = (
    "run.minutes=0",
    "run.steps=2",
    "run.batch=2",
    "run.workers=0",
    "run.sizes=[[0.0, 64, 64]]",
    "run.accelerator=cpu",
    "crops.minimum_visible=20",
)
WAIT = 600.0
"""Seconds after which a test that waits for another process has failed."""
Train = Callable[[Path, int, Progress], None]


def opens(network: str | None) -> Predictor:
    """Return a predictor whose name is that of a network's file, or of the default network."""
    return predictor(Path(network).parent.name if network else "usual")


def trained(difference: float) -> Train:
    """Return work that leaves results instead of training."""

    def train(folder: Path, minutes: int, progress: Progress) -> None:
        progress("training", 60, 60 * minutes)
        output = folder / OUTPUT
        (output / "run").mkdir(parents=True)
        (output / "progress.json").write_text("[]")
        (output / NETWORK).write_bytes(folder.name.encode())
        clicks = (Clicks(0.85, 4.5, 4.5 + difference, (2, 1)),)
        write_comparison(output / RESULT, Comparison(8, 10, clicks, difference, 0.25))

    return train


@pytest.fixture(autouse=True)
def hardly_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a run nearly the usual priority: other tests would hold up one at the lowest."""
    monkeypatch.setattr(module, "LOWEST", 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", *(f"{number}.png" for number in range(PICTURES)))


def finish(project: Project) -> None:
    """Draw and finish objects on all pictures."""
    for picture in range(1, PICTURES + 1):
        for index in range(EACH):
            mask = runs(2 + 12 * index, 2 + 2 * picture)
            project.act(picture, index, SetMask(None, mask))
        project.act(picture, EACH, MarkPicture("done"))


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    with opened(folder, labels=("person",)) as project:
        finish(project)
        yield project


@pytest.fixture
def learning(project: Project, monkeypatch: pytest.MonkeyPatch) -> Learning:
    """Return a project's learning that leaves better results instead of training."""
    learning = Learning(project, open_network=opens)
    monkeypatch.setattr(learning, "_train", trained(-1.5))
    return learning


@pytest.fixture
def app(project: Project, learning: Learning) -> Iterator[FastAPI]:
    app = create_app(project, network=learning.network, fine_tuning=learning)
    yield app
    closed(app)


def learn(app: FastAPI) -> dict[str, Any]:
    found: dict[str, Any] = result_of(app, ask(app, "POST", "/api/learning", {"minutes": 2}))
    return found


def use(app: FastAPI, run: str | None) -> Any:
    return ask(app, "PUT", "/api/learning/network", {"run": run})


def status(app: FastAPI) -> dict[str, Any]:
    found: dict[str, Any] = ask(app, "GET", "/api/learning").json
    return found


def name_of(app: FastAPI) -> str:
    """Return the name of the network that answers."""
    return str(ask(app, "GET", "/api/health").json["network"]["name"])


def files(learning: Learning) -> list[str]:
    return sorted(
        str(path.relative_to(learning.folder))
        for path in learning.folder.rglob("*")
        if path.is_file()
    )


# ── a run, its result, and its network ────────────────────────────────────────────────────────────


def test_a_better_network_is_used_when_somebody_chooses_it(app: FastAPI, folder: Path) -> None:
    before = status(app)
    assert before == {
        "objects": 40,
        "pictures": 10,
        "needed": 30,
        "held_out": 8,
        "problem": None,
        "job": None,
        "used": None,
        "result": None,
    }
    result = learn(app)
    assert result == {
        "run": result["run"],
        "objects": 8,
        "limit": 10,
        "clicks": [{"target": 0.85, "before": 4.5, "after": 3.0, "not_reached": [2, 1]}],
        "difference": -1.5,
        "error": 0.25,
        "better": True,
    }
    assert status(app) == {**before, "result": result}
    assert name_of(app) == "colour", "it is not used by itself"
    now = use(app, result["run"])
    assert (now.status, now.json["used"]) == (200, result["run"])
    assert name_of(app) == result["run"]
    assert use(app, None).json["used"] is None
    assert name_of(app) == "usual"
    assert not list((folder / ".fcfi" / "learning").glob(".*"))


def test_a_run_leaves_its_result_and_its_network_only(app: FastAPI, learning: Learning) -> None:
    run = learn(app)["run"]
    assert files(learning) == [f"{run}/{NETWORK}", f"{run}/{RESULT}"]
    use(app, run)
    other = learn(app)["run"]
    assert {Path(name).parent.name for name in files(learning)} == {run, other}
    assert status(app)["result"]["run"] == other
    third = learn(app)["run"]
    assert {Path(name).parent.name for name in files(learning)} == {run, third}


@pytest.mark.parametrize("difference", [0.5, 0.0, -0.2])
def test_a_network_that_is_not_better_is_not_taken(
    app: FastAPI, learning: Learning, monkeypatch: pytest.MonkeyPatch, difference: float
) -> None:
    monkeypatch.setattr(learning, "_train", trained(difference))
    result = learn(app)
    assert not result["better"]
    assert files(learning) == [f"{result['run']}/{RESULT}"]
    refused = use(app, result["run"])
    assert (refused.status, refused.json["error"]) == (
        400,
        "the network of this run does not need fewer clicks: keep the present one",
    )
    assert name_of(app) == "colour"
    assert status(app)["result"] == result


def test_an_unknown_run_is_refused(app: FastAPI) -> None:
    for run in ("0" * 16, "../../etc", ""):
        refused = use(app, run)
        assert refused.status == 404
        assert "let the network learn again" in refused.json["error"]


def test_old_objects_keep_their_masks(app: FastAPI) -> None:
    click = {"type": "click", "object": None, "clicks": [{"x": 40, "y": 40}]}
    action = {"version": EACH + 1, "action": click}
    old = ask(app, "POST", "/api/pictures/1/actions", action).json
    use(app, learn(app)["run"])
    now = ask(app, "GET", "/api/pictures/1").json
    assert now == old
    more = {**click, "object": EACH + 1, "clicks": [{"x": 10, "y": 40, "positive": False}]}
    action = {"version": EACH + 2, "action": more}
    drawn = ask(app, "POST", "/api/pictures/1/actions", action).json["document"]["objects"][-1]
    before = old["document"]["objects"][-1]
    assert (drawn["start"], len(drawn["clicks"])) == (True, 1), "it continues from the old mask"
    assert drawn["network"] != before["network"]


# ── what a run needs ──────────────────────────────────────────────────────────────────────────────


def test_too_few_objects_are_reported(tmp_path: Path) -> None:
    with opened(write_photos(tmp_path / "photos", "a.png")) as project:
        app = create_app(project, fine_tuning=Learning(project, open_network=opens))
        sentence = "expected at least 30 finished objects to learn from, got 0: finish more"
        assert status(app)["problem"] == sentence
        refused = ask(app, "POST", "/api/learning", {})
        assert (refused.status, refused.json["error"]) == (400, sentence)
        closed(app)


def test_without_torch_a_sentence_says_what_to_install(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda name: None)
    assert status(app)["problem"] == (
        "learning from masks needs the training half, which is not installed: pip install -e "
        "'.[train]' in the folder of fcfi's README"
    )
    assert ask(app, "POST", "/api/learning", {}).status == 400


def test_a_network_file_without_weights_beside_it_cannot_learn(
    project: Project, network_file: Path
) -> None:
    app = create_app(project, fine_tuning=Learning(project, str(network_file), opens))
    sentence = "expected the weights tiny.safetensors next to the network"
    assert sentence in status(app)["problem"]
    assert "start with a shipped network" in ask(app, "POST", "/api/learning", {}).json["error"]
    closed(app)


def test_minutes_are_bounded(app: FastAPI) -> None:
    for minutes in (0, 121, "many"):
        assert ask(app, "POST", "/api/learning", {"minutes": minutes}).status == 422


# ── one run at a time, cancelled, failed ──────────────────────────────────────────────────────────


def waiting(reached: Event) -> Train:
    """Return work that waits until it is cancelled."""

    def train(folder: Path, minutes: int, progress: Progress) -> None:
        while True:
            progress("training", 1, 60)
            reached.set()
            time.sleep(0.01)

    return train


def test_a_second_run_is_refused_and_other_jobs_do_not_wait(
    app: FastAPI, learning: Learning, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = Event()
    monkeypatch.setattr(learning, "_train", waiting(reached))
    begun = ask(app, "POST", "/api/learning", {})
    assert begun.json["kind"] == "learning"
    assert reached.wait(WAIT)
    refused = ask(app, "POST", "/api/learning", {})
    assert (refused.status, refused.json["error"]) == (
        409,
        "the network is already learning: wait until it ends, or cancel it",
    )
    assert status(app)["job"] == begun.json["id"]
    assert result_of(app, ask(app, "POST", "/api/pictures/scan"))["counts"]["all"] == PICTURES
    ask(app, "DELETE", begun.headers["location"])
    assert ended(app, begun)["state"] == "cancelled"
    assert files(learning) == []
    monkeypatch.setattr(learning, "_train", trained(-1))
    for _ in range(500):  # the run is over shortly after its job
        if status(app)["job"] is None:
            break
        time.sleep(0.01)
    assert learn(app)["better"]


def test_a_run_that_cannot_be_started_leaves_room_for_the_next(
    app: FastAPI, learning: Learning, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise InputError("busy")

    with monkeypatch.context() as patched:
        patched.setattr(learning._workers, "start", busy)
        assert ask(app, "POST", "/api/learning", {}).json["error"] == "busy"
    assert learn(app)["better"]


def test_a_folder_that_cannot_be_written_is_reported(app: FastAPI, learning: Learning) -> None:
    learning.folder.write_text("a file")
    problem = problem_of(app, ask(app, "POST", "/api/learning", {}))
    assert problem.startswith("cannot write")


def child(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let a script run instead of the command; it gets the command's words."""

    def started(words: list[str], output: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", script, *words]
        return subprocess.Popen(command, stdout=output, stderr=output, process_group=0)

    monkeypatch.setattr(module, "_started", started)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("print('x'); print('error: the disk is full'); raise SystemExit(2)", "the disk is full"),
        ("print('a traceback'); raise SystemExit(1)", "got its end by code 1"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "got its end by signal 9"),
        ("", "expected a comparison"),
    ],
)
def test_a_child_that_fails_says_why(
    project: Project, monkeypatch: pytest.MonkeyPatch, script: str, sentence: str
) -> None:
    child(monkeypatch, script)
    learning = Learning(project, open_network=opens)
    app = create_app(project, fine_tuning=learning)
    assert sentence in problem_of(app, ask(app, "POST", "/api/learning", {}))
    assert files(learning) == []
    closed(app)


def test_a_cancelled_child_is_killed(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written = tmp_path / "pid"
    child(
        monkeypatch,
        "import os, pathlib, sys, time\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('-o') + 1])\n"
        "out.mkdir()\n"
        "(out / 'progress.json').write_text('[\"training\", 5, 600]')\n"
        f"pathlib.Path({str(written)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(600)\n",
    )
    app = create_app(project, fine_tuning=Learning(project, open_network=opens))
    begun = ask(app, "POST", "/api/learning", {})
    seen = until(lambda: ask(app, "GET", begun.headers["location"]).json, "training")
    assert (seen["done"], seen["total"]) == (5, 600)
    closed(app)  # as a server that stops
    with pytest.raises(ProcessLookupError):
        os.kill(int(written.read_text()), 0)


def until(look: Callable[[], Mapping[str, Any]], stage: str) -> Mapping[str, Any]:
    """Return a job when it is in a stage."""
    end = time.monotonic() + WAIT
    while (job := look())["what"] != stage:
        assert time.monotonic() < end, job
        time.sleep(0.02)
    return job


# ── the choice persists ───────────────────────────────────────────────────────────────────────────


def restored(project: Project, usual: str | None = None) -> Learning:
    learning = Learning(project, usual, opens)
    learning.restore()
    return learning


def answering(project: Project) -> str:
    assert project.predictor is not None
    return project.predictor.info.name


def test_the_choice_is_kept_for_the_next_start(app: FastAPI, folder: Path) -> None:
    run = learn(app)["run"]
    use(app, run)
    with opened(folder) as project:
        learning = restored(project)
        assert (answering(project), learning.status().used) == (run, run)
        assert learning.warning is None
    with opened(folder) as project:
        # Another network on the command line is meant.
        restored(project, "late")
        assert answering(project) == "colour"
    use(app, None)
    with opened(folder) as project:
        assert restored(project).status().used is None
        assert answering(project) == "colour"


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: path.write_bytes(b"other"), "its file network.onnx is damaged"),
        (lambda path: path.unlink(), "its file network.onnx is missing"),
        (lambda path: shutil.rmtree(path.parents[1]), "its file network.onnx is missing"),
    ],
)
def test_without_its_file_the_usual_network_answers_and_a_sentence_says_so(
    app: FastAPI,
    learning: Learning,
    folder: Path,
    damage: Callable[[Path], object],
    sentence: str,
) -> None:
    run = learn(app)["run"]
    use(app, run)
    damage(learning.folder / run / NETWORK)
    with opened(folder) as project:
        again = restored(project)
        assert answering(project) == "colour"
        app = create_app(project, network=again.network, fine_tuning=again)
        (warning,) = ask(app, "GET", "/api/project").json["warnings"]
        assert warning.startswith(
            "the usual network answers, since the learnt one cannot be used ("
        )
        assert sentence in warning
        use(app, None)
        assert ask(app, "GET", "/api/project").json["warnings"] == []
        closed(app)


@pytest.mark.parametrize("run", ["../../photos", "", 7, "0" * 16])
def test_a_choice_that_somebody_has_changed_reads_no_other_file(project: Project, run: Any) -> None:
    project.set_learnt({"run": run, "usual": None, "sha256": "0" * 64})
    assert "is missing" in str(restored(project).warning)
    project.set_learnt({"usual": None})
    assert "is missing" in str(restored(project).warning)


def test_a_damaged_result_is_as_good_as_none(app: FastAPI, learning: Learning) -> None:
    run = learn(app)["run"]
    (learning.folder / run / RESULT).write_text("{")
    assert status(app)["result"] is None
    (learning.folder / run / RESULT).unlink()
    assert status(app)["result"] is None
    assert use(app, run).status == 404


# ── real runs ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """Return a small network with random weights."""
    path = tmp_path / "start.safetensors"
    save_model(build(ModelConfig(backbone="lite0")), path, {"zoom_target": "64"})
    return path


@pytest.mark.slow
def test_a_real_run_trains_measures_and_is_low_in_priority(
    project: Project, start: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    niceness: list[int] = []

    def started(words: list[str], output: int) -> "subprocess.Popen[bytes]":
        process = begin(words, output)
        niceness.append(os.getpriority(os.PRIO_PROCESS, process.pid))
        return process

    begin = module._started
    monkeypatch.setattr(module, "_started", started)
    learning = Learning(project, str(start), changes=QUICK)
    app = create_app(project, fine_tuning=learning)
    result = learn(app)
    assert result["objects"] == 8
    assert [clicks["target"] for clicks in result["clicks"]] == [0.85, 0.9]
    assert niceness == [module.LOWEST]
    closed(app)


@pytest.mark.slow
def test_a_run_that_makes_the_network_worse_is_not_taken(project: Project) -> None:
    ruined = (*QUICK, "optimizer.lr=10", "optimizer.warmup=0", "run.precision=32-true")
    learning = Learning(project, "lite0", changes=ruined)
    app = create_app(project, fine_tuning=learning)
    result = learn(app)
    assert not result["better"]
    assert files(learning) == [f"{result['run']}/{RESULT}"]
    closed(app)


SERVER = """
import sys
from pathlib import Path
from threading import Event
from fcfi.server import learning as module
from fcfi.server.jobs import Jobs
from fcfi.server.workers import Workers
from tests.project.builders import opened
module.LOWEST = 1
with opened(Path(sys.argv[1])) as project:
    learning = module.Learning(project, sys.argv[2], changes=sys.argv[3:])
    jobs = Jobs(Workers("job", 1, 8), lambda kind, error: str(error))
    learning.start(jobs, 10, dict)
    Event().wait()
"""


@pytest.mark.slow
def test_a_killed_server_ends_its_run_and_the_next_one_deletes_its_files(
    folder: Path, start: Path
) -> None:
    with opened(folder) as project:
        finish(project)
    learnings = folder / ".fcfi" / "learning"
    changes = [change for change in QUICK if "steps" not in change and "minutes" not in change]
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(folder), str(start), *changes])
    try:
        progress = wait_for(lambda: next(learnings.glob(".*/output/progress.json"), None))
        wait_for(lambda: "training" in progress.read_text() or None)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    wait_for(lambda: True if not any(map(is_running, children)) else None)
    assert list(learnings.glob(".*")), "the killed server has deleted nothing"
    with opened(folder) as project:
        restored(project, str(start))
    assert list(learnings.iterdir()) == []


def is_running(process: str) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(look: Callable[[], Any]) -> Any:
    """Return the first result that is not None."""
    end = time.monotonic() + WAIT
    while (found := look()) is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    return found
