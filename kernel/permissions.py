"""Who on the staff may do what: one table of permissions by role, filled by every package at start."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

ROLES = ("owner", "manager", "marketer", "clerk")


@dataclass(frozen=True)
class Permission:
    """Something that staff may do, and the roles that may."""

    name: str
    label: Any
    roles: frozenset[str]


_table: dict[str, Permission] = {}


def define(name: str, label: Any, *, roles: Iterable[str]) -> None:
    """Add a permission; the owner has every one."""
    given = frozenset(roles) | {"owner"}
    if not given <= set(ROLES):
        raise ValueError(f"{name}: unknown role in {sorted(given)}")
    _table[name] = Permission(name, label, given)


def allows(role: str | None, name: str) -> bool:
    """Whether that role may; an unknown permission is refused loudly."""
    if name not in _table:
        raise LookupError(f"no permission is called {name}")
    return role in _table[name].roles
