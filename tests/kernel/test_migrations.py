"""Migrations: a database of an earlier version comes to today's with all its rows; so does a backup of one."""

import contextlib
import secrets
from datetime import date, timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from kernel import backup, clock, dumps, jobs, migrations, tenancy
from kernel.app import create_app
from kernel.db import db
from kernel.settings import Settings, complete
from shop import booking_prices, booking_times, resources, services
from tests import conftest, databases
from tests.kernel.places import PHRASE, bring, empty, known, restored

__all__ = ["empty"]
OWNER = "plaza_owner"


@contextlib.contextmanager
def owned(request):
    """A PostgreSQL database whose owner is no superuser, as where it is rented; its address."""
    admin = conftest.skip_without_postgresql(request.config)
    url = sa.make_url(conftest.pg_url(request.config, "owned_"))
    password, role = secrets.token_hex(8), f"{OWNER}_{url.database}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER CREATEROLE PASSWORD '{password}'")
        connection.execute(f"GRANT plaza_app TO {role} WITH ADMIN OPTION")
        connection.execute(f"ALTER DATABASE {url.database} OWNER TO {role}")
    try:
        yield url.set(username=role, password=password).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {url.database} WITH (FORCE)")
            connection.execute(f"REVOKE plaza_app FROM {role} CASCADE")
            connection.execute(f"DROP ROLE {role}")


