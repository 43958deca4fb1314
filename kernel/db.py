"""The database: base class, column kinds and the one session; who may begin what is in transactions.py."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON as _JSON
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, TypeDecorator
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column, registry, relationship

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Id = BigInteger().with_variant(Integer, "sqlite")
JSON = _JSON().with_variant(JSONB(), "postgresql")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment: kept in UTC, given back aware; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Bring to UTC; SQLite keeps it as text without a zone."""
        return _written if dialect.name == "sqlite" else _utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Give back an aware moment in UTC."""
        return _read if dialect.name == "sqlite" else _utc


def _utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return value.astimezone(UTC)


def _written(value: datetime | None) -> str | None:
    told = _utc(value)
    return None if told is None else told.replace(tzinfo=None).isoformat(" ", "microseconds")


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Every table of the house; subclass this, never `db.Model`."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            int: BigInteger,
            datetime: UTCDateTime,
            dict[str, str]: JSON,
            dict[str, Any]: JSON,
            list[str]: JSON,
            list[dict[str, Any]]: JSON,
            list[Any]: JSON,
        },
    )


db = SQLAlchemy(model_class=Base)


def upsert(table: Any, dialect: str = "") -> Any:
    """An INSERT that may say what to do when its row is there already: `.on_conflict_do_nothing()` and the like.

    A statement that is kept names its database (`engine.dialect.name`); else it is the one at hand.
    """
    known = postgresql if (dialect or db.engine.dialect.name) == "postgresql" else sqlite
    return known.insert(table)


def pk() -> MappedColumn[int]:
    """The bigint primary key that every table has."""
    return mapped_column(Id, primary_key=True)


def ref(target: str, *, index: bool = True, **options: Any) -> MappedColumn[Any]:
    """A reference to `target`'s row of the same tenant: the database refuses any other (composite key)."""
    return mapped_column(BigInteger, index=index, info={"ref": target}, **options)


def words(**options: Any) -> MappedColumn[dict[str, str]]:
    """Text that shoppers read, by language: `{"es": "Café", "en": "Coffee"}`."""
    return mapped_column(JSON, default=dict, **options)


def belongs(column: str, target: str, **options: Any) -> Any:
    """The row that a reference points to: `belongs("OrderLine.order_id", "Order")`; to write, set the id."""
    return relationship(target, primaryjoin=f"foreign({column}) == {target}.id", **{"viewonly": True, **options})


def many(owner: str, column: str, **options: Any) -> Any:
    """The rows that point here: `many("Order", "OrderLine.order_id", order_by="OrderLine.id")`; for reading."""
    target = column.split(".")[0]
    return relationship(
        target, primaryjoin=f"{owner}.id == foreign({column})", **{"viewonly": True, "uselist": True, **options}
    )


__all__ = [
    "JSON",
    "Base",
    "Id",
    "Mapped",
    "UTCDateTime",
    "belongs",
    "db",
    "many",
    "mapped_column",
    "pk",
    "ref",
    "upsert",
    "words",
]
