"""X-AnyLabeling's remote server: the picture and all marks at each request, polygons back.

Its shapes have neither masks nor holes.  Errors are answered with 200 and `success` false.
Source: requests of X-AnyLabeling 4.2.1, as recorded.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from fastapi import APIRouter

from fcfi.boxes import Box
from fcfi.errors import FCFIError, InputError
from fcfi.prediction.score import score_of
from fcfi.prompts.clicks import Click, Prompt
from fcfi.serving.answering import Answered, Answering, JsonBody
from fcfi.serving.outlines import outlines
from fcfi.serving.pictures import from_base64

MODEL: Final = "fcfi"
"""The one model, by the name that requests have."""
LABEL: Final = "AUTOLABEL_OBJECT"
"""Says that the shape is not finished yet: its label is asked for."""
WIDGETS: Final = (
    ("button_add_point", None),
    ("button_remove_point", None),
    ("button_add_rect", None),
    ("button_clear", None),
    ("button_finish_object", None),
    ("mask_fineness_slider", 10),
    ("mask_fineness_value_label", None),
)
"""What X-AnyLabeling shows for the model, with the values at the beginning."""
DIAGONALS: Final = 1.0
"""The tolerance of an outline is `epsilon_factor` times so many diagonals of its mask's box."""
FINEST: Final = 0.5
"""Smallest tolerance in pixels."""
NUMBERS: Final = {"point": 2, "rectangle": 4}
"""Of a mark's data."""


def router(answering: Answering) -> APIRouter:
    """Return the addresses that X-AnyLabeling asks."""
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
        """Return the one model and what to show for it."""
        return {"success": True, "data": {MODEL: described}}

    @routes.get("/models/{name}/info")
    async def info(name: str) -> dict[str, Any]:
        """Return the model of a name."""
        if name != MODEL:
            return _failed("MODEL_NOT_FOUND", f"expected the model {MODEL}, got {name[:50]!r}")
        return {"success": True, "data": described}

    @routes.post("/predict")
    async def predict(body: JsonBody) -> dict[str, Any]:
        """Return the object's outlines for all marks."""
        if body.get("model") != MODEL:
            sentence = f"expected the model {MODEL}, got {str(body.get('model'))[:50]!r}"
            answering.journal.note(sentence)
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
            answering.journal.note(str(error))
            code = "INVALID_IMAGE" if isinstance(error, InputError) else "INFERENCE_ERROR"
            return _failed(code, str(error))

    return routes


def prompts_of(marks: object) -> tuple[Prompt, ...]:
    """Return the prompts of marks, in their order.  Raises InputError for damaged ones."""
    if not isinstance(marks, Sequence) or isinstance(marks, str) or not marks:
        raise InputError("expected a point or a rectangle among the marks, got none: click first")
    return tuple(_prompt(mark) for mark in marks)


def answer_to(answered: Answered, factor: float) -> dict[str, Any]:
    """Return the answer of `/v1/predict`.

    factor: tolerance of the outlines, in diagonals of the mask's box.
    """
    prediction = answered.prediction
    box, shapes, said = prediction.object_box, [], ""
    if box is not None:
        tolerance = max(FINEST, factor * DIAGONALS * float(np.hypot(box.width, box.height)))
        found = outlines(prediction.mask, tolerance)
        shapes = [
            {
                "label": LABEL,
                "shape_type": "polygon",
                # The first corner comes again: this tool closes no polygon by itself.
                "points": [*polygon.tolist(), polygon[0].tolist()],
                "score": score_of(prediction),
            }
            for polygon in found.polygons
        ]
        losses = [(found.holes, "holes filled"), (found.left_out, "small parts left out")]
        said = ", ".join(f"{count} {what}" for count, what in losses if count)
    return {"success": True, "data": {"shapes": shapes, "description": said, "replace": False}}


def _prompt(mark: object) -> Prompt:
    """Return the prompt of a mark; InputError for another kind or damaged numbers."""
    kind = mark.get("type") if isinstance(mark, Mapping) else None
    if not isinstance(mark, Mapping) or kind not in NUMBERS:
        raise InputError(f"expected marks of the types {', '.join(NUMBERS)}, got {str(kind)[:40]}")
    data, label = mark.get("data"), mark.get("label", 1)
    numbers = data if isinstance(data, list) else []
    plain = all(type(value) in (int, float) and abs(value) < 1e6 for value in numbers)
    if len(numbers) != NUMBERS[kind] or not plain or label not in (0, 1):
        raise InputError(f"expected {NUMBERS[kind]} numbers and label 0 or 1 in a {kind}")
    pixels = [int(value) for value in numbers]
    if kind == "point":
        return Click(pixels[0], pixels[1], label == 1)
    if label == 0:
        raise InputError("expected a rectangle around the object, got one for background")
    left, right = sorted((pixels[0], pixels[2]))
    top, bottom = sorted((pixels[1], pixels[3]))
    return Box(left, top, right, bottom)


def _factor(params: Mapping[str, Any]) -> float:
    """Return the fineness that was asked for, within what makes sense."""
    factor = params.get("epsilon_factor")
    usable = type(factor) in (int, float) and 0 <= float(factor or 0) <= 1
    return float(factor) if usable and factor is not None else 0.001


def _failed(code: str, sentence: str) -> dict[str, Any]:
    return {"success": False, "error": {"code": code, "message": sentence}}
