"""The base class of the actions that add a round of prompts to an object."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.grey_window import GreyWindow
from fcfi.project.actions.base import Edit, World
from fcfi.project.actions.fields import MAX_CLICKS, LabelId, ObjectId, Pixels
from fcfi.project.actions.masks import of_present, predicted, seen_through
from fcfi.project.actions.objects import check_label, check_tidy, found_or_new, with_object
from fcfi.project.document import Document
from fcfi.prompts.clicks import Prompts, check_count, check_prompts
from fcfi.prompts.rounds import Round


@dataclass(frozen=True, slots=True)
class AddRound(Edit):
    """A round of prompts on an object, or on a new object on top; subclasses hold the prompts.

    label, keep_out, tidy: None leaves them unchanged.  within: the part of the picture that the
    network sees at the object's first look.  window: the values of a deep picture that the network
    sees as black and white; None, and a picture of 8 bits: the grey levels of the rule.
    """

    object: ObjectId | None
    label: LabelId | None = dataclasses.field(default=None, kw_only=True)
    keep_out: bool | None = dataclasses.field(default=None, kw_only=True)
    tidy: Pixels | None = dataclasses.field(default=None, kw_only=True)
    within: Box | None = dataclasses.field(default=None, kw_only=True)
    window: GreyWindow | None = dataclasses.field(default=None, kw_only=True)

    def with_round(self, prompts: Prompts, document: Document, world: World) -> Document:
        """Return the document with the object's mask after a round of prompts.

        Raises InputError if the prompts are too many or outside the picture.
        """
        if not 1 <= len(prompts) <= MAX_CLICKS:
            raise InputError(
                f"expected 1 to {MAX_CLICKS} clicks at once, got {len(prompts)}: send them in parts"
            )
        check_prompts(prompts, world.height, world.width)
        document, drawn = found_or_new(document, self.object)
        drawn = seen_through(of_present(drawn, world), world.effective(self.window))
        check_count((*drawn.rounds.prompts, *prompts))
        drawn = dataclasses.replace(
            drawn,
            rounds=drawn.rounds.after(Round.at(world.now(), prompts), self.within),
            label=drawn.label if self.label is None else check_label(self.label, world),
            keep_out=drawn.keep_out if self.keep_out is None else self.keep_out,
            tidy=drawn.tidy if self.tidy is None else check_tidy(self.tidy),
        )
        return with_object(document, predicted(document, drawn, world))

    def record(self, before: Document) -> dict[str, Any]:
        """Return the type, the object's id, and whether the object is new."""
        return Edit.record(self, before) | {"new": self.object is None}
