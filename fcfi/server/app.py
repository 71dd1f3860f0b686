"""The web application: `create_app(project, settings)` puts HTTP in front of a project.

    request -> Guard (security.py) -> Faults (problems.py) -> BodyLimit (limits.py) -> a route ->
    threads -> project

Routes contain no logic of the project: they check the request, call the project in a thread, and
write the response (schemas.py, wire.py).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from fcfi import __version__
from fcfi.prediction.lazy import NetworkStatus
from fcfi.project.project import Project
from fcfi.server.backend import Backend
from fcfi.server.connections import report_missing_handles
from fcfi.server.learning import Learning
from fcfi.server.limits import BodyLimit
from fcfi.server.problems import Faults, handle_errors
from fcfi.server.routes import images, jobs, labels, learning, page, pictures, project, transfer
from fcfi.server.security import Guard
from fcfi.server.settings import Settings
from fcfi.temporary_files import sweep

DESCRIPTION: Final = (
    "Click-based image segmentation on a folder of pictures. Each change of a picture is an action "
    "on a version of it; the response is the picture's new state. Every error is JSON with one "
    "sentence under `error`."
)


def create_app(
    opened: Project,
    settings: Settings | None = None,
    network: Callable[[], NetworkStatus | None] = lambda: None,
    fine_tuning: Learning | None = None,
) -> FastAPI:
    """Return the application for a project, which the caller closes.

    network: returns the network's status: its name, and whether it is loaded.
    fine_tuning: of the project; None means that of the default network.
    """
    rules = settings or Settings()
    backend = Backend.of(opened, rules, network, fine_tuning or Learning(opened))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        report_missing_handles(asyncio.get_running_loop(), backend.server_log)
        await asyncio.to_thread(sweep)
        yield
        backend.close()

    app = FastAPI(
        title="fcfi annotate",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,  # FastAPI's pages load their scripts from other servers
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    for part in (project, labels, pictures, images, transfer, learning, jobs):
        app.include_router(part.router(backend))
    page.add(app, rules.static)
    handle_errors(app, backend.server_log, backend.shown)
    app.add_middleware(BodyLimit, json_bytes=rules.json_bytes, upload_bytes=rules.upload_bytes)
    app.add_middleware(Faults)
    app.add_middleware(Guard, settings=rules)
    return app
