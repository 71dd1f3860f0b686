"""The panel in napari: choose a picture and a network, click, undo, next object."""

from typing import Any

from qtpy.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

import fcfi
from fcfi.errors import FCFIError
from fcfi.weights import shipped
from napari_fcfi.annotator import Annotator
from napari_fcfi.masks import OFF, ON


class FCFIWidget(QWidget):  # type: ignore[misc]
    """A panel for one viewer; the work is done by `Annotator`."""

    def __init__(self, napari_viewer: Any) -> None:
        """Build the panel; nothing is loaded before *Begin*."""
        super().__init__()
        self._viewer = napari_viewer
        self._annotator: Annotator | None = None
        self._network = QComboBox()
        self._network.addItems([entry.name for entry in shipped()])
        self._status = QLabel("Select an image layer, then begin.")
        self._status.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel("Network"))
        layout.addWidget(self._network)
        for text, action in (
            ("Begin on the selected image", self.begin),
            ("Points on the object", lambda: self._with(lambda work: work.next_sign(ON))),
            ("Points off the object", lambda: self._with(lambda work: work.next_sign(OFF))),
            ("Undo", lambda: self._with(Annotator.undo)),
            ("Next object", lambda: self._with(Annotator.finish)),
        ):
            button = QPushButton(text)
            button.clicked.connect(lambda _checked=False, action=action: action())
            layout.addWidget(button)
        layout.addWidget(self._status)
        layout.addStretch()

    def begin(self) -> None:
        """Load the network and add the layers for the selected image layer."""
        image = self._viewer.layers.selection.active
        if image is None or type(image).__name__ != "Image":
            self._status.setText("Expected an image layer, got another: select one and begin.")
            return
        if self._annotator is not None:
            self._annotator.close()
        try:
            predictor = fcfi.load(self._network.currentText()).predictor
            self._annotator = Annotator(self._viewer, image, predictor)
        except FCFIError as error:
            self._status.setText(str(error))
            return
        self._status.setText("Click on the object.")

    def _with(self, action: Any) -> None:
        """Do something with the annotator; without one say what to do."""
        if self._annotator is None:
            self._status.setText("Begin first.")
            return
        try:
            action(self._annotator)
            self._status.setText(f"Object {self._annotator.number}.")
        except FCFIError as error:
            self._status.setText(str(error))
