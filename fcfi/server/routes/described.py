"""Parts of the OpenAPI description that routes share: errors, and the picture's parameter."""

from typing import Annotated, Any, Final

from fastapi import Path

from fcfi.project.actions.fields import MAX_INT
from fcfi.server.schemas import ConflictAnswer, Problem

Responses = dict[int | str, dict[str, Any]]

DESCRIPTIONS: Final = {
    400: "The request cannot be used.",
    401: "The token is missing or wrong (off loopback).",
    403: "The request names another host, or comes from another site's page.",
    404: "Not found.",
    409: "The picture was changed since that version.",
    413: "The request is too large.",
    415: "The request's content type is not accepted.",
    422: "The request is not as described, or the picture cannot be read.",
    500: "A fault of ours.",
    503: "Too many requests at once (try again after Retry-After), or the network or the store "
    "cannot be used.",
}
ALWAYS: Final = (401, 403, 422, 500, 503)
"""Statuses of errors that any route may return."""
WRITING: Final = (400, 413, 415)
"""Statuses of errors of routes that take a body."""

PictureId = Annotated[int, Path(ge=1, le=MAX_INT, description="A picture's id.")]


def errors(*statuses: int) -> Responses:
    """Return the description of these statuses and of those that any route may return."""
    models = {409: ConflictAnswer}
    return {
        status: {"model": models.get(status, Problem), "description": DESCRIPTIONS[status]}
        for status in sorted({*ALWAYS, *statuses})
    }
