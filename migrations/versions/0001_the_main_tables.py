"""The tables of the main job: people, their sessions, rooms, members and messages.

Everything else hangs on these: a room's two counters, who is in it, and what was said.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    create_users()
    create_rooms()
    create_sessions()
    create_members()
    create_messages()


def create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", UUID, nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("username_key", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=280), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("last_seen", sa.String(length=8), nullable=False),
        sa.Column("receipts", sa.String(length=8), nullable=False),
        sa.Column("bot", sa.Boolean(), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("suspended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("last_seen IN ('everyone', 'nobody')", name="ck_users_last_seen"),
        sa.CheckConstraint("receipts IN ('everyone', 'nobody')", name="ck_users_receipts"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.UniqueConstraint("username_key", name="uq_users_username_key"),
    )


def create_rooms() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", UUID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("avatar", UUID, nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("history", sa.String(length=10), nullable=False),
        sa.Column("post", sa.String(length=8), nullable=False),
        sa.Column("invite", sa.String(length=8), nullable=False),
        sa.Column("edit_info", sa.String(length=8), nullable=False),
        sa.Column("approval", sa.Boolean(), nullable=False),
        sa.Column("expire_after", sa.Integer(), nullable=True),
        sa.Column("slow_mode", sa.Integer(), nullable=True),
        sa.Column("direct_key", sa.String(length=73), nullable=True),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_rev", sa.BigInteger(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", UUID, nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(kind = 'direct') = (direct_key IS NOT NULL)", name="ck_rooms_direct"),
        sa.CheckConstraint("edit_info IN ('everyone', 'admins')", name="ck_rooms_edit_info"),
        sa.CheckConstraint("history IN ('all', 'since_join')", name="ck_rooms_history"),
        sa.CheckConstraint("invite IN ('everyone', 'admins')", name="ck_rooms_invite"),
        sa.CheckConstraint("kind IN ('group', 'channel', 'direct')", name="ck_rooms_kind"),
        sa.CheckConstraint("post IN ('everyone', 'admins')", name="ck_rooms_post"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_rooms_created_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_rooms"),
        sa.UniqueConstraint("direct_key", name="uq_rooms_direct_key"),
    )
    op.create_index("ix_rooms_public", "rooms", ["id"], postgresql_where=sa.text("public AND deleted_at IS NULL"))


def create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", UUID, nullable=False),
        sa.Column("user_id", UUID, nullable=False),
        sa.Column("refresh_id", UUID, nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_revoked_at", "sessions", ["revoked_at"])
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])


def create_members() -> None:
    op.create_table(
        "members",
        sa.Column("room_id", UUID, nullable=False),
        sa.Column("user_id", UUID, nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("joined_seq", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("muted_until", sa.BigInteger(), nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("silenced_until", sa.BigInteger(), nullable=True),
        sa.Column("last_sent_at", sa.BigInteger(), nullable=False),
        sa.Column("marks_changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'member')", name="ck_members_role"),
        sa.CheckConstraint("status IN ('joined', 'pending', 'left', 'removed', 'banned')", name="ck_members_status"),
        sa.CheckConstraint("read <= delivered", name="ck_members_marks"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_members_room_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_members_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room_id", "user_id", name="pk_members"),
    )
    op.create_index("ix_members_room_id_rev", "members", ["room_id", "rev"])
    op.create_index("ix_members_user_id_status", "members", ["user_id", "status"])


def create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("room_id", UUID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("client_id", UUID, nullable=True),
        sa.Column("sender_id", UUID, nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("system", JSON, nullable=True),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.Column("forwarded", sa.Boolean(), nullable=False),
        sa.Column("mentions", JSON, nullable=True),
        sa.Column("mentions_all", sa.Boolean(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(kind = 'system') = (system IS NOT NULL)", name="ck_messages_system"),
        sa.CheckConstraint("kind IN ('text', 'system')", name="ck_messages_kind"),
        sa.CheckConstraint("seq > 0 AND rev > 0", name="ck_messages_counters"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_messages_room_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sender_id"], ["users.id"], name="fk_messages_sender_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("room_id", "sender_id", "client_id", name="uq_messages_room_id_sender_id_client_id"),
        sa.UniqueConstraint("room_id", "seq", name="uq_messages_room_id_seq"),
    )
    op.create_index("ix_messages_room_id_rev", "messages", ["room_id", "rev"])


def downgrade() -> None:
    for table in ("messages", "members", "sessions", "rooms", "users"):
        op.drop_table(table)
