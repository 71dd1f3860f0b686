"""A round of prompts on an object: what clicks alone and prompts of all kinds have in common."""

import dataclasses
from typing import Final

from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.project.actions.base import World
from fcfi.project.actions.fields import MAX_CLICKS
from fcfi.project.actions.masks import of_present, predicted
from fcfi.project.actions.objects import check_label, check_tidy, found_or_new, with_object
from fcfi.project.document import Document
from fcfi.prompts.clicks import Prompts, check_prompts
from fcfi.prompts.rounds import Round

MAX_CLICKS_OF_OBJECT: Final = 1000


def add_round(
    document: Document,
    identity: int | None,
    prompts: Prompts,
    world: World,
    *,
    label: int | None,
    keep_out: bool | None,
    tidy: int | None,
    within: Box | None,
) -> Document:
    """Return the document with a round of prompts on an object, or on a new one on top.

    None leaves label, keep_out and tidy as they are.  Raises InputError for prompts that are too
    many or outside of the picture.
    """
    if not 1 <= len(prompts) <= MAX_CLICKS:
        raise InputError(
            f"expected 1 to {MAX_CLICKS} clicks at once, got {len(prompts)}: give them in parts"
        )
    check_prompts(prompts, world.height, world.width)
    document, drawn = found_or_new(document, identity)
    drawn = of_present(drawn, world)
    if len(drawn.rounds.prompts) + len(prompts) > MAX_CLICKS_OF_OBJECT:
        raise InputError(
            f"object {drawn.id} would have more than {MAX_CLICKS_OF_OBJECT} clicks: "
            "draw the rest by brush"
        )
    drawn = dataclasses.replace(
        drawn,
        rounds=drawn.rounds.after(Round.at(world.now(), prompts), within),
        label=drawn.label if label is None else check_label(label, world),
        keep_out=drawn.keep_out if keep_out is None else keep_out,
        tidy=drawn.tidy if tidy is None else check_tidy(tidy),
    )
    return with_object(document, predicted(document, drawn, world))
