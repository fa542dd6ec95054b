"""One process of the service that works as a role of the bench's choice: nothing of the product can choose it.

python -m api.bench.access_service URL ROLE PORT
"""

from __future__ import annotations

import sys

import uvicorn

from api import database
from api.app import create_app
from api.logs import configure
from api.serving import listen

POOL_SIZE = 8


def main() -> None:
    """Serve until told to stop."""
    url, role, port = sys.argv[1:]
    configure("warning")
    # Both are read when the connections are made.
    database.SESSION["role"] = role
    database.FILING["role"] = role
    app = create_app(url, pool_size=POOL_SIZE, with_worker=False)
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None, lifespan="on"))
    server.run(sockets=[listen("127.0.0.1", int(port))])


if __name__ == "__main__":
    main()
