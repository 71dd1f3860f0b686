"""Makes the mask of an object from its start mask, its prompts and its finished neighbours."""

import dataclasses

from fcfi.grey_window import GreyWindow
from fcfi.masks.components import drop_specks, fill_holes
from fcfi.masks.runs import RunMask
from fcfi.project.actions.base import World
from fcfi.project.document import Document, DrawnObject
from fcfi.prompts.rounds import NO_ROUNDS, Rounds


def of_present(drawn: DrawnObject, world: World) -> DrawnObject:
    """Return the object; if another predictor made its mask, this mask becomes its start mask.

    Otherwise the rounds would be predicted again, which would change accepted work.
    """
    if not drawn.rounds or drawn.mask is None or drawn.network == world.network:
        return drawn
    return dataclasses.replace(drawn, start=drawn.mask, rounds=NO_ROUNDS, network=None)


def seen_through(drawn: DrawnObject, window: GreyWindow | None) -> DrawnObject:
    """Return the object, to be seen through a grey window from now on.

    If its mask was made through another window, this mask becomes its start mask: each of its
    rounds was answered on the pixels that a person saw, and must not be answered again on others.
    """
    if drawn.rounds.window == window:
        return drawn
    if drawn.rounds and drawn.mask is not None:
        fresh = Rounds(window=window)
        return dataclasses.replace(drawn, start=drawn.mask, rounds=fresh, network=None)
    return dataclasses.replace(drawn, rounds=dataclasses.replace(drawn.rounds, window=window))


def predicted(document: Document, drawn: DrawnObject, world: World) -> DrawnObject:
    """Return the object with the mask that follows from its start mask and prompts."""
    network = world.network if drawn.rounds else None
    return _masked(document, dataclasses.replace(drawn, network=network), world)


def begun(document: Document, drawn: DrawnObject, start: str | None, world: World) -> DrawnObject:
    """Return the object without prompts and with another start mask.

    start: the sha256 of a mask that is stored or kept; None for an empty mask.
    """
    fresh = dataclasses.replace(drawn, start=start, rounds=NO_ROUNDS, network=None)
    return _masked(document, fresh, world)


def cleaned(mask: RunMask, holes: int, specks: int) -> RunMask | None:
    """Return the mask without holes of at most `holes` and components below `specks` pixels."""
    filled = fill_holes(mask.inside(), holes)
    return RunMask.of(drop_specks(filled, specks), mask.left, mask.top)


def _masked(document: Document, drawn: DrawnObject, world: World) -> DrawnObject:
    """Return the object with the mask that follows from its start mask and prompts.

    With `tidy`, specks and holes are removed; then, with `keep_out`, the pixels of finished
    neighbours.
    """
    # Without rounds and keep_out the mask is the start mask, and no pixel need be decoded.
    if not drawn.rounds and (drawn.start is None or not drawn.keep_out):
        return dataclasses.replace(drawn, mask=drawn.start)
    if drawn.rounds:
        mask = world.predict(drawn.start, drawn.rounds)
    else:
        mask = world.mask(drawn.start or "")
    # Only predicted masks are tidied; drawn and imported ones are not changed.
    if drawn.tidy and drawn.rounds and mask is not None:
        mask = cleaned(mask, drawn.tidy, drawn.tidy)
    if drawn.keep_out and mask is not None:
        # A set of sha256, so that neighbours with equal masks are subtracted once.
        neighbours = {
            other.mask for other in document.objects if other.finished and other.id != drawn.id
        }
        mask = mask.subtract(world.mask(name) for name in neighbours if name is not None)
    return dataclasses.replace(drawn, mask=world.keep(mask))
