"""Earlier calls are found by the caller's number."""

from layers.migrations.statements import run_beside

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_beside(__file__)
