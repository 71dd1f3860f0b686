"""An object's mask: where it begins, what its prompts make of it, and what is cut out of that."""

import dataclasses

from fcfi.masks.components import drop_specks, fill_holes
from fcfi.masks.runs import RunMask
from fcfi.project.actions.base import World
from fcfi.project.document import Document, DrawnObject
from fcfi.prompts.rounds import NO_ROUNDS


def of_present(drawn: DrawnObject, world: World) -> DrawnObject:
    """Return the object, begun from its mask if another predictor made that.

    Finished work never changes by itself: its rounds would be answered anew.
    """
    if not drawn.rounds or drawn.mask is None or drawn.network == world.network:
        return drawn
    return dataclasses.replace(drawn, start=drawn.mask, rounds=NO_ROUNDS, network=None)


def predicted(document: Document, drawn: DrawnObject, world: World) -> DrawnObject:
    """Return the object with the mask of its prompts."""
    network = world.network if drawn.rounds else None
    return _masked(document, dataclasses.replace(drawn, network=network), world)


def begun(document: Document, drawn: DrawnObject, start: str | None, world: World) -> DrawnObject:
    """Return the object without prompts, from a mask that is kept on; None is no pixel."""
    fresh = dataclasses.replace(drawn, start=start, rounds=NO_ROUNDS, network=None)
    return _masked(document, fresh, world)


def cleaned(mask: RunMask, holes: int, specks: int) -> RunMask | None:
    """Return the mask without holes of at most `holes` and components below `specks` pixels."""
    filled = fill_holes(mask.inside(), holes)
    return RunMask.of(drop_specks(filled, specks), mask.left, mask.top)


def _masked(document: Document, drawn: DrawnObject, world: World) -> DrawnObject:
    """Return the object with the mask that start and prompts make.

    Specks and holes go if it is tidied, then finished neighbours are cut out if it is kept out.
    """
    # Nothing to predict or to cut: the mask is the start itself, and no pixel is looked at.
    if not drawn.rounds and (drawn.start is None or not drawn.keep_out):
        return dataclasses.replace(drawn, mask=drawn.start)
    if drawn.rounds:
        mask = world.predict(drawn.start, drawn.rounds)
    else:
        mask = world.mask(drawn.start or "")
    # What a person drew or imported stays as it is; only answers of the network are tidied.
    if drawn.tidy and drawn.rounds and mask is not None:
        mask = cleaned(mask, drawn.tidy, drawn.tidy)
    if drawn.keep_out and mask is not None:
        # By name, so that neighbours with the same mask are cut out once.
        neighbours = {
            other.mask for other in document.objects if other.finished and other.id != drawn.id
        }
        mask = mask.subtract(world.mask(name) for name in neighbours if name is not None)
    return dataclasses.replace(drawn, mask=world.keep(mask))
