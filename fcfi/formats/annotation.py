"""What all formats hold: a picture by name and size, and its objects, each with a label and a mask.

Plain values, checked when they are made, so that no codec meets a mask of the wrong size or a name
that leaves its folder.  Knows nothing of files or formats.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from fcfi.errors import InputError
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask

Sizes = Mapping[str, tuple[int, int]]
"""The pictures there are: name -> (width, height) in pixels, upright (EXIF orientation applied)."""

UNNAMED = "object"
"""Label of an object that a file gives none."""
MAX_SHOWN = 60
"""Characters of a foreign name or label that a message repeats."""


class AnnotatedObject:
    """One object: what it is and which pixels it covers.  A value, never changed.

    label: not empty, on one line.  runs: its mask as run lengths.  height, width: of its picture, in
        pixels.  id: a number that the caller or a file gave it, or None.
    order: of two objects on one pixel, the one with the greater order lies on top; of equals the
        later.
    """

    __slots__ = ("height", "id", "label", "order", "runs", "width")

    def __init__(
        self,
        label: str,
        mask: Mask,
        id: int | None = None,  # noqa: A002
        order: int = 0,
    ) -> None:
        """Take a mask (H, W) bool, which is not kept; InputError if it is another array or empty."""
        given: Any = mask
        if not isinstance(given, np.ndarray) or given.dtype != np.bool_ or given.ndim != 2:
            what = (
                f"{given.dtype} {given.shape}"
                if isinstance(given, np.ndarray)
                else type(given).__name__
            )
            raise InputError(
                f"expected an array (H, W) of bool as the mask of {label[:MAX_SHOWN]!r}, got {what}: "
                "convert it first"
            )
        runs = RunMask.of(mask)
        if runs is None:
            raise InputError(
                f"expected a mask of {label[:MAX_SHOWN]!r} with pixels, got an empty one: "
                "remove the object or draw it"
            )
        self._set(label, runs, mask.shape[0], mask.shape[1], id, order)

    @classmethod
    def of_runs(
        cls,
        label: str,
        runs: RunMask,
        height: int,
        width: int,
        id: int | None = None,  # noqa: A002
        order: int = 0,
    ) -> "AnnotatedObject":
        """Return an object of a mask that lies in a picture of this size already."""
        made = cls.__new__(cls)
        made._set(label, runs, height, width, id, order)
        return made

    def _set(
        self,
        label: str,
        runs: RunMask,
        height: int,
        width: int,
        id: int | None,  # noqa: A002
        order: int,
    ) -> None:
        check_label(label)
        self.label, self.runs, self.height, self.width = label, runs, height, width
        self.id, self.order = id, order

    @property
    def mask(self) -> Mask:
        """The mask (H, W) bool, made anew: hold one at a time, a large picture's takes megabytes."""
        return self.runs.pixels(self.height, self.width)


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedPicture:
    """A picture's name, its size in pixels, and its objects.

    file_name: relative to the folder of pictures, with / between folders, as in `sub/photo.jpg`.
    """

    file_name: str
    width: int
    height: int
    objects: tuple[AnnotatedObject, ...] = ()

    def __post_init__(self) -> None:
        check_name(self.file_name)
        if self.width < 1 or self.height < 1:
            raise InputError(
                f"{self.file_name} has a size of {self.width} x {self.height}: give at least one pixel"
            )
        for number, one in enumerate(self.objects, 1):
            if (one.height, one.width) != (self.height, self.width):
                raise InputError(
                    f"object {number} ({one.label[:MAX_SHOWN]}) of {self.file_name} has a mask of "
                    f"{one.width} x {one.height} pixels and the picture {self.width} x {self.height}: "
                    "give masks of the picture's size"
                )

    def bottom_up(self) -> tuple[AnnotatedObject, ...]:
        """The objects in the order in which they are painted: what lies on top comes last."""
        return tuple(sorted(self.objects, key=lambda one: one.order))


Pictures = Iterable[AnnotatedPicture]
"""Pictures one after the other; codecs keep one at a time, so they may be made as they are asked for."""


def check_name(name: str) -> None:
    """InputError unless `name` is relative, stays inside its folder and can be written on every system."""
    path = PurePosixPath(name)
    if (
        not path.name
        or path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or PureWindowsPath(name).drive
        or any(ord(character) < 32 for character in name)
    ):
        raise InputError(
            f"{name[:MAX_SHOWN]!r} is no name of a picture inside the folder: accepted are relative names "
            "such as sub/photo.jpg, without '..', backslashes or drive letters"
        )


def check_label(label: str) -> None:
    """InputError unless `label` is a text on one line that is not empty and has no blanks around it."""
    one_line = len(label.splitlines()) == 1 and not any(ord(character) < 32 for character in label)
    whole = not any(0xD800 <= ord(character) < 0xE000 for character in label)
    if not one_line or not whole or label != label.strip():
        raise InputError(
            f"expected a label on one line without blanks around it, got {label[:MAX_SHOWN]!r}: "
            "give another name"
        )


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels as a tuple.  InputError if one is unusable or given twice."""
    for label in labels:
        check_label(label)
    doubled = sorted({label for label in labels if list(labels).count(label) > 1})
    if doubled:
        raise InputError(f"the label {doubled[0]!r} is given twice: give each label once")
    return tuple(labels)


def label_number(picture: AnnotatedPicture, one: AnnotatedObject, labels: Sequence[str]) -> int:
    """Place of the object's label among `labels`, from 0.  InputError if it is not there."""
    if one.label not in labels:
        known = ", ".join(labels)[:MAX_SHOWN] or "none"
        raise InputError(
            f"{picture.file_name} has an object {one.label[:MAX_SHOWN]!r}, which is not among the labels ({known}): "
            "add it to the labels or rename the object"
        )
    return labels.index(one.label)
