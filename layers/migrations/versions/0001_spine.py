"""The spine: districts, areas in editions, places, the roster, reports with their journal."""

from layers.migrations.statements import run_beside

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_beside(__file__)
