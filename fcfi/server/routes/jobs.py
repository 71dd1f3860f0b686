"""Jobs: scans, imports and exports that are under way or have ended."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from fcfi.server import wire
from fcfi.server.backend import Backend
from fcfi.server.jobs import Job
from fcfi.server.problems import problem
from fcfi.server.routes.described import errors
from fcfi.server.schemas import AnyJob

JobId = Annotated[str, Path(description="A job's id, as the request that began it returned it.")]


def router(backend: Backend) -> APIRouter:
    """Routes of jobs."""
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
        summary="Cancel a job: it ends at its next picture and leaves nothing half",
    )
    async def cancel(job: JobId) -> Response:
        return _answer(backend.jobs.cancel(job))

    return routes


def _answer(job: Job | None) -> Response:
    if job is None:
        return problem(404, "there is no such job any more: begin it again")
    return wire.answer(wire.job(job))
