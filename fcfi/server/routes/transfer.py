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
from fcfi.leftovers import temporary_folder
from fcfi.project.progress import Progress, counted
from fcfi.project.reading_process import read_apart
from fcfi.server import wire
from fcfi.server.backend import Backend
from fcfi.server.paths import file_name, inside
from fcfi.server.problems import problem
from fcfi.server.routes.described import WRITING, errors
from fcfi.server.schemas import MAX_TEXT, ExportJob, ExportRequest, ImportJob, ImportPath

MAX_FILES: Final = 5000
"""The most files of an import; more are sent as one zip file."""
SENT: Final = "the files that were sent"
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
        summary="Add objects from files of other tools, sent along or in the folder, in a job",
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
        wanted = _path_of(await request.body()).path
        path = await backend.reads.run(lambda: inside(backend.project.folder, wanted))
        work = partial(_import, backend, path, wanted, format_name)
        return wire.begun(backend.jobs.start("import", work))

    @routes.post(
        "/exports",
        status_code=202,
        response_model=ExportJob,
        responses=errors(*WRITING),
        summary="Write the masks in a format, in a job; its result says what is kept and where",
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
            return problem(404, "this export was deleted meanwhile: export again")
        return FileResponse(path, filename=path.name, media_type="application/zip")

    return routes


async def _form(request: Request) -> FormData:
    """Receive the files of a request, in temporary files.  Raises StoreError without room."""
    try:
        return await request.form(max_files=MAX_FILES, max_fields=0)
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> StoreError:
    return StoreError(
        f"what was sent cannot be kept while it is read: {error.strerror or error}; make room "
        "in the server's folder for temporary files"
    )


def _named(values: Sequence[UploadFile | str]) -> dict[str, UploadFile]:
    """Return the files that were sent by their names.  Raises InputError without any."""
    files: dict[str, UploadFile] = {}
    for value in values:
        if isinstance(value, UploadFile):
            name = file_name(value.filename)
            if name in files:
                raise InputError(
                    f"two files came with the name {name}: send folders as one zip file"
                )
            files[name] = value
    if not files:
        raise InputError("no file came: send the files of the labels, or one zip file of them")
    return files


def _close(files: Mapping[str, UploadFile]) -> None:
    """Delete the temporary files of what was sent."""
    for sent in files.values():
        sent.file.close()


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
    """Import a file or folder, which answers and the log call by a name."""

    def shown(sentence: str) -> str:
        inside = sentence.replace(f"{path}{os.sep}", "")
        return backend.shown(inside.replace(str(path), name).replace(path.name, name))

    try:
        report = backend.project.import_files(
            path, format_name, progress=progress, reader=read_apart
        )
    except (InputError, DatasetError) as error:
        sentence = shown(str(error))
        backend.journal.note(sentence)
        raise type(error)(sentence) from error
    problems = tuple(map(shown, report.problems))
    backend.journal.note_all(problems)
    return wire.imported(replace(report, problems=problems))


def _import_sent(
    backend: Backend, files: Mapping[str, UploadFile], format_name: str, progress: Progress
) -> dict[str, Any]:
    """Import files that were sent: one as itself, several as a folder."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(temporary_folder("import"))
            for name, sent in counted(files.items(), progress, RECEIVING, len(files)):
                with (folder / name).open("wb") as target:
                    shutil.copyfileobj(sent.file, target)
        except OSError as error:
            raise _no_room(error) from error
        if len(files) == 1:
            return _import(backend, folder / name, name, format_name, progress)
        return _import(backend, folder, SENT, format_name, progress)
