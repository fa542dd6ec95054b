"""Live events and notices: who could see a report at each place of the stream, and what is told to whom, and how."""

from layers.migrations.statements import run_beside

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_beside(__file__)
