"""The roster: who answers for which area, in which order, at which hours, and how much each has in hand."""
