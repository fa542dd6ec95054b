"""Pure geometry and coordinates: no database, web, files, clock or settings."""
