"""From a request to a prediction, for all faces: in threads, one at a time for each picture."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import Body
from fastapi.responses import JSONResponse, Response

from fcfi.boxes import Box
from fcfi.errors import FCFIError, InputError
from fcfi.images import decode_image
from fcfi.masks.runs import RunMask
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Prompts
from fcfi.server.server_log import ServerLog
from fcfi.server.workers import Workers
from fcfi.serving.pictures import Source, ToolServer
from fcfi.serving.prompted import Prompted

JsonBody = Annotated[dict[str, Any], Body()]
"""The body of a request, unchecked: each face checks the fields that it reads."""
FARTHEST: Final = 1e6
"""Largest coordinate of a point in pixels: no picture is that large."""
COORDINATES: Final = 2
Ask = Callable[[str, CachedImage], tuple[Prompts, RunMask | None]]
"""Returns the prompts and the start mask (or None), given the picture's name and the picture."""


@dataclass(frozen=True)
class Answered:
    """A prediction on a picture of height x width pixels."""

    prediction: Prediction
    height: int
    width: int


@dataclass(frozen=True)
class Answering:
    """The predictor with its memory, and the threads that call it.

    version: the network's name and weights, for tools that show it.
    server: the tool's own server, for pictures that a request names by address.
    """

    prompted: Prompted
    version: str
    server: ToolServer
    reading: Workers
    predicting: Workers
    server_log: ServerLog = field(default_factory=ServerLog)

    async def answer(self, read: Callable[[], Source], ask: Ask) -> Answered:
        """Return the prediction that a request asks for.

        read: returns the picture's file; called in a thread.
        Raises Busy while too many requests wait, and whatever `read` and `ask` raise.
        """
        source = await self.reading.run(read)

        def predict() -> Answered:
            picture = self.prompted.picture(source.name, lambda: decode_image(source.data))
            prompts, start = ask(source.name, picture)
            height, width = picture.image.shape[:2]
            prediction = self.prompted.predict(source.name, picture, prompts, start)
            return Answered(prediction, height, width)

        # One at a time for each picture: a second request then finds the first one's prediction.
        return await self.predicting.in_turn(hash(source.name), predict)

    def close(self) -> None:
        """Wait for the running requests and stop the threads."""
        self.reading.close()
        self.predicting.close()


def labelled(points: object, labels: object, key: str) -> list[tuple[int, int, object]]:
    """Return x, y and label of each point.

    key: the key of the points in a request, for errors.
    Raises InputError unless there are as many labels as points, all of them in pixels.
    """
    counts = [len(given) if isinstance(given, list) else "none" for given in (points, labels)]
    if not isinstance(points, list) or not isinstance(labels, list) or len(points) != len(labels):
        raise InputError(
            f"expected as many 'point_labels' as {key!r}, got {counts[1]} and {counts[0]}: send a "
            "label for each point"
        )
    return [(*pixel(point, key), label) for point, label in zip(points, labels, strict=True)]


def pixel(point: object, key: str) -> tuple[int, int]:
    """Return the pixel of a point [x, y] in a request.

    key: its key there, for errors.
    Raises InputError for anything else.
    """
    numbers = point if isinstance(point, list | tuple) else []
    plain = all(type(value) in (int, float) and abs(value) < FARTHEST for value in numbers)
    if len(numbers) != COORDINATES or not plain:
        raise InputError(
            f"expected points as [x, y] under {key!r}, got {str(point)[:40]}: send two numbers in "
            "pixels"
        )
    return int(numbers[0]), int(numbers[1])


def box_between(corner: tuple[int, int], opposite: tuple[int, int]) -> Box:
    """Return the box between two opposite corners (x, y), in any order."""
    left, right = sorted((corner[0], opposite[0]))
    top, bottom = sorted((corner[1], opposite[1]))
    return Box(left, top, right, bottom)


def refused(server_log: ServerLog, error: FCFIError) -> Response:
    """Return an error in the form of servers made with FastAPI, and log it."""
    server_log.note(str(error))
    return JSONResponse({"detail": str(error)}, 400 if isinstance(error, InputError) else 503)
