"""What is stored: one vertical slice per layer."""
