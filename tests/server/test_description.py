"""The server conforms to its OpenAPI description for any request (schemathesis)."""

import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from fcfi.server.app import create_app
from fcfi.server.learning import Learning
from fcfi.server.settings import Settings
from tests.generated import examples
from tests.project.builders import click, opened, predictor, write_photos
from tests.server.client import HOST, ask
from tests.server.conftest import closed

EXAMPLES = 15
"""Number of requests of each kind to each operation."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """Make a server with some annotated pictures."""
    folder = write_photos(tmp_path_factory.mktemp("described") / "photos", "a.png", "b.jpg")
    with opened(folder, labels=("person",)) as project:
        project.act(1, 0, click(10, 10))
        learning = Learning(project, open_network=lambda _: predictor())
        app = create_app(project, Settings(), fine_tuning=learning)
        yield app
        closed(app)


def put(app: FastAPI, case: Any) -> schemathesis.Response:
    """Send a case to the application, and return the response as a client sees it."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url=f"http://{HOST}")).prepare()
    headers = {
        name.lower(): value for name, value in prepared.headers.items() if isinstance(value, str)
    }
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    answer = ask(app, str(prepared.method), prepared.path_url, body, **{**headers, "host": HOST})
    # The next case finds room for a job of its own.
    while answer.status == 202 and job_of(app, answer.json["id"])["state"] in ("queued", "running"):
        time.sleep(0.005)
    received = {name: [value] for name, value in answer.headers.items()}
    return schemathesis.Response(
        answer.status, received, answer.body, prepared, elapsed=0.0, verify=False
    )


def job_of(app: FastAPI, identity: str) -> dict[str, Any]:
    """Return the current state of a job."""
    found: dict[str, Any] = ask(app, "GET", f"/api/jobs/{identity}").json
    return found


OPERATIONS = (
    ("GET", "/api/health"),
    ("GET", "/api/project"),
    ("PUT", "/api/settings"),
    ("GET", "/api/labels/counts"),
    ("POST", "/api/labels"),
    ("PATCH", "/api/labels/{label}"),
    ("POST", "/api/labels/{label}/merge"),
    ("DELETE", "/api/labels/{label}"),
    ("GET", "/api/pictures"),
    ("GET", "/api/pictures/next"),
    ("GET", "/api/pictures/people"),
    ("POST", "/api/pictures/assign"),
    ("GET", "/api/statistics"),
    ("GET", "/api/pictures/{picture}/index"),
    ("POST", "/api/pictures/scan"),
    ("POST", "/api/pictures/{picture}/carry"),
    ("GET", "/api/pictures/{picture}"),
    ("POST", "/api/pictures/{picture}/actions"),
    ("GET", "/api/pictures/{picture}/logs"),
    ("GET", "/api/pictures/{picture}/thumbnail"),
    ("GET", "/api/pictures/{picture}/range"),
    ("GET", "/api/pictures/{picture}/tiles/{level}/{column}/{row}"),
    ("POST", "/api/imports"),
    ("POST", "/api/exports"),
    ("GET", "/api/exports/{export}/{name}"),
    ("GET", "/api/learning"),
    ("POST", "/api/learning"),
    ("PUT", "/api/learning/network"),
    ("GET", "/api/jobs/{job}"),
    ("DELETE", "/api/jobs/{job}"),
)
FREE = (
    ("GET", "/api/learning"),
    ("GET", "/api/labels/counts"),
    ("GET", "/api/pictures/people"),
    ("GET", "/api/health"),
    ("GET", "/api/project"),
    ("POST", "/api/pictures/scan"),
    ("GET", "/api/exports/{export}/{name}"),
    ("GET", "/api/jobs/{job}"),
    ("DELETE", "/api/jobs/{job}"),
)
"""They take nothing, or any text."""


def test_all_operations_are_tried(worked: FastAPI) -> None:
    described = ask(worked, "GET", "/api/openapi.json").json["paths"]
    assert {
        (method.upper(), path) for path, methods in described.items() for method in methods
    } == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda value: str(value).strip("/"))
def test_requests_as_described_get_answers_as_described(
    worked: FastAPI, method: str, path: str
) -> None:
    try_operation(worked, method, path, GenerationMode.POSITIVE)


@pytest.mark.parametrize(
    ("method", "path"),
    [operation for operation in OPERATIONS if operation not in FREE],
    ids=lambda value: str(value).strip("/"),
)
def test_other_requests_are_refused_as_described(worked: FastAPI, method: str, path: str) -> None:
    try_operation(worked, method, path, GenerationMode.NEGATIVE)


def try_operation(worked: FastAPI, method: str, path: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(ask(worked, "GET", "/api/openapi.json").json)
    operation = schema[path][method]

    @examples(EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def run(data: st.DataObject) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            case = data.draw(operation.as_strategy(generation_mode=mode))
        response = put(worked, case)
        case.validate_response(response, checks=CHECKS)

    run()
