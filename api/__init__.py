"""Where the outside drives the service: HTTP routes, command line, worker, settings."""
