"""The package: the cost of `import fcfi`, its public names, and `fcfi.load`."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fcfi
from fcfi import segmenter, weights
from fcfi.errors import ConfigError, InputError, NetworkError
from fcfi.images import write_png
from fcfi.session import Session
from tests.networks import write_onnx

IMPORT_SECONDS = 0.3
HEAVY = ("numpy", "cv2", "PIL", "openvino", "onnxruntime", "torch", "rich", "typer")

MEASURE = f"""
import sys, time
began = time.perf_counter()
import fcfi
print(time.perf_counter() - began, *(name for name in {HEAVY!r} if name in sys.modules))
"""
USE = """
import sys, numpy, fcfi
session = fcfi.load(sys.argv[1]).session(numpy.full((40, 50, 3), 128, numpy.uint8))
session.click(20, 20)
session.log()
heavy = ("torch", "onnx", "safetensors", "fcfi.models", "fcfi.training")
print(*(name for name in heavy if name in sys.modules))
"""


def python(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_importing_is_quick_and_loads_nothing_heavy() -> None:
    runs = [python(MEASURE).split() for _ in range(3)]
    assert min(float(seconds) for seconds, *_ in runs) < IMPORT_SECONDS
    assert [loaded for _, *loaded in runs] == [[], [], []]


def test_a_click_loads_no_torch(tmp_path: Path) -> None:
    assert python(USE, str(write_onnx(tmp_path / "tiny.onnx"))) == ""


def test_the_public_names() -> None:
    public = {
        "Box",
        "Click",
        "FCFIError",
        "FCFIPredictor",
        "GreyWindow",
        "Prediction",
        "Predictor",
        "Scribble",
        "Segmenter",
        "Session",
        "Zoom",
        "__version__",
        "load",
    }
    assert set(fcfi.__all__) == public
    assert public <= set(dir(fcfi))
    for name in public:
        assert getattr(fcfi, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Sesion'"):
        _ = fcfi.Sesion


def test_defaults_are_those_of_the_parts() -> None:
    assert fcfi.load.__kwdefaults__ == segmenter.load.__kwdefaults__


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder of shipped networks with two entries."""
    rows = []
    for name in ("small", "large"):
        data = write_onnx(tmp_path / f"{name}.onnx").read_bytes()
        rows.append(
            f'[[network]]\nname = "{name}"\nfile = "{name}.onnx"\n'
            f'sha256 = "{hashlib.sha256(data).hexdigest()}"\n'
            f'bytes = {len(data)}\nvariant = "tiny"\nlicence = "Apache-2.0"\ndata = "none"\n'
            '[network.noc]\n"GrabCut 90" = 1.5\n'
        )
    (tmp_path / weights.TABLE).write_text('default = "large"\n' + "".join(rows))
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    return tmp_path


def test_the_table_of_shipped_networks(folder: Path) -> None:
    small, large = weights.shipped()
    assert (small.name, small.path, small.variant, small.licence) == (
        "small",
        folder / "small.onnx",
        "tiny",
        "Apache-2.0",
    )
    assert small.noc == {"GrabCut 90": 1.5}
    assert weights.find() == large
    assert weights.find("small") == small
    assert weights.verified(small) == small.path
    with pytest.raises(
        NetworkError,
        match=r"no shipped network is called 'smal', there are small, large: .*small\?",
    ):
        weights.find("smal")


def test_weights_to_train_on_from_have_the_name_of_their_network(folder: Path) -> None:
    (folder / "small.safetensors").write_bytes(b"weights")
    assert weights.checkpoint("small") == folder / "small.safetensors"
    assert weights.checkpoint(str(folder / "small.safetensors")) == folder / "small.safetensors"
    for wrong, message in (
        ("large", "pip install -e .* path of fcfi/weights/large.safetensors"),
        ("smal", "no shipped network is called 'smal'"),
        ("missing.safetensors", "does not exist"),
    ):
        with pytest.raises(NetworkError, match=message):
            weights.checkpoint(wrong)


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:-1] + b"?"])
def test_a_damaged_shipped_network_is_refused(folder: Path, damage: object) -> None:
    path = folder / "large.onnx"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(NetworkError, match=r"large\.onnx is damaged .*install fcfi again"):
        fcfi.load()
    path.unlink()
    with pytest.raises(NetworkError, match=r"large\.onnx cannot be read"):
        fcfi.load()


@pytest.mark.parametrize(
    "text", ["[[network", '[[network]]\nname = "a"\n', "network = 3\n", 'network = ["a"]\n']
)
def test_a_damaged_table_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / weights.TABLE).write_text(text)
    with pytest.raises(NetworkError, match="the table of networks"):
        weights.shipped(tmp_path)


def test_without_a_table_there_are_no_networks(tmp_path: Path) -> None:
    assert weights.shipped(tmp_path) == ()
    with pytest.raises(NetworkError, match="has no network: give a network file"):
        weights.find(folder=tmp_path)


def test_the_networks_of_this_installation_are_whole() -> None:
    for entry in weights.shipped():
        assert weights.verified(entry).stat().st_size == entry.bytes


def test_load_opens_names_paths_and_the_default(folder: Path) -> None:
    assert fcfi.load().info.name == "tiny"
    assert fcfi.load("small").info.name == "tiny"
    assert fcfi.load(str(folder / "small.onnx"), flip="average").settings["flip"] == "average"
    assert fcfi.load(folder / "small.onnx", zoom=fcfi.Zoom(target=64)).settings["target"] == 64
    with pytest.raises(NetworkError, match=r"nothing\.onnx does not exist"):
        fcfi.load("nothing.onnx")
    with pytest.raises(NetworkError, match="no shipped network is called 'nothing'"):
        fcfi.load("nothing")
    with pytest.raises(ConfigError, match="runtime"):
        fcfi.load("small", runtime="fast")


def test_sessions_begin_on_paths_and_arrays_and_replay_bit_for_bit(
    folder: Path, tmp_path: Path
) -> None:
    image = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    write_png(tmp_path / "photo.png", image)
    tool = fcfi.load("small", threads=1)
    session = tool.session(tmp_path / "photo.png")
    for x, y in ((10, 10), (50, 40), (70, 5)):
        session.click(x, y, positive=x != 50)
    same = tool.session(image)
    np.testing.assert_array_equal(same.image, session.image)
    again = Session.replay(fcfi.load("small", threads=1), image, session.log())
    np.testing.assert_array_equal(again.probs.view(np.uint32), session.probs.view(np.uint32))
    with pytest.raises(InputError, match="does not exist"):
        tool.session("missing.jpg")
    with pytest.raises(InputError, match="expected a picture as"):
        tool.session([[1]])  # type: ignore[arg-type]
