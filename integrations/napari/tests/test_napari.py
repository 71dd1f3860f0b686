"""The plugin in napari: its manifest, and its layers in a viewer without a display.

pip install . 'integrations/napari[test]' && pytest integrations/napari
"""

from pathlib import Path

import numpy as np
import pytest

napari = pytest.importorskip("napari")

from napari.components import ViewerModel  # noqa: E402
from napari_fcfi.annotator import Annotator  # noqa: E402
from npe2 import PluginManifest  # noqa: E402

import fcfi  # noqa: E402

IMAGE = np.full((40, 60, 3), (20, 60, 200), np.uint8)
IMAGE[8:30, 15:40] = (220, 140, 30)


@pytest.fixture
def annotator() -> Annotator:
    viewer = ViewerModel()
    layer = viewer.add_image(IMAGE, scale=(0.5, 0.5))
    return Annotator(viewer, layer, fcfi.load().predictor)


def test_the_manifest_is_valid_and_names_the_widget() -> None:
    path = Path(__file__).parents[1] / "napari_fcfi" / "napari.yaml"
    manifest = PluginManifest.from_file(path)
    assert [widget.display_name for widget in manifest.contributions.widgets or []] == ["fcfi"]
    (command,) = manifest.contributions.commands or []
    module, name = str(command.python_name).split(":")
    source = path.parent / f"{module.rpartition('.')[2]}.py"
    assert f"class {name}(" in source.read_text(encoding="utf-8")


def test_points_become_labels_with_undo_signs_and_further_objects(annotator: Annotator) -> None:
    session = fcfi.load().session(IMAGE)
    annotator.points.add([18.2, 27.8])
    first = session.click(28, 18)
    assert first.any()
    assert ((annotator.labels.data == 1) == first).all()
    annotator.next_sign("off")
    annotator.points.add([2, 3])
    second = session.click(3, 2, positive=False)
    assert ((annotator.labels.data == 1) == second).all()
    assert list(annotator.points.features["sign"]) == ["on", "off"]
    assert not np.allclose(annotator.points.face_color[0], annotator.points.face_color[1])
    annotator.undo()
    assert ((annotator.labels.data == 1) == first).all()

    annotator.finish()
    assert len(annotator.points.data) == 0
    assert annotator.number == 2
    annotator.points.add([18, 28])  # the same object again keeps the pixels of the first
    assert ((annotator.labels.data == 1) == first).all()
    annotator.undo()
    assert not (annotator.labels.data == 2).any()
    annotator.undo()
    assert tuple(annotator.labels.scale) == (0.5, 0.5)


def test_the_panel_begins_clicks_and_reports_what_is_missing() -> None:
    qtpy = pytest.importorskip("qtpy", exc_type=Exception)
    if not qtpy.API_NAME:
        pytest.skip("no binding of Qt")
    from napari_fcfi.widget import FCFIWidget
    from qtpy.QtWidgets import QApplication, QLabel, QPushButton

    application = QApplication.instance() or QApplication([])
    viewer = ViewerModel()
    panel = FCFIWidget(viewer)
    buttons = {button.text(): button for button in panel.findChildren(QPushButton)}
    status = panel.findChildren(QLabel)[-1]
    buttons["Undo"].click()
    assert status.text() == "Begin first."
    buttons["Begin on the selected image"].click()
    assert "select one" in status.text()
    viewer.add_image(IMAGE)
    buttons["Begin on the selected image"].click()
    viewer.layers["fcfi points"].add([18, 28])
    assert (viewer.layers["fcfi labels"].data == 1).any()
    buttons["Points off the object"].click()
    viewer.layers["fcfi points"].add([2, 3])
    assert list(viewer.layers["fcfi points"].features["sign"]) == ["on", "off"]
    buttons["Undo"].click()
    assert len(viewer.layers["fcfi points"].data) == 1
    buttons["Next object"].click()
    assert status.text() == "Object 2."
    assert application is not None
