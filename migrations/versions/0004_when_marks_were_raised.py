"""When members said that they had got or read a message, for those who ask who has; and which rooms are archived.

A member's marks alone tell how far he is, not since when; the rows go with the member. Few rooms are archived, and
each new message asks for those of its room: an index of only them answers at once.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("room_id", UUID, nullable=False),
        sa.Column("user_id", UUID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["room_id", "user_id"], ["members.room_id", "members.user_id"], name="fk_marks_member", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("room_id", "user_id", "seq", "read", name="pk_marks"),
    )

    op.create_index(
        "ix_members_archived",
        "members",
        ["room_id"],
        sqlite_where=sa.text("archived = 1"),
        postgresql_where=sa.text("archived"),
    )


def downgrade() -> None:
    op.drop_index("ix_members_archived", "members")
    op.drop_table("marks")
