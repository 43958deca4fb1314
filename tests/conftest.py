"""What all tests share: both databases, a small world to speak of, and a last word about what was skipped."""

import contextlib
import contextvars
import functools
import gc
import os
import shutil
import socket
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import werkzeug.test
from flask.testing import FlaskClient
from xdist.scheduler import LoadFileScheduling

from kernel import buffer, names
from kernel.app import Plaza
from kernel.db import db
from shop import pagecache
from tests import databases
from tests.makers import World

_real_getaddrinfo = socket.getaddrinfo


def _resolve(host: Any, *args: Any, **values: Any) -> Any:
    return _real_getaddrinfo("127.0.0.1" if str(host).endswith(".localhost") else host, *args, **values)


socket.getaddrinfo = _resolve  # *.localhost is not resolved everywhere
werkzeug.test.stream_encode_multipart = functools.partial(  # in memory: a file of it stays open until it is collected
    werkzeug.test.stream_encode_multipart, use_tempfile=False
)
buffer._thread[os.getpid()] = threading.main_thread()  # it writes when a test says so, never by itself into another's
hypothesis.settings.register_profile(  # a machine may be slow
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")
_server = contextlib.ExitStack()
_skipped: Counter[str] = Counter()


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts PostgreSQL; workers are told where it is."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[PG] = _start_postgresql()


LONG = ("demo/test_loader", "test_conservation", "test_races", "test_backup", "journeys", "test_plans", "test_jobs",
        "test_serving", "tests/demo", "test_matrix", "test_migrations", "test_nonsense", "test_canary", "tests/bench",
        "_races", "test_refunds", "test_card_", "kills", "agreement", "tests/test_")  # fmt: skip


BOTH = ("races", "kills", "restore", "migrations", "tenancy", "pool", "transactions", "test_mail.", "matrix", "cursors",
        "test_sending", "agreement", "availability", "numbers", "collisions", "beside_the_guard", "_input")  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--both`: no test is left to one database."""
    parser.addoption("--both", action="store_true", help="Run every test on SQLite and on PostgreSQL.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest begins first: a long file that comes last keeps one core waiting for the other.

    Where the database is the subject every test runs on both; the others take turns, the same ones always.
    """
    if not config.getoption("both") and len({item.path for item in items}) > 3:
        kept = by_turns(items)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = [item for item in items if item in kept]
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if name in item.nodeid), len(LONG)))


def pytest_collection_finish() -> None:
    """What was imported stays to the end: nobody looks through all of it again and again for what could go.

    Nor for what a test has just made at every seven hundredth thing: hypothesis listens each time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def by_turns(items: list[pytest.Item]) -> set[pytest.Item]:
    """Of a test that could run on two databases and is not about them: the one that its name says, always the same."""
    pairs: dict[Any, list[pytest.Item]] = {}
    for item in items:
        known = getattr(item, "callspec", None)
        more = known.id.replace(str(known.params.get("app", "")), "", 1) if known else ""
        key = item.nodeid.partition("::")[0], getattr(item, "originalname", item.name), more
        pairs.setdefault(key, []).append(item)
    kept: set[pytest.Item] = set()
    for key, same in pairs.items():
        both = len(same) != 2 or any(name in key[0] for name in BOTH)
        kept |= set(same) if both else {same[zlib.crc32(str(key).encode()) % 2]}
    return kept


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """A worker takes a file at a time. Journeys are one file, but for the crawl: one product, one browser serve them;
    so are those who read the demo world, which is loaded once for them."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((name for name in ("journeys", "demo") if nodeid.startswith(f"tests/{name}/")), "")
        return folder if folder and "test_every_page" not in nodeid else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Who runs what."""
    return ByFile(config, log)


PG = pytest.StashKey[str]()


def _start_postgresql() -> str:
    try:
        return _server.enter_context(databases.postgresql())
    except Exception as error:  # no server can run here: those tests are skipped, counted and named
        return f"!{error!r}"


def pytest_configure_node(node: Any) -> None:
    """Hand the address over to a worker."""
    node.workerinput["pg"] = node.config.stash[PG]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server."""
    if not hasattr(config, "workerinput"):
        _server.close()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what is skipped, by reason."""
    if report.skipped and isinstance(report.longrepr, tuple):
        _skipped[report.longrepr[2].removeprefix("Skipped: ")] += 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name what this machine could not run."""
    for reason, count in _skipped.items():
        terminalreporter.write_line(f"not run here: {count} × {reason}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    """With PLAZA_REQUIRE=all a skipped test is a failed one."""
    report = yield
    must = os.environ.get("PLAZA_REQUIRE") == "all" and "outside" not in item.path.parts  # others' data may be far away
    if report.skipped and must and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped, and PLAZA_REQUIRE=all: {report.longrepr}"
    return report


class Client(FlaskClient):
    """A browser of one host; its requests share nothing with the test but the database."""

    host = "plaza.localhost:8000"

    def open(self, *args: Any, **values: Any) -> Any:
        """Ask, in a context of its own, as a page of ours would."""
        if args and isinstance(args[0], str):
            values.setdefault("base_url", f"http://{self.host}")
            headers = dict(values.pop("headers", None) or {})
            headers.setdefault("Sec-Fetch-Site", "same-origin")
            values["headers"] = {name: value for name, value in headers.items() if value is not None}
        if db.session().in_transaction():
            db.session.commit()
        try:
            return contextvars.Context().run(super().open, *args, **values)
        finally:
            db.session.expire_all()


@pytest.fixture(scope="session")
def _templates() -> Iterator[dict[str, databases.Template]]:
    made: dict[str, databases.Template] = {}
    yield made
    for known in made.values():
        known.close()


def template(kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The template of one database, made when it is first wanted."""
    known = request.getfixturevalue("_templates")
    if kind not in known:
        folder = tmp_path_factory.mktemp(kind)
        url = pg_url(request.config) if kind == "pg" else ""
        known[kind] = databases.Template(databases.build(folder, url), folder)
        gc.freeze()
    return known[kind]


def skip_without_postgresql(config: pytest.Config) -> str:
    """The address of the shared server, where one can run."""
    worker = getattr(config, "workerinput", None)
    address = str(worker["pg"] if worker else config.stash[PG])
    if address.startswith("!"):
        pytest.skip(f"PostgreSQL cannot run here ({address[1:]})")
    return address


def pg_url(config: pytest.Config, prefix: str = "") -> str:
    """A new database of this worker; what is called otherwise stands beside the others."""
    address, worker = skip_without_postgresql(config), getattr(config, "workerinput", None)
    return databases.fresh_database(address, f"plaza_{prefix}{worker['workerid'] if worker else 'one'}")


@pytest.fixture(params=["sqlite", "pg"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plaza]:
    """The application on SQLite, then on PostgreSQL, with real commits; the context is entered.

    The quarter of an hour of kept pages stands still: one that turned within a test would draw them once more.
    """
    known = template(request.param, request, tmp_path_factory)
    known.app.test_client_class = Client
    known.app.extensions["plaza.tests"] = known
    with known.app.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(pagecache, "bucket", lambda _seconds: 0)
        patch.setattr(names, "SECONDS", 0.1)  # nobody is asked on a machine of tests
        yield known.app
    known.restore()


def again(app: Plaza, name: str, make: Callable[[], Any]) -> Any:
    """What `make` gives and leaves in an empty database; made once for the tests of a worker."""
    kept: databases.Template = app.extensions["plaza.tests"]
    return kept.again(name, make)


@pytest.fixture(scope="session")
def demo_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an instance with the demo world, to copy."""
    base = tmp_path_factory.getbasetemp()
    return databases.demo_world((base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "demo world")


@pytest.fixture(scope="session")
def demo_app(demo_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Plaza:
    """An application with the demo world on SQLite for all who only read it; enter its context."""
    made = databases.build(Path(shutil.copytree(demo_world, tmp_path_factory.mktemp("demo") / "instance")))
    made.test_client_class = Client
    return made


@pytest.fixture
def shop(app: Plaza, request: pytest.FixtureRequest) -> World:
    """A furnished shop in Costa Rica with an owner; its tenant is entered."""
    if "rival" in request.fixturenames:
        return World.open(app)
    opened = again(app, "shop", lambda: World.open(app).told())
    return World(app, *opened).enter()


@pytest.fixture
def rival(app: Plaza) -> World:
    """Another tenant's shop, for what must not leak; take it before `shop`, whose tenant stays entered."""
    return World.open(app, slug="rival", name="Rival", email="rival@example.com")
