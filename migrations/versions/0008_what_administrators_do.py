"""What administrators do: which reports are handled, and a trail of what they read of others and did.

The trail names rooms and reports without pointing at them, so that it outlives what it speaks of.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audits",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("user_id", UUID, nullable=True),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("report_id", ROW_NUMBER, nullable=True),
        sa.Column("room_id", UUID, nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_audits_user_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_audits"),
    )
    with op.batch_alter_table("reports") as reports:
        reports.add_column(sa.Column("handled_at", sa.BigInteger(), nullable=True))
        reports.add_column(sa.Column("handled_by", UUID, nullable=True))
        reports.create_foreign_key("fk_reports_handled_by", "users", ["handled_by"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    with op.batch_alter_table("reports") as reports:
        reports.drop_constraint("fk_reports_handled_by", type_="foreignkey")
        reports.drop_column("handled_by")
        reports.drop_column("handled_at")
    op.drop_table("audits")
