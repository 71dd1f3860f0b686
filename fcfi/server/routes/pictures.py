"""The routes of pictures: the list, the state of a picture, and actions on it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from fcfi.project.actions.fields import MAX_INT
from fcfi.project.progress import Progress
from fcfi.project.states import TO_DO, CarryLimits, Filter, Order, PictureConflict, State
from fcfi.server import wire
from fcfi.server.backend import Backend
from fcfi.server.problems import problem
from fcfi.server.routes.described import WRITING, PictureId, errors
from fcfi.server.schemas import (
    ActionRequest,
    Assign,
    Author,
    CarryJob,
    CarryRequest,
    FollowingAnswer,
    IndexAnswer,
    People,
    PictureAnswer,
    PictureListAnswer,
    ScanJob,
    Text,
    action_request,
)

MOST = 1000
"""The most rows of a response."""
InState = Annotated[State | None, Query(description="Only pictures in this state.")]
Search = Annotated[Text, Query(description="Only names with this text.")]
After = Annotated[
    int | None, Query(ge=1, le=MAX_INT, description="Id of the picture after which to search.")
]
Offset = Annotated[int, Query(ge=0, le=MAX_INT)]
Limit = Annotated[int, Query(ge=0, le=MOST)]
LabelIn = Annotated[
    int | None,
    Query(
        ge=0, le=MAX_INT, description="Only pictures with an object of this label; 0: without any."
    ),
]
Least = Annotated[
    int, Query(ge=0, le=MAX_INT, description="Only pictures with at least this many objects.")
]
Most = Annotated[
    int | None,
    Query(ge=0, le=MAX_INT, description="Only pictures with at most this many objects."),
]
Assigned = Annotated[
    Author | None,
    Query(description="Only pictures assigned to this person; empty: to nobody."),
]
Sorted = Annotated[Order, Query(description="The order; equal pictures are sorted by name.")]


def _filter(
    label: LabelIn = None,
    least: Least = 0,
    most: Most = None,
    order: Sorted = "name",
    assigned: Assigned = None,
) -> Filter:
    """Return the filter and the order that a request asks for."""
    return Filter(label, least, most, order, assigned)


Which = Annotated[Filter, Depends(_filter)]


def router(backend: Backend) -> APIRouter:
    """Return the routes of pictures."""
    routes = APIRouter(prefix="/api/pictures", tags=["pictures"])
    # Fixed paths come first: `/{picture}` would match them as well.
    _add_list(routes, backend)
    _add_people(routes, backend)
    _add_order(routes, backend)
    _add_picture(routes, backend)
    _add_series(routes, backend)
    return routes


def _add_list(routes: APIRouter, backend: Backend) -> None:
    """Add the routes of the list of pictures, and of the scan that updates it."""
    project = backend.project

    @routes.get(
        "",
        response_model=PictureListAnswer,
        responses=errors(),
        summary="The list of pictures, or a part of it",
    )
    async def listed(
        which: Which,
        state: InState = None,
        search: Search = "",
        offset: Offset = 0,
        limit: Limit = 200,
    ) -> Response:
        found = await backend.reads.run(
            lambda: project.pictures(state, search, offset, limit, which)
        )
        return wire.answer(wire.listed(found))

    @routes.post(
        "/scan",
        status_code=202,
        response_model=ScanJob,
        responses=errors(),
        summary="Look for new, changed and missing pictures, in a job",
    )
    async def scan() -> Response:
        def work(progress: Progress) -> dict[str, Any]:
            project.scan(progress)
            return {"counts": wire.listed(project.pictures(limit=0))["counts"]}

        return wire.begun(backend.jobs.start("scan", work))


def _add_people(routes: APIRouter, backend: Backend) -> None:
    """Add the routes of the assignment of pictures to people."""
    project = backend.project

    @routes.post(
        "/assign",
        response_model=People,
        responses=errors(*WRITING),
        summary="Divide the pictures of the list among people, in runs of neighbours",
    )
    async def assign(
        body: Assign, which: Which, state: InState = None, search: Search = ""
    ) -> Response:
        def work() -> Response:
            project.assign(body.names, state, search, which)
            return wire.answer({"people": wire.people(project.work_of_people())})

        return await backend.writes.run(work)

    @routes.get(
        "/people",
        response_model=People,
        responses=errors(),
        summary="How many pictures each person has, and how many of them are finished",
    )
    async def people() -> Response:
        found = await backend.reads.run(project.work_of_people)
        return wire.answer({"people": wire.people(found)})


def _add_order(routes: APIRouter, backend: Backend) -> None:
    """Add the routes that find a picture by the order of the list."""
    project = backend.project

    @routes.get(
        "/next",
        response_model=FollowingAnswer,
        responses=errors(404),
        summary="The next picture to work on, and its index in the list",
    )
    async def following(
        which: Which, after: After = None, state: InState = None, search: Search = ""
    ) -> Response:
        def work() -> Response:
            states: tuple[State, ...] = TO_DO if state is None else (state,)
            row = project.following(after, states, search, which)
            index = None if row is None else project.index_of(row.id, state, search, which)
            return wire.answer({"picture": None if row is None else wire.row(row), "index": index})

        return await backend.reads.run(work)

    @routes.get(
        "/{picture}/index",
        response_model=IndexAnswer,
        responses=errors(404),
        summary="The index of a picture in the list, from 0; null if it is not in the list",
    )
    async def index(
        picture: PictureId, which: Which, state: InState = None, search: Search = ""
    ) -> Response:
        found = await backend.reads.run(lambda: project.index_of(picture, state, search, which))
        return wire.answer({"index": found})


def _add_picture(routes: APIRouter, backend: Backend) -> None:
    """Add the routes of a single picture."""
    project = backend.project

    @routes.get(
        "/{picture}",
        response_model=PictureAnswer,
        responses=errors(404),
        summary="A picture with its objects",
    )
    async def state(picture: PictureId) -> Response:
        return await backend.reads.run(lambda: wire.answer(wire.state(project.picture(picture))))

    async def act(picture: PictureId, body: ActionRequest) -> Response:
        def work() -> Response:
            try:
                done = project.act(picture, body.version, body.action.made(), body.author, body.key)
            except PictureConflict as error:
                return problem(409, str(error), **wire.conflict(error))
            return wire.answer(wire.state(done, frozenset(body.known)))

        return await backend.actions.in_turn(picture, work)

    # FastAPI reads the schema from the annotation; this one has all actions registered so far.
    act.__annotations__["body"] = action_request()
    routes.post(
        "/{picture}/actions",
        response_model=PictureAnswer,
        responses=errors(*WRITING, 404, 409),
        summary="Change a picture of a given version by an action; returns its new state",
    )(act)

    @routes.get(
        "/{picture}/logs",
        response_model=list[dict[str, Any]],
        responses=errors(404),
        summary="The click logs of its objects, to replay with another network",
    )
    async def logs(picture: PictureId) -> Response:
        found = await backend.reads.run(lambda: project.logs(picture))
        return wire.answer(list(found))


def _add_series(routes: APIRouter, backend: Backend) -> None:
    """Add the route that carries objects through a series."""
    project = backend.project

    @routes.post(
        "/{picture}/carry",
        status_code=202,
        response_model=CarryJob,
        responses=errors(*WRITING),
        summary="Carry objects to the next pictures of the list, in a job",
    )
    async def carry(
        picture: PictureId,
        body: CarryRequest,
        which: Which,
        state: InState = None,
        search: Search = "",
    ) -> Response:
        def work(progress: Progress) -> dict[str, Any]:
            limits = CarryLimits(body.share, body.least)
            report = project.carry(
                picture,
                body.count,
                body.objects,
                state,
                search,
                which,
                limits,
                body.author,
                progress,
            )
            return wire.carried(report, backend.shown)

        return wire.begun(backend.jobs.start("carry", work))
