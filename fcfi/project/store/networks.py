"""The predictors that answered prompts, by the identity of their weights and settings."""

import json

from sqlalchemy import select

from fcfi.errors import StoreError
from fcfi.project.states import UsedPredictor
from fcfi.project.store.part import RESTORE, Part
from fcfi.project.tables import network


class Networks(Part):
    """The predictors that answered prompts in this project, by identity."""

    def keep_network(self, identity: str, used: UsedPredictor) -> None:
        """Store the predictor of an identity (`fcfi.prediction.interface.identity`)."""
        if self.network(identity) == used:
            return
        values = {
            "weights": used.weights,
            "name": used.name,
            "runtime": used.runtime,
            "settings": json.dumps(dict(used.settings)),
        }
        statement = self.database.insert(network).values(identity=identity, **values)
        with self.database.writing() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["identity"], set_=values)
            )

    def network(self, identity: str) -> UsedPredictor | None:
        """Return the predictor of an identity, or None if it never answered in this project.

        Raises StoreError if its row is damaged.
        """
        with self.database.reading() as connection:
            found = connection.execute(
                select(network).where(network.c.identity == identity)
            ).one_or_none()
            if found is None:
                return None
            settings = json.loads(found.settings)
            if not isinstance(settings, dict):
                raise StoreError(f"a network's settings in the store are damaged: {RESTORE}")
            return UsedPredictor(found.weights or identity, found.name, found.runtime, settings)
