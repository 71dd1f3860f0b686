"""The actions: what an annotator can do to a picture.  Each action is one file and one line here.

The line imports the file, which registers the action, and exports its name.  Actions of other
packages register themselves (docs/extend/action.md).
"""

# The order of the OpenAPI description, from which the page's types are generated.
# ruff: noqa: I001
from fcfi.project.actions.add_clicks import AddClicks as AddClicks
from fcfi.project.actions.add_prompts import AddPrompts as AddPrompts
from fcfi.project.actions.remove_click import RemoveClick as RemoveClick
from fcfi.project.actions.set_mask import SetMask as SetMask
from fcfi.project.actions.clean import Clean as Clean
from fcfi.project.actions.reset_object import ResetObject as ResetObject
from fcfi.project.actions.edit_object import EditObject as EditObject
from fcfi.project.actions.edit_objects import EditObjects as EditObjects
from fcfi.project.actions.move_object import MoveObject as MoveObject
from fcfi.project.actions.delete_objects import DeleteObjects as DeleteObjects
from fcfi.project.actions.merge_objects import MergeObjects as MergeObjects
from fcfi.project.actions.copy_objects import CopyObjects as CopyObjects
from fcfi.project.actions.duplicate_objects import DuplicateObjects as DuplicateObjects
from fcfi.project.actions.set_attributes import SetAttributes as SetAttributes
from fcfi.project.actions.set_done import SetDone as SetDone
from fcfi.project.actions.mark_picture import MarkPicture as MarkPicture
from fcfi.project.actions.import_objects import ImportObjects as ImportObjects
from fcfi.project.actions.carry_objects import CarryObjects as CarryObjects
from fcfi.project.actions.undo import Undo as Undo
from fcfi.project.actions.redo import Redo as Redo
from fcfi.project.actions.base import Action as Action, Edit as Edit, Move as Move
from fcfi.project.actions.fields import KEEP as KEEP, Keep as Keep
from fcfi.project.actions.carry_objects import CarriedObject as CarriedObject
from fcfi.project.actions.import_objects import ImportedObject as ImportedObject
from fcfi.project.actions.registry import actions as actions, register as register
