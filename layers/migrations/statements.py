"""Revisions written as SQL: each runs the file beside it."""

from __future__ import annotations

from pathlib import Path

from alembic import op


def run_beside(revision_file: str) -> None:
    """Run the statements of the `.sql` file beside a revision."""
    statements = Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8")
    # The driver's own execute: without parameters it takes many statements, and a % is only a %.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(statements)
