"""What is wrong with an item of a dataset: a reason in a few words, which many items may share.

Readers leave out what is broken, and count it by reason.
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

    name:   of the item.
    reason: in a few words, the same for all items with this fault.
    detail: a sentence on this item.
    """

    def __init__(self, name: str, reason: str, detail: str) -> None:
        """Keep the parts, so that items can be counted by reason."""
        super().__init__(f"{name}: {detail}")
        self.name = name
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["BrokenError"], tuple[str, str, str]]:
        """Return how a process for training crops sends it to the first."""
        return type(self), (self.name, self.reason, self.detail)


def leads_out(file: Path, root: Path) -> bool:
    """Return whether a file is a link to something outside of a dataset's folder.

    A dataset is unpacked from what others made; links of folders are a person's own.
    """
    return file.is_symlink() and not file.resolve().is_relative_to(root.resolve())
