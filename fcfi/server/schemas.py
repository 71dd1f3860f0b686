"""The wire format: what requests must look like (checked) and what answers look like (described for OpenAPI).

Convention: x right, y down, whole pixels of the upright picture; the centre of the top left one is
    (0, 0).
"""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, JsonValue

from fcfi.project.project import AUTHOR_LETTERS, SETTINGS_BYTES
from fcfi.server.actions import AnyAction, Colour, Id, Wanted, Whole

MAX_TEXT: Final = 200
"""Characters of a name."""
MAX_KNOWN: Final = 20_000
"""Masks that a page may say it has."""

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


class Told(BaseModel):
    """Part of an answer."""


# ── requests ──────────────────────────────────────────────────────────────────────────────────────


class ActionGiven(Wanted):
    """An action on the picture as it was at `version`.

    known: masks that the answer need not hold.  key: a UUID of this action alone; asked again with
        it, what was done
    already is not done twice, and the first answer comes again.
    """

    version: Whole
    action: AnyAction
    author: Author = ""
    known: Annotated[list[Sha256], Field(max_length=MAX_KNOWN, default_factory=list)]
    key: Key | None = None


class LabelGiven(Wanted):
    """A new label; without a colour it is given one."""

    name: Name
    colour: Colour | None = None


class LabelChange(Wanted):
    """What is to change of a label.  place: in the list, from 0."""

    name: Name | None = None
    colour: Colour | None = None
    place: Whole | None = None


class LabelMerge(Wanted):
    """The label that the objects get."""

    into: Id


class ExportGiven(Wanted):
    """format: a name from the project's list of formats.  only_done: leave out pictures that are not marked as done."""

    format: Text
    only_done: bool = False


class ImportPath(Wanted):
    """A file or folder in the folder of pictures, relative to it."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]


def _small_json(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        size = len(json.dumps(value, allow_nan=False, ensure_ascii=False).encode())
    except ValueError as error:  # NaN, half of a surrogate pair
        raise ValueError("settings hold a number or text that JSON has not") from error
    if size > SETTINGS_BYTES:
        raise ValueError(f"settings take {size} bytes and at most {SETTINGS_BYTES} are kept")
    return value


SettingsGiven = Annotated[dict[str, JsonValue], AfterValidator(_small_json)]


# ── answers ───────────────────────────────────────────────────────────────────────────────────────


class Problem(Told):
    """What went wrong, in one sentence."""

    error: str


class NetworkTold(Told):
    """The network.

    runtime: empty until it is loaded.  problem: why it cannot be used.  identity: of weights and
    settings together, as objects name who answered; null until it is loaded.
    """

    name: str
    sha256: str
    runtime: str
    state: Literal["loading", "ready", "failed"]
    problem: str | None
    identity: str | None


class Health(Told):
    """That the server is there."""

    status: Literal["ok"]
    version: str
    network: NetworkTold | None


class LabelTold(Told):
    """A label of the project."""

    id: int
    name: str
    colour: str
    place: int


class Labels(Told):
    """All labels, in their order."""

    labels: list[LabelTold]


class FormatTold(Told):
    """A format to export to.  cannot_hold: holes, parts, overlap."""

    name: str
    title: str
    cannot_hold: list[str]


class CountsTold(Told):
    """Pictures by state."""

    all: int
    new: int
    work: int
    done: int


class ProjectTold(Told):
    """The folder, its labels, and what the page needs to begin.  warnings: sentences for the person."""

    name: str
    folder: str
    labels: list[LabelTold]
    settings: dict[str, Any]
    counts: CountsTold
    warnings: list[str]
    network: NetworkTold | None
    formats: list[FormatTold]
    version: str


class RowTold(Told):
    """A picture as the list shows it.  modified: changes with the file; goes into addresses of tiles as v."""

    id: int
    name: str
    width: int
    height: int
    modified: str
    state: Literal["new", "work", "done"]
    objects: int
    version: int
    problem: str | None


class PictureListTold(Told):
    """A part of the list.  total: pictures that the question fits."""

    total: int
    counts: CountsTold
    items: list[RowTold]


class Scanned(Told):
    """What is in the folder now."""

    counts: CountsTold


class ClickTold(Told):
    """A click; those of one round were predicted together."""

    x: int
    y: int
    positive: bool
    round: int


class ObjectTold(Told):
    """An object.

    mask: its sha256, null without a pixel.  start: whether its clicks begin from a mask.  network:
        sha256 of the one
    that made the mask from clicks; with another one, further clicks go on from the mask.
    """

    id: int
    label: int | None
    colour: str | None
    visible: bool
    finished: bool
    keep_out: bool
    mask: str | None
    start: bool
    network: str | None
    clicks: list[ClickTold]
    area: int


class DocumentTold(Told):
    """The objects from bottom to top."""

    objects: list[ObjectTold]
    done: bool


class MaskTold(Told):
    """A mask: lengths of runs over its box, row by row, background first."""

    left: int
    top: int
    width: int
    height: int
    runs: list[int]


class StateTold(Told):
    """All that there is on one picture.  masks: by sha256."""

    picture: RowTold
    document: DocumentTold
    masks: dict[str, MaskTold]
    can_undo: bool
    can_redo: bool
    undo_text: str | None
    redo_text: str | None


class ChangeTold(Told):
    """What somebody did meanwhile; time: seconds since 1970 (UTC)."""

    author: str
    time: float
    text: str


class ConflictTold(Problem):
    """The picture was changed since the version that an action was for."""

    changes: list[ChangeTold]
    state: StateTold


class ImportTold(Told):
    """What an import did.  objects: added.  labels: added.  problems: a sentence for each picture left out."""

    format: str
    pictures: int
    objects: int
    labels: list[str]
    problems: list[str]


class ChangedTold(Told):
    """An object that the files do not hold to the pixel."""

    file_name: str
    number: int
    label: str
    iou: float
    lost: list[str]


class ReportTold(Told):
    """What an export kept.  text: for people."""

    text: str
    pictures: int
    objects: int
    changed: list[ChangedTold]


class ExportTold(Told):
    """url: where the zip file is, until the server stops or some more exports were made."""

    id: str
    report: ReportTold
    url: str
