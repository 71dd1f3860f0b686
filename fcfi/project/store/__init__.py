"""The store of a project: reads and writes its database; one part a file.

Knows nothing of predictors or of picture files.
"""

from fcfi.project.store.assignment import Assignment
from fcfi.project.store.bulk import Bulk
from fcfi.project.store.documents import pack_document
from fcfi.project.store.history import History
from fcfi.project.store.labels import ObjectLabels, count_objects
from fcfi.project.store.masks import StoredMasks
from fcfi.project.store.networks import Networks
from fcfi.project.store.pictures import StoredPictures
from fcfi.project.store.rows import sort_key
from fcfi.project.store.settings import Settings
from fcfi.project.store.statistics import Statistics
from fcfi.project.store.values import Drawn, FoundPicture, Listing, Shown, Signature, Step, Stored

__all__ = [
    "Drawn",
    "FoundPicture",
    "Listing",
    "Shown",
    "Signature",
    "Step",
    "Store",
    "Stored",
    "count_objects",
    "pack_document",
    "sort_key",
]


class Store(
    StoredPictures,
    History,
    Bulk,
    StoredMasks,
    ObjectLabels,
    Assignment,
    Statistics,
    Settings,
    Networks,
):
    """All parts of the store on one database; threads may share it."""
