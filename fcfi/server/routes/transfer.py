"""Imports of labels that exist already, and exports of what was made."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, Response

from fcfi.errors import DatasetError, InputError, StoreError
from fcfi.leftovers import temporary_folder
from fcfi.project.reading_process import read_apart
from fcfi.server import wire
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
            async with _form(request) as form:
                files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
                return await backend.jobs.run(lambda: _import_sent(backend, files, format_name))
        wanted = _path_of(await request.body())
        return await backend.jobs.run(
            lambda: _import(
                backend, inside(backend.project.folder, wanted.path), wanted.path, format_name
            )
        )

    @routes.post(
        "/exports",
        response_model=ExportAnswer,
        responses=errors(*WRITING),
        summary="Write the masks in a format; the answer says what it keeps and where the zip file is",
    )
    async def export(body: ExportRequest) -> Response:
        made = await backend.jobs.run(
            lambda: backend.exports.make(body.format, body.only_done, body.only_checked)
        )
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


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[FormData]:
    """Open the files of a request, in temporary files.  Raises StoreError without room."""
    try:
        form = await request.form(max_files=MAX_FILES, max_fields=0)
    except OSError as error:
        raise StoreError(
            f"what was sent cannot be kept while it is read: {error.strerror or error}; make room "
            "in the server's folder for temporary files"
        ) from error
    try:
        yield form
    finally:
        await form.close()


def _path_of(body: bytes) -> ImportPath:
    try:
        return ImportPath.model_validate_json(body)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(found) from error


def _import(backend: Backend, path: Path, name: str, format_name: str) -> Response:
    """Import a file or folder, which answers and the log call by a name."""

    def shown(sentence: str) -> str:
        inside = sentence.replace(f"{path}{os.sep}", "")
        return backend.shown(inside.replace(str(path), name).replace(path.name, name))

    try:
        report = backend.project.import_files(path, format_name, reader=read_apart)
    except (InputError, DatasetError) as error:
        sentence = shown(str(error))
        backend.journal.note(sentence)
        raise type(error)(sentence) from error
    problems = tuple(map(shown, report.problems))
    backend.journal.note_all(problems)
    return wire.answer(wire.imported(replace(report, problems=problems)))


def _import_sent(backend: Backend, files: Sequence[UploadFile], format_name: str) -> Response:
    """Import files that were sent: one as itself, several as a folder."""
    if not files:
        raise InputError("no file came: send the files of the labels, or one zip file of them")
    with temporary_folder("import") as folder:
        for one in files:
            path = folder / file_name(one.filename)
            if path.exists():
                raise InputError(
                    f"two files came with the name {path.name}: send folders as one zip file"
                )
            with path.open("wb") as target:
                shutil.copyfileobj(one.file, target)
        if len(files) == 1:
            return _import(backend, path, path.name, format_name)
        return _import(backend, folder, SENT, format_name)
