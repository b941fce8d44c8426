"""What is done to messages after they were said: edits, reactions, stars, and hiding them from oneself.

Each hangs on its message and goes with it. Pins are few: an index of only them makes counting them cheap, and
sending no dearer.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    create_edits()
    create_reactions()
    create_stars()
    create_hidings()
    op.create_index(
        "ix_messages_pinned",
        "messages",
        ["room_id"],
        sqlite_where=sa.text("pinned = 1"),
        postgresql_where=sa.text("pinned"),
    )


def create_edits() -> None:
    op.create_table(
        "edits",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("message_id", ROW_NUMBER, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_edits_message_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_edits"),
    )
    op.create_index("ix_edits_message_id", "edits", ["message_id"])


def create_reactions() -> None:
    op.create_table(
        "reactions",
        sa.Column("message_id", ROW_NUMBER, nullable=False),
        sa.Column("user_id", UUID, nullable=False),
        sa.Column("emoji", sa.String(length=32), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_reactions_message_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_reactions_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "user_id", name="pk_reactions"),
    )


def create_stars() -> None:
    op.create_table(
        "stars",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("message_id", ROW_NUMBER, nullable=False),
        sa.Column("user_id", UUID, nullable=False),
        sa.Column("starred_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_stars_message_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_stars_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_stars"),
        sa.UniqueConstraint("message_id", "user_id", name="uq_stars_message_id_user_id"),
    )
    op.create_index("ix_stars_user_id_id", "stars", ["user_id", "id"])


def create_hidings() -> None:
    op.create_table(
        "hidings",
        sa.Column("message_id", ROW_NUMBER, nullable=False),
        sa.Column("user_id", UUID, nullable=False),
        sa.Column("hidden_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_hidings_message_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_hidings_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "user_id", name="pk_hidings"),
    )
    op.create_index("ix_hidings_user_id_hidden_at", "hidings", ["user_id", "hidden_at"])


def downgrade() -> None:
    op.drop_index("ix_messages_pinned", "messages")
    for table in ("hidings", "stars", "reactions", "edits"):
        op.drop_table(table)
