"""The implementation of actions.base.World: what an action may use of the project.

A `PictureWorld` is made for each action.  The masks that the action keeps are stored together with
its document.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from fcfi.errors import InputError, PictureError
from fcfi.grey_window import GreyWindow
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask
from fcfi.prediction.interface import identity
from fcfi.project.attributes import Attribute
from fcfi.project.cache import ByteCache
from fcfi.project.document import Document, DrawnObject
from fcfi.project.pictures import Pictures, key
from fcfi.project.replay import Replay
from fcfi.project.states import PictureRow
from fcfi.project.store import Shown, Store
from fcfi.prompts.rounds import Rounds


class Masks:
    """The stored masks by sha256, read through the cache."""

    def __init__(self, store: Store, cache: ByteCache) -> None:
        """Keep the store, and a cache that may be shared."""
        self._store = store
        self._cache = cache

    def find(self, names: Collection[str]) -> dict[str, RunMask]:
        """Return masks by sha256.  Raises StoreError if one is damaged or missing."""
        found: dict[str, RunMask] = {}
        for name in names:
            known = self._cache.find(("mask", name))
            if known is not None:
                found[name] = known
        missing = [name for name in names if name not in found]
        if missing:
            stored = self._store.runs(missing)
            self.put(stored)
            found |= stored
        return found

    def put(self, masks: Mapping[str, RunMask]) -> None:
        """Put newly stored masks into the cache."""
        for name, runs in masks.items():
            self._cache.put(("mask", name), runs, runs.nbytes)

    def get(self, name: str) -> RunMask:
        """Return a mask.  Raises StoreError if it is damaged or missing."""
        return self.find((name,))[name]


class PictureWorld:
    """The world of a picture, for a single action."""

    def __init__(
        self,
        row: PictureRow,
        labels: frozenset[int],
        pictures: Pictures,
        masks: Masks,
        replay: Replay,
        clock: Callable[[], float],
        others: Callable[[int], Shown],
        author: str,
        schema: Callable[[int], Sequence[Attribute]],
    ) -> None:
        """Keep the parts of the project.

        others: returns other pictures by their ids.  author: of the action.
        schema: returns the attributes of a label.
        """
        self.labels = labels
        self.now = clock
        self.author = author
        self.schema = schema
        self.row = row
        self._pictures = pictures
        self._masks = masks
        self._replay = replay
        self._others = others
        self._kept: dict[str, RunMask] = {}

    @property
    def height(self) -> int:
        """The height of the picture, in pixels.  Raises PictureError if it is not known."""
        return self._size[1]

    @property
    def width(self) -> int:
        """The width of the picture, in pixels.  Raises PictureError if it is not known."""
        return self._size[0]

    @property
    def network(self) -> str | None:
        """The identity of the predictor, or None without one."""
        predictor = self._replay.predictor
        return None if predictor is None else identity(predictor)

    def objects(self, picture: int) -> tuple[DrawnObject, ...]:
        """Return the objects of another picture.

        Raises InputError if it has another size, NotFound.
        """
        other = self._others(picture)
        if (other.row.width, other.row.height) != self._size:
            raise InputError(
                f"expected a picture of {self.width} x {self.height} pixels, got {other.row.name} "
                f"with {other.row.width} x {other.row.height}: objects are copied between pictures "
                "of the same size"
            )
        return other.document.objects

    def effective(self, window: GreyWindow | None) -> GreyWindow | None:
        """Return the grey window if the picture is deep, else None.  Raises PictureError."""
        return self._pictures.effective(self.row, window)

    def predict(self, start: str | None, rounds: Rounds) -> RunMask | None:
        """Return the mask that these rounds of prompts make; None if it is empty.

        Raises PictureError, NetworkError, InputError.
        """
        self.row, image = self._pictures.pixels(self.row, rounds.window)
        picture = key(self.row, rounds.window)
        prediction = self._replay.predict(picture, lambda: image, start, self._pixels, rounds)
        return prediction.run_mask

    def mask(self, sha256: str) -> RunMask:
        """Return a mask that is stored or that this action has kept."""
        kept = self._kept.get(sha256)
        return kept if kept is not None else self._masks.get(sha256)

    def keep(self, mask: RunMask | None) -> str | None:
        """Keep a mask, to store it with the document, and return its sha256; None for None.

        Raises InputError if it does not fit into the picture.
        """
        if mask is None:
            return None
        if not self.box_fits(mask):
            mask.pixels(self.height, self.width)  # raises the error
        self._kept[mask.sha256] = mask
        return mask.sha256

    def box_fits(self, mask: RunMask) -> bool:
        """Return whether a mask lies inside the picture."""
        return mask.left + mask.width <= self.width and mask.top + mask.height <= self.height

    def _pixels(self, sha256: str) -> Mask:
        """Return a mask as pixels, (H, W) bool."""
        return self.mask(sha256).pixels(self.height, self.width)

    def new_masks(self, document: Document) -> dict[str, RunMask]:
        """Return the masks that this action has kept and that the document names."""
        named = document.masks | {
            drawn.start for drawn in document.objects if drawn.start is not None
        }
        return {name: runs for name, runs in self._kept.items() if name in named}

    @property
    def _size(self) -> tuple[int, int]:
        if not self.row.width:
            raise PictureError(
                self.row.problem or f"the size of {self.row.name} is not known: scan the folder"
            )
        return self.row.width, self.row.height
