"""CVAT, self-hosted: fcfi stands in for its serverless platform (nuclio's dashboard).

CVAT lists the functions.  At each click it posts the picture and all clicks, positive and negative
ones in two lists; their common order is recovered from the requests before.
Source: CVAT's lambda manager, as its interactors use it.
"""

from typing import Annotated, Any, Final

import numpy as np
from fastapi import APIRouter, Header

from fcfi.boxes import Box
from fcfi.errors import InputError, NotFound
from fcfi.masks.runs import RunMask
from fcfi.prediction.prediction import CachedImage
from fcfi.prompts.clicks import Click, Prompts
from fcfi.serving.answering import Answering, JsonBody, box_between, pixel
from fcfi.serving.pictures import from_base64

FUNCTION: Final = "fcfi"
"""Name of the only function."""
CORNERS: Final = 2
BOX: Final = "obj_bbox"
_SEQUENCES: Final = (list, tuple)


def router(answering: Answering) -> APIRouter:
    """Return the routes that CVAT calls."""
    routes = APIRouter(prefix="/api")
    function = described(answering.version)

    @routes.get("/functions")
    async def functions() -> dict[str, Any]:
        """Return the only function, by its name."""
        return {FUNCTION: function}

    @routes.get("/functions/{name}")
    async def function_of(name: str) -> dict[str, Any]:
        """Return the description of a function."""
        _check(name)
        return function

    @routes.post("/function_invocations")
    async def invoke(
        body: JsonBody, x_nuclio_function_name: Annotated[str, Header()] = FUNCTION
    ) -> dict[str, Any]:
        """Return the mask for all clicks, as rows of 0 and 1."""
        _check(x_nuclio_function_name)
        prompts = prompts_of(body.get("pos_points"), body.get("neg_points"), body.get(BOX))

        def ask(name: str, _: CachedImage) -> tuple[Prompts, RunMask | None]:
            # CVAT sends clicks by sign, not in the order in which they were made.
            return answering.prompted.in_order(name, prompts), None

        answered = await answering.answer(lambda: from_base64(body.get("image")), ask)
        return {"mask": answered.prediction.mask.astype(np.uint8).tolist()}

    return routes


def described(version: str) -> dict[str, Any]:
    """Return the description of the function, with the fields that CVAT reads.

    version: the network's name and weights.
    """
    return {
        "metadata": {
            "name": FUNCTION,
            "namespace": "cvat",
            "annotations": {
                "name": f"FCFI ({version})",
                "version": "2",
                "type": "interactor",
                "spec": "",
                "min_pos_points": "1",
                "min_neg_points": "0",
                "startswith_box": "false",
                "startswith_box_optional": "true",
                "help_message": "Click on the object; right click where the mask is too large.",
                "animated_gif": "",
            },
        },
        "spec": {"description": "Click-based segmentation that corrects its own masks."},
        "status": {"state": "ready", "httpPort": 0},
    }


def prompts_of(positive: object, negative: object, box: object) -> Prompts:
    """Return the prompts of a request: the box, then the positive, then the negative clicks.

    positive, negative: lists of [x, y], or None.  box: two corners, or None.
    Raises InputError for anything else.
    """
    found = _box(box)
    boxes = () if found is None else (found,)
    return (
        *boxes,
        *_clicks(positive, "pos_points", True),
        *_clicks(negative, "neg_points", False),
    )


def _check(name: str) -> None:
    if name != FUNCTION:
        raise NotFound(f"expected the function {FUNCTION}, got {name[:50]!r}")


def _clicks(points: object, key: str, positive: bool) -> tuple[Click, ...]:
    """Return a list of [x, y] as clicks.  Raises InputError for anything else."""
    found = points or ()
    if not isinstance(found, _SEQUENCES):
        raise InputError(f"expected a list of [x, y] under {key!r}")
    return tuple(Click(*pixel(point, key), positive) for point in found)


def _box(corners: object) -> Box | None:
    """Return the box between two corners, or None without corners."""
    if not corners:
        return None
    if not isinstance(corners, _SEQUENCES) or len(corners) != CORNERS:
        raise InputError(f"expected two corners [x, y] under {BOX!r}")
    corner, opposite = (pixel(point, BOX) for point in corners)
    return box_between(corner, opposite)
