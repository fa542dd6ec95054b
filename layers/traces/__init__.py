"""Traces: who read personal data, who signed in, who changed what; append-only and chained."""
