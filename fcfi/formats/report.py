"""Reports what an export kept: every object is read back from the files and compared.

Knows which properties of a mask can be lost; the codecs state which of them their formats lose.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fcfi.errors import plural
from fcfi.formats.annotation import AnnotatedObject, AnnotatedPicture
from fcfi.geometry import cut
from fcfi.masks.components import has_holes, parts

HOLES: Final = "holes"
PARTS: Final = "parts"
OVERLAP: Final = "overlap"
LOSSES: Final = {
    HOLES: "a hole, which the format cannot hold as such",
    PARTS: "several parts, which the format cannot hold as such",
    OVERLAP: "pixels under another object, which the format leaves to the topmost",
}
SHOWN: Final = 20
"""Most objects that the text of a report lists."""


@dataclass(frozen=True, slots=True)
class ObjectReport:
    """The report of one object.

    number: the object's number on its picture, from 1.
    iou:    IoU of the mask read back and the given mask, from 0 (missing) to 1 (equal).
    lost:   which of HOLES, PARTS and OVERLAP it has and the format cannot hold.
    """

    file_name: str
    number: int
    label: str
    iou: float
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The report of an export, object by object.

    pictures: number of written pictures.  notes: sentences about what else the files hold
        differently, such as the numbers of labels.
    """

    format: str
    pictures: int
    objects: tuple[ObjectReport, ...]
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[ObjectReport, ...]:
        """The objects whose pixels changed, the worst first."""
        changed = (kept for kept in self.objects if kept.iou < 1)
        return tuple(sorted(changed, key=lambda kept: kept.iou))

    def text(self) -> str:
        """Return the report as text: a line of counts, the worst objects and the notes."""
        changed = self.changed
        lines = [
            f"{self.format}: {plural(self.pictures, 'picture')}, "
            f"{plural(len(self.objects), 'object')}, "
            + (f"{len(changed)} not kept exactly:" if changed else "all kept to the pixel")
        ]
        for worst in changed[:SHOWN]:
            why = " and ".join(LOSSES[loss] for loss in worst.lost)
            lines.append(
                f"  {worst.file_name}, object {worst.number} ({worst.label}): "
                f"IoU {worst.iou:.4f}; it has {why or 'pixels that the format rounds'}"
            )
        if len(changed) > SHOWN:
            lines.append(f"  and {len(changed) - SHOWN} more")
        lines += self.notes
        return "\n".join(lines)


def compare(
    name: str,
    cannot_hold: Sequence[str],
    given: Iterable[AnnotatedPicture],
    stored: Iterable[AnnotatedPicture],
) -> Report:
    """Return the report on pictures, compared with what was read back from the files.

    Both are in the same order; pictures may be missing in the files.
    """
    objects: list[ObjectReport] = []
    back = iter(stored)
    pictures = 0
    following = next(back, None)
    for picture in given:
        pictures += 1
        found: tuple[AnnotatedObject, ...] = ()
        # Both are iterated in step, so that only one picture of each is in memory.
        if following is not None and following.file_name == picture.file_name:
            found, following = following.objects, next(back, None)
        objects += _objects(picture, found, cannot_hold)
    return Report(name, pictures, tuple(objects))


def properties(
    picture: AnnotatedPicture, asked: Collection[str] = (HOLES, PARTS, OVERLAP)
) -> list[tuple[str, ...]]:
    """Return which of the requested properties each object has; OVERLAP: it lies below another.

    Only requested properties are checked, since this takes as long as writing, and most formats
    hold everything.
    """
    covered = _covered(picture) if OVERLAP in asked else frozenset()
    found = []
    for annotated in picture.objects:
        has = {
            HOLES: HOLES in asked and has_holes(annotated.mask.inside()),
            PARTS: PARTS in asked and parts(annotated.mask.inside()) > 1,
            OVERLAP: id(annotated) in covered,
        }
        found.append(tuple(name for name, present in has.items() if present))
    return found


def _covered(picture: AnnotatedPicture) -> frozenset[int]:
    """Return the identity (`id`) of each object that another covers in part.

    By identity, since two objects may be equal in label and mask.
    """
    # The number of the topmost object at each pixel: an object is covered where it is not its own.
    top = np.zeros((picture.height, picture.width), np.int32)
    order = picture.bottom_up()
    for number, annotated in enumerate(order, 1):
        cut(top, annotated.mask.box)[annotated.mask.inside()] = number
    return frozenset(
        id(annotated)
        for number, annotated in enumerate(order, 1)
        if (cut(top, annotated.mask.box)[annotated.mask.inside()] != number).any()
    )


def _objects(
    picture: AnnotatedPicture, stored: tuple[AnnotatedObject, ...], cannot_hold: Sequence[str]
) -> list[ObjectReport]:
    """Return a report for each object, compared with the most similar stored one of its label."""
    scores = _matched(picture.objects, stored)
    lost = properties(picture, cannot_hold)
    return [
        ObjectReport(
            picture.file_name,
            index + 1,
            annotated.label,
            scores.get(index, 0.0),
            lost[index],
        )
        for index, annotated in enumerate(picture.objects)
    ]


def _matched(
    given: Sequence[AnnotatedObject], stored: Sequence[AnnotatedObject]
) -> dict[int, float]:
    """Pair given and stored objects, the most similar first; return the IoUs by given index."""
    pairs = [
        (drawn.mask.iou(found.mask), here, there)
        for here, drawn in enumerate(given)
        for there, found in enumerate(stored)
        if drawn.label == found.label
    ]
    scores: dict[int, float] = {}
    taken: set[int] = set()
    # Among equal pairs the nearest positions are paired first, since formats keep the order.
    for score, here, there in sorted(pairs, key=lambda pair: (-pair[0], abs(pair[1] - pair[2]))):
        if score > 0 and here not in scores and there not in taken:
            scores[here] = score
            taken.add(there)
    return scores
