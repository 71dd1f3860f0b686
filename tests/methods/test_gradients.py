"""BRS, f-BRS and IA on a tiny checkpoint: optimisation, invariants and refused networks."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fcfi.errors import ConfigError, FCFIError
from fcfi.methods import MODULES, find_method, make_predictor
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.prediction import Prediction
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from fcfi.runtimes.opening import OpenedNetwork
from tests.networks import ColourNetwork, opened

torch = pytest.importorskip("torch")
minimize_scalar = pytest.importorskip("scipy.optimize").minimize_scalar

SMALL = Zoom(target=64)
CLICKS = (Click(30, 20), Click(50, 40, False), Click(10, 10), Click(69, 49, False))
GRADIENTS = ("brs", "f-brs", "ia")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> OpenedNetwork:
    from fcfi.models.build import build
    from fcfi.models.checkpoint import save_model
    from fcfi.models.config import ModelConfig

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("checkpoint") / "tiny.safetensors"
    save_model(build(ModelConfig("lite0", mid=8)), path)
    return opened(path)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)


def answers(predictor: FCFIPredictor, photo: np.ndarray, count: int = 3) -> list[Prediction]:
    found: list[Prediction] = []
    for number in range(1, count + 1):
        found.append(predictor.predict(photo, CLICKS[:number], found[-1] if found else None))
    return found


def made(name: str, network: OpenedNetwork, off: bool) -> FCFIPredictor:
    """Return the predictor of a gradient method, switched off or with few steps."""
    from fcfi.methods import adaptation, brs, f_brs
    from fcfi.methods.optimising import Search

    if name == "ia":
        return adaptation.make(network, SMALL, how=adaptation.Adaptation(steps=0 if off else 2))
    module: Any = {"brs": brs, "f-brs": f_brs}[name]
    predictor: FCFIPredictor = module.make(network, SMALL, limits=Search(0 if off else 3))
    return predictor


# ── the search ────────────────────────────────────────────────────────────────────────────────────


def test_the_search_finds_the_least_of_a_function_of_one_variable() -> None:
    from fcfi.methods.optimising import Marks, Search, search

    marks = Marks.of((Click(1, 1),), (3, 3), 0)
    # No pixel is ever right at this threshold, so the search goes on to its end.
    limits = Search(40, 0, steady=2, threshold=0.9999)
    found = search(
        lambda value: value.expand(1, 1, 3, 3),
        [torch.full((1,), -2.0)],
        lambda value: 0.05 * value.square().sum(),
        marks,
        limits,
    )
    least = minimize_scalar(lambda v: (1 - 1 / (1 + np.exp(-v))) ** 2 + 0.05 * v**2).x
    assert found.variables[0].item() == pytest.approx(least, abs=2e-3)
    assert found.evaluations <= 40


def test_the_search_ends_when_the_clicks_are_right_and_makes_no_more_evaluations() -> None:
    from fcfi.methods.optimising import Marks, Search, search

    marks = Marks.of((Click(0, 0), Click(4, 4, False)), (5, 5), 1)
    points: list[Any] = []

    def answer(positive: Any, negative: Any) -> Any:
        points.append((float(positive.detach()), float(negative.detach())))
        return (positive * marks.positive + negative * marks.negative).view(1, 1, 5, 5)

    start = [torch.tensor(-1.0), torch.tensor(1.0)]
    found = search(answer, start, lambda *_: torch.zeros(()), marks, Search(30, steady=2))
    assert marks.right(found.probs, Search())
    assert found.evaluations == len(points) < 30
    assert start[0] == -1
    limited = search(answer, start, lambda *_: torch.zeros(()), marks, Search(1, steady=2))
    assert limited.evaluations == 1


def test_a_mask_that_stays_ends_the_search_as_in_the_release() -> None:
    from fcfi.methods.optimising import Marks, Search, search

    marks = Marks.of((Click(1, 1),), (4, 4), 0)
    still = search(
        lambda value: value.expand(1, 1, 4, 4) * 0 - 3 + value * 1e-3,
        [torch.zeros(1)],
        lambda value: 0 * value.sum(),
        marks,
        Search(20, 0, steady=0.99),
    )
    assert still.evaluations == 2


def test_marks_reach_the_rim_and_later_clicks_win() -> None:
    from fcfi.methods.optimising import Marks, Search

    marks = Marks.of((Click(0, 0), Click(1, 0, False)), (4, 6), 1)
    assert marks.positive[0, 0].tolist() == [[0] * 6] * 4
    assert int(marks.negative.sum()) == 6
    assert not marks.right(torch.full((1, 1, 4, 6), 0.9), Search())
    assert marks.right(torch.full((1, 1, 4, 6), 0.1), Search())
    assert not marks.right(torch.full((1, 1, 4, 6), 0.4), Search(margin=0.1))
    assert float(marks.error(torch.full((1, 1, 4, 6), 0.5))) == pytest.approx(0.25)


# ── behind a network ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", GRADIENTS)
def test_switched_off_it_is_the_network_to_the_bit(
    name: str, network: OpenedNetwork, photo: np.ndarray
) -> None:
    plain = answers(FCFIPredictor(network, SMALL), photo)
    off = answers(made(name, network, off=True), photo)
    assert [found.seen.tobytes() for found in off] == [found.seen.tobytes() for found in plain]


@pytest.mark.parametrize("name", GRADIENTS)
def test_the_first_click_is_unchanged_and_later_ones_are_not(
    name: str, network: OpenedNetwork, photo: np.ndarray
) -> None:
    plain = answers(FCFIPredictor(network, SMALL), photo)
    found = answers(made(name, network, off=False), photo)
    assert found[0].seen.tobytes() == plain[0].seen.tobytes()
    assert found[1].memory is not None
    assert (found[1].seen != plain[1].seen).any()
    # A value: the same answer again, whatever was asked meanwhile.
    again = made(name, network, off=False).predict(photo, CLICKS[:2], found[0])
    assert again.seen.tobytes() == found[1].seen.tobytes()
    assert found[2].nbytes > plain[2].nbytes


def wrong_at_clicks(prediction: Prediction, count: int) -> int:
    return sum(bool(prediction.mask[c.y, c.x]) != c.positive for c in CLICKS[:count])


def reluctant(network: OpenedNetwork) -> OpenedNetwork:
    """Return a network with weak clicks, which does not obey them but could."""
    from fcfi.models.fcfi import FCFI, Output
    from fcfi.runtimes.torch import Torch

    class Reluctant(FCFI):
        def click(self, encoding: Any, feedback: Any, disks: Any, *rest: Any) -> Output:
            near = torch.nn.functional.avg_pool2d(disks[:, :1] - disks[:, 1:], 3, 1, 1)
            # Answers the opposite of the last click, until its maps say more.
            return Output(1.5 * near + 2 - 4 * rest[2], {})

    assert isinstance(network.runtime, Torch)
    model = network.runtime.model
    other = Reluctant(model.config, model.body)
    return OpenedNetwork(network.info, Torch(other))


def test_after_brs_the_clicks_are_right(network: OpenedNetwork, photo: np.ndarray) -> None:
    faint = reluctant(network)
    plain = answers(FCFIPredictor(faint, SMALL), photo, 4)
    assert [wrong_at_clicks(found, number) for number, found in enumerate(plain, 1)] == [1, 1, 2, 2]
    found = answers(make_predictor("brs", faint, SMALL), photo, 4)
    assert [wrong_at_clicks(found, number) for number, found in enumerate(found, 1)] == [1, 0, 0, 0]


def test_a_click_that_is_obeyed_costs_nothing(network: OpenedNetwork, photo: np.ndarray) -> None:
    plain = FCFIPredictor(network, SMALL)
    first = plain.predict(photo, CLICKS[:1])
    side = bool(plain.predict(photo, (CLICKS[0], Click(50, 40)), first).mask.all())
    obeyed = tuple(Click(x, y, side) for x, y in ((30, 20), (50, 40)))
    first = plain.predict(photo, obeyed[:1])
    expected = plain.predict(photo, obeyed, first)
    if wrong_mask := [c for c in obeyed if bool(expected.mask[c.y, c.x]) != side]:
        pytest.fail(f"expected a network of one side, got {wrong_mask}")
    for name in ("brs", "f-brs"):
        found = made(name, network, off=False).predict(photo, obeyed, first)
        assert found.seen.tobytes() == expected.seen.tobytes()
        assert found.memory is None


def test_brs_forgets_its_maps_when_the_crop_moves(
    network: OpenedNetwork, photo: np.ndarray
) -> None:
    from fcfi.boxes import Box
    from fcfi.methods.brs import ChangedMaps
    from fcfi.prediction.zoom import crop_at

    predictor = made("brs", network, off=False)
    before = answers(predictor, photo, 2)[-1]
    assert isinstance(before.memory, ChangedMaps)
    assert before.memory.change.shape == (2, *before.seen.shape)
    elsewhere = dataclasses.replace(before.memory, crop=crop_at(Box(0, 0, 40, 40), 64, 32))
    moved = predictor.predict(photo, CLICKS[:3], dataclasses.replace(before, memory=elsewhere))
    nothing = predictor.predict(photo, CLICKS[:3], dataclasses.replace(before, memory=None))
    assert moved.seen.tobytes() == nothing.seen.tobytes()


def test_ia_learns_the_clicks_and_leaves_the_network_as_it_was(
    network: OpenedNetwork, photo: np.ndarray
) -> None:
    from fcfi.methods.adaptation import Adaptation, Adapted, make
    from fcfi.models.checkpoint import weights_sha256
    from fcfi.runtimes.torch import Torch

    assert isinstance(network.runtime, Torch)
    model = network.runtime.model
    sha256 = weights_sha256(model)
    # Nothing but the clicks counts, and steps are large: they must be learnt.
    how = Adaptation(steps=30, rate=3e-3, clicks=1, hold=0)
    found = answers(make(network, SMALL, how=how), photo, 2)
    assert wrong_at_clicks(found[1], 2) == 0
    assert weights_sha256(model) == sha256
    memory = found[1].memory
    assert isinstance(memory, Adapted)
    assert memory.weights is not None
    assert not any("backbone" in name for name in memory.weights)
    assert any("pyramid" in name for name in memory.weights)
    assert any("classifier" in name for name in memory.weights)


def test_a_network_that_encodes_once_adapts_its_head(tmp_path: Path, photo: np.ndarray) -> None:
    from fcfi.methods.adaptation import Adaptation, Adapted, make
    from fcfi.models.build import build
    from fcfi.models.checkpoint import save_model
    from fcfi.models.config import ModelConfig

    torch.manual_seed(0)
    save_model(build(ModelConfig("lite0", mid=8, prompts="late")), tmp_path / "late.safetensors")
    network = opened(tmp_path / "late.safetensors")
    plain = answers(FCFIPredictor(network, SMALL), photo, 2)
    found = answers(make(network, SMALL, how=Adaptation(steps=1, rate=1e-2)), photo, 2)
    assert found[0].seen.tobytes() == plain[0].seen.tobytes()
    assert (found[1].seen != plain[1].seen).any()
    memory = found[1].memory
    assert isinstance(memory, Adapted)
    assert memory.weights is not None
    assert all("classifier" in name or "fusion" in name for name in memory.weights)


def test_weights_that_are_held_stay(network: OpenedNetwork, photo: np.ndarray) -> None:
    from fcfi.methods.adaptation import Adaptation, distance, even_importance, runner_of
    from fcfi.prediction.looks import Look
    from fcfi.prediction.prediction import CachedImage

    picture = CachedImage(photo)
    first, second = answers(FCFIPredictor(network, SMALL), photo, 2)
    look = Look(picture, first.crop, first.seen, first.crop.clicks(CLICKS[:2]), 1.0)

    def moved(hold: float) -> float:
        runner = runner_of(network, Adaptation(steps=20, rate=1e-3, hold=hold))
        memory: Any = runner(look).memory
        result: Any = runner(dataclasses.replace(look, memory=memory))
        return float(distance(result.memory.weights, runner.begin, runner.importance))

    assert 0 < moved(1e9) < 0.5 * moved(0)
    weights = {"a": torch.ones(2), "b": torch.zeros(2)}
    even = even_importance(weights)
    assert float(distance(weights, {"a": torch.zeros(2), "b": torch.ones(2)}, even)) == 1
    assert second.answered == 2


def test_sequence_adaptation_learns_a_finished_mask_for_good(
    network: OpenedNetwork, photo: np.ndarray
) -> None:
    from fcfi.methods.adaptation import Adaptation, after_object, runner_of, weighed
    from fcfi.methods.gradients import inputs_of
    from fcfi.prediction.looks import Look
    from fcfi.prediction.prediction import CachedImage

    first = answers(FCFIPredictor(network, SMALL), photo, 1)[0]
    look = Look(CachedImage(photo), first.crop, first.seen, first.crop.clicks(CLICKS[:2]), 1.0)
    runner = runner_of(network, Adaptation(rate=1e-3, hold=0))
    measured = weighed(runner, [inputs_of(look, runner.tail.model)])
    sizes = {name: float(value.sum()) for name, value in measured.importance.items()}
    assert sum(sizes.values()) == pytest.approx(1, abs=1e-4)
    # The last layer moves the output most of all, number for number.
    last = measured.importance["model.body.classifier.2.bias"]
    assert float(last.mean()) > 10 / sum(value.numel() for value in runner.begin.values())
    assert (runner.settings["importance"], measured.settings["importance"]) == ("even", "measured")
    target = np.zeros(first.seen.shape, bool)
    target[:32] = True

    def loss(learnt: Any) -> float:
        image, inputs = inputs_of(look, learnt.tail.model)
        still = learnt.tail.still(image, inputs)
        logits = torch.func.functional_call(learnt.tail, dict(learnt.begin), (still,))
        truth = torch.from_numpy(target.astype(np.float32))[None, None]
        return float(torch.nn.functional.binary_cross_entropy_with_logits(logits, truth))

    later = runner
    for _ in range(8):
        later = after_object(later, look, target)
    assert loss(later) < loss(runner)


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_network_without_gradients_is_refused_and_those_that_have_them_are_named(
    name: str,
) -> None:
    message = rf"checkpoint in torch in float32 for --method {name}.* with lite0 or late"
    with pytest.raises(ConfigError, match=message):
        make_predictor(name, ColourNetwork())


def test_unknown_methods_and_networks_of_others_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"expected --method to be one of brs, .*mean 'f-brs'"):
        find_method("fbrs")
    with pytest.raises(ConfigError, match="of the method fcfi for --method merge, got colour of"):
        make_predictor("merge", ColourNetwork(method="likeness"))
    with pytest.raises(ConfigError, match="flip none with another runner"):
        make_predictor("brs", _torch_network(), SMALL, "average")


def _torch_network() -> OpenedNetwork:
    from fcfi.models.build import build
    from fcfi.models.config import ModelConfig
    from fcfi.runtimes.torch import Torch

    return OpenedNetwork(ColourNetwork().info, Torch(build(ModelConfig("lite0", mid=8))))


def test_every_method_of_the_table_names_itself_and_its_paper() -> None:
    for name in MODULES:
        method = find_method(name)
        assert method.name == name
        assert method.paper
        assert method.gradients == (name in (*GRADIENTS, "focal-click"))


def test_a_search_below_zero_is_refused() -> None:
    from fcfi.methods.adaptation import Adaptation
    from fcfi.methods.optimising import Search

    for make in (lambda: Search(-1), lambda: Adaptation(rate=-1)):
        with pytest.raises(FCFIError, match="of at least 0, got -1"):
            make()


def test_segment_takes_a_method(
    tmp_path: Path, photo: np.ndarray, capsys: pytest.CaptureFixture[str]
) -> None:
    from fcfi.cli import main
    from fcfi.images import write_png

    write_png(tmp_path / "photo.png", photo)
    photo_file, mask = str(tmp_path / "photo.png"), str(tmp_path / "mask.png")
    arguments = ["segment", photo_file, "--click", "30,20", "-o", mask]
    assert main([*arguments, "--method", "merge"]) == 0
    capsys.readouterr()
    assert main([*arguments, "--method", "brs", "--runtime", "openvino"]) == 2
    said = capsys.readouterr().err
    assert "for --method brs" in said
    assert "Traceback" not in said
    assert main([*arguments, "--method", "nothing"]) == 2


def test_evaluate_takes_a_method_opens_the_checkpoint_and_names_both(
    tmp_path: Path, photo: np.ndarray, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    from fcfi.cli import main
    from fcfi.images import write_png

    mask = np.zeros(photo.shape[:2], np.uint8)
    mask[10:40, 20:60] = 255
    for folder, pixels in (("images", photo), ("masks", mask)):
        (tmp_path / "made" / folder).mkdir(parents=True)
        write_png(tmp_path / "made" / folder / "a.png", pixels)
    data, record = str(tmp_path / "made"), tmp_path / "out.json"
    arguments = ["evaluate", "--data", data, "--json", str(record), "--threads", "1"]
    assert main([*arguments, "--method", "f-brs"]) == 0, capsys.readouterr().err
    network = json.loads(record.read_text())["network"]
    assert network["name"] == "lite0 with f-brs"
    assert network["runtime"].startswith("torch")
    assert network["settings"]["method"] == "f-brs"
    assert main([*arguments, "--method", "brs", "--flip", "average"]) == 2
    assert "flip none with another runner" in capsys.readouterr().err
    assert main([*arguments, "--method", "brs", "--predictor", "a:b"]) == 2
    assert "expected --predictor without --network, --method" in capsys.readouterr().err
