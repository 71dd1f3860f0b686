"""Imports of labels that exist already, and exports of what was made."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, Response

from fcfi.errors import DatasetError, InputError, StoreError
from fcfi.server import temporary, wire
from fcfi.server.backend import Backend
from fcfi.server.paths import file_name, inside
from fcfi.server.problems import problem
from fcfi.server.routes.described import WRITING, errors
from fcfi.server.schemas import MAX_TEXT, ExportAnswer, ExportRequest, ImportAnswer, ImportPath

MAX_FILES: Final = 5000
"""Of one import; more come as one zip file."""
SENT: Final = "the files that were sent"
FORM: Final = "multipart/form-data"
Format = Annotated[
    str, Query(alias="format", max_length=MAX_TEXT, description="A format's name; auto finds out.")
]
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ImportPath.model_json_schema()},
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                    "required": ["file"],
                }
            },
        },
    }
}


def router(backend: Backend) -> APIRouter:
    """Routes of imports and exports."""
    routes = APIRouter(prefix="/api", tags=["imports and exports"])

    @routes.post(
        "/imports",
        response_model=ImportAnswer,
        responses=errors(*WRITING, 404),
        openapi_extra=BODY,
        summary="Add objects from files of other tools: sent along, or lying in the folder of pictures",
    )
    async def import_files(request: Request, format_name: Format = "auto") -> Response:
        if request.headers.get("content-type", "").lower().startswith(FORM):
            async with request.form(max_files=MAX_FILES, max_fields=0) as form:
                files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
                return await backend.jobs.run(lambda: _import_sent(backend, files, format_name))
        wanted = _path_of(await request.body())
        return await backend.jobs.run(
            lambda: _import(backend, inside(backend.project.folder, wanted.path), format_name)
        )

    @routes.post(
        "/exports",
        response_model=ExportAnswer,
        responses=errors(*WRITING),
        summary="Write the masks in a format; the answer says what it keeps and where the zip file is",
    )
    async def export(body: ExportRequest) -> Response:
        made = await backend.jobs.run(lambda: backend.exports.make(body.format, body.only_done))
        return wire.answer(
            {
                "id": made.id,
                "report": wire.report(made.report),
                "url": f"/api/exports/{made.id}/{made.path.name}",
            }
        )

    @routes.get(
        "/exports/{export}/{name}",
        response_class=Response,
        responses=errors(404)
        | {
            200: {
                "description": "The zip file.",
                "content": {"application/zip": {"schema": {"type": "string"}}},
            }
        },
        summary="Download an export",
    )
    async def download(export: str, name: str) -> Response:
        path = backend.exports.find(export, name)
        if path is None:
            return problem(404, "this export is not kept any more: export again")
        return FileResponse(path, filename=path.name, media_type="application/zip")

    return routes


def _path_of(body: bytes) -> ImportPath:
    try:
        return ImportPath.model_validate_json(body)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(found) from error


def _import(backend: Backend, path: Path, format_name: str, hidden: Path | None = None) -> Response:
    """Import a file or folder.  hidden: a folder of ours, whose name says nothing to a person."""

    def told(text: str) -> str:
        if hidden is None:
            return text
        return (
            text.replace(f"{hidden}{os.sep}", "")
            .replace(str(hidden), SENT)
            .replace(hidden.name, SENT)
        )

    try:
        report = backend.project.import_files(path, format_name)
    except (InputError, DatasetError) as error:
        backend.journal.note(told(str(error)))
        raise InputError(told(str(error))) from error
    problems = tuple(told(text) for text in report.problems)
    backend.journal.note_all(problems)
    return wire.answer(wire.imported(replace(report, problems=problems)))


def _import_sent(backend: Backend, files: Sequence[UploadFile], format_name: str) -> Response:
    """Import files that were sent: one as itself, several as a folder."""
    if not files:
        raise InputError("no file came: send the files of the labels, or one zip file of them")
    with tempfile.TemporaryDirectory(prefix=temporary.IMPORT) as place:
        folder = Path(place)
        for one in files:
            path = folder / file_name(one.filename)
            if path.exists():
                raise InputError(
                    f"two files came with the name {path.name}: send folders as one zip file"
                )
            try:
                with path.open("wb") as target:
                    shutil.copyfileobj(one.file, target)
            except OSError as error:
                raise StoreError(
                    f"{path.name} cannot be kept while it is read: {error.strerror or error}"
                ) from error
        return _import(backend, path if len(files) == 1 else folder, format_name, hidden=folder)
