"""Converts the project's values to JSON, in the form of schemas.py."""

import dataclasses
import datetime
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response

from fcfi.boxes import Box
from fcfi.formats import Report, codecs
from fcfi.grey_levels import ValueRange
from fcfi.masks.runs import RunMask
from fcfi.prediction.lazy import NetworkStatus
from fcfi.project.document import Document, DrawnObject
from fcfi.project.examples import NEEDED
from fcfi.project.states import (
    CarryReport,
    Change,
    DayWork,
    ImportReport,
    Label,
    PersonWork,
    PictureConflict,
    PictureList,
    PictureRow,
    PictureState,
)
from fcfi.prompts.clicks import Click, Prompt, Scribble
from fcfi.server.jobs import Job
from fcfi.server.learning import Result, Status

EPOCH: Final = datetime.date(1970, 1, 1)
"""Day 0 of `DayWork`."""


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON response.  value: of dictionaries, lists, texts and finite numbers."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode(), status, dict(headers or {}), "application/json")


def state(given: PictureState, known: Collection[str] = ()) -> dict[str, Any]:
    """Return a PictureAnswer.  known: sha256 of the masks to leave out."""
    return {
        "picture": row(given.picture),
        "document": document(given.document, given.masks),
        "masks": {
            sha256: mask.to_json() for sha256, mask in given.masks.items() if sha256 not in known
        },
        "can_undo": given.can_undo,
        "can_redo": given.can_redo,
        "undo_text": given.undo_text,
        "redo_text": given.redo_text,
    }


def day(given: DayWork) -> dict[str, Any]:
    """Return a DayAnswer."""
    date = EPOCH + datetime.timedelta(days=given.day)
    return {
        **dataclasses.asdict(given),
        "day": date.isoformat(),
        "seconds": round(given.seconds, 1),
    }


def people(given: Sequence[PersonWork]) -> list[dict[str, Any]]:
    """Return the list of PersonAnswers."""
    return [dataclasses.asdict(person) for person in given]


def document(given: Document, masks: Mapping[str, RunMask]) -> dict[str, Any]:
    """Return a DocumentAnswer."""
    return {
        "objects": [_object(drawn, masks) for drawn in given.objects],
        "done": given.done,
        "mark": None if given.mark is None else given.mark.to_json(),
    }


def row(given: PictureRow) -> dict[str, Any]:
    """Return a PictureRowAnswer; `modified` is a text, since JavaScript would round the number."""
    return {
        "id": given.id,
        "name": given.name,
        "width": given.width,
        "height": given.height,
        "modified": str(given.modified),
        "state": given.state,
        "objects": given.objects,
        "version": given.version,
        "problem": given.problem,
        "marked_by": given.marked_by,
        "marked_at": given.marked_at,
        "assigned": given.assigned,
    }


def listed(given: PictureList) -> dict[str, Any]:
    """Return a PictureListAnswer."""
    return {
        "total": given.total,
        "counts": dataclasses.asdict(given.counts),
        "items": [row(picture) for picture in given.items],
    }


def conflict(error: PictureConflict) -> dict[str, Any]:
    """Return the keys of a ConflictAnswer other than its sentence."""
    return {"changes": [_change(change) for change in error.changes], "state": state(error.state)}


def value_range(given: ValueRange | None) -> dict[str, Any]:
    """Return a RangeAnswer."""
    return {"range": None if given is None else dataclasses.asdict(given)}


def labels(given: Sequence[Label]) -> list[dict[str, Any]]:
    """Return a LabelAnswer for each label."""
    return [
        {
            "id": label.id,
            "name": label.name,
            "colour": label.colour,
            "index": label.index,
            "attributes": [dataclasses.asdict(attribute) for attribute in label.attributes],
            "number": label.number,
            "supercategory": label.supercategory,
        }
        for label in given
    ]


def formats() -> list[dict[str, Any]]:
    """Return a FormatAnswer for each format."""
    return [
        {
            "name": codec.name,
            "title": codec.title,
            "cannot_hold": list(codec.cannot_hold),
            "holds_attributes": codec.holds_attributes,
        }
        for codec in codecs().values()
    ]


def network(given: NetworkStatus | None) -> dict[str, Any] | None:
    """Return a NetworkAnswer, or None without a network."""
    return None if given is None else dataclasses.asdict(given)


def imported(given: ImportReport) -> dict[str, Any]:
    """Return an ImportAnswer."""
    return dataclasses.asdict(given)


def report(given: Report) -> dict[str, Any]:
    """Return a ReportAnswer."""
    return {
        "text": given.text(),
        "pictures": given.pictures,
        "objects": len(given.objects),
        "changed": [dataclasses.asdict(changed) for changed in given.changed],
        "notes": list(given.notes),
    }


def learning(given: Status, shown: Callable[[str], str]) -> dict[str, Any]:
    """Return a LearningAnswer.  shown: shortens a sentence for responses."""
    return {
        **dataclasses.asdict(given),
        "needed": NEEDED,
        "problem": None if given.problem is None else shown(given.problem),
        "result": None if given.result is None else learnt(given.result),
    }


def learnt(given: Result) -> dict[str, Any]:
    """Return a LearningResult."""
    comparison = given.comparison
    return {**dataclasses.asdict(comparison), "run": given.run, "better": comparison.is_better}


def carried(given: CarryReport, shown: Callable[[str], str]) -> dict[str, Any]:
    """Return a CarryAnswer.  shown: returns a sentence for a response."""
    ended = None if given.ended is None else shown(given.ended)
    return {**dataclasses.asdict(given), "ended": ended}


def job(given: Job) -> dict[str, Any]:
    """Return an AnyJob; its result is already in the form of a schema."""
    return dataclasses.asdict(given)


def begun(given: Job) -> Response:
    """Return the response to a request that started a job: the job, and its address."""
    return answer(job(given), 202, {"Location": f"/api/jobs/{given.id}"})


def _object(drawn: DrawnObject, masks: Mapping[str, RunMask]) -> dict[str, Any]:
    return {
        "id": drawn.id,
        "label": drawn.label,
        "colour": drawn.colour,
        "visible": drawn.visible,
        "finished": drawn.finished,
        "keep_out": drawn.keep_out,
        "tidy": drawn.tidy,
        "mask": drawn.mask,
        "start": drawn.start is not None,
        "network": drawn.network,
        "window": None if drawn.rounds.window is None else drawn.rounds.window.to_json(),
        **_prompts(drawn),
        "attributes": dict(drawn.attributes),
        "area": 0 if drawn.mask is None else masks[drawn.mask].area,
    }


def _prompts(drawn: DrawnObject) -> dict[str, list[dict[str, Any]]]:
    """Return the prompts of an object by kind, each with its round and index."""
    lists: dict[type[Prompt], list[dict[str, Any]]] = {Click: [], Box: [], Scribble: []}
    rounds = [number for number, part in enumerate(drawn.rounds) for _ in part.prompts]
    for index, prompt in enumerate(drawn.rounds.prompts):
        listed = {**prompt.to_json(), "round": rounds[index], "index": index}
        lists[type(prompt)].append(listed)
    return {"clicks": lists[Click], "boxes": lists[Box], "scribbles": lists[Scribble]}


def _change(change: Change) -> dict[str, Any]:
    return {"author": change.author, "time": change.time, "text": change.text}
