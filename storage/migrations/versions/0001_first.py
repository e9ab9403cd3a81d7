"""The first schema."""

from __future__ import annotations

from alembic import op

from storage import fulltext, guards
from storage.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """All tables, the triggers of the append-only ones, the full-text index."""
    connection = op.get_bind()
    metadata.create_all(connection)
    guards.install(connection)
    fulltext.install(connection)
