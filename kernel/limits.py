"""How often something may be tried: counted in Redis, else in a table of ours, so that all processes share it."""

import ipaddress
import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, cast

import structlog
from babel.dates import format_timedelta
from limits import RateLimitItem, parse_many
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import String, Table, bindparam, case, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, i18n, prepared, settings, signing, transactions
from kernel.db import Base, UTCDateTime, db, upsert
from kernel.i18n import _l
from kernel.refusal import Refusal

try:
    from redis import backoff, retry  # type: ignore[import-not-found,unused-ignore]
except ImportError:  # an extra: without it PLAZA_REDIS_URL cannot be used
    retry = None

log = structlog.get_logger()


class TooMany(Refusal):
    """Tried too often; says how long to wait."""

    message = _l("Too many attempts. Wait %(time)s and try again.")
    status = 429


class Hits(Base):
    """How often a key was tried in its current window."""

    __tablename__ = "rate_limit"
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[Any] = mapped_column(UTCDateTime, index=True)


COLUMNS = ("key", "count", "expires_at")


@lru_cache
def _counting(dialect: str) -> Any:
    """Count in one statement: a new row, or one more on that of the running window."""
    told = upsert(cast(Table, Hits.__table__), dialect)
    new, passed = told.excluded, Hits.expires_at <= bindparam("now", type_=UTCDateTime)
    kept = {name: case((passed, new[name]), else_=more) for name, more in
            {"count": Hits.count + new.count, "expires_at": Hits.expires_at}.items()}  # fmt: skip
    return told.on_conflict_do_update(index_elements=["key"], set_=kept).returning(Hits.count)


class TableStorage(Storage):
    """Counters in the database; each count is a transaction of its own, so it stays when the request is refused."""

    STORAGE_SCHEME = ["table"]

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library may take for a storage that is away."""
        return Exception

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count in one statement; a window that has passed begins again."""
        with transactions.light():
            [told] = transactions.at_once(_counting(db.engine.dialect.name), self._row(key, expiry, amount))
        return int(told[0])

    def _row(self, key: str, expiry: float, amount: int) -> dict[str, Any]:
        now = clock.now()
        return {"key": key[-200:], "count": amount, "expires_at": now + timedelta(seconds=expiry), "now": now}

    def get(self, key: str) -> int:
        """The count of the running window."""
        alive = select(Hits.count).where(Hits.key == key[-200:], Hits.expires_at > clock.now())
        return int(db.session.scalar(alive) or 0)

    def get_expiry(self, key: str) -> float:
        """When the window ends, as seconds since 1970."""
        ends = db.session.scalar(select(Hits.expires_at).where(Hits.key == key[-200:]))
        return (ends or clock.now()).timestamp()

    def check(self) -> bool:
        """The table is where the shop's rows are."""
        return True

    def reset(self) -> int | None:
        """Forget every count."""
        return int(db.session.execute(delete(Hits)).rowcount)  # type: ignore[attr-defined]

    def clear(self, key: str) -> None:
        """Forget one count."""
        db.session.execute(delete(Hits).where(Hits.key == key[-200:]))


class WithinStorage(TableStorage):
    """The same in the transaction that is under way."""

    STORAGE_SCHEME = ["within"]

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count in one statement, which is kept or taken back with all the rest."""
        connection = transactions.connection(db.session())
        counting = prepared.of(_counting(connection.dialect.name), connection.dialect, COLUMNS)
        [told], _key = counting.run(connection, self._row(key, expiry, amount))
        return int(told[0])


class HereStorage(Storage):
    """Counters of this process alone, for what is asked so often that a row for each would be dearer than the answer.

    The library's own starts a thread to sweep them, again and again; here who came first goes when there are too many.
    """

    STORAGE_SCHEME = ["here"]

    def __init__(self, most: int = 5_000) -> None:
        super().__init__()
        self._most = most
        self._kept: OrderedDict[str, tuple[int, float]] = OrderedDict()  # how often, and until when
        self._lock = Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library may take for a storage that is away: never."""
        return Exception

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count in the window that runs; one that has passed begins again, as the newest."""
        now = time.monotonic()
        with self._lock:
            count, until = self._kept.get(key, (0, now))
            if until <= now:
                self._kept.pop(key, None)
                count, until = 0, now + expiry
            self._kept[key] = count + amount, until
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        """The count of the running window."""
        count, until = self._kept.get(key, (0, 0.0))
        return count if until > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, as seconds since 1970."""
        _count, until = self._kept.get(key, (0, 0.0))
        return time.time() + max(0.0, until - time.monotonic())

    def check(self) -> bool:
        """This process is there."""
        return True

    def reset(self) -> int | None:
        """Forget every count."""
        with self._lock:
            many = len(self._kept)
            self._kept.clear()
        return many

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._lock:
            self._kept.pop(key, None)


