"""Alembic migrations, shipped with the package and run by `storage.migrate`. No ini file."""

REVISIONS = ("0001", "0002", "0003")
"""All revisions, oldest first. Known here so that opening a database that is up to date need not import Alembic."""
