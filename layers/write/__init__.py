"""Writing what is held: features and rows as files that other programs open, whole or not at all."""