_table, _within = FixedWindowRateLimiter(TableStorage()), FixedWindowRateLimiter(WithinStorage())
here = HereStorage()
_here = FixedWindowRateLimiter(here)

_closed = {"until": 0.0}  # the breaker: Redis was away, ask it again then


@lru_cache
def _redis(url: str) -> FixedWindowRateLimiter:
    quick: dict[str, Any] = {"socket_timeout": 1, "socket_connect_timeout": 1}
    if retry is not None:
        quick["retry"] = retry.Retry(backoff.NoBackoff(), 0)  # its own retries would wait a quarter of a minute
    return FixedWindowRateLimiter(storage_from_string(url, **quick))


def check(name: str, key: str, rule: str) -> None:
    """Count one try of `name` by `key` against `rule` ("5/minute;30/hour"); raises TooMany.

    Called before anything is written: what the session holds is rolled back, the count is committed by itself.
    """
    db.session.rollback()
    _check(name, key, rule, _table)


def check_within(name: str, key: str, rule: str) -> None:
    """The same in the transaction that is under way, where what is tried mostly succeeds: it needs no second one.

    Whoever rolls it back counts the try by `check`, which may count it twice where Redis counts.
    """
    _check(name, key, rule, _within)


def passes_here(name: str, key: str, rule: str) -> bool:
    """Count one more in this process alone; whether that is still bearable."""
    return all(_here.hit(item, name, key) for item in _parsed(rule))


def _check(name: str, key: str, rule: str, table: FixedWindowRateLimiter) -> None:
    told = signing.fingerprint("limit", key)[:32]
    for item in _parsed(rule):
        if not _hit(item, table, name, told):
            raise TooMany(time=_window(item))


@lru_cache(maxsize=200)
def _parsed(rule: str) -> list[RateLimitItem]:
    return parse_many(rule)


def _hit(item: RateLimitItem, table: FixedWindowRateLimiter, name: str, key: str) -> bool:
    url = settings.current().redis_url
    if not url or time.monotonic() < _closed["until"]:
        return table.hit(item, name, key)
    try:
        return _redis(url).hit(item, name, key)
    except Exception as error:  # Redis is away: the shop goes on and counts in its table
        log.warning("Redis does not answer, limits are counted in the database", error=repr(error))
        _closed["until"] = time.monotonic() + 30
        return table.hit(item, name, key)


def counted(key: str, seconds: int, amount: int) -> tuple[int, datetime]:
    """Count so many of `key` in its running window: how many these make, and when it ends. Commits by itself."""
    db.session.rollback()
    url = settings.current().redis_url
    if url and time.monotonic() >= _closed["until"]:
        try:
            return _counted(_redis(url).storage, key, seconds, amount)
        except Exception as error:
            log.warning("Redis does not answer, limits are counted in the database", error=repr(error))
            _closed["until"] = time.monotonic() + 30
    found = _counted(_table.storage, key, seconds, amount)
    db.session.rollback()
    return found


def _counted(kept: Any, key: str, seconds: int, amount: int) -> tuple[int, datetime]:
    return int(kept.incr(key, seconds, amount)), datetime.fromtimestamp(kept.get_expiry(key), UTC)


def _window(item: RateLimitItem) -> str:
    """How long it lasts, in words: "15 minutes", "1 hour", "1 day"."""
    return format_timedelta(timedelta(seconds=item.get_expiry()), granularity="minute", locale=i18n.locale())


def network(address: str | None) -> str:
    """Whose address counts as one: an IPv4 address, the /64 of an IPv6 one."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    wide = known.version == 6 and ipaddress.ip_network(f"{known}/64", strict=False)
    return str(wide or known)


def sweep() -> None:
    """Forget windows that have passed."""
    db.session.execute(delete(Hits).where(Hits.expires_at < clock.now()))
