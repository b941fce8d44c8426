"""Messages for later hold files, until they are sent or cancelled.

That lets go of them by the same trigger as a message does.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
NAME = ("sender_id", "room_id", "client_id")

SQLITE = (
    "CREATE TRIGGER scheduled_files_gone AFTER DELETE ON scheduled_files"
    " BEGIN UPDATE files SET due_at = 0 WHERE id = old.file_id; END"
)
POSTGRESQL = (
    "CREATE TRIGGER scheduled_files_gone AFTER DELETE ON scheduled_files FOR EACH ROW"
    " EXECUTE FUNCTION attachment_gone()"
)


def upgrade() -> None:
    op.create_table(
        "scheduled_files",
        *(sa.Column(name, UUID, nullable=False) for name in NAME),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("file_id", UUID, nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_scheduled_files_file_id"),
        sa.ForeignKeyConstraint(
            NAME, [f"scheduled_messages.{name}" for name in NAME], name="fk_scheduled_files_message", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*NAME, "place", name="pk_scheduled_files"),
    )
    op.create_index("ix_scheduled_files_file_id", "scheduled_files", ["file_id"])
    op.get_bind().exec_driver_sql(SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL)


def downgrade() -> None:
    for table in ("scheduled_files", "scheduled_messages WHERE text = ''"):
        op.get_bind().exec_driver_sql(f"DELETE FROM {table}")
    op.drop_table("scheduled_files")
