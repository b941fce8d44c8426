"""Invites, blocks and reports; and what finds, without looking at everything, what is over.

Messages that have expired, history that was cleared and accounts that were deleted are cleared away by timed work:
each gets an index of only those that are still to be done, so that it costs nothing to ask every second.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PARTIAL = {
    "ix_messages_expiring": ("messages", "expires_at", "expires_at IS NOT NULL AND deleted_at IS NULL"),
    "ix_rooms_cleared": ("rooms", "id", "swept_seq < first_seq"),
    "ix_users_deleted_at": ("users", "deleted_at", "deleted_at IS NOT NULL"),
}


def upgrade() -> None:
    create_invites()
    create_blocks()
    create_reports()
    op.add_column("users", sa.Column("deleted_at", sa.BigInteger(), nullable=True))
    op.add_column("rooms", sa.Column("swept_seq", sa.BigInteger(), nullable=False, server_default="1"))
    for name, (table, column, condition) in PARTIAL.items():
        where = sa.text(condition)
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def create_invites() -> None:
    op.create_table(
        "invites",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("room_id", UUID, nullable=False),
        sa.Column("created_by", UUID, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_invites_room_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_invites_created_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("code", name="pk_invites"),
    )
    op.create_index("ix_invites_room_id", "invites", ["room_id"])


def create_blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("user_id", UUID, nullable=False),
        sa.Column("blocked_id", UUID, nullable=False),
        sa.Column("blocked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_blocks_user_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["blocked_id"], ["users.id"], name="fk_blocks_blocked_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "blocked_id", name="pk_blocks"),
    )
    op.create_index("ix_blocks_blocked_id", "blocks", ["blocked_id"])


def create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("reporter_id", UUID, nullable=False),
        sa.Column("user_id", UUID, nullable=True),
        sa.Column("room_id", UUID, nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name="fk_reports_reporter_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_reports_user_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_reports_room_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
    )
    op.create_index("ix_reports_reporter_id", "reports", ["reporter_id"])


def downgrade() -> None:
    for name, (table, _, _) in PARTIAL.items():
        op.drop_index(name, table)
    op.drop_column("rooms", "swept_seq")
    op.drop_column("users", "deleted_at")
    for table in ("reports", "blocks", "invites"):
        op.drop_table(table)
