"""The routes of learning: fine-tuning on the project's masks, and which network answers."""

from fastapi import APIRouter
from starlette.responses import Response

from fcfi.server import wire
from fcfi.server.backend import Backend
from fcfi.server.routes.described import WRITING, Responses, errors
from fcfi.server.schemas import (
    LearningAnswer,
    LearningJob,
    LearningRequest,
    NetworkRequest,
    Problem,
)

RUNNING: Responses = {409: {"model": Problem, "description": "The network is learning already."}}


def router(backend: Backend) -> APIRouter:
    """Return the routes of learning."""
    routes = APIRouter(prefix="/api/learning", tags=["learning"])
    learning = backend.learning

    @routes.get(
        "",
        response_model=LearningAnswer,
        responses=errors(),
        summary="The finished objects that the network can learn from, and the results of its runs",
    )
    async def status() -> Response:
        found = await backend.reads.run(learning.status)
        return wire.answer(wire.learning(found, backend.shown))

    @routes.post(
        "",
        status_code=202,
        response_model=LearningJob,
        responses=errors(*WRITING) | RUNNING,
        summary="Fine-tune the network on the finished objects and measure it, in a job",
    )
    async def start(body: LearningRequest) -> Response:
        begun = await backend.writes.run(
            lambda: learning.start(backend.jobs, body.minutes, wire.learnt)
        )
        return wire.begun(begun)

    @routes.put(
        "/network",
        response_model=LearningAnswer,
        responses=errors(404, *WRITING),
        summary="Use the network of a run, or the usual network again; no mask changes",
    )
    async def use(body: NetworkRequest) -> Response:
        await backend.writes.run(lambda: learning.use(body.run))
        found = await backend.reads.run(learning.status)
        return wire.answer(wire.learning(found, backend.shown))

    return routes
