"""The project's values as the wire format of schemas.py: the one place where they are converted."""

import dataclasses
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from fcfi.boxes import Box
from fcfi.formats import Report, codecs
from fcfi.masks.runs import RunMask
from fcfi.prediction.lazy import NetworkStatus
from fcfi.project.document import Document, DrawnObject
from fcfi.project.states import (
    Change,
    ImportReport,
    Label,
    PictureConflict,
    PictureList,
    PictureRow,
    PictureState,
)
from fcfi.prompts.clicks import Click, Prompt, Scribble


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON of dictionaries, lists, texts and finite numbers."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode(), status, dict(headers or {}), "application/json")


def state(given: PictureState, known: Collection[str] = ()) -> dict[str, Any]:
    """PictureAnswer, without the masks that are known."""
    return {
        "picture": row(given.picture),
        "document": document(given.document, given.masks),
        "masks": {
            sha256: one.to_json() for sha256, one in given.masks.items() if sha256 not in known
        },
        "can_undo": given.can_undo,
        "can_redo": given.can_redo,
        "undo_text": given.undo_text,
        "redo_text": given.redo_text,
    }


def document(given: Document, masks: Mapping[str, RunMask]) -> dict[str, Any]:
    """DocumentAnswer."""
    return {"objects": [_object(one, masks) for one in given.objects], "done": given.done}


def row(given: PictureRow) -> dict[str, Any]:
    """PictureRowAnswer.  The time is a text: it has more digits than a browser's numbers."""
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
    }


def listed(given: PictureList) -> dict[str, Any]:
    """PictureListAnswer."""
    return {
        "total": given.total,
        "counts": dataclasses.asdict(given.counts),
        "items": [row(one) for one in given.items],
    }


def conflict(error: PictureConflict) -> dict[str, Any]:
    """What ConflictAnswer has beside its sentence."""
    return {"changes": [_change(one) for one in error.changes], "state": state(error.state)}


def labels(given: Sequence[Label]) -> list[dict[str, Any]]:
    """LabelAnswer, each."""
    return [dataclasses.asdict(one) for one in given]


def formats() -> list[dict[str, Any]]:
    """FormatAnswer, each."""
    return [
        {"name": one.name, "title": one.title, "cannot_hold": list(one.cannot_hold)}
        for one in codecs().values()
    ]


def network(given: NetworkStatus | None) -> dict[str, Any] | None:
    """NetworkAnswer."""
    return None if given is None else dataclasses.asdict(given)


def imported(given: ImportReport) -> dict[str, Any]:
    """ImportAnswer."""
    return dataclasses.asdict(given)


def report(given: Report) -> dict[str, Any]:
    """ReportAnswer."""
    return {
        "text": given.text(),
        "pictures": given.pictures,
        "objects": len(given.objects),
        "changed": [dataclasses.asdict(one) for one in given.changed],
    }


def _object(one: DrawnObject, masks: Mapping[str, RunMask]) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": one.label,
        "colour": one.colour,
        "visible": one.visible,
        "finished": one.finished,
        "keep_out": one.keep_out,
        "tidy": one.tidy,
        "mask": one.mask,
        "start": one.start is not None,
        "network": one.network,
        **_prompts(one),
        "area": 0 if one.mask is None else masks[one.mask].area,
    }


def _prompts(drawn: DrawnObject) -> dict[str, list[dict[str, Any]]]:
    """Return the prompts of an object by kind, each with its round and its index among all."""
    lists: dict[type[Prompt], list[dict[str, Any]]] = {Click: [], Box: [], Scribble: []}
    rounds = [number for number, part in enumerate(drawn.rounds) for _ in part.prompts]
    for index, prompt in enumerate(drawn.rounds.prompts):
        listed = {**prompt.to_json(), "round": rounds[index], "index": index}
        lists[type(prompt)].append(listed)
    return {"clicks": lists[Click], "boxes": lists[Box], "scribbles": lists[Scribble]}


def _change(one: Change) -> dict[str, Any]:
    return {"author": one.author, "time": one.time, "text": one.text}
