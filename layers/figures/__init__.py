"""Figures of a period: how work went, by area, kind and unit, never by person."""
