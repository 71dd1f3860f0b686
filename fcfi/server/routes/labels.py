"""The routes of labels: add, change, merge and remove, each returning all labels; and counts."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from fcfi.project.actions.fields import MAX_INT
from fcfi.project.attributes import Attribute
from fcfi.server import wire
from fcfi.server.backend import Backend
from fcfi.server.routes.described import WRITING, errors
from fcfi.server.schemas import LabelChange, LabelCounts, LabelMerge, LabelRequest, Labels

LabelId = Annotated[int, Path(ge=1, le=MAX_INT, description="A label's id.")]


def router(backend: Backend) -> APIRouter:
    """Return the routes of labels."""
    routes = APIRouter(prefix="/api/labels", tags=["labels"])
    project = backend.project

    async def changed(change: Callable[[], object]) -> Response:
        def work() -> Response:
            change()
            return wire.answer({"labels": wire.labels(project.labels())})

        return await backend.writes.run(work)

    @routes.get(
        "/counts",
        response_model=LabelCounts,
        responses=errors(),
        summary="The number of objects of each label in the project",
    )
    async def counts() -> Response:
        found = await backend.reads.run(project.label_counts)
        return wire.answer({"counts": found})

    @routes.post("", response_model=Labels, responses=errors(*WRITING), summary="Add a label")
    async def add(body: LabelRequest) -> Response:
        return await changed(lambda: project.add_label(body.name, body.colour))

    @routes.patch(
        "/{label}", response_model=Labels, responses=errors(*WRITING, 404), summary="Change a label"
    )
    async def edit(label: LabelId, body: LabelChange) -> Response:
        others = body.model_dump(exclude={"attributes"}, exclude_none=True)
        attributes = None
        if body.attributes is not None:
            attributes = [
                Attribute(given.name, given.kind, tuple(given.choices)) for given in body.attributes
            ]
        return await changed(lambda: project.edit_label(label, **others, attributes=attributes))

    @routes.post(
        "/{label}/merge",
        response_model=Labels,
        responses=errors(*WRITING, 404),
        summary="Merge a label into another, to which its objects change",
    )
    async def merge(label: LabelId, body: LabelMerge) -> Response:
        return await changed(lambda: project.merge_label(label, body.into))

    @routes.delete(
        "/{label}",
        response_model=Labels,
        responses=errors(400, 404),
        summary="Remove an unused label",
    )
    async def remove(label: LabelId) -> Response:
        return await changed(lambda: project.remove_label(label))

    return routes
