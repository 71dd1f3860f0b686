"""The HTTP interface of samapi, for QuPath's extension SAM, which gets outlines as GeoJSON.

The extension sends the viewer's region as PNG, points off the object before points on it, and a
rectangle as a box.  The size of SAM in a request is ignored, because there is only one network.
Source: the code of the extension and of samapi.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import numpy as np
from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, Response

import fcfi
from fcfi.boxes import Box
from fcfi.errors import FCFIError, InputError
from fcfi.masks.runs import RunMask
from fcfi.prediction.prediction import CachedImage
from fcfi.prediction.score import score_of
from fcfi.prompts.clicks import Click, Prompts
from fcfi.serving.answering import Answered, Answering, JsonBody, labelled, pixel, refused
from fcfi.serving.outlines import outlines
from fcfi.serving.pictures import from_base64

LABELS: Final = (0, 1)
"""Labels of points off and on the object."""
SIDES: Final = 4
HALF: Final = 0.5
"""Offset from pixel centres, where outlines run, to pixel corners, the origin of QuPath."""


def router(answering: Answering) -> APIRouter:
    """Return the routes of this interface."""
    routes = APIRouter(prefix="/sam")

    @routes.get("/version/")
    async def version() -> PlainTextResponse:
        """Return the version of this server."""
        return PlainTextResponse(fcfi.__version__)

    @routes.get("/weights/")
    async def weights(type_: Annotated[str, Query(alias="type")] = "") -> list[dict[str, str]]:
        """Return the only network, for each size of SAM."""
        return [{"type": type_, "name": answering.version, "url": "fcfi"}]

    @routes.post("/", response_model=None)
    async def predict(body: JsonBody) -> list[dict[str, Any]] | Response:
        """Return the object's outline for all prompts, as a list of at most one feature."""
        try:
            if body.get("b64mask") is not None:
                raise InputError("expected points or a box, got a mask: leave out 'b64mask'")
            clicks = clicks_of(body.get("point_coords"), body.get("point_labels"))
            sides = sides_of(body.get("bbox"))

            def ask(name: str, picture: CachedImage) -> tuple[Prompts, RunMask | None]:
                height, width = picture.image.shape[:2]
                boxes = () if sides is None else (cut_box(sides, height, width),)
                # Points are grouped by sign instead of in order.
                return answering.prompted.in_order(name, (*boxes, *clicks)), None

            answered = await answering.answer(lambda: from_base64(body.get("b64img")), ask)
            return features_of(answered, answering.version)
        except FCFIError as error:
            return refused(answering.server_log, error)

    return routes


def clicks_of(points: object, labels: object) -> tuple[Click, ...]:
    """Return the clicks, positive ones first.  Raises InputError for damaged ones."""
    clicks = []
    for x, y, sign in labelled(points or [], labels or [], "point_coords"):
        if type(sign) is not int or sign not in LABELS:
            raise InputError(
                f"expected 'point_labels' of 0 and 1, got {str(sign)[:40]}: label points off the "
                "object 0, and points on it 1"
            )
        clicks.append(Click(x, y, sign == 1))
    # A first look needs a positive click.
    return tuple(sorted(clicks, key=lambda click: not click.positive))


def sides_of(box: object) -> tuple[int, int, int, int] | None:
    """Return left, top, right, bottom of a box, or None.  Raises InputError for a damaged one."""
    if box is None:
        return None
    if not isinstance(box, list) or len(box) != SIDES:
        raise InputError(
            f"expected 'bbox' as [left, top, right, bottom], got {str(box)[:40]}: send its four "
            "sides in pixels"
        )
    return (*pixel(box[:2], "bbox"), *pixel(box[2:], "bbox"))


def cut_box(sides: Sequence[int], height: int, width: int) -> Box:
    """Return a box clipped to the picture, because QuPath rounds its sides up."""
    left, top, right, bottom = sides
    return Box(max(left, 0), max(top, 0), min(right, width), min(bottom, height))


def features_of(answered: Answered, version: str) -> list[dict[str, Any]]:
    """Return the GeoJSON features: one with all parts of the mask, or none for an empty mask.

    version: version of the network.
    """
    prediction = answered.prediction
    # QuPath uses `quality` as a measurement.  `object_idx` is omitted: it would become a class.
    properties = {"label": "object", "quality": score_of(prediction), "sam_model": version}
    parts = [
        # GeoJSON repeats the first corner at the end.
        [(np.vstack((polygon, polygon[:1])) + HALF).tolist()]
        for polygon in outlines(prediction.mask).polygons
    ]
    if not parts:
        return []
    geometry = (
        {"type": "Polygon", "coordinates": parts[0]}
        if len(parts) == 1
        else {"type": "MultiPolygon", "coordinates": parts}
    )
    return [{"type": "Feature", "geometry": geometry, "properties": properties}]
