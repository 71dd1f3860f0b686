"""Carries objects from picture to picture of a series, as far as the network finds them.

On each picture an object gets its mask of the picture before, displaced to where its pixels are now
(`fcfi.motion`), as start mask, and a click at the deepest pixel of it.  So the network looks at it
as at any mask that a person corrects; the result replays, and is undone picture by picture.

An object is carried no further when its score (`fcfi.prediction.score`) falls: below a share of its
first answer's score, since scores differ from object to object but hardly along a series; or below
a fixed number, since the first answer may be wrong already.  Once the object has left, the network
soon becomes sure of something else, so that the fall must be noticed at the first picture: the
share is near the scores of correct masks.  The network may be as sure of what is now in the place
of the object; so an object also stops where its pixels are not found again.  The defaults are
measured (`python -m benchmarks.carrying`).

A picture that has a carried copy of the object already keeps it as it is, and the series continues
from there: a person may have corrected it.
Knows nothing of lists of pictures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from fcfi.errors import FCFIError, InputError
from fcfi.masks.runs import RunMask
from fcfi.motion import displaced, displacement
from fcfi.prediction.score import score_of
from fcfi.project.actions import CarriedObject, CarryObjects
from fcfi.project.document import DrawnObject
from fcfi.project.editing import Editing
from fcfi.project.pictures import Pictures
from fcfi.project.progress import CARRYING, Progress, counted
from fcfi.project.states import (
    CarriedPicture,
    CarriedTo,
    CarryLimits,
    CarryReport,
    CarryStop,
    PictureRow,
)
from fcfi.project.store import Stored
from fcfi.project.world import Masks
from fcfi.prompts.rounds import Rounds
from fcfi.robot import first_click

MOST_CARRIED: Final = 500
"""The most pictures to which objects are carried at once."""


class Carrier:
    """Carries the objects of one picture; made for one series."""

    def __init__(
        self,
        editing: Editing,
        pictures: Pictures,
        masks: Masks,
        limits: CarryLimits,
        author: str,
    ) -> None:
        """Keep the parts of a project.  author: of the changes."""
        self._editing = editing
        self._pictures = pictures
        self._masks = masks
        self._limits = limits
        self._author = author
        self._carried: list[CarriedPicture] = []
        self._stops: list[CarryStop] = []
        self._first_scores: dict[int, float] = {}

    def run(
        self,
        source: Stored,
        objects: Sequence[int] | None,
        series: Sequence[PictureRow],
        progress: Progress,
    ) -> CarryReport:
        """Carry objects (None: all) of a picture to the pictures of a series, in their order.

        progress: may raise an error, which ends it.  After an error, the pictures before keep their
        objects, and the report has its sentence; without such a picture the error is raised.
        Raises InputError without an object.
        """
        live = {
            drawn.id: replace(drawn, origin=drawn.origin or (source.row.id, drawn.id))
            for drawn in source.document.objects
            if drawn.mask is not None and (objects is None or drawn.id in objects)
        }
        if not live:
            raise InputError(
                f"expected an object with a mask on {source.row.name} to carry, got none: "
                "click on an object first"
            )
        before = source.row
        try:
            for row in counted(series, progress, CARRYING, len(series)):
                live = self._to(row, before, live)
                if not live:
                    break
                before = row
        except FCFIError as error:  # also a cancelled job
            if not self._carried:
                raise
            return self._report(str(error))
        return self._report(None)

    def _report(self, ended: str | None) -> CarryReport:
        return CarryReport(tuple(self._carried), tuple(self._stops), ended)

    def _to(
        self, row: PictureRow, before: PictureRow, live: dict[int, DrawnObject]
    ) -> dict[int, DrawnObject]:
        """Carry objects from one picture to the next; return those that are there, by source."""
        if (row.width, row.height) != (before.width, before.height):
            raise InputError(
                f"expected {before.width} x {before.height} pixels as {before.name} has, got "
                f"{row.width} x {row.height} in {row.name}: carry objects through pictures of one "
                "size"
            )
        present = self._present(row, live)
        kept: dict[int, tuple[CarriedObject, float]] = {}
        for source, drawn in live.items():
            if source in present:
                continue
            carried = self._prepared(row, before, drawn)
            score = None if carried is None else self._score(row, carried.start, carried.rounds(0))
            if carried is not None and score is not None and self._is_enough(source, score):
                kept[source] = carried, score
            else:
                self._stops.append(CarryStop(source, row.name, score))
        made = self._save(row, kept) if kept else {}
        there = {source: (present | made)[source] for source in live if source in present | made}
        if there:
            objects = tuple(
                CarriedTo(source, drawn.id, kept[source][1] if source in made else None)
                for source, drawn in there.items()
            )
            self._carried.append(CarriedPicture(row.id, row.name, objects))
        return {source: drawn for source, drawn in there.items() if drawn.mask is not None}

    def _present(self, row: PictureRow, live: Mapping[int, DrawnObject]) -> dict[int, DrawnObject]:
        """Return the objects that a picture has already, by source: carried copies, or originals.

        If one is the first of its series, its own score is the first.
        """
        document = self._editing.read(row.id).document
        present = {}
        for source, drawn in live.items():
            alike = (
                other
                for other in document.objects
                if drawn.origin in (other.origin, (row.id, other.id))
            )
            other = next(alike, None)
            if other is None:
                continue
            present[source] = replace(other, origin=drawn.origin)
            if source not in self._first_scores and other.start and other.rounds:
                score = self._score(row, self._masks.get(other.start), other.rounds)
                self._first_scores[source] = score
        return present

    def _save(
        self, row: PictureRow, kept: Mapping[int, tuple[CarriedObject, float]]
    ) -> dict[int, DrawnObject]:
        """Add objects to a picture; return those that are there, by source."""
        version = self._editing.read(row.id).row.version
        action = CarryObjects(tuple(carried for carried, _ in kept.values()))
        signature = self._editing.signature(self._author)
        document = self._editing.change(row.id, version, action, signature).document
        made = {source: carried.found_in(document) for source, (carried, _) in kept.items()}
        return {source: drawn for source, drawn in made.items() if drawn is not None}

    def _prepared(
        self, row: PictureRow, before: PictureRow, drawn: DrawnObject
    ) -> CarriedObject | None:
        """Return an object with its start mask and click on a picture; None if not found there."""
        window = drawn.rounds.window
        mask = self._masks.get(drawn.mask or "").pixels(before.height, before.width)
        was, now = self._pictures.pixels(before, window)[1], self._pictures.pixels(row, window)[1]
        way = displacement(was, now, mask)
        start = displaced(mask, way.x, way.y)
        runs = RunMask.of(start)
        if runs is None or way.doubt > self._limits.doubt:
            return None
        click = first_click(start)
        assert click is not None, "the start mask has pixels"
        return CarriedObject(drawn, runs, click)

    def _score(self, row: PictureRow, start: RunMask, rounds: Rounds) -> float:
        return score_of(self._editing.foreseen(row, start, rounds))

    def _is_enough(self, source: int, score: float) -> bool:
        """Return whether a score is high enough to keep the object of this id on."""
        return self._limits.allow(score, self._first_scores.setdefault(source, score))
