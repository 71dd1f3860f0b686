"""The routes of imports and exports."""

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, Response

from fcfi.errors import DatasetError, InputError, StoreError
from fcfi.project.progress import Progress, counted
from fcfi.project.reading_process import read_apart
from fcfi.server import wire
from fcfi.server.backend import Backend
from fcfi.server.paths import file_name, inside
from fcfi.server.problems import problem
from fcfi.server.routes.described import WRITING, errors
from fcfi.server.schemas import MAX_TEXT, ExportJob, ExportRequest, ImportJob, ImportPath
from fcfi.temporary_files import temporary_folder

MAX_FILES: Final = 5000
"""The most files of an import; more must be sent as one zip file."""
SENT: Final = "the uploaded files"
RECEIVING: Final = "receiving files"
FORM: Final = "multipart/form-data"
Format = Annotated[
    str,
    Query(alias="format", max_length=MAX_TEXT, description="A format's name; auto recognises it."),
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
    """Return the routes of imports and exports."""
    routes = APIRouter(prefix="/api", tags=["imports and exports"])

    @routes.post(
        "/imports",
        status_code=202,
        response_model=ImportJob,
        responses=errors(*WRITING),
        openapi_extra=BODY,
        summary="Import files of other tools, uploaded or in the folder, in a job",
    )
    async def import_files(request: Request, format_name: Format = "auto") -> Response:
        if request.headers.get("content-type", "").lower().startswith(FORM):
            form = await _form(request)
            try:
                files = _named([value for _, value in form.multi_items()])
                work = partial(_import_sent, backend, files, format_name)
                return wire.begun(backend.jobs.start("import", work, partial(_close, files)))
            except BaseException:
                await form.close()
                raise
        relative = _path_of(await request.body()).path
        path = await backend.reads.run(lambda: inside(backend.project.folder, relative))
        work = partial(_import, backend, path, relative, format_name)
        return wire.begun(backend.jobs.start("import", work))

    @routes.post(
        "/exports",
        status_code=202,
        response_model=ExportJob,
        responses=errors(*WRITING),
        summary="Export the masks in a format, in a job; its result has a report and the zip's URL",
    )
    async def export(body: ExportRequest) -> Response:
        def work(progress: Progress) -> dict[str, Any]:
            made = backend.exports.make(body.format, body.only_done, body.only_checked, progress)
            return {
                "id": made.id,
                "report": wire.report(made.report),
                "url": f"/api/exports/{made.id}/{made.path.name}",
            }

        return wire.begun(backend.jobs.start("export", work))

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
            return problem(404, "this export was deleted: export again")
        return FileResponse(path, filename=path.name, media_type="application/zip")

    return routes


async def _form(request: Request) -> FormData:
    """Return the uploaded files, in temporary files.  Raises StoreError if the disk is full."""
    try:
        return await request.form(max_files=MAX_FILES, max_fields=0)
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> StoreError:
    return StoreError(
        f"the uploaded files cannot be written: {error.strerror or error}; make room in the "
        "server's folder for temporary files"
    )


def _named(values: Sequence[UploadFile | str]) -> dict[str, UploadFile]:
    """Return the uploaded files by name.  Raises InputError without files or with equal names."""
    files: dict[str, UploadFile] = {}
    for value in values:
        if isinstance(value, UploadFile):
            name = file_name(value.filename)
            if name in files:
                raise InputError(
                    f"expected files with different names, got two called {name}: send folders as "
                    "one zip file"
                )
            files[name] = value
    if not files:
        raise InputError("expected files, got none: send the annotation files, or a zip of them")
    return files


def _close(files: Mapping[str, UploadFile]) -> None:
    """Close the uploaded files, which deletes them."""
    for uploaded in files.values():
        uploaded.file.close()


def _path_of(body: bytes) -> ImportPath:
    try:
        return ImportPath.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False)
        in_body = [{**detail, "loc": ("body", *detail["loc"])} for detail in found]
        raise RequestValidationError(in_body) from error


def _import(
    backend: Backend, path: Path, name: str, format_name: str, progress: Progress
) -> dict[str, Any]:
    """Import a file or folder and return the report.

    name: what responses and the log call it, instead of its path.
    """

    def shown(sentence: str) -> str:
        inside = sentence.replace(f"{path}{os.sep}", "")
        return backend.shown(inside.replace(str(path), name).replace(path.name, name))

    try:
        report = backend.project.import_files(
            path, format_name, progress=progress, reader=read_apart
        )
    except (InputError, DatasetError) as error:
        sentence = shown(str(error))
        backend.server_log.note(sentence)
        raise type(error)(sentence) from error
    problems = tuple(map(shown, report.problems))
    backend.server_log.note_all(problems)
    return wire.imported(replace(report, problems=problems))


def _import_sent(
    backend: Backend, files: Mapping[str, UploadFile], format_name: str, progress: Progress
) -> dict[str, Any]:
    """Import uploaded files: a single file by itself, several as a folder."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(temporary_folder("import"))
            for name, uploaded in counted(files.items(), progress, RECEIVING, len(files)):
                with (folder / name).open("wb") as target:
                    shutil.copyfileobj(uploaded.file, target)
        except OSError as error:
            raise _no_room(error) from error
        if len(files) == 1:
            return _import(backend, folder / name, name, format_name, progress)
        return _import(backend, folder, SENT, format_name, progress)
