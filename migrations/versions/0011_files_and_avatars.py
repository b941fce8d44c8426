"""Messages hold files, and people and rooms have pictures.

A message keeps what its files are like in itself, so that reading it costs nothing more; that it holds them is a row
for each, so that it is known who may see a file, and when nobody needs it any more. What lets go of a file marks it,
by triggers: whoever deletes a message need not think of its files.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

SQLITE = (
    (
        "CREATE TRIGGER attachments_gone AFTER DELETE ON attachments"
        " BEGIN UPDATE files SET due_at = 0 WHERE id = old.file_id; END"
    ),
    *(
        f"CREATE TRIGGER {table}_avatar_gone AFTER UPDATE OF avatar ON {table}"
        " WHEN old.avatar IS NOT NULL AND old.avatar IS NOT new.avatar"
        " BEGIN UPDATE files SET due_at = 0 WHERE id = old.avatar; END"
        for table in ("users", "rooms")
    ),
)
POSTGRESQL = (
    *(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN UPDATE files SET due_at = 0 WHERE id = OLD.{column}; RETURN NULL; END $$"
        for name, column in (("attachment_gone", "file_id"), ("avatar_gone", "avatar"))
    ),
    ("CREATE TRIGGER attachments_gone AFTER DELETE ON attachments FOR EACH ROW EXECUTE FUNCTION attachment_gone()"),
    *(
        f"CREATE TRIGGER {table}_avatar_gone AFTER UPDATE OF avatar ON {table} FOR EACH ROW"
        " WHEN (OLD.avatar IS NOT NULL AND OLD.avatar IS DISTINCT FROM NEW.avatar) EXECUTE FUNCTION avatar_gone()"
        for table in ("users", "rooms")
    ),
)
POSTGRESQL_BACK = ("DROP FUNCTION attachment_gone", "DROP FUNCTION avatar_gone")


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", UUID, nullable=False),
        sa.Column("owner_id", UUID, nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("mime", sa.String(length=127), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.Column("blurhash", sa.String(length=64), nullable=True),
        sa.Column("thumbnail", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("status IN ('arriving', 'ready', 'leaving')", name="ck_files_status"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_files_owner_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
    )
    op.create_index("ix_files_owner_id", "files", ["owner_id"])
    is_due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_files_due_at", "files", ["due_at"], sqlite_where=is_due, postgresql_where=is_due)
    op.create_table(
        "attachments",
        sa.Column("room_id", UUID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("file_id", UUID, nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_attachments_file_id"),
        sa.ForeignKeyConstraint(
            ["room_id", "seq"], ["messages.room_id", "messages.seq"], name="fk_attachments_message", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("room_id", "seq", "file_id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_file_id", "attachments", ["file_id"])
    op.add_column("messages", sa.Column("files", JSON, nullable=True))
    op.add_column("users", sa.Column("avatar", UUID, nullable=True))
    has_avatar = sa.text("avatar IS NOT NULL")
    for table in ("users", "rooms"):
        op.create_index(f"ix_{table}_avatar", table, ["avatar"], sqlite_where=has_avatar, postgresql_where=has_avatar)
    execute(SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL)


def downgrade() -> None:
    for table in ("users", "rooms"):
        on_table = "" if op.get_bind().dialect.name == "sqlite" else f" ON {table}"
        execute([f"DROP TRIGGER {table}_avatar_gone{on_table}"])
        op.drop_index(f"ix_{table}_avatar", table)
    execute(["UPDATE rooms SET avatar = NULL WHERE avatar IS NOT NULL"])
    op.drop_column("users", "avatar")
    op.drop_column("messages", "files")
    op.drop_table("attachments")
    op.drop_table("files")
    if op.get_bind().dialect.name == "postgresql":
        execute(POSTGRESQL_BACK)


def execute(statements: list[str] | tuple[str, ...]) -> None:
    """Execute what Alembic has no words for."""
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
