"""The floor: the least that a page can be. A bare Flask, one indexed query, the same bytes, the same compression."""

import os
import sys
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
from flask import Flask, Response, redirect, request
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy import create_engine, event, text

FOLDER = "PLAZA_BENCH_FOLDER"
TABLE = "bench_floor"


def wsgi() -> Flask:
    """The bare application; its pages lie as text in a folder, cut where the row's name goes."""
    app, folder = Flask("floor"), Path(os.environ[FOLDER])
    engine = create_engine(os.environ["PLAZA_DATABASE_URL"], pool_size=8)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA journal_mode=WAL"))
    pages = {path.stem: app.jinja_env.from_string(path.read_text("utf-8")) for path in folder.glob("*.html")}
    one = text(f"SELECT name FROM {TABLE} WHERE slug = :slug")
    more = text(f"INSERT INTO {TABLE} (slug, name) VALUES (:slug, 'x')")

    @app.get("/<case>")
    def page(case: str) -> Response:
        with engine.connect() as connection:
            name = connection.execute(one, {"slug": "one"}).scalar_one()
        raw = pages[case].render(name=name).encode()
        headers = {"Content-Encoding": "br"} if "br" in request.headers.get("Accept-Encoding", "") else {}
        return Response(brotli.compress(raw, quality=5) if headers else raw, headers=headers)

    @app.post("/<case>")
    def write(case: str) -> Any:
        with engine.begin() as connection:
            connection.execute(more, {"slug": request.form["slug"]})
        return redirect(f"/{case}", 303)

    return app


def main() -> None:
    """Serve it as `plaza web` serves the shop."""
    Granian(
        "bench.stand.floor:wsgi", factory=True, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI,
        workers=1, blocking_threads=2, websockets=False, log_level=LogLevels.warning,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main()
