"""The spine: districts, areas in editions, places, the roster, reports with their journal."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    # The driver's own execute: without parameters it takes many statements, and a % is only a %.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(statements)
