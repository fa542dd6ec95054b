"""Open reports that are overdue or soon due are counted from the index alone."""

from layers.migrations.statements import run_beside

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_beside(__file__)
