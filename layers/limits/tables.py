"""Rows of allowances."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Moment


class AllowanceRow(Base):
    """Until when an allowance is spent; whose it is stands there as a keyed digest."""

    __tablename__ = "allowances"
    __table_args__ = {"prefixes": ["UNLOGGED"], "postgresql_with": {"fillfactor": 70}}  # noqa: RUF012 - as SQLAlchemy asks

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    spent_until: Mapped[Moment]
