"""${message}"""

from __future__ import annotations

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}. Batch changes of a table drop its triggers: end with `guards.install(op.get_bind())`."""
    ${upgrades if upgrades else "pass"}
