"""What was said can be found, and said later.

The index of words is kept by the database itself, from the text of the messages and in the same statement, so that it
cannot say anything else than they do: triggers fill an FTS5 table on SQLite, a generated column is indexed on
PostgreSQL. Both fold case and accents, and take a word for what is between signs. SQLite keeps the room with the
words, because it finds word by word; no text is in its index a second time.

A message for later is a row until its time has come; who sends it claims it for a while.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")

SAID = "INSERT INTO message_words (rowid, room, text) SELECT {row}.id, replace({row}.room_id, '-', ''), {row}.text"
TAKEN = (
    "INSERT INTO message_words (message_words, rowid, room, text)"
    " SELECT 'delete', old.id, replace(old.room_id, '-', ''), old.text WHERE old.text IS NOT NULL"
)
NEW = SAID.format(row="new") + " WHERE new.text IS NOT NULL"
SQLITE = (
    (
        "CREATE VIRTUAL TABLE message_words USING fts5"
        " (room, text, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2')"
    ),
    f"CREATE TRIGGER words_said AFTER INSERT ON messages BEGIN {NEW}; END",
    f"CREATE TRIGGER words_gone AFTER DELETE ON messages BEGIN {TAKEN}; END",
    (
        "CREATE TRIGGER words_changed AFTER UPDATE OF text ON messages WHEN old.text IS NOT new.text"
        f" BEGIN {TAKEN}; {NEW}; END"
    ),
    SAID.format(row="messages") + " FROM messages WHERE text IS NOT NULL",
)
SQLITE_BACK = (
    "DROP TRIGGER words_said",
    "DROP TRIGGER words_gone",
    "DROP TRIGGER words_changed",
    "DROP TABLE message_words",
)

# ASCII, Latin-1 but for its letters and numbers, punctuation, currencies, symbols and emoji: signs in any locale.
SIGNS = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7"
    r"\u2000-\u206f\u20a0-\u20cf\u2190-\u245f\u2500-\u2bff\u3000-\u3003\u3008-\u3020\ufe00-\ufe0f\U0001f000-\U0001faff]+"
)
FOLDED = r"normalize(regexp_replace(normalize(text, NFD), '[\u0300-\u036f]', '', 'g'), NFC)"
POSTGRESQL = (
    (
        "ALTER TABLE messages ADD COLUMN words tsvector GENERATED ALWAYS AS"
        f" (to_tsvector('simple', lower(regexp_replace({FOLDED}, '{SIGNS}', ' ', 'g')))) STORED"
    ),
    "CREATE INDEX ix_messages_words ON messages USING gin (words)",
)
POSTGRESQL_BACK = ("DROP INDEX ix_messages_words", "ALTER TABLE messages DROP COLUMN words")


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)
    op.create_table(
        "scheduled_messages",
        sa.Column("room_id", UUID, nullable=False),
        sa.Column("sender_id", UUID, nullable=False),
        sa.Column("client_id", UUID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.Column("send_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_scheduled_messages_room_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["users.id"], name="fk_scheduled_messages_sender_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sender_id", "room_id", "client_id", name="pk_scheduled_messages"),
    )
    op.create_index("ix_scheduled_messages_due_at", "scheduled_messages", ["due_at"])


def downgrade() -> None:
    op.drop_table("scheduled_messages")
    for statement in SQLITE_BACK if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_BACK:
        op.get_bind().exec_driver_sql(statement)
