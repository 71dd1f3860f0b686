"""The predictors that a project has used, by the identity of their weights and settings.

Documents of version 0.1 name only the weights; the store holds the settings that were used with
them, so that the identity can be computed.
"""

from fcfi.prediction.interface import Predictor, identity_of
from fcfi.project.states import UsedPredictor
from fcfi.project.store import Store


class UsedPredictors:
    """The predictors that a project has used; cached, since the store's rows never change."""

    def __init__(self, store: Store) -> None:
        """Keep the store, which is read when a predictor is looked up."""
        self._store = store
        self._names: dict[str, str] = {}
        self._known: dict[str, UsedPredictor] = {}

    def identity_of(self, name: str | None) -> str | None:
        """Return the identity for a document's `network`, which may name only the weights."""
        if name is None or name in self._names:
            return self._names.get(name or "")
        used = self._store.network(name)
        if used is None:
            return name
        found = name
        if used.weights == name:
            found = identity_of(used.weights, used.settings)
        self._names[name] = found
        self._known[found] = used
        return found

    def find(self, identity: str | None) -> UsedPredictor:
        """Return the predictor of an identity; its texts are "unknown" if it is not stored."""
        name = identity or ""
        known = self._known.get(name) or self._store.network(name)
        return known or UsedPredictor(name, "unknown", "unknown", {})

    def keep(self, predictor: Predictor) -> None:
        """Store a predictor, once."""
        info = predictor.info
        identity = identity_of(info.sha256, predictor.settings)
        if identity not in self._names:
            used = UsedPredictor(info.sha256, info.name, info.runtime, predictor.settings)
            self._store.keep_network(identity, used)
            self._names[identity] = identity
            self._known[identity] = used
