"""The HTTP interface of `osam serve`: requests contain the picture and all points of the object.

Points have labels: 0 off the object, 1 on it, 2 and 3 for the corners of a box.  Embeddings of the
picture are neither accepted nor returned, because the network has none.
Source: the requests and responses of osam 0.8.1.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import Response

from fcfi.boxes import Box
from fcfi.errors import FCFIError, InputError
from fcfi.images import encode_png
from fcfi.masks.runs import RunMask
from fcfi.prediction.prediction import CachedImage
from fcfi.prediction.score import score_of
from fcfi.prompts.clicks import Click, Prompts
from fcfi.serving.answering import (
    Answered,
    Answering,
    JsonBody,
    box_between,
    labelled,
    refused,
)
from fcfi.serving.pictures import from_base64

MODELS: Final = ("fcfi", "fcfi:latest")
"""Names of the only model in requests: osam adds `latest` to a bare name."""
OFF, ON, CORNER, OPPOSITE = range(4)
LABELS: Final = (OFF, ON, CORNER, OPPOSITE)
"""Labels of points: clicks off and on the object, a corner of a box, and the opposite corner."""
UNPAIRED: Final = (
    "expected each point of label 2 to be followed by its corner, label 3, got one alone: send "
    "both corners of a box"
)


def router(answering: Answering) -> APIRouter:
    """Return the routes of this interface."""
    routes = APIRouter(prefix="/api")

    @routes.post("/generate", response_model=None)
    async def generate(body: JsonBody) -> dict[str, Any] | Response:
        """Return the object's mask for all points."""
        try:
            model = body.get("model")
            if model not in MODELS:
                raise InputError(
                    f"expected the model {MODELS[0]}, got {str(model)[:50]!r}: name this one"
                )
            if body.get("image_embedding") is not None:
                raise InputError("expected the picture under 'image', got an embedding: send it")
            given = prompts_of(body.get("prompt"))

            def ask(_: str, picture: CachedImage) -> tuple[Prompts, RunMask | None]:
                height, width = picture.image.shape[:2]
                return given or (Click(width // 2, height // 2),), None

            answered = await answering.answer(lambda: from_base64(body.get("image")), ask)
            return answer_to(answered, str(model))
        except FCFIError as error:
            return refused(answering.server_log, error)

    return routes


def prompts_of(prompt: object) -> Prompts:
    """Return the clicks and boxes of a prompt in order, or none for None.

    Raises InputError for damaged prompts, and for texts, which the network cannot use.
    """
    if prompt is None:
        return ()
    if not isinstance(prompt, Mapping) or prompt.get("texts"):
        raise InputError("expected a prompt of 'points' and 'point_labels', got texts: click")
    points = labelled(prompt.get("points"), prompt.get("point_labels"), "points")
    if not points:
        raise InputError("expected at least one point, got none: click on the object")
    found: list[Click | Box] = []
    corner: tuple[int, int] | None = None
    for x, y, label in points:
        if type(label) is not int or label not in LABELS:
            raise InputError(
                f"expected the labels 0, 1, 2 and 3, got {str(label)[:40]}: label clicks off and "
                "on the object 0 and 1, and the corners of a box 2 and 3"
            )
        if (label == OPPOSITE) != (corner is not None):
            raise InputError(UNPAIRED)
        if label == CORNER:
            corner = x, y
        elif corner is not None:
            found.append(box_between(corner, (x, y)))
            corner = None
        else:
            found.append(Click(x, y, label == ON))
    if corner is not None:
        raise InputError(UNPAIRED)
    return tuple(found)


def answer_to(answered: Answered, model: str) -> dict[str, Any]:
    """Return the response of `/api/generate`: the mask inside its box, as PNG with 0 and 255."""
    prediction = answered.prediction
    box, annotations = prediction.object_box, []
    if box is not None:
        inside = prediction.mask[box.top : box.bottom, box.left : box.right]
        # In osam the last column and row belong to the box.
        sides = {"xmin": box.left, "ymin": box.top, "xmax": box.right - 1, "ymax": box.bottom - 1}
        mask = base64.b64encode(encode_png(inside)).decode()
        annotations = [
            {"bounding_box": sides, "mask": mask, "score": score_of(prediction), "text": None}
        ]
    return {"model": model, "image_embedding": None, "annotations": annotations}