@pytest.fixture
def before(app, request, tmp_path):
    """An application whose database stands at the first revision, with a shop that has published two pages."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(owned(request)) if known(app).database_url.startswith("postgresql") else ""
        settings = Settings(url=databases.URL, instance=tmp_path / "old", database_url=url, secret_key="test " * 8)
        settings.instance.mkdir()
        made = create_app(complete(settings))
        migrations.upgrade(made, "0001")
        with made.app_context():
            _shop()
        yield made
        with made.app_context():
            db.session.remove()
            db.engine.dispose()


def _shop():
    """Rows as they were written then."""
    now = clock.now()
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT set_config('app.scope', 'system', true)")
        table = sa.Table("tenant", sa.MetaData(), autoload_with=connection)
        told = {column.name: "" for column in table.columns} | {
            "id": 1, "slug": "cafe", "name": "Café", "fiscal": "{}", "languages": '["es"]', "country": "CR",
            "currency": "CRC", "language": "es", "timezone": "America/Costa_Rica", "revision": 1, "live_at": None,
            "created_at": now,
        }  # fmt: skip
        connection.execute(table.insert(), told)
        page = sa.Table("page", sa.MetaData(), autoload_with=connection)
        for number, shown in ((1, now), (2, now), (3, None)):
            connection.execute(page.insert(), {
                "id": number, "tenant_id": 1, "slug": f"p{number}", "kind": "policy", "title": '{"es": "Condiciones"}',
                "draft_title": "{}", "draft": "[]", "live": '[{"id": "a", "kind": "text"}]', "version": number + 3,
                "position": number, "in_menu": True, "published_at": shown, "binned_at": None,
            })  # fmt: skip
        _closed(connection, now)


def _closed(connection, now):
    """A cabin that somebody closed."""
    mine = {"id": 1, "tenant_id": 1, "starts_at": now, "ends_at": now + timedelta(hours=1)}
    rows = {
        "resource": {"token": "r", "code": "cabin", "name": "{}", "seats": 1, "position": 0, "active": True},
        "resource_unit": {"token": "u", "feed": "f", "resource_id": 1, "name": "Uno", "position": 0, "active": True},
        "closure": {"token": "c", "reason": "Obra", "at": now},
        "occupation": {"unit_id": 1, "closure_id": 1},
    }
    for name, told in rows.items():
        table = sa.Table(name, sa.MetaData(), autoload_with=connection)
        known = {column.name for column in table.columns}
        connection.execute(table.insert(), {**{key: mine[key] for key in mine if key in known}, **told})


def kept():
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT set_config('app.scope', 'system', true)")
        asked = sa.text("SELECT page_id, number, blocks, until FROM page_version ORDER BY page_id")
        return [(row.page_id, row.number, row.until) for row in connection.execute(asked)]


def test_what_is_public_is_the_first_version_that_is_kept(before):
    migrations.upgrade(before)
    assert migrations.differences(before) == []
    with before.app_context():
        assert kept() == [(1, 4, None), (2, 5, None)]
    migrations.upgrade(before)
    with before.app_context():
        assert len(kept()) == 2


def test_what_was_closed_stays_closed(before):
    migrations.upgrade(before)
    with before.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT set_config('app.scope', 'system', true)")
        asked = "SELECT c.reason, c.outcome, o.unit_id FROM occupation o JOIN closure c ON c.id = o.closure_id"
        assert connection.execute(sa.text(asked)).all() == [("Obra", "", 1)]


def test_nights_cost_what_they_did(before):
    """Rates, long stays and guests beyond some came later: whoever said nothing of them sells as before."""
    with before.app_context():
        _cabin()
    migrations.upgrade(before)
    with before.app_context():
        tenancy.enter(1)
        row = services.named("cabin")
        days = [date(2027, 1, number) for number in range(3, 31)]
        span = booking_times.between(row, days[0], days[-1] + timedelta(days=1))
        found = booking_prices.of(row, row.product.variants[0], span, places=4)
        assert [one.price.minor for one in found.nights] == [45_000_00 if day.day < 11 else 67_500_00 for day in days]
        assert found.total.minor == sum(one.price.minor for one in found.nights)
        assert [unit.seats for unit in resources.units([1])] == [None]
        tenancy.leave()


def _cabin():
    """A cabin at 45 000 a night, half more from the eleventh of January on, as it was written then."""
    season = [{"name": {"es": "Alta"}, "from": "01-11", "to": "01-31", "factor_bp": 15000}]
    rows = {
        "product": {"slug": "cabin", "kind": "booking", "state": "live", "price_minor": 45_000_00, "currency": "CRC", "min_qty": 1},
        "variant": {"product_id": 1, "sku": "C", "stock_kind": "booking", "active": True},
        "service": {"product_id": 1, "kind": "nights", "capacity": 4, "seasons": season, "check_in": "14:00",
                    "check_out": "11:00", "nights_min": 1, "nights_max": 60, "group_min": 1, "minutes": 60, "step": 30,
                    "horizon": 365, "holidays": True},
    }  # fmt: skip
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT set_config('app.scope', 'system', true)")
        for name, told in rows.items():
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            blank = {one.name: _blank(one) for one in table.columns if not one.nullable}
            connection.execute(table.insert(), {**blank, "id": 1, "tenant_id": 1, **told})


def _blank(column):
    """Nothing, as that column says it."""
    if isinstance(column.type, sa.Boolean):
        return False
    if isinstance(column.type, sa.DateTime):
        return clock.now()
    lists = {
        "policy",
        "questions",
        "languages",
        "options",
        "tags",
        "customer_groups",
        "allergens",
        "interests",
        "texts",
    }
    if isinstance(column.type, sa.JSON):
        return [] if column.name in lists else {}
    return 0 if isinstance(column.type, sa.Integer) else ""


def test_rows_that_would_refer_to_nothing_stop_an_upgrade(before, monkeypatch):
    whole = migrations.command.upgrade

    def careless(told, to):
        whole(told, to)
        told.attributes["connection"].exec_driver_sql("DELETE FROM resource_unit")

    with monkeypatch.context() as patch:
        patch.setattr(migrations.command, "upgrade", careless)
        with pytest.raises((RuntimeError, IntegrityError), match=r"refer to nothing|still referenced"):
            migrations.upgrade(before)
    with before.app_context(), db.engine.connect() as connection:
        assert migrations.revision(connection) == "0001"
    migrations.upgrade(before)
    test_what_was_closed_stays_closed(before)


def written_then(app, monkeypatch):
    """Backups are written with the columns that there were."""
    with app.app_context():
        columns = {table: {one["name"] for one in sa.inspect(db.engine).get_columns(table)}
                   for table in sa.inspect(db.engine).get_table_names()}  # fmt: skip
    today = dumps.kinds
    of_then = lambda table: {name: kind for name, kind in today(table).items() if name in columns[table.name]}  # noqa: E731
    monkeypatch.setattr(dumps, "kinds", of_then)


def test_a_backup_of_an_earlier_version_is_brought_to_today_s(before, empty, tmp_path, monkeypatch):
    written_then(before, monkeypatch)
    backup.write(before, tmp_path / "one.backup", PHRASE)
    bring(empty, tmp_path / "one.backup")
    with restored(empty) as again:
        assert migrations.differences(again) == []
        assert kept() == [(1, 4, None), (2, 5, None)]


@pytest.mark.parametrize("app", ["pg"], indirect=True)
def test_a_tenant_s_eyes_would_have_moved_no_row(before, monkeypatch):
    monkeypatch.setattr(migrations, "_see_every_row", lambda _connection: None)
    migrations.upgrade(before)
    with before.app_context():
        assert kept() == []


def test_the_words_of_products_are_written_again_once(before):
    migrations.upgrade(before)
    with before.app_context():
        row = jobs.claim()
        assert (row.name, row.tenant_id) == ("search.index_all", None)
        assert jobs.run(row)
        assert jobs.claim() is None
