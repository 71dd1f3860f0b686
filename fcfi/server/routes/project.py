"""The routes of the project as a whole: health, folder, labels, and the page's settings."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from fcfi import __version__
from fcfi.project.project import MOST_DAYS
from fcfi.project.store.statistics import DAY
from fcfi.server import wire
from fcfi.server.backend import Backend
from fcfi.server.routes.described import WRITING, errors
from fcfi.server.schemas import Author, Health, ProjectAnswer, SettingsRequest, Statistics

Whose = Annotated[Author, Query(description="The author of the settings; empty: shared ones.")]


def router(backend: Backend) -> APIRouter:
    """Return the routes of the project."""
    routes = APIRouter(tags=["project"])

    @routes.get(
        "/api/health", response_model=Health, responses=errors(), summary="Whether the server runs"
    )
    async def health() -> Response:
        network = _network(backend)
        return wire.answer({"status": "ok", "version": __version__, "network": network})

    @routes.get(
        "/api/project",
        response_model=ProjectAnswer,
        responses=errors(),
        summary="The folder and its labels",
    )
    async def project(author: Whose = "") -> Response:
        return wire.answer(await backend.reads.run(lambda: _project(backend, author)))

    @routes.put(
        "/api/settings",
        response_model=dict[str, object],
        responses=errors(*WRITING),
        summary="Replace the page's settings (shortcuts, theme, ...); 64 kB at most",
    )
    async def settings(body: SettingsRequest, author: Whose = "") -> Response:
        await backend.writes.run(lambda: backend.project.set_settings(body, author))
        return wire.answer(await backend.reads.run(lambda: backend.project.settings(author)))

    @routes.get(
        "/api/statistics",
        response_model=Statistics,
        responses=errors(),
        summary="What each person did on each of the last days",
    )
    async def statistics(
        days: Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many, with today.")] = 30,
        offset: Annotated[
            int,
            Query(ge=-DAY, le=DAY, description="Seconds by which the days are ahead of UTC's."),
        ] = 0,
    ) -> Response:
        found = await backend.reads.run(lambda: backend.project.work_of_days(days, offset))
        return wire.answer({"days": [wire.day(work) for work in found]})

    return routes


def _network(backend: Backend) -> dict[str, Any] | None:
    """Return the network's status, without paths of this machine."""
    status = wire.network(backend.network())
    if status is not None and status["problem"]:
        status["problem"] = backend.shown(status["problem"])
    return status


def _project(backend: Backend, author: str) -> dict[str, object]:
    project, network = backend.project, _network(backend)
    problems = [network["problem"]] if network is not None and network["problem"] else []
    if backend.learning.warning is not None:
        problems.append(backend.shown(backend.learning.warning))
    name = project.folder.resolve().name
    return {
        "name": name,
        "folder": name,
        "labels": wire.labels(project.labels()),
        "settings": project.settings(author),
        "counts": wire.listed(project.pictures(limit=0))["counts"],
        "warnings": [*map(backend.shown, project.warnings), *problems],
        "network": network,
        "formats": wire.formats(),
        "version": __version__,
    }
