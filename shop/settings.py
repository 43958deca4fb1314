"""Settings: whatever is decided there leaves cached pages behind and is one line of the journal."""

from collections.abc import Mapping
from typing import Any

from kernel import journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from shop import storefront
from shop.storefront import Storefront

SECTIONS = {
    "brand": _l("Look"),
    "contact": _l("Contact and hours"),
    "delivery": _l("Delivery"),
    "payments": _l("Payments"),
    "plans": _l("Payments in parts"),
    "know": _l("What guests should know"),
    "absences": _l("Who does not come"),
    "drawer": _l("Cash drawer"),
    "taxes": _l("Taxes"),
    "invoices": _l("Invoices"),
    "policies": _l("Policies"),
    "returns": _l("Returns"),
    "reviews": _l("Reviews"),
    "shop": _l("Shop"),
    "domains": _l("Own domain"),
}


def front() -> Storefront:
    """The current tenant's storefront, written when it has none yet."""
    row = storefront.of()
    if row.id is None:
        db.session.add(row)
        db.session.flush()
    return row


def put(row: Any, values: Mapping[str, Any]) -> list[str]:
    """Set what differs; the names of what did."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def told(section: str, *, by: Any, what: str = "") -> None:
    """Note that a section changed, and leave cached pages behind."""
    name = str(SECTIONS[section])
    journal.write("settings.changed", by=by, data={"section": f"{name}: {what}" if what else name})
    tenancy.touch()


def init_app(_app: Any) -> None:
    """Say how the journal tells it."""
    journal.kind("settings.changed", _l("Changed the settings: %(section)s"))
