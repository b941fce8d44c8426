"""Who is online: which processes live, and who has a socket in which; and when people were last seen.

A process that dies without a word leaves its rows behind; they count no more once its lease is over.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("id", UUID, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_processes"),
    )
    op.create_table(
        "presence",
        sa.Column("process_id", UUID, nullable=False),
        sa.Column("user_id", UUID, nullable=False),
        sa.ForeignKeyConstraint(["process_id"], ["processes.id"], name="fk_presence_process_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_presence_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("process_id", "user_id", name="pk_presence"),
    )
    op.create_index("ix_presence_user_id", "presence", ["user_id"])
    op.create_index("ix_blocks_blocked_at", "blocks", ["blocked_at"])
    op.add_column("users", sa.Column("last_seen_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "last_seen_at")
    op.drop_index("ix_blocks_blocked_at", "blocks")
    op.drop_table("presence")
    op.drop_table("processes")
