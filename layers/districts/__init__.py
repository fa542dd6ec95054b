"""The districts a database holds: each the root of its own containment tree, with its levels, plane and settings."""
