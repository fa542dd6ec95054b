"""The service over HTTP, on a database with the toy town."""
