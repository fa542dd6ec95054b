"""`python -m api.cli`, as `./wangge` calls it."""

from __future__ import annotations

from api.cli.app import main

if __name__ == "__main__":
    main()
