"""The migrations of the tables, which Alembic runs when a store is opened."""
