"""The predictors that a project has used, by the identity of their weights and settings.

Documents of version 0.1 name only the weights; the store holds the settings that were used with
them, so that the identity can be computed.
"""

from fcfi.prediction.interface import Predictor, identity_of
from fcfi.project.states import Answerer
from fcfi.project.store import Store


class Answerers:
    """The predictors that a project has used; cached, since the store's rows never change."""

    def __init__(self, store: Store) -> None:
        """Keep the store, which is read when a predictor is looked up."""
        self._store = store
        self._names: dict[str, str] = {}
        self._known: dict[str, Answerer] = {}

    def identity_of(self, name: str | None) -> str | None:
        """Return the identity for a document's `network`, which may name only the weights."""
        if name is None or name in self._names:
            return self._names.get(name or "")
        answerer = self._store.network(name)
        if answerer is None:
            return name
        found = name
        if answerer.weights == name:
            found = identity_of(answerer.weights, answerer.settings)
        self._names[name] = found
        self._known[found] = answerer
        return found

    def find(self, identity: str | None) -> Answerer:
        """Return the predictor of an identity; its texts are "unknown" if it is not stored."""
        name = identity or ""
        known = self._known.get(name) or self._store.network(name)
        return known or Answerer(name, "unknown", "unknown", {})

    def keep(self, predictor: Predictor) -> None:
        """Store a predictor, once."""
        info = predictor.info
        identity = identity_of(info.sha256, predictor.settings)
        if identity not in self._names:
            answerer = Answerer(info.sha256, info.name, info.runtime, predictor.settings)
            self._store.keep_network(identity, answerer)
            self._names[identity] = identity
            self._known[identity] = answerer
