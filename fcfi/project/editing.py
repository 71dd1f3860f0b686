"""Changes pictures: reads the document, applies an action, and stores the new document.

All state is in the store and the caches, so threads may share an `Editing`.  Knows nothing of files
or of lists of pictures.
"""

import dataclasses
from collections.abc import Callable
from typing import TypeVar

from fcfi.errors import InputError, StoreError, guard
from fcfi.masks.runs import RunMask
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import Prediction
from fcfi.project.actions import Action, Edit, Move
from fcfi.project.actions.registry import apply, describe
from fcfi.project.cache import ByteCache
from fcfi.project.document import Document
from fcfi.project.labelling import Labels
from fcfi.project.pictures import Pictures, key
from fcfi.project.replay import Replay
from fcfi.project.states import PictureConflict, PictureRow, PictureState
from fcfi.project.store import Shown, Signature, Step, Store, Stored
from fcfi.project.store.part import RESTORE
from fcfi.project.used_predictors import UsedPredictors
from fcfi.project.world import Masks, PictureWorld
from fcfi.prompts.rounds import Rounds

Seen = TypeVar("Seen", bound=Shown)


class Editing:
    """The pictures of a store, read and changed one at a time."""

    def __init__(
        self,
        store: Store,
        labels: Labels,
        pictures: Pictures,
        masks: Masks,
        predictor: Predictor | None,
        cache: ByteCache,
        clock: Callable[[], float],
    ) -> None:
        """Keep the parts of a project.

        predictor: None refuses prompts.  clock: returns seconds since 1970 (UTC).
        """
        self.used_predictors = UsedPredictors(store)
        self._store = store
        self._labels = labels
        self._pictures = pictures
        self._masks = masks
        self._cache = cache
        self._replay = Replay(predictor, cache)
        self._clock = clock

    def use(self, predictor: Predictor | None) -> None:
        """Answer prompts with another predictor from now on."""
        self._replay = Replay(predictor, self._cache)

    def signature(self, author: str, key: str | None = None) -> Signature:
        """Return the signature of a change: its author, the present time, and its key."""
        return Signature(author, self._clock(), key)

    def read(self, identity: int) -> Stored:
        """Return a picture with present labels and identities of networks.  Raises NotFound."""
        return self._current(self._store.read(identity))

    def state(self, stored: Shown) -> PictureState:
        """Return the state of a picture, with its masks.  Raises StoreError if it is damaged."""
        with guard(StoreError, f"{stored.row.name} in the store is damaged", RESTORE):
            return PictureState(
                stored.row,
                stored.document,
                self._masks.find(stored.document.masks),
                None if stored.undo is None else describe(stored.undo),
                None if stored.redo is None else describe(stored.redo),
            )

    def change(
        self, identity: int, version: int, action: Action, signature: Signature
    ) -> PictureState:
        """Change a picture of this version, unless a change with this key was already made.

        Raises what `Project.act` raises.
        """
        # Looked up again at the end: another process may have made the same change in between.
        after = (
            self._answered(identity, signature.key)
            or self._changed(identity, version, action, signature)
            or self._answered(identity, signature.key)
        )
        if after is None:
            raise PictureConflict(
                self.state(self.read(identity)), self._store.changes(identity, version, describe)
            )
        return self.state(after)

    def foreseen(self, row: PictureRow, start: RunMask, rounds: Rounds) -> Prediction:
        """Return the prediction that an object would get, without a change; it is cached.

        Raises PictureError, NetworkError.
        """
        row, image = self._pictures.pixels(row, rounds.window)
        return self._replay.predict(
            key(row, rounds.window),
            lambda: image,
            start.sha256,
            lambda _: start.pixels(row.height, row.width),
            rounds,
        )

    def step(
        self, stored: Stored, action: Edit, signature: Signature, replay: Replay | None = None
    ) -> tuple[Stored, Step | None]:
        """Return the picture and the step that an action makes, not yet stored, or None.

        The step is None if the action changes nothing.
        replay: answers prompts; by default the present one.
        """
        labels = frozenset(stored.labels.values())
        world = PictureWorld(
            stored.row,
            labels,
            self._pictures,
            self._masks,
            replay or self._replay,
            self._clock,
            self.read,
            signature.author,
            self._labels.schema,
        )
        # An object's new label may not have the attributes of the old one.
        document = self._fitted(apply(stored.document, action, world))
        stored = dataclasses.replace(stored, row=world.row)
        if document == stored.document:
            return stored, None
        masks = world.new_masks(document)
        return stored, Step(document, masks, action.record(stored.document), signature)

    def _current(self, stored: Seen) -> Seen:
        """Return a stored picture with present labels and identities of networks."""
        document = stored.document.relabelled(stored.labels)
        objects = tuple(
            drawn
            if (network := self.used_predictors.identity_of(drawn.network)) == drawn.network
            else dataclasses.replace(drawn, network=network)
            for drawn in document.objects
        )
        document = self._fitted(dataclasses.replace(document, objects=objects))
        return dataclasses.replace(stored, document=document)

    def _fitted(self, document: Document) -> Document:
        """Return the document without values that do not fit the attributes of their labels."""
        # Most documents have no values; then the labels need not be read.
        if not any(drawn.attributes for drawn in document.objects):
            return document
        return document.fitted(self._labels.schemas())

    def _answered(self, identity: int, key: str | None) -> Shown | None:
        """Return a picture as it was after the change with this key; None without such a change."""
        noted = None if key is None else self._store.noted(identity, key)
        return None if noted is None else self._current(noted)

    def _changed(
        self, identity: int, version: int, action: Action, signature: Signature
    ) -> Stored | None:
        """Apply an action to a picture of this version; return None if it now has another."""
        stored = self.read(identity)
        if stored.row.version != version:
            return None
        if isinstance(action, Move):
            moved = self._store.move(identity, version, action.by, signature)
            return self.read(identity) if moved else None
        if not isinstance(action, Edit):
            raise InputError(
                f"expected an action that edits or moves, got {action.type}: derive it from Edit"
            )
        return self._edit(stored, action, signature)

    def _edit(self, stored: Stored, action: Edit, signature: Signature) -> Stored | None:
        """Apply an edit and store it; return None if the picture was changed since it was read.

        An edit that changes nothing is not stored.
        """
        # Another predictor may be chosen meanwhile.
        replay = self._replay
        stored, step = self.step(stored, action, signature, replay)
        if step is None:
            return stored
        # Only now, since the network may still be loading when the project is opened.
        if replay.predictor is not None and any(drawn.rounds for drawn in step.document.objects):
            self.used_predictors.keep(replay.predictor)
        after = self._store.write(stored, step)
        if after is not None:
            self._masks.put(step.masks)
        return after
