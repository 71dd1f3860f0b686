"""The finished objects of a project as a dataset to learn from, and another one to measure on.

An object is finished if somebody has finished it, or if its picture is done or checked.  The
datasets share no picture, and a picture stays on its side while the project grows.  Knows nothing
of networks.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from fcfi.errors import InputError, write_error
from fcfi.geometry import resize
from fcfi.images import encode_png, read_image
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask
from fcfi.project.progress import PACKING, Progress, counted, silent
from fcfi.project.states import DRAWN, PictureRow
from fcfi.project.store import Drawn, Store

NEEDED: Final = 30
"""Finished objects from which on learning is possible."""
LEAST_HELD_OUT: Final = 8
"""Objects to measure on, at least; fewer say too little."""
HELD_OUT: Final = 0.2
"""Part of the objects to measure on."""
MOST_HELD_OUT: Final = 40
"""Objects to measure on, at most: they take a second each."""
MOST_READ: Final = 2000
"""Pictures whose objects are looked at, at most."""
MOST_PICTURES: Final = 200
"""Pictures with finished objects that are used, at most."""
MOST_OBJECTS: Final = 20
"""Objects of a picture that are used, at most, since those of a picture are similar."""
MOST_PIXELS: Final = 1 << 22
"""Larger pictures are shrunk to this number of pixels, so that they are read quickly."""
BATCH: Final = 100
"""Pictures whose documents are read in one transaction."""


@dataclass(frozen=True, slots=True)
class Example:
    """A picture and the sha256 of the masks of its finished objects, at least one."""

    row: PictureRow
    masks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Examples to learn from, and others to measure on."""

    learn_from: tuple[Example, ...]
    held_out: tuple[Example, ...]


def find_examples(store: Store) -> tuple[Example, ...]:
    """Return the pictures with finished objects, in an order that depends on names only."""
    # An import changes a picture once, and finishing an object is a change: pictures with a
    # single change come last.
    drawn = sorted(
        store.drawn(DRAWN),
        key=lambda found: (found.row.version == 1 and found.row.state == "work", _hash(found)),
    )[:MOST_READ]
    examples: list[Example] = []
    for begin in range(0, len(drawn), BATCH):
        if len(examples) >= MOST_PICTURES:
            break
        examples += _finished(store, drawn[begin : begin + BATCH])
    return tuple(examples[:MOST_PICTURES])


def count(examples: Sequence[Example]) -> int:
    """Return the number of objects."""
    return sum(len(example.masks) for example in examples)


def split(examples: Sequence[Example]) -> Split:
    """Return the examples divided by picture.

    Raises InputError if there are too few objects, or too few pictures to divide.
    """
    total = count(examples)
    if total < NEEDED:
        raise InputError(
            f"expected at least {NEEDED} finished objects to learn from, got {total}: finish more"
        )
    learn_from, held_out = list[Example](), list[Example]()
    for example in examples:
        held = count(held_out)
        enough = held >= max(LEAST_HELD_OUT, HELD_OUT * total)
        if enough or 2 * (held + len(example.masks)) > total:
            learn_from.append(example)
        else:
            held_out.append(example)
    if count(held_out) < LEAST_HELD_OUT:
        raise InputError(
            f"expected {LEAST_HELD_OUT} finished objects on pictures that can be kept apart for "
            f"measuring, got {count(held_out)}: finish objects on more pictures"
        )
    return Split(tuple(learn_from), tuple(_fewer(held_out)))


def write_examples(
    examples: Sequence[Example],
    folder: Path,
    path_of: Callable[[PictureRow], Path],
    runs: Callable[[Sequence[str]], Mapping[str, RunMask]],
    progress: Progress = silent,
) -> None:
    """Write pictures and masks into a new folder, in the layout `folder` of fcfi.data.

    path_of: returns the path of a picture; raises PictureError.  runs: returns masks by sha256.
    progress: may raise an error.
    Pictures that cannot be read, or whose size has changed, are left out.  Raises InputError if the
    files cannot be written.
    """
    pictures, masks = folder / "images", folder / "masks"
    try:
        pictures.mkdir(parents=True)
        masks.mkdir()
        for example in counted(examples, progress, PACKING, len(examples)):
            row = example.row
            try:
                image = read_image(path_of(row))
            except InputError:
                continue
            if image.shape[:2] != (row.height, row.width):
                continue
            height, width = _shrunk(row)
            # Not written atomically: the folder is deleted after any error.
            (pictures / f"{row.id}.png").write_bytes(encode_png(resize(image, height, width)))
            for number, mask in enumerate(runs(example.masks).values(), 1):
                pixels = _resized(mask.pixels(row.height, row.width), height, width)
                (masks / f"{row.id}#{number}.png").write_bytes(encode_png(pixels))
    except OSError as error:
        raise write_error(f"cannot write {folder}", error) from error


def _finished(store: Store, drawn: Sequence[Drawn]) -> Iterator[Example]:
    """Yield the pictures with finished objects among these."""
    documents = store.documents([found.revision for found in drawn])
    for found in drawn:
        document = documents[found.revision]
        masks = dict.fromkeys(
            annotated.mask
            for annotated in document.objects
            if annotated.mask is not None and (annotated.finished or document.done)
        )
        if masks:
            yield Example(found.row, tuple(masks)[:MOST_OBJECTS])


def _hash(found: Drawn) -> str:
    return hashlib.sha256(found.row.name.encode("utf-8", "surrogateescape")).hexdigest()


def _fewer(examples: Sequence[Example]) -> Iterator[Example]:
    """Yield the examples with MOST_HELD_OUT objects at most, as many of each picture as possible.

    Objects of many pictures say more than many objects of a picture.
    """
    each = MOST_OBJECTS
    while each > 1 and sum(min(each, len(example.masks)) for example in examples) > MOST_HELD_OUT:
        each -= 1
    for example in examples[:MOST_HELD_OUT]:
        yield replace(example, masks=example.masks[:each])


def _shrunk(row: PictureRow) -> tuple[int, int]:
    """Return the height and width in which a picture is written."""
    scale = min(1.0, (MOST_PIXELS / (row.height * row.width)) ** 0.5)
    return max(1, round(scale * row.height)), max(1, round(scale * row.width))


def _resized(mask: Mask, height: int, width: int) -> Mask:
    if mask.shape == (height, width):
        return mask
    return np.asarray(resize(mask.astype(np.float32), height, width) > 0.5)
