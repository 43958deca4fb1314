"""Run the fake by itself, on this machine only: `python -m shop.gateways.fake --port 8110`."""

import argparse
import sys
import tempfile
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from shop.gateways.fake.app import Fake
from shop.gateways.fake.control import DOES


class Quiet(WSGIRequestHandler):
    """Says nothing of each request: what was typed is nobody's business."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Write no line."""


def main() -> None:
    """Serve until it is stopped."""
    asked = argparse.ArgumentParser(prog="python -m shop.gateways.fake", description=__doc__)
    asked.add_argument("--port", type=int, default=8110, help="0 takes a free one; the address is printed")
    asked.add_argument("--state", type=Path, help="the SQLite file to keep (default: one that goes with the process)")
    asked.add_argument("--key", default="sk_test_practice", help="whose account --webhook belongs to")
    asked.add_argument("--webhook", help="an address that is told of every event")
    asked.add_argument("--secret", default="whsec_practice", help="what signs them")
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fake = Fake(told.state or Path(folder) / "fake.db", controlled=True)
        if told.state is None:
            fake.store.in_passing()
        if told.webhook:
            with fake.store.writing(told.key) as books:
                DOES["endpoint"](books, {"url": told.webhook, "secret": told.secret})
        server = make_server("127.0.0.1", told.port, fake, threaded=True, request_handler=Quiet)
        server.daemon_threads = True  # type: ignore[attr-defined]
        fake.courier.start()
        sys.stdout.write(f"http://127.0.0.1:{server.port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
