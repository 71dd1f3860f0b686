"""The settings of the page in the store: JSON values by key."""

import json
from typing import Any

from sqlalchemy import select

from fcfi.project.store.part import Part
from fcfi.project.tables import setting


class Settings(Part):
    """The settings of the page."""

    def setting(self, key: str) -> Any:
        """Return the stored value of a key, or None."""
        with self.database.reading() as connection:
            found = connection.execute(select(setting.c.value).where(setting.c.key == key)).scalar()
            return None if found is None else json.loads(found)

    def keep_setting(self, key: str, value: Any) -> None:
        """Store a JSON value."""
        statement = self.database.insert(setting).values(
            key=key, value=json.dumps(value, ensure_ascii=False)
        )
        statement = statement.on_conflict_do_update(
            index_elements=["key"], set_={"value": statement.excluded.value}
        )
        with self.database.writing() as connection:
            connection.execute(statement)
