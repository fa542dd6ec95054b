"""Limits: how often anyone may ask, counted by all processes of the service together."""
