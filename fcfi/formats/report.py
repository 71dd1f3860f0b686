"""What an export kept: every object read back from the files and compared, pixel by pixel.

Knows which properties of a mask can be lost; which format loses them is said by the codec.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fcfi.formats.annotation import AnnotatedObject, AnnotatedPicture
from fcfi.geometry import cut
from fcfi.masks.components import has_holes, parts

HOLES: Final = "holes"
PARTS: Final = "parts"
OVERLAP: Final = "overlap"
LOSSES: Final = {
    HOLES: "a hole, which the format cannot hold as such",
    PARTS: "several parts, which the format cannot hold as such",
    OVERLAP: "pixels under another object, which the format gives to the topmost",
}
SHOWN: Final = 20
"""Objects that the text of a report names."""


@dataclass(frozen=True, slots=True)
class ObjectReport:
    """One object after export.  iou: of the mask read back with the mask given, 0 (gone) to 1 (the same).

    number: its place in the picture, from 1.  lost: those of HOLES, PARTS, OVERLAP that it has and
        the format has not.
    """

    file_name: str
    number: int
    label: str
    iou: float
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What an export kept, object by object.  pictures: how many were written."""

    format: str
    pictures: int
    objects: tuple[ObjectReport, ...]

    @property
    def changed(self) -> tuple[ObjectReport, ...]:
        """The objects that came back with other pixels, the worst first."""
        return tuple(sorted((one for one in self.objects if one.iou < 1), key=lambda one: one.iou))

    def text(self) -> str:
        """The report for people: a line of numbers, then a line for each of the worst objects."""
        changed = self.changed
        lines = [
            f"{self.format}: {self.pictures} pictures, {len(self.objects)} objects, "
            + (f"{len(changed)} not kept exactly:" if changed else "all kept to the pixel")
        ]
        for one in changed[:SHOWN]:
            why = " and ".join(LOSSES[loss] for loss in one.lost) or "pixels that the format rounds"
            lines.append(
                f"  {one.file_name}, object {one.number} ({one.label}): IoU {one.iou:.4f}; it has {why}"
            )
        if len(changed) > SHOWN:
            lines.append(f"  and {len(changed) - SHOWN} more")
        return "\n".join(lines)


def compare(
    name: str,
    cannot_hold: Sequence[str],
    given: Iterable[AnnotatedPicture],
    stored: Iterable[AnnotatedPicture],
) -> Report:
    """Report of pictures and what the files hold of them, both in the same order; a picture may be missing there."""
    objects: list[ObjectReport] = []
    back, pictures = iter(stored), 0
    following = next(back, None)
    for picture in given:
        pictures += 1
        found: tuple[AnnotatedObject, ...] = ()
        if following is not None and following.file_name == picture.file_name:
            found, following = following.objects, next(back, None)
        objects += _objects(picture, found, cannot_hold)
    return Report(name, pictures, tuple(objects))


def properties(picture: AnnotatedPicture) -> list[tuple[str, ...]]:
    """Those of HOLES, PARTS and OVERLAP (with an object above it) that each object of the picture has."""
    top = np.zeros((picture.height, picture.width), np.int32)
    order = picture.bottom_up()
    for number, annotated in enumerate(order, 1):
        cut(top, annotated.runs.box)[annotated.runs.inside()] = number
    level = {id(annotated): number for number, annotated in enumerate(order, 1)}
    found = []
    for annotated in picture.objects:
        inside = annotated.runs.inside()
        shown = cut(top, annotated.runs.box)[inside]
        covered = bool((shown != level[id(annotated)]).any())
        has = {HOLES: has_holes(inside), PARTS: parts(inside) > 1, OVERLAP: covered}
        found.append(tuple(name for name, present in has.items() if present))
    return found


def _objects(
    picture: AnnotatedPicture, stored: tuple[AnnotatedObject, ...], cannot_hold: Sequence[str]
) -> list[ObjectReport]:
    """Each object with what came back of it: under its label, the most alike first, nothing given to two."""
    scores = _matched(picture.objects, stored)
    return [
        ObjectReport(
            picture.file_name,
            place + 1,
            one.label,
            scores.get(place, 0.0),
            tuple(x for x in has if x in cannot_hold),
        )
        for place, (one, has) in enumerate(zip(picture.objects, properties(picture), strict=True))
    ]


def _matched(
    given: Sequence[AnnotatedObject], stored: Sequence[AnnotatedObject]
) -> dict[int, float]:
    """IoU of each object given with the one stored that it is paired with; unpaired ones are not in it."""
    pairs = [
        (drawn.runs.iou(found.runs), here, there)
        for here, drawn in enumerate(given)
        for there, found in enumerate(stored)
        if drawn.label == found.label
    ]
    scores: dict[int, float] = {}
    taken: set[int] = set()
    for score, here, there in sorted(pairs, key=lambda pair: (-pair[0], abs(pair[1] - pair[2]))):
        if score > 0 and here not in scores and there not in taken:
            scores[here] = score
            taken.add(there)
    return scores
