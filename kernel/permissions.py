"""Who on the staff may do what: one table of permissions by role, filled by every package at start."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kernel.i18n import _l

ROLES = ("owner", "manager", "marketer", "accountant", "clerk")
AREAS = {  # under which heading a permission stands where people read who may do what
    "sell": _l("Orders and bookings"),
    "money": _l("Money and papers"),
    "goods": _l("Products"),
    "people": _l("People"),
    "write": _l("Pages and letters"),
    "shop": _l("The shop itself"),
}


@dataclass(frozen=True)
class Permission:
    """Something that staff may do, and the roles that may; `label` is a verb phrase that follows "May …"."""

    name: str
    label: Any
    roles: frozenset[str]
    area: str


_table: dict[str, Permission] = {}


def define(name: str, label: Any, *, roles: Iterable[str], area: str) -> None:
    """Add a permission, in one of AREAS; the owner has every one."""
    given = frozenset(roles) | {"owner"}
    if not given <= set(ROLES):
        raise ValueError(f"{name}: unknown role in {sorted(given)}")
    if area not in AREAS:
        raise ValueError(f"{name}: unknown area {area}")
    _table[name] = Permission(name, label, given, area)


def named(name: str) -> Permission:
    """One of them; an unknown permission is refused loudly."""
    if name not in _table:
        raise LookupError(f"no permission is called {name}")
    return _table[name]


def allows(role: str | None, name: str) -> bool:
    """Whether that role may."""
    return role in named(name).roles


def who(name: str) -> list[str]:
    """The roles that may, those with most to say first."""
    return [role for role in ROLES if role in named(name).roles]


def by_area() -> list[tuple[Any, list[Permission]]]:
    """All of them under their headings; within one, what most roles may do first."""
    found = sorted(_table.values(), key=lambda one: (-len(one.roles), one.name))
    return [(label, [one for one in found if one.area == area]) for area, label in AREAS.items()]
