"""X-AnyLabeling's remote server: each request holds the picture and all marks; polygons return.

The tool has neither masks nor holes.  Errors are returned with status 200 and `success` false.
Source: recorded requests of X-AnyLabeling 4.2.1.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from fastapi import APIRouter

from fcfi.errors import FCFIError, InputError
from fcfi.prediction.score import score_of
from fcfi.prompts.clicks import Click, Prompt
from fcfi.serving.answering import FARTHEST, Answered, Answering, JsonBody, box_between
from fcfi.serving.outlines import outlines
from fcfi.serving.pictures import from_base64

MODEL: Final = "fcfi"
"""Name of the only model in requests."""
LABEL: Final = "AUTOLABEL_OBJECT"
"""Label of a shape that is not finished: the tool then asks for its label."""
WIDGETS: Final = (
    ("button_add_point", None),
    ("button_remove_point", None),
    ("button_add_rect", None),
    ("button_clear", None),
    ("button_finish_object", None),
    ("mask_fineness_slider", 10),
    ("mask_fineness_value_label", None),
)
"""Controls that X-AnyLabeling shows for the model, with their initial values."""
DIAGONALS: Final = 1.0
"""An outline's tolerance is `epsilon_factor` times this number of diagonals of the mask's box."""
FINEST: Final = 0.5
"""Smallest tolerance in pixels."""
NUMBERS: Final = {"point": 2, "rectangle": 4}
"""Count of numbers in each type of mark."""


def router(answering: Answering) -> APIRouter:
    """Return the routes that X-AnyLabeling calls."""
    routes = APIRouter(prefix="/v1")
    described: dict[str, Any] = {
        "display_name": f"FCFI ({answering.version})",
        "widgets": [{"name": name, "value": value} for name, value in WIDGETS],
        "params": {},
        "capabilities": {},
        "batch_processing_mode": None,
    }

    @routes.get("/models")
    async def models() -> dict[str, Any]:
        """Return the only model and its controls."""
        return {"success": True, "data": {MODEL: described}}

    @routes.get("/models/{name}/info")
    async def info(name: str) -> dict[str, Any]:
        """Return the description of a model."""
        if name != MODEL:
            return _failed("MODEL_NOT_FOUND", f"expected the model {MODEL}, got {name[:50]!r}")
        return {"success": True, "data": described}

    @routes.post("/predict")
    async def predict(body: JsonBody) -> dict[str, Any]:
        """Return the outlines of the object that the marks describe."""
        if body.get("model") != MODEL:
            sentence = f"expected the model {MODEL}, got {str(body.get('model'))[:50]!r}"
            answering.server_log.note(sentence)
            return _failed("MODEL_NOT_FOUND", sentence)
        params = body.get("params")
        params = params if isinstance(params, Mapping) else {}
        try:
            prompts = prompts_of(params.get("marks"))
            answered = await answering.answer(
                lambda: from_base64(body.get("image")), lambda _, __: (prompts, None)
            )
            return answer_to(answered, _factor(params))
        except FCFIError as error:
            answering.server_log.note(str(error))
            code = "INVALID_IMAGE" if isinstance(error, InputError) else "INFERENCE_ERROR"
            return _failed(code, str(error))

    return routes


def prompts_of(marks: object) -> tuple[Prompt, ...]:
    """Return marks as prompts, in their order.  Raises InputError for damaged marks."""
    if not isinstance(marks, Sequence) or isinstance(marks, str) or not marks:
        raise InputError("expected a point or a rectangle among the marks, got none: click first")
    return tuple(_prompt(mark) for mark in marks)


def answer_to(answered: Answered, factor: float) -> dict[str, Any]:
    """Return the response of `/v1/predict`.

    factor: tolerance of the outlines, in diagonals of the mask's box.
    """
    prediction = answered.prediction
    box, shapes, description = prediction.object_box, [], ""
    if box is not None:
        tolerance = max(FINEST, factor * DIAGONALS * float(np.hypot(box.width, box.height)))
        found = outlines(prediction.mask, tolerance)
        shapes = [
            {
                "label": LABEL,
                "shape_type": "polygon",
                # The first corner is repeated: the tool does not close polygons.
                "points": [*polygon.tolist(), polygon[0].tolist()],
                "score": score_of(prediction),
            }
            for polygon in found.polygons
        ]
        losses = [(found.holes, "holes filled"), (found.left_out, "small parts left out")]
        description = ", ".join(f"{count} {what}" for count, what in losses if count)
    data = {"shapes": shapes, "description": description, "replace": False}
    return {"success": True, "data": data}


def _prompt(mark: object) -> Prompt:
    """Return a mark as a prompt.  Raises InputError for an unknown type or damaged numbers."""
    kind = mark.get("type") if isinstance(mark, Mapping) else None
    if not isinstance(mark, Mapping) or kind not in NUMBERS:
        raise InputError(f"expected marks of the types {', '.join(NUMBERS)}, got {str(kind)[:40]}")
    data, label = mark.get("data"), mark.get("label", 1)
    numbers = data if isinstance(data, list) else []
    plain = all(type(value) in (int, float) and abs(value) < FARTHEST for value in numbers)
    if len(numbers) != NUMBERS[kind] or not plain or label not in (0, 1):
        raise InputError(f"expected {NUMBERS[kind]} numbers and label 0 or 1 in a {kind}")
    pixels = [int(value) for value in numbers]
    if kind == "point":
        return Click(pixels[0], pixels[1], label == 1)
    if label == 0:
        raise InputError("expected a rectangle around the object, got one for background")
    return box_between((pixels[0], pixels[1]), (pixels[2], pixels[3]))


def _factor(params: Mapping[str, Any]) -> float:
    """Return the requested `epsilon_factor`, or the default if it is not in [0, 1]."""
    factor = params.get("epsilon_factor")
    usable = type(factor) in (int, float) and 0 <= float(factor or 0) <= 1
    return float(factor) if usable and factor is not None else 0.001


def _failed(code: str, sentence: str) -> dict[str, Any]:
    return {"success": False, "error": {"code": code, "message": sentence}}
