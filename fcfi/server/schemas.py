"""The schemas of requests, which are checked, and of responses, which OpenAPI describes.

Convention: x right, y down, whole pixels of the upright picture; the centre of the top left pixel
is (0, 0).
"""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, JsonValue, RootModel, create_model

from fcfi.project.attributes import MAX_ATTRIBUTES, MAX_CHOICES
from fcfi.project.preferences import SETTINGS_BYTES
from fcfi.project.project import AUTHOR_LETTERS
from fcfi.server.actions import ActionModel, Colour, Id, Request, Whole, any_action

MAX_TEXT: Final = 200
"""The longest name, in characters."""
MAX_KNOWN: Final = 20_000
"""The most masks that a page may list as known."""

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
    """A response or a part of one."""


# ── requests ──────────────────────────────────────────────────────────────────────────────────────


class ActionRequest(Request):
    """An action on the picture as it was at `version`.

    known: sha256 of masks that the response need not hold.  key: a UUID that marks this action
    alone: a request that is repeated with it is applied once, and gets the first response again.
    """

    version: Whole
    action: ActionModel
    author: Author = ""
    known: Annotated[list[Sha256], Field(max_length=MAX_KNOWN, default_factory=list)]
    key: Key | None = None


def action_request() -> type[ActionRequest]:
    """Return the model of a request with any action that is registered now."""
    return create_model(
        ActionRequest.__name__,
        __base__=ActionRequest,
        __doc__=ActionRequest.__doc__,
        action=any_action(),
    )


class AttributeRequest(Request):
    """What objects of a label may say: a name, the kind of its values, and for a choice which."""

    name: Name
    kind: Literal["text", "number", "choice", "bool"]
    choices: Annotated[list[Name], Field(max_length=MAX_CHOICES, default_factory=list)]


class LabelRequest(Request):
    """A new label; without a colour the server chooses one."""

    name: Name
    colour: Colour | None = None


class LabelChange(Request):
    """New properties of a label.  index: in the list, from 0.  attributes: replace the old ones."""

    name: Name | None = None
    colour: Colour | None = None
    index: Whole | None = None
    attributes: Annotated[list[AttributeRequest], Field(max_length=MAX_ATTRIBUTES)] | None = None


class LabelMerge(Request):
    """The label that the objects get.  into: its id."""

    into: Id


class ExportRequest(Request):
    """format: a name from the project's list of formats.

    only_done: leave out pictures that are neither done nor checked.  only_checked: leave out all
        that are not checked.
    """

    format: Text
    only_done: bool = False
    only_checked: bool = False


class ImportPath(Request):
    """A file or folder in the folder of pictures, relative to it."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]


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

    runtime: empty until it is loaded.  problem: why it cannot be used.  identity: of weights and
    settings together, as objects name their network; null until it is loaded.
    """

    name: str
    sha256: str
    runtime: str
    state: Literal["loading", "ready", "failed"]
    problem: str | None
    identity: str | None


class Health(Answer):
    """The sign that the server runs."""

    status: Literal["ok"]
    version: str
    network: NetworkAnswer | None


class AttributeAnswer(Answer):
    """An attribute of a label: its name, the kind of its values, and the choices of a choice."""

    name: str
    kind: Literal["text", "number", "choice", "bool"]
    choices: list[str]


class LabelAnswer(Answer):
    """A label of the project.  index: in the list of labels, from 0."""

    id: int
    name: str
    colour: str
    index: int
    attributes: list[AttributeAnswer]


class Labels(Answer):
    """All labels, in their order."""

    labels: list[LabelAnswer]


class LabelCounts(Answer):
    """Objects of each label that has some, by its id; 0: objects without a label."""

    counts: dict[int, int]


class FormatAnswer(Answer):
    """A format of exports.  cannot_hold: any of holes, parts and overlap."""

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
    """The folder, its labels, and what else the page needs at its start.

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
    """A picture as the list shows it.

    modified: changes with the file; goes into addresses of tiles as v.  marked_by, marked_at: who
    set the state done, doubtful or checked, and when (seconds since 1970, UTC); "" and 0 where
    nobody did or it is not known.
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


class PictureListAnswer(Answer):
    """A part of the list.  total: the number of pictures that fit the state and the search."""

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


class Scanned(Answer):
    """The pictures after a scan."""

    counts: CountsAnswer


class ClickAnswer(Answer):
    """A click.

    round: from 0; the prompts of a round were predicted together.  index: among all prompts of the
    object, from 0.
    """

    x: int
    y: int
    positive: bool
    round: int
    index: int


class BoxAnswer(Answer):
    """A box that was drawn round an object; right and bottom are the first pixels outside."""

    left: int
    top: int
    right: int
    bottom: int
    round: int
    index: int


class ScribbleAnswer(Answer):
    """A line that was drawn over an object (positive) or off it: its corners [x, y], in order."""

    points: list[list[int]]
    positive: bool
    round: int
    index: int


class ObjectAnswer(Answer):
    """An object.

    tidy: specks and holes of at most so many pixels are removed from predicted masks.
    mask: its sha256, null without a pixel.  start: whether its clicks start from a mask.
    network: the identity of the network that made the mask from clicks; with another network,
    further clicks start from the mask.
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
    """The objects from bottom to top.  done: whether it needs no more work (done or checked)."""

    objects: list[ObjectAnswer]
    done: bool
    mark: MarkAnswer | None


class MaskAnswer(Answer):
    """A mask: lengths of runs over its box, row by row, background first."""

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
    """A change that was made meanwhile.  time: seconds since 1970 (UTC)."""

    author: str
    time: float
    text: str


class ConflictAnswer(Problem):
    """The picture was changed since the version that an action was for."""

    changes: list[ChangeAnswer]
    state: PictureAnswer


class ImportAnswer(Answer):
    """The report of an import.

    objects, labels: added.  problems: a sentence for each reason why shapes or pictures were left
    out.  shapes, taken: shapes in the files on pictures of the project, and how many were read.
    """

    format: str
    pictures: int
    objects: int
    labels: list[str]
    problems: list[str]
    shapes: int
    taken: int


class ChangedAnswer(Answer):
    """An object that the files hold with other pixels."""

    file_name: str
    number: int
    label: str
    iou: float
    lost: list[str]


class ReportAnswer(Answer):
    """The report of an export.  text: for people."""

    text: str
    pictures: int
    objects: int
    changed: list[ChangedAnswer]


class ExportAnswer(Answer):
    """An export.  url: of its zip file, until the server stops or has made several more exports."""

    id: str
    report: ReportAnswer
    url: str


class JobAnswer(Answer):
    """Long work: ask for it again until its state is `done`, `failed` or `cancelled`.

    what: the stage that it is in, in words; empty before the first.
    done, total: pictures (or files of a zip) through this stage, and all; null if not known.
    problem: one sentence, of a failed job.  result: of a job that is done.
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
    """The job of a look through the folder."""

    kind: Literal["scan"]
    result: Scanned | None


class AnyJob(RootModel[Annotated[ImportJob | ExportJob | ScanJob, Field(discriminator="kind")]]):
    """A job of any kind."""
