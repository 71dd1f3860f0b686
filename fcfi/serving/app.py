"""The application of `fcfi serve`: the annotation server's middleware, and a face for each tool.

request -> Guard -> Faults -> BodyLimit -> a face -> threads -> Prompted
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, FastAPI

from fcfi import __version__
from fcfi.prediction.lazy import NetworkStatus
from fcfi.server.limits import BodyLimit
from fcfi.server.problems import Faults, handle_errors
from fcfi.server.security import Guard
from fcfi.server.settings import Settings
from fcfi.server.workers import Workers
from fcfi.serving.answering import Answering
from fcfi.serving.faces import FACES
from fcfi.serving.pictures import ToolServer
from fcfi.serving.prompted import Prompted

BODY_BYTES: Final = 384 << 20
"""Largest body of a request: a picture's file in base64."""
READING: Final = 4
"""Threads that fetch and decode requests' pictures."""


def create_app(
    prompted: Prompted,
    settings: Settings,
    status: Callable[[], NetworkStatus],
    faces: Sequence[str] = tuple(FACES),
    server: ToolServer | None = None,
) -> FastAPI:
    """Return the application.

    status: what the network is and whether it is loaded; `/health` answers while it loads.
    faces: names in FACES.  server: the tool's own, for pictures that requests give by address.
    """
    now = status()
    answering = Answering(
        prompted,
        f"{now.name}-{now.sha256[:8]}",
        server or ToolServer(),
        Workers("fetch", READING, settings.queue),
        Workers("predict", settings.threads, settings.queue),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        answering.close()

    app = FastAPI(
        title="fcfi serve",
        version=__version__,
        openapi_url="/openapi.json",
        docs_url=None,  # FastAPI's pages load their scripts from other servers
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )

    app.include_router(health_routes(prompted, status))
    for name in faces:
        app.include_router(FACES[name].router(answering))
    handle_errors(app, answering.server_log, str)
    app.add_middleware(BodyLimit, json_bytes=settings.json_bytes, upload_bytes=settings.json_bytes)
    app.add_middleware(Faults)
    app.add_middleware(Guard, settings=settings)
    return app


def health_routes(prompted: Prompted, status: Callable[[], NetworkStatus]) -> APIRouter:
    """Return the routes that say whether the network is loaded."""
    routes = APIRouter()

    @routes.get("/")
    @routes.get("/health")
    async def health() -> dict[str, Any]:
        """Return whether the network is loaded, with the fields that each tool reads.

        predictions: how many the network has made, to count the looks that a click costs.
        """
        state = status().state
        return {
            "status": "UP" if state != "failed" else "DOWN",
            "model_class": "fcfi",
            "models_loaded": int(state == "ready"),
            "network": state,
            "predictions": prompted.made,
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        }

    return routes
