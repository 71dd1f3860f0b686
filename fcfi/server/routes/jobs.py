"""The routes of jobs: how far a scan, import or export is, and to cancel it."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from fcfi.server import wire
from fcfi.server.backend import Backend
from fcfi.server.jobs import Job
from fcfi.server.problems import problem
from fcfi.server.routes.described import errors
from fcfi.server.schemas import AnyJob

JobId = Annotated[str, Path(description="A job's id, from the response that started it.")]


def router(backend: Backend) -> APIRouter:
    """Return the routes of jobs."""
    routes = APIRouter(prefix="/api/jobs", tags=["jobs"])

    @routes.get(
        "/{job}",
        response_model=AnyJob,
        responses=errors(404),
        summary="How far a job is, or how it ended",
    )
    async def ask(job: JobId) -> Response:
        return _answer(backend.jobs.find(job))

    @routes.delete(
        "/{job}",
        response_model=AnyJob,
        responses=errors(404),
        summary="Cancel a job: it ends at its next picture and leaves nothing half done",
    )
    async def cancel(job: JobId) -> Response:
        return _answer(backend.jobs.cancel(job))

    return routes


def _answer(job: Job | None) -> Response:
    if job is None:
        return problem(404, "this job is not known any more: start it again")
    return wire.answer(wire.job(job))
