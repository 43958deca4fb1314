"""A shop with a crowd: many contacts with tastes, two purchases each as their sums by day, written by the database."""

from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Table, text

from crm import contacts
from crm.contacts import Contact
from crm.tastes import Taste
from kernel import clock, migrations, tenancy
from kernel.app import Plaza, create_app
from kernel.db import db
from kernel.settings import Settings, complete
from kernel.tenancy import Tenant

DAYS = 730  # over which the purchases are spread
LANDS = "CASE WHEN i % 10 < 5 THEN 'CR' WHEN i % 10 < 7 THEN 'GT' WHEN i % 10 < 9 THEN 'HN' ELSE 'MX' END"
SERIES = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
    " SELECT i FROM n)",
    "postgresql": "(SELECT i FROM generate_series({first}::bigint, {last}::bigint) AS n(i))",
}
DAY = {"sqlite": "date('{today}', '-' || ({back}) || ' days')", "postgresql": "(date '{today}' - ({back})::int)"}
BOUGHT = """
    INSERT INTO contact_day (tenant_id, contact_id, kind, currency, day, count, amount_minor)
    SELECT :tenant, contact, '{kind}', 'CRC', day, count(*), sum(amount) FROM (
        SELECT (i * 7919) % {contacts} + 1 AS contact, {day} AS day, 100000 + (i * 37 % 400) * 10000 AS amount
        FROM {series} AS s) AS p
    GROUP BY contact, day"""
EVER = """
    INSERT INTO contact_day (tenant_id, contact_id, kind, currency, day, count, amount_minor)
    SELECT tenant_id, contact_id, kind, currency, {lifetime}, sum(count), sum(amount_minor)
    FROM contact_day GROUP BY tenant_id, contact_id, kind, currency"""


NAMES = ["Ana", "María", "José", "Luis", "Carmen", "Rosa", "Núria", "Iñaki", "Sofía", "Óscar", "Lucía", "Inés", "Hugo"]
FAMILIES = [
    "Núñez",
    "Mora",
    "Rojas",
    "Jiménez",
    "Vargas",
    "Solís",
    "Castro",
    "Quirós",
    "Peña",
    "Chaves",
    "Ureña",
    "Lobo",
]


def build(folder: Path, database_url: str, count: int, *, found: bool = False) -> tuple[Plaza, int]:
    """The install with its crowd, and the tenant's id; `found`: with names, telephones and words by which to find them,
    and no purchases."""
    app = create_app(complete(Settings(instance=folder, database_url=database_url)))
    migrations.upgrade(app)
    with app.app_context():
        tenant = Tenant(slug="multitud", name="Multitud", country="CR", currency="CRC", language="es",
                        timezone="America/Costa_Rica", live_at=clock.now(), email="multitud@example.com")  # fmt: skip
        tenancy.open_shop(tenant)
        tenant_id, today = tenant.id, clock.today(tenant.timezone)
        db.session.commit()
        _first()
        with db.engine.begin() as bare:
            if found:
                _name(bare, tenant_id, count)
            else:
                _fill(bare, tenant_id, today, count)
        if db.engine.dialect.name == "postgresql":  # its autovacuum would, in a while
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
                bare.execute(text("VACUUM ANALYZE"))
        tenancy.leave()
    return app, tenant_id


def _first() -> None:
    """The one contact, with its tastes, of whom all others are copies: columns and defaults are the house's."""
    one = contacts.known(email="p1@example.com", name="Persona 1", country="CR")
    db.session.add_all(Taste(contact_id=one.id, code=f"gusto-{place}") for place in (3, 7))
    db.session.commit()


def copies(bare: Connection, table: Table, told: dict[str, str], rows: str) -> None:
    """So many copies of a row, but for what is told by column; `rows`: the series and which row."""
    columns = [one.name for one in table.columns if one.name != "id" or "id" in told]
    values = ", ".join(told.get(name, f'one."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    bare.execute(text(f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {table.name} one, {rows}"))


def enter(bare: Connection, tenant_id: int) -> str:
    """Be that tenant on a bare connection; which database it is."""
    kind = bare.dialect.name
    if kind == "postgresql":
        bare.execute(text("SELECT set_config('app.tenant_id', :id, true)"), {"id": str(tenant_id)})
    return kind


def _name(bare: Connection, tenant_id: int, count: int) -> None:
    """People as the database finds them: it writes their words as it does for everybody."""
    series, mail = SERIES[enter(bare, tenant_id)].format(first=2, last=count), "'p' || i || '@example.com'"
    name = f"{_one_of(NAMES, 'i * 7')} || ' ' || {_one_of(FAMILIES, 'i * 13 + i / 20')}"
    told = {"id": "i", "token": "'t' || i", "name": name, "phone": "'+506' || (60000000 + i * 7919 % 30000000)"}
    mine = {**told, "email": mail, "email_norm": mail}
    copies(bare, Contact.metadata.tables["contact"], mine, f"{series} s WHERE one.id = 1")


def _one_of(words: list[str], place: str) -> str:
    chosen = " ".join(f"WHEN {number} THEN '{word}'" for number, word in enumerate(words))
    return f"CASE ({place}) % {len(words)} {chosen} END"


def _fill(bare: Connection, tenant_id: int, today: date, count: int) -> None:
    kind = enter(bare, tenant_id)
    bare.execute(
        text("DROP TRIGGER contact_word_come" + (" ON contact" if kind == "postgresql" else ""))
    )  # none is sought
    people, mail = SERIES[kind].format(first=2, last=count), "'p' || i || '@example.com'"
    like: dict[str, str] = {"id": "i", "token": "'t' || i", "name": "'Persona ' || i", "country": LANDS}
    copies(
        bare,
        Contact.metadata.tables["contact"],
        {**like, "email": mail, "email_norm": mail},
        f"{people} s WHERE one.id = 1",
    )
    for place in (3, 7):
        liked = {"contact_id": "i", "code": f"'gusto-' || ((i * 7 + {place}) % 10)"}
        copies(
            bare, Contact.metadata.tables["taste"], liked, f"{people} s WHERE contact_id = 1 AND code = 'gusto-{place}'"
        )
    purchases = SERIES[kind].format(first=1, last=2 * count)
    day = DAY[kind].format(today=today, back=f"(i * 31 + i / {DAYS}) % {DAYS}")
    for what in ("ordered", "paid"):
        wanted = BOUGHT.format(series=purchases, kind=what, contacts=count, day=day)
        bare.execute(text(wanted), {"tenant": tenant_id})
    lifetime = "'1970-01-01'" if kind == "sqlite" else "date '1970-01-01'"
    bare.execute(text(EVER.format(lifetime=lifetime)))
