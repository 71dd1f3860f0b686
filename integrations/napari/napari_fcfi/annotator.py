"""The layers of one picture: points in, labels out.  Needs napari's layers and no Qt."""

from typing import Any, Final

import numpy as np

from fcfi.prediction.interface import Predictor
from napari_fcfi.masks import OFF, ON, ObjectMasks, clicks_of, next_number, painted, picture_of

COLOURS: Final = {ON: "lime", OFF: "red"}
POINTS, LABELS = "fcfi points", "fcfi labels"
"""Names of the layers that are added."""
SIZE: Final = 8
"""Diameter of a point in pixels of the picture."""


class Annotator:
    """Points of an image layer become the mask of one object after another.

    points, labels: the layers that it adds to the viewer.  number: the label of the object at work.
    """

    def __init__(self, viewer: Any, image: Any, predictor: Predictor) -> None:
        """Add a points layer and a labels layer for an image layer.

        viewer: napari's, or its model.  Raises InputError for a picture that cannot be used.
        """
        self._masks = ObjectMasks(predictor, picture_of(image.data))
        shape = (self._masks.height, self._masks.width)
        where = {"scale": image.scale[-2:], "translate": image.translate[-2:]}
        self.labels = viewer.add_labels(np.zeros(shape, np.int32), name=LABELS, **where)
        self.points = viewer.add_points(
            np.empty((0, 2)),
            name=POINTS,
            features={"sign": np.array([], object)},
            feature_defaults={"sign": ON},
            size=SIZE,
            **where,
        )
        self.points.current_face_color = COLOURS[ON]
        self.number = 1
        self._others = np.zeros(shape, np.bool_)
        self._changing = False
        self.points.events.data.connect(self._follow)
        self.points.mode = "add"

    def next_sign(self, sign: str) -> None:
        """Make the points that follow `on` or `off` the object."""
        # Without a selection, or napari would give the new colour to the selected points as well.
        self.points.selected_data = set()
        self.points.feature_defaults["sign"] = sign
        self.points.current_face_color = COLOURS[sign]

    def undo(self) -> None:
        """Take the last point back."""
        if len(self.points.data):
            self.points.data = self.points.data[:-1]

    def finish(self) -> None:
        """Keep the object and begin the next."""
        self._others = np.asarray(self.labels.data) > 0
        self.number = next_number(self.labels.data)
        self._masks.forget()
        self._changing = True  # the points go, and the labels stay
        self.points.data = np.empty((0, 2))
        self._changing = False
        self.next_sign(ON)

    def close(self) -> None:
        """Follow the points no longer; the layers stay."""
        self.points.events.data.disconnect(self._follow)

    def _follow(self, event: Any) -> None:
        """Make the labels those of the points."""
        # Some events come before the change, and napari shows those after it as past: added.
        action = str(getattr(getattr(event, "action", ""), "value", ""))
        if self._changing or action in ("adding", "removing", "changing"):
            return
        signs = [str(sign) for sign in self.points.features["sign"]]
        clicks = clicks_of(self.points.data, signs, self._masks.height, self._masks.width)
        mask = self._masks.mask(clicks)
        self.labels.data = painted(self.labels.data, mask, self.number, self._others)
