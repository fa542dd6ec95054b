"""Working hours of calendars."""

from layers.migrations.statements import run_beside

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_beside(__file__)
