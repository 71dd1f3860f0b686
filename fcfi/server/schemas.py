"""The schemas of requests, which are checked, and of responses, which OpenAPI describes.

Convention: x right, y down, whole pixels of the upright picture; the centre of the top left pixel
is (0, 0).
"""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, JsonValue, RootModel, create_model

from fcfi.project.actions.fields import MAX_OBJECTS
from fcfi.project.attributes import MAX_ATTRIBUTES, MAX_CHOICES
from fcfi.project.carrying import MOST_CARRIED
from fcfi.project.preferences import SETTINGS_BYTES
from fcfi.project.project import AUTHOR_LETTERS
from fcfi.project.states import CarryLimits
from fcfi.server.actions import ActionModel, Colour, Id, Request, Whole, any_action

MAX_TEXT: Final = 200
"""The longest name, in characters."""
MAX_KNOWN: Final = 20_000
"""The most masks that a request may list as known."""

MAX_PEOPLE: Final = 100
"""The most people among whom pictures are divided at once."""
MAX_MINUTES: Final = 120
"""The most minutes of training in a run."""
PLAIN: Final = r"^[^\x00-\x1f\x7f]*$"
"""A text without control characters."""
Text = Annotated[str, Field(max_length=MAX_TEXT, pattern=PLAIN)]
Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_TEXT,
        pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$",
    ),
]
Author = Annotated[str, Field(max_length=AUTHOR_LETTERS, pattern=PLAIN)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Key = Annotated[
    str,
    Field(
        pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        examples=["1b4e28ba-2fa1-4d2e-883f-0016d3cca427"],
    ),
]


class Answer(BaseModel):
    """A response or a part of it."""


# ── requests ──────────────────────────────────────────────────────────────────────────────────────


class ActionRequest(Request):
    """An action on a picture.  version: the version of the picture that it was made for.

    known: sha256 of masks that the response may leave out.  key: a UUID of this action: a repeated
    request with the same key is applied once, and returns the first response again.
    """

    version: Whole
    action: ActionModel
    author: Author = ""
    known: Annotated[list[Sha256], Field(max_length=MAX_KNOWN, default_factory=list)]
    key: Key | None = None


def action_request() -> type[ActionRequest]:
    """Return the schema of a request with any action registered so far."""
    return create_model(
        ActionRequest.__name__,
        __base__=ActionRequest,
        __doc__=ActionRequest.__doc__,
        action=any_action(),
    )


class AttributeRequest(Request):
    """An attribute of a label: its name, the kind of its values, and the choices of a choice."""

    name: Name
    kind: Literal["text", "number", "choice", "bool"]
    choices: Annotated[list[Name], Field(max_length=MAX_CHOICES, default_factory=list)]


class LabelRequest(Request):
    """A new label; without a colour the server chooses one."""

    name: Name
    colour: Colour | None = None


class Assign(Request):
    """The people among whom the pictures of a list are divided; nobody without a name."""

    names: Annotated[list[Author], Field(max_length=MAX_PEOPLE)]


class LabelChange(Request):
    """New properties of a label.  index: in the list, from 0.  attributes: replace the old ones."""

    name: Name | None = None
    colour: Colour | None = None
    index: Whole | None = None
    attributes: Annotated[list[AttributeRequest], Field(max_length=MAX_ATTRIBUTES)] | None = None


class LabelMerge(Request):
    """The label to merge into.  into: its id."""

    into: Id


Share = Annotated[float, Field(ge=0, le=1)]


class CarryRequest(Request):
    """The objects to carry to the next pictures of the list.

    objects: their ids; null carries all.  count: of pictures, at most.  share, least: an object
    stops where its score is below this share of its first score, or below `least`.
    """

    objects: Annotated[list[Id], Field(min_length=1, max_length=MAX_OBJECTS)] | None = None
    count: Annotated[int, Field(ge=1, le=MOST_CARRIED)]
    share: Annotated[Share, Field(default_factory=lambda: CarryLimits().share)]
    least: Annotated[Share, Field(default_factory=lambda: CarryLimits().least)]
    author: Author = ""


class ExportRequest(Request):
    """An export.  format: a name in the project's list of formats.

    only_done: leave out pictures that are neither done nor checked.  only_checked: leave out
    pictures that are not checked.
    """

    format: Text
    only_done: bool = False
    only_checked: bool = False


class ImportPath(Request):
    """The path of a file or folder to import, relative to the folder of pictures."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]


class LearningRequest(Request):
    """A fine-tuning run.  minutes: of training, besides measuring."""

    minutes: Annotated[int, Field(ge=1, le=MAX_MINUTES)] = 10


class NetworkRequest(Request):
    """The run whose network is to answer; null for the usual network."""

    run: Annotated[str, Field(max_length=MAX_TEXT)] | None


def _small_json(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        size = len(json.dumps(value, allow_nan=False, ensure_ascii=False).encode())
    except ValueError as error:  # NaN, half of a surrogate pair
        raise ValueError("settings hold a number or text that JSON cannot hold") from error
    if size > SETTINGS_BYTES:
        raise ValueError(f"expected settings of at most {SETTINGS_BYTES} bytes, got {size}")
    return value


SettingsRequest = Annotated[dict[str, JsonValue], AfterValidator(_small_json)]


# ── responses ─────────────────────────────────────────────────────────────────────────────────────


class Problem(Answer):
    """An error.  error: one sentence."""

    error: str


class NetworkAnswer(Answer):
    """The network.

    runtime: empty until it is loaded.  problem: why it cannot be used.  identity: a hash of its
    weights and settings, which objects store; null until it is loaded.
    """

    name: str
    sha256: str
    runtime: str
    state: Literal["loading", "ready", "failed"]
    problem: str | None
    identity: str | None


class Health(Answer):
    """The status of the server."""

    status: Literal["ok"]
    version: str
    network: NetworkAnswer | None


class AttributeAnswer(Answer):
    """An attribute of a label: its name, the kind of its values, and the choices of a choice."""

    name: str
    kind: Literal["text", "number", "choice", "bool"]
    choices: list[str]


class LabelAnswer(Answer):
    """A label of the project.

    index: in the list of labels, from 0.  number: in the file that brought it, such as the id of a
    COCO category; null without one.  supercategory: of COCO; "" without one.
    """

    id: int
    name: str
    colour: str
    index: int
    attributes: list[AttributeAnswer]
    number: int | None
    supercategory: str


class Labels(Answer):
    """All labels, in their order."""

    labels: list[LabelAnswer]


class LabelCounts(Answer):
    """The number of objects of each used label, by its id; 0: objects without a label."""

    counts: dict[int, int]


class DayAnswer(Answer):
    """The work of one author on one day.

    day: its date.  author: "" without a name.  changes: made that day, undo too.  pictures:
    different ones that were changed.  seconds: between changes, without pauses of more than two
    minutes.  done, doubtful, checked: pictures whose present mark was set that day.
    """

    day: str
    author: str
    changes: int
    pictures: int
    seconds: float
    done: int
    doubtful: int
    checked: int


class PersonAnswer(Answer):
    """The pictures of one person: all, and those done or checked.  name: "" is nobody."""

    name: str
    pictures: int
    finished: int


class Statistics(Answer):
    """The work by day and author, the last day first."""

    days: list[DayAnswer]


class People(Answer):
    """The pictures of each person to whom some are assigned, and of nobody."""

    people: list[PersonAnswer]


class FormatAnswer(Answer):
    """A format of exports.  cannot_hold: which of holes, parts and overlap it loses."""

    name: str
    title: str
    cannot_hold: list[str]
    holds_attributes: bool


class CountsAnswer(Answer):
    """The number of pictures in each state."""

    all: int
    new: int
    work: int
    done: int
    doubtful: int
    checked: int


class ProjectAnswer(Answer):
    """The folder, its labels, and everything else that the page needs at its start.

    warnings: sentences for the annotator.
    """

    name: str
    folder: str
    labels: list[LabelAnswer]
    settings: dict[str, Any]
    counts: CountsAnswer
    warnings: list[str]
    network: NetworkAnswer | None
    formats: list[FormatAnswer]
    version: str


class PictureRowAnswer(Answer):
    """A picture in the list.

    modified: changes with the file; the parameter v of tiles.  marked_by, marked_at: who set the
    state done, doubtful or checked, and when (seconds since 1970, UTC); "" and 0 if it is not set
    or not known.  assigned: the person who is to work on it; "" is nobody.
    """

    id: int
    name: str
    width: int
    height: int
    modified: str
    state: Literal["new", "work", "done", "doubtful", "checked"]
    objects: int
    version: int
    problem: str | None
    marked_by: str
    marked_at: float
    assigned: str


class PictureListAnswer(Answer):
    """A part of the list.  total: the number of pictures that match the request."""

    total: int
    counts: CountsAnswer
    items: list[PictureRowAnswer]


class FollowingAnswer(Answer):
    """The next picture to work on.

    picture: null if every picture is done.  index: in the requested list, from 0; null without a
    picture.
    """

    picture: PictureRowAnswer | None
    index: int | None


class IndexAnswer(Answer):
    """The index of a picture in the requested list, from 0; null if it is not in the list."""

    index: int | None


class ValueRangeAnswer(Answer):
    """The values of a deep picture.

    low, high: the smallest and largest value of its range, which may be equal.  black, white: the
    values that are black and white without a window.  whole: whether all are whole numbers.
    """

    low: float
    high: float
    black: float
    white: float
    whole: bool


class RangeAnswer(Answer):
    """The values of a deep picture; null for a picture of 8 bits."""

    range: ValueRangeAnswer | None


class Scanned(Answer):
    """The pictures after a scan."""

    counts: CountsAnswer


class ClickAnswer(Answer):
    """A click.

    round: from 0; the prompts of a round were answered together.  index: its position among all
    prompts of the object, from 0.
    """

    x: int
    y: int
    positive: bool
    round: int
    index: int


class BoxAnswer(Answer):
    """A box round an object; right and bottom are the first pixels outside."""

    left: int
    top: int
    right: int
    bottom: int
    round: int
    index: int


class ScribbleAnswer(Answer):
    """A line on an object (positive) or off it (negative): its corners [x, y], in order."""

    points: list[list[int]]
    positive: bool
    round: int
    index: int


class WindowAnswer(Answer):
    """A grey window: the values of a deep picture that are black and white."""

    low: float
    high: float


class ObjectAnswer(Answer):
    """An object.

    tidy: specks and holes up to this number of pixels are removed from predicted masks.
    mask: the mask's sha256, null if it is empty.  start: whether it has a start mask.
    network: the identity of the network that made the mask; with another network, further clicks
    start from the mask.  window: the grey window through which the network saw the picture; with
    another window, further clicks start from the mask as well.
    """

    id: int
    label: int | None
    colour: str | None
    visible: bool
    finished: bool
    keep_out: bool
    tidy: int
    mask: str | None
    start: bool
    network: str | None
    window: WindowAnswer | None
    clicks: list[ClickAnswer]
    boxes: list[BoxAnswer]
    scribbles: list[ScribbleAnswer]
    attributes: dict[str, str | bool | int | float]
    area: int


class MarkAnswer(Answer):
    """A mark of a picture: who set it, and when (seconds since 1970, UTC; 0: not known)."""

    state: Literal["done", "doubtful", "checked"]
    author: str
    time: float


class DocumentAnswer(Answer):
    """The objects from bottom to top.  done: whether the picture is done or checked."""

    objects: list[ObjectAnswer]
    done: bool
    mark: MarkAnswer | None


class MaskAnswer(Answer):
    """A mask: its box and the run lengths in it, row by row, background first."""

    left: int
    top: int
    width: int
    height: int
    runs: list[int]


class PictureAnswer(Answer):
    """A picture with its objects.  masks: by sha256."""

    picture: PictureRowAnswer
    document: DocumentAnswer
    masks: dict[str, MaskAnswer]
    can_undo: bool
    can_redo: bool
    undo_text: str | None
    redo_text: str | None


class ChangeAnswer(Answer):
    """A change since the version of the refused action.  time: seconds since 1970 (UTC)."""

    author: str
    time: float
    text: str


class ConflictAnswer(Problem):
    """The picture was changed since the version that an action was for."""

    changes: list[ChangeAnswer]
    state: PictureAnswer


class ImportAnswer(Answer):
    """The report of an import.

    objects, labels: what was added.  problems: a sentence for each reason why shapes or pictures
    were left out.  shapes, taken: shapes of the project's pictures in the files, and how many of
    them were imported.
    """

    format: str
    pictures: int
    objects: int
    labels: list[str]
    problems: list[str]
    shapes: int
    taken: int


class ChangedAnswer(Answer):
    """An object whose pixels differ in the exported files."""

    file_name: str
    number: int
    label: str
    iou: float
    lost: list[str]


class ReportAnswer(Answer):
    """The report of an export.

    text: for people.  notes: sentences about what else the files hold differently, such as the
    numbers of labels.
    """

    text: str
    pictures: int
    objects: int
    changed: list[ChangedAnswer]
    notes: list[str]


class ExportAnswer(Answer):
    """An export.  url: its zip file, kept until the server stops or makes several more exports."""

    id: str
    report: ReportAnswer
    url: str


class JobAnswer(Answer):
    """A job: request it again until its state is `done`, `failed` or `cancelled`.

    what: its stage, in words; empty before the first.
    done, total: pictures (or files of a zip) done in this stage, and all; null if not known.
    problem: why it failed, or null.  result: null until it is done.
    """

    id: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    what: str
    done: int
    total: int | None
    problem: str | None


class ImportJob(JobAnswer):
    """The job of an import."""

    kind: Literal["import"]
    result: ImportAnswer | None


class ExportJob(JobAnswer):
    """The job of an export."""

    kind: Literal["export"]
    result: ExportAnswer | None


class ScanJob(JobAnswer):
    """The job of a scan of the folder."""

    kind: Literal["scan"]
    result: Scanned | None


class CarriedToAnswer(Answer):
    """An object on a picture that it was carried to.

    source: its id on the first picture.  object: its id here.  score: of its mask; null if the
    picture had the object already, which stays as it is.
    """

    source: int
    object: int
    score: float | None


class CarriedPictureAnswer(Answer):
    """A picture that objects were carried to."""

    id: int
    name: str
    objects: list[CarriedToAnswer]


class CarryStopAnswer(Answer):
    """An object that was carried no further.

    source: its id on the first picture.  picture: the name of the picture before which it stopped.
    score: the score that was too low there; null if the object was not found there.
    """

    source: int
    picture: str
    score: float | None


class CarryAnswer(Answer):
    """The outcome of carrying objects; a cancelled job keeps what was carried.

    ended: a sentence if the series ended early for another reason than the objects, or null.
    """

    pictures: list[CarriedPictureAnswer]
    stops: list[CarryStopAnswer]
    ended: str | None


class CarryJob(JobAnswer):
    """The job of carrying objects through a series."""

    kind: Literal["carry"]
    result: CarryAnswer | None


class LearningClicks(Answer):
    """The mean clicks to an IoU with the old and the new network.

    not_reached: the number of objects that did not reach it, with each.
    """

    target: float
    before: float
    after: float
    not_reached: tuple[int, int]


class LearningResult(Answer):
    """The old and the new network on the held-out objects.

    limit: the most clicks on an object.  difference: the clicks of the new network minus those of
    the old one, as a mean over the IoUs and objects; error: its standard error.  better: whether
    the new network needs fewer clicks, by at least one standard error.
    """

    run: str
    objects: int
    limit: int
    clicks: list[LearningClicks]
    difference: float
    error: float
    better: bool


class LearningAnswer(Answer):
    """The finished objects that the network can learn from, and the results of its runs.

    objects, pictures: finished objects and their pictures.  needed: objects from which on it can
    learn.  held_out: objects that are kept apart to measure on.
    problem: why it cannot learn now, or null.  job: of the run under way.  used: the run whose
    network answers; null: the usual network.  result: of the last run.
    """

    objects: int
    pictures: int
    needed: int
    held_out: int
    problem: str | None
    job: str | None
    used: str | None
    result: LearningResult | None


class LearningJob(JobAnswer):
    """The job of a fine-tuning run.  In the stage `training`, done and total are seconds."""

    kind: Literal["learning"]
    result: LearningResult | None


class AnyJob(
    RootModel[
        Annotated[
            ImportJob | ExportJob | ScanJob | LearningJob | CarryJob, Field(discriminator="kind")
        ]
    ]
):
    """A job of any kind."""
