"""Addresses are found by their text first."""

from layers.migrations.statements import run_beside

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_beside(__file__)
