"""A message can be a poll.

What is asked, and how it stands, is a column of the message, so that reading messages asks for nothing more. Who has
chosen what is a row for each voter.

On SQLite the condition on `kind` is changed where it is written down, the way that SQLite's documents give for changes
which no row depends on: making the table anew would take its indexes, its triggers and a copy of every message.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# So it is called where the table was made: the naming convention was applied to a whole name.
CONDITION = "ck_messages_ck_messages_kind"
KINDS = "kind IN ('text', 'system')"
KINDS_WITH_POLLS = "kind IN ('text', 'system', 'poll')"
ADD_POLL = {
    "sqlite": "ALTER TABLE messages ADD COLUMN poll JSON CONSTRAINT ck_messages_poll"
    " CHECK (poll IS NULL OR kind = 'poll')",
    "postgresql": "ALTER TABLE messages ADD COLUMN poll JSONB, ADD CONSTRAINT ck_messages_poll"
    " CHECK (poll IS NULL OR kind = 'poll')",
}


def upgrade() -> None:
    change_kinds(KINDS, KINDS_WITH_POLLS)
    op.get_bind().exec_driver_sql(ADD_POLL[op.get_bind().dialect.name])
    op.create_table(
        "votes",
        sa.Column("message_id", ROW_NUMBER, nullable=False),
        sa.Column("user_id", UUID, nullable=False),
        sa.Column("choices", sa.SmallInteger(), nullable=False),
        sa.Column("voted_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("choices BETWEEN 0 AND 4095", name=op.f("ck_votes_choices")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_votes_message_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_votes_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "user_id", name="pk_votes"),
    )
    op.create_index("ix_votes_user_id_voted_at", "votes", ["user_id", "voted_at"])


def downgrade() -> None:
    """What was asked stays, as a text."""
    op.drop_table("votes")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_messages_poll", "messages")
    op.get_bind().exec_driver_sql("ALTER TABLE messages DROP COLUMN poll")
    op.execute("UPDATE messages SET kind = 'text' WHERE kind = 'poll'")
    change_kinds(KINDS_WITH_POLLS, KINDS)


def change_kinds(old: str, new: str) -> None:
    """Let messages be of other kinds."""
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "postgresql":
        run(f"ALTER TABLE messages DROP CONSTRAINT {CONDITION}, ADD CONSTRAINT {CONDITION} CHECK ({new})")
        return
    version = run("PRAGMA schema_version").scalar_one()
    run("PRAGMA writable_schema = ON")
    run("UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'messages'", (old, new))
    run(f"PRAGMA schema_version = {version + 1}")
    run("PRAGMA writable_schema = RESET")
