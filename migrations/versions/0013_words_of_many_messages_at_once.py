"""SQLite puts the words of many new messages into their index at once.

A trigger that writes into an FTS5 table makes SQLite keep a copy of every page that the statement touches, for each row
by itself: that took longer than storing the message. So the database remembers up to which message the words are in the
index; whoever stores messages moves that on in the same transaction, and a trigger puts in what is new. What moves
it on later, after somebody forgot to, makes up for all that was missed. An id may be given again once the last message
is gone: then the next one is new.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

NEW = "INSERT INTO message_words (rowid, room, text) SELECT {row}.id, replace({row}.room_id, '-', ''), {row}.text"
TAKEN = (
    "INSERT INTO message_words (message_words, rowid, room, text)"
    " SELECT 'delete', old.id, replace(old.room_id, '-', ''), old.text WHERE old.text IS NOT NULL"
)
SAID = NEW.format(row="new") + " WHERE new.text IS NOT NULL"
LAST = "(SELECT COALESCE(max(id), 0) FROM messages)"
KNOWN = "old.id <= (SELECT upto FROM words_upto)"

AT_ONCE = (
    "DROP TRIGGER words_said",
    "DROP TRIGGER words_gone",
    "DROP TRIGGER words_changed",
    "CREATE TABLE words_upto (upto INTEGER NOT NULL)",
    f"INSERT INTO words_upto VALUES ({LAST})",
    (
        "CREATE TRIGGER words_said AFTER UPDATE ON words_upto WHEN new.upto > old.upto BEGIN"
        f" {NEW.format(row='messages')} FROM messages WHERE id > old.upto AND id <= new.upto AND text IS NOT NULL; END"
    ),
    (
        f"CREATE TRIGGER words_gone AFTER DELETE ON messages WHEN {KNOWN}"
        f" BEGIN {TAKEN}; UPDATE words_upto SET upto = {LAST} WHERE upto > {LAST}; END"
    ),
    (
        f"CREATE TRIGGER words_changed AFTER UPDATE OF text ON messages WHEN old.text IS NOT new.text AND {KNOWN}"
        f" BEGIN {TAKEN}; {SAID}; END"
    ),
)
ONE_BY_ONE = (
    f"UPDATE words_upto SET upto = {LAST}",
    "DROP TRIGGER words_said",
    "DROP TRIGGER words_gone",
    "DROP TRIGGER words_changed",
    "DROP TABLE words_upto",
    f"CREATE TRIGGER words_said AFTER INSERT ON messages BEGIN {SAID}; END",
    f"CREATE TRIGGER words_gone AFTER DELETE ON messages BEGIN {TAKEN}; END",
    (
        "CREATE TRIGGER words_changed AFTER UPDATE OF text ON messages WHEN old.text IS NOT new.text"
        f" BEGIN {TAKEN}; {SAID}; END"
    ),
)


def execute_on_sqlite(statements: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in statements:
            op.get_bind().exec_driver_sql(statement)


def upgrade() -> None:
    execute_on_sqlite(AT_ONCE)


def downgrade() -> None:
    execute_on_sqlite(ONE_BY_ONE)
