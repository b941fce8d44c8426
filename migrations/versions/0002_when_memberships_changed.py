"""When a membership last changed.

Each process asks twice a second who has come or gone anywhere, so that a removal takes effect on its sockets even when
nobody could tell it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("members", sa.Column("status_changed_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_members_status_changed_at", "members", ["status_changed_at"])


def downgrade() -> None:
    op.drop_index("ix_members_status_changed_at", "members")
    op.drop_column("members", "status_changed_at")
