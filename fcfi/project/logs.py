"""Makes the click logs of a picture's objects, which another network can replay."""

from collections.abc import Mapping
from typing import Any

from fcfi.grey_window import GreyWindow
from fcfi.images import image_sha256
from fcfi.project.document import DrawnObject
from fcfi.project.pictures import Pictures
from fcfi.project.states import PictureRow
from fcfi.project.store import Stored
from fcfi.project.used_predictors import UsedPredictors
from fcfi.project.world import Masks
from fcfi.prompts.click_log import ClickLog, to_runs


def logs_of(
    stored: Stored,
    labels: Mapping[int, str],
    pictures: Pictures,
    masks: Masks,
    used_predictors: UsedPredictors,
) -> tuple[dict[str, Any], ...]:
    """Return a log for each object with prompts, as JSON, with its id, label and properties.

    labels: names by id.  Raises PictureError if the picture cannot be read: logs have the sha256 of
    the pixels that the network saw.
    """
    clicked = [drawn for drawn in stored.document.objects if drawn.rounds]
    if not clicked:
        return ()
    row = stored.row
    sha256s: dict[GreyWindow | None, str] = {}
    for window in {drawn.rounds.window for drawn in clicked}:
        row, image = pictures.pixels(row, window)
        sha256s[window] = image_sha256(image)
    return tuple(
        {
            "object": drawn.id,
            "label": labels.get(drawn.label or 0),
            "keep_out": drawn.keep_out,
            "tidy": drawn.tidy,
            "log": _log(drawn, row, sha256s[drawn.rounds.window], masks, used_predictors).to_json(),
        }
        for drawn in clicked
    )


def _log(
    drawn: DrawnObject, row: PictureRow, sha256: str, masks: Masks, used_predictors: UsedPredictors
) -> ClickLog:
    """Return an object's click log, in the form of `fcfi.session`."""
    known = used_predictors.find(drawn.network)
    start = None
    if drawn.start is not None:
        start = to_runs(masks.get(drawn.start).pixels(row.height, row.width))
    network = {"name": known.name, "sha256": known.weights, "runtime": known.runtime}
    return ClickLog(row.height, row.width, sha256, network, known.settings, start, drawn.rounds)
