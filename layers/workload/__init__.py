"""Workload: the figures of areas and how they are counted."""
