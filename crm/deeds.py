"""Deeds: the words of the rule language for what somebody did: orders, money, any fact, how often and since when."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from crm import facts, rules, sums
from crm.facts import Fact
from crm.rules import Field, Person
from crm.sums import LIFETIME, ContactDay
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _, _l, ngettext
from kernel.money import Money

Day = tuple[str, str, date, int, int]  # kind, currency, day, count, minor
DAYS = Field("days", _l("In the last days"), "number", needed=False, most=3_661)
OFTEN = Field("least", _l("At least how often"), "number", default=1, most=10_000)


def days(person: Person) -> list[Day]:
    """What they did, by kind, currency and day; nothing twice, the sums of all time left out."""
    return person.recall("days", _days)  # type: ignore[no-any-return]


def _days(person: Person) -> list[Day]:
    if person.contact is not None:
        shown = ContactDay.kind, ContactDay.currency, ContactDay.day, ContactDay.count, ContactDay.amount_minor
        mine = ContactDay.contact_id == person.contact.id, ContactDay.day > LIFETIME
        return [(*row,) for row in db.session.execute(select(*shown).where(*mine))]
    if person.visitor is None:
        return []
    zone = ZoneInfo(tenancy.tenant().timezone)
    rows = db.session.scalars(select(Fact).where(Fact.visitor_id == person.visitor.id))
    return [(one.kind, one.currency, one.at.astimezone(zone).date(), 1, one.amount_minor or 0) for one in rows]


def first_day(value: Any) -> date | None:
    """The first day of the window, today the last; None for all time."""
    if value.get("days") is None:
        return None
    return clock.today(tenancy.tenant().timezone) - timedelta(days=value["days"] - 1)


def _in_window(person: Person, value: Any) -> Callable[[date], bool]:
    if value.get("days") is None:
        return lambda _day: True
    since = person.today - timedelta(days=value["days"] - 1)
    return lambda day: day >= since


def _rows(kinds: list[str], value: Any) -> Select[Any]:
    since = first_day(value)
    window = ContactDay.day == LIFETIME if since is None else ContactDay.day >= since
    kind = ContactDay.kind == kinds[0] if len(kinds) == 1 else ContactDay.kind.in_(kinds)
    return select(ContactDay.contact_id).where(kind, window)


def _often(kind: str, value: Any) -> Select[Any]:
    rows, least = _rows([kind], value), value.get("least", 1)
    if least == 1:
        return rows.where(ContactDay.count > 0)
    return rows.group_by(ContactDay.contact_id).having(func.sum(ContactDay.count) >= least)


def _did(person: Person, kind: str, value: Any) -> bool:
    inside = _in_window(person, value)
    done = [count for told, _currency, day, count, _minor in days(person) if told == kind and inside(day)]
    least = value.get("least", 1)
    return any(count > 0 for count in done) if least == 1 else sum(done) >= least


def _spenders(value: Any) -> Select[Any]:
    rows = _rows(sorted(sums.MONEY), value).where(ContactDay.currency == value["currency"])
    return rows.group_by(ContactDay.contact_id).having(func.sum(ContactDay.amount_minor) >= value["least"])


def _spent(person: Person, value: Any) -> bool:
    inside, currency = _in_window(person, value), value["currency"]
    paid = (row for row in days(person) if row[0] in sums.MONEY and row[1] == currency and inside(row[2]))
    return sum(row[4] for row in paid) >= int(value["least"])


def _last_order(value: Any) -> dict[str, Any]:
    """Ordered in so many days, and not since: two look-ups that indexes answer, where the newest day is none."""
    least, most = value.get("least", 0), value.get("most")
    ever = {"orders": {"days": most + 1}} if most is not None else {"orders": {}}
    return {"all": [ever, *([{"not": {"orders": {"days": least}}}] if least else [])]}


def window(value: Any) -> str:
    """The words for "in the last 90 days", or nothing."""
    count = value.get("days")
    return " " + str(ngettext("in the last day", "in the last %(num)s days", count)) if count else ""


def _says_orders(value: Any) -> str:
    told = ngettext("have orders", "have at least %(num)s orders", value.get("least", 1))
    return str(told) + window(value)


def _says_spent(value: Any) -> str:
    amount = Money(value["least"], value["currency"]).format(tenancy.tenant().locale, cents=False)
    return _("spent %(amount)s or more", amount=amount) + window(value)


def _says_last(value: Any) -> str:
    least, most = value.get("least"), value.get("most")
    if least is not None and most is not None:
        return _("ordered last between %(least)s and %(most)s days ago", least=least, most=most)
    if most is not None:
        return _("ordered last %(most)s days ago or later", most=most)
    return _("ordered last %(least)s days ago or earlier", least=least or 0)


def _says_did(value: Any) -> str:
    kind = facts.kinds().get(value["kind"])
    what, least = str(kind.sentence) if kind else value["kind"], value.get("least", 1)
    told = ngettext("did this: “%(what)s”", "did this at least %(num)s times: “%(what)s”", least, what=what)
    return str(told) + window(value)


def _kinds() -> list[tuple[str, str]]:
    return sorted(((name, str(kind.sentence)) for name, kind in facts.kinds().items()), key=lambda pair: pair[1])


def _currencies() -> list[tuple[str, str]]:
    mine = tenancy.tenant().currency
    others = db.session.scalars(select(ContactDay.currency).where(ContactDay.day == LIFETIME).distinct())
    return [(code, code) for code in dict.fromkeys([mine, *sorted(set(others) - {""})])]


def init_app(_app: object) -> None:
    """Teach the language these words."""
    rules.term(
        "orders", _l("have so many orders"), family="did", form=(OFTEN, DAYS), says=_says_orders,
        sql=lambda value: _often("ordered", value), python=lambda person, value: _did(person, "ordered", value),
    )  # fmt: skip
    rules.term(
        "spent", _l("spent"), family="did", sql=_spenders, python=_spent, says=_says_spent,
        form=(Field("least", _l("At least"), "amount"),
              Field("currency", _l("Currency"), "currency", _currencies, closed=True), DAYS),
    )  # fmt: skip
    rules.term(
        "last_order", _l("ordered last"), family="did", inner=_last_order, says=_says_last,
        form=(Field("least", _l("At least so many days ago"), "number", needed=False, least=0),
              Field("most", _l("At most so many days ago"), "number", needed=False, least=0)),
    )  # fmt: skip
    rules.term(
        "did", _l("did"), family="did", says=_says_did,
        form=(Field("kind", _l("What they did"), "choice", _kinds, closed=True), OFTEN, DAYS),
        sql=lambda value: _often(value["kind"], value),
        python=lambda person, value: _did(person, value["kind"], value),
    )  # fmt: skip
