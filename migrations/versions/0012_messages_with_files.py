"""Messages that bring files are found without a word of theirs.

The index holds them alone, so that others cost nothing more, and all that filters ask about them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    brings_files = sa.text("files IS NOT NULL")
    op.create_index(
        "ix_messages_with_files",
        "messages",
        ["room_id", "id", "created_at", "sender_id"],
        sqlite_where=brings_files,
        postgresql_where=brings_files,
    )


def downgrade() -> None:
    op.drop_index("ix_messages_with_files", "messages")
