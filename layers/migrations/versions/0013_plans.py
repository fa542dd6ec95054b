"""Plans of redrawn boundaries: a log of operations with the cells before and after, their way into force, comments."""

from layers.migrations.statements import run_beside

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_beside(__file__)
