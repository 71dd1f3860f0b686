"""The values that all codecs read and write: annotated pictures and their objects.

They are checked when they are made, so that no codec has to handle a mask outside its picture or a
name outside its folder.  Knows nothing of files or formats.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from fcfi.errors import InputError
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask

Sizes = Mapping[str, tuple[int, int]]
"""Sizes of pictures: name -> (width, height) in pixels, upright (EXIF orientation applied)."""

UNNAMED = "object"
"""Label of an object that has no label in a file."""
MAX_SHOWN = 60
"""Characters of a foreign name or label that a message repeats."""


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedObject:
    """An object: its label and its mask.

    label: not empty, on one line.
    mask:  in pixels of the picture.
    id:    a number from the caller or a file, or None.
    attributes: values by name, if the format holds them.
    order: where objects overlap, the one with the greater order is on top; of equals, the later.
    """

    label: str
    mask: RunMask
    id: int | None = None
    order: int = 0
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_label(self.label)

    @classmethod
    def of_pixels(
        cls, label: str, pixels: Mask, object_id: int | None = None, order: int = 0
    ) -> "AnnotatedObject":
        """Return an object from a mask (H, W) bool, of which no reference is kept.

        Raises InputError if it is another kind of array, or empty.
        """
        given: Any = pixels
        if not isinstance(given, np.ndarray) or given.dtype != np.bool_ or given.ndim != 2:
            got = type(given).__name__
            if isinstance(given, np.ndarray):
                got = f"{given.dtype} {given.shape}"
            raise InputError(
                f"expected bool (H, W) as the mask of {label[:MAX_SHOWN]!r}, got {got}: "
                "convert it first"
            )
        mask = RunMask.of(pixels)
        if mask is None:
            raise InputError(
                f"expected a mask of {label[:MAX_SHOWN]!r} with pixels, got an empty one: "
                "remove the object or draw it"
            )
        return cls(label, mask, object_id, order)


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedPicture:
    """A picture's name, its size in pixels, and its objects.

    file_name: relative to the folder of pictures, with / between folders, such as `sub/photo.jpg`.
    Raises InputError for a name outside the folder or a mask outside the picture.

    >>> cat = AnnotatedObject.of_pixels("cat", np.ones((4, 6), bool))
    >>> AnnotatedPicture("sub/photo.jpg", 6, 4, (cat,)).objects[0].mask.area
    24
    """

    file_name: str
    width: int
    height: int
    objects: tuple[AnnotatedObject, ...] = ()

    def __post_init__(self) -> None:
        check_name(self.file_name)
        if self.width < 1 or self.height < 1:
            raise InputError(
                f"expected at least one pixel in {self.file_name}, "
                f"got {self.width} x {self.height}: give the picture's size"
            )
        for number, annotated in enumerate(self.objects, 1):
            box = annotated.mask.box
            if box.right > self.width or box.bottom > self.height:
                raise InputError(
                    f"expected masks inside {self.file_name} "
                    f"of {self.width} x {self.height} pixels, "
                    f"got object {number} ({annotated.label[:MAX_SHOWN]}), which reaches to "
                    f"{box.right}, {box.bottom}: give masks of this picture"
                )

    def bottom_up(self) -> tuple[AnnotatedObject, ...]:
        """Return the objects in painting order, from bottom to top."""
        return tuple(sorted(self.objects, key=lambda annotated: annotated.order))

    def pixels(self, annotated: AnnotatedObject) -> Mask:
        """Return the mask (height, width) bool of an object, which takes a byte for each pixel."""
        return annotated.mask.pixels(self.height, self.width)


Pictures = Iterable[AnnotatedPicture]
"""Annotated pictures; codecs hold one at a time, so they may be made while iterating."""


def check_name(name: str) -> None:
    """Raise InputError unless a name is relative, inside its folder and valid on every system."""
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
            f"expected a name inside the folder such as sub/photo.jpg, got {name[:MAX_SHOWN]!r}: "
            "leave out '..', backslashes and drive letters"
        )


def check_label(label: str) -> None:
    """Raise InputError unless a label is on one line, not empty and without blanks around it."""
    one_line = len(label.splitlines()) == 1 and not any(ord(character) < 32 for character in label)
    # Lone surrogates cannot be written as UTF-8.
    whole = not any(0xD800 <= ord(character) < 0xE000 for character in label)
    if not one_line or not whole or label != label.strip():
        raise InputError(
            f"expected a label on one line without blanks around it, got {label[:MAX_SHOWN]!r}: "
            "give another name"
        )
