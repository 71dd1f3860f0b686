"""Broken items of a dataset, with a short reason that many items may share.

Readers leave out broken items, and count them by reason.
"""

from pathlib import Path
from typing import Final

from fcfi.errors import DatasetError

UNREADABLE_PICTURE: Final = "its picture cannot be read"
UNREADABLE_MASK: Final = "its mask cannot be read"
OTHER_SIZE: Final = "its mask and picture differ in size"
EMPTY: Final = "its mask shows no object"
NO_PICTURE: Final = "a mask without a picture of its name"
SEVERAL_PICTURES: Final = "a mask with several pictures of its name"
LINK: Final = "a link, which is not followed"


class BrokenError(DatasetError):
    """An item of a dataset that cannot be used.

    name:   name of the item.
    reason: a few words, the same for all items with this fault.
    detail: a sentence about this item.
    """

    def __init__(self, name: str, reason: str, detail: str) -> None:
        """Store the parts, so that items can be counted by reason."""
        super().__init__(f"{name}: {detail}")
        self.name = name
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["BrokenError"], tuple[str, str, str]]:
        """Return the parts for pickling, so that worker processes can send the error."""
        return type(self), (self.name, self.reason, self.detail)


def leads_out(file: Path, root: Path) -> bool:
    """Return whether a file is a link to something outside a dataset's folder.

    A dataset comes from an archive made by others; links to folders are made by the user.
    """
    return file.is_symlink() and not file.resolve().is_relative_to(root.resolve())
