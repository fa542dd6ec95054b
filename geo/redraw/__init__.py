"""Redraw grid boundaries without gaps: operations on a coverage, each one kept or refused with the reason and place."""

from geo.redraw.applying import apply
from geo.redraw.balancing import Measures, Option, balance, measured
from geo.redraw.cells import Cell, Change, Coverage
from geo.redraw.checking import Fault, check, derived
from geo.redraw.difference import Difference, difference
from geo.redraw.operations import (
    Carve,
    MendSlivers,
    Merge,
    MoveVertex,
    Operation,
    Renumber,
    Reparent,
    Reshape,
    Split,
    SplitBalanced,
    Transfer,
    operation_of,
)
from geo.redraw.refused import Refused

__all__ = [
    "Carve",
    "Cell",
    "Change",
    "Coverage",
    "Difference",
    "Fault",
    "Measures",
    "MendSlivers",
    "Merge",
    "MoveVertex",
    "Operation",
    "Option",
    "Refused",
    "Renumber",
    "Reparent",
    "Reshape",
    "Split",
    "SplitBalanced",
    "Transfer",
    "apply",
    "balance",
    "check",
    "derived",
    "difference",
    "measured",
    "operation_of",
]
