"""The logic of the napari plugin without napari: from points to masks, from masks to labels."""

import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from fcfi.errors import InputError
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from tests.networks import ColourNetwork

PLUGIN = Path(__file__).parent.parent / "integrations" / "napari"


@pytest.fixture
def masks(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the module of the plugin that does not import napari."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    return import_module("napari_fcfi.masks")


def test_points_are_rows_and_columns_and_those_outside_are_left_out(masks: Any) -> None:
    points = np.array([[18.4, 27.6], [-3, 5], [2, 60], [39.4, 0]])
    found = masks.clicks_of(points, ["on", "on", "off", "off"], 40, 60)
    assert found == (Click(28, 18), Click(0, 39, positive=False))
    assert masks.clicks_of(np.empty((0, 2)), [], 40, 60) == ()


def test_an_undone_point_costs_no_look(masks: Any) -> None:
    network = ColourNetwork()
    image = np.full((40, 60, 3), 90, np.uint8)
    image[8:30, 15:40] = 200
    predictor = FCFIPredictor(network, Zoom(target=64, minimum=16))
    objects = masks.ObjectMasks(predictor, image)
    clicks = (Click(28, 18), Click(3, 2, positive=False))
    first = predictor.predict(image, clicks[:1])
    second = predictor.predict(image, clicks, first)
    looks = len(network.calls)
    assert (objects.mask(clicks) == second.mask).all()
    assert (objects.mask(clicks[:1]) == first.mask).all()
    assert not objects.mask(()).any()
    assert len(network.calls) == looks + 2
    objects.forget()
    objects.mask(clicks[:1])
    assert len(network.calls) == looks + 3


def test_labels_of_other_objects_stay(masks: Any) -> None:
    labels = np.zeros((4, 5), np.int32)
    labels[0] = 1
    labels[2] = 2
    mask = np.zeros((4, 5), bool)
    mask[:, 0] = True
    made = masks.painted(labels, mask, 2, labels == 1)
    assert made.dtype == labels.dtype
    assert made[:, 0].tolist() == [1, 2, 2, 2]
    assert made[0].tolist() == [1] * 5
    assert not made[1:, 1:].any()
    assert masks.next_number(made) == 3
    assert masks.next_number(np.zeros((2, 2), int)) == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (np.full((2, 3), 7, np.uint8), 7),
        (np.full((2, 3, 3), 0.5, np.float32), 128),
        (np.full((2, 3, 4), 9, np.uint8), 9),
    ],
)
def test_image_layers_of_every_usual_kind_are_pictures(
    masks: Any, data: Any, expected: int
) -> None:
    picture = masks.picture_of(data)
    assert picture.shape == (2, 3, 3)
    assert picture.dtype == np.uint8
    assert (picture == expected).all()


def test_numbers_of_any_range_are_stretched_and_stacks_refused(masks: Any) -> None:
    ramp = np.linspace(5, 9, 12, dtype=np.float32).reshape(3, 4)
    picture = masks.picture_of(ramp)
    assert (picture.min(), picture.max()) == (0, 255)
    with pytest.raises(InputError, match="one plane of a stack"):
        masks.picture_of(np.zeros((5, 40, 60), np.uint8))
    with pytest.raises(InputError, match="colours in uint8"):
        masks.picture_of(np.zeros((4, 6, 3), np.uint16))


def test_the_manifest_names_what_the_package_holds() -> None:
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (entry,) = project["entry-points"]["napari.manifest"].values()
    package, _, file = entry.partition(":")
    manifest = yaml.safe_load((PLUGIN / package / file).read_text(encoding="utf-8"))
    assert manifest["name"] == project["name"]
    commands = {row["id"]: row["python_name"] for row in manifest["contributions"]["commands"]}
    for widget in manifest["contributions"]["widgets"]:
        module, _, name = commands[widget["command"]].partition(":")
        source = PLUGIN.joinpath(*module.split(".")).with_suffix(".py")
        assert f"class {name}(" in source.read_text(encoding="utf-8")


def test_the_logic_needs_neither_napari_nor_qt(masks: Any) -> None:
    assert not {"napari", "qtpy"} & sys.modules.keys()
