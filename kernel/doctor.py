"""The doctor: what is wrong with this install and how to mend it; each package adds what it knows to ask."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from kernel import i18n, settings, tenancy
from kernel.app import Plaza, create_app
from kernel.db import db
from kernel.i18n import _, _l
from kernel.settings import Settings

SIGNS = {"ok": _l("ok"), "care": _l("look"), "wrong": _l("WRONG")}
FIELDS = ("check", "state", "told", "mend")  # for programs


@dataclass(frozen=True)
class Finding:
    """What one check found: ok, care (look at it some time) or wrong; and what mends it."""

    check: str
    state: str
    told: str
    mend: str = ""
    sign: str = ""  # how the state is said


Check = Callable[[Settings], Iterator[Finding]]
_checks: dict[str, Check] = {}
_of_shops: dict[str, Check] = {}
_needs_database: set[str] = set()


def check(name: str, verb: Check, *, database: bool = True) -> None:
    """Ask `verb(settings)` for findings; nothing found is good. `database`: only when it answers."""
    _checks[name] = verb
    if database:
        _needs_database.add(name)


def of_each_shop(name: str, verb: Check) -> None:
    """Ask the same of every shop, with its tenant entered."""
    _of_shops[name] = verb


def examine(known: Settings | None = None, language: str = "") -> list[Finding]:
    """Everything that is asked, in order, and what was found, in the language of who reads it."""
    app = create_app(known or settings.load())
    with app.app_context(), i18n.speak(language or spoken()):
        found = [one for name in _checks for one in _asked(app, name)]
        if not any(one.check == "database" and one.state == "wrong" for one in found):
            found += [one for name in _of_shops for one in _asked_of_shops(app, name)]
        db.session.remove()
        db.engine.dispose()
        return [replace(one, sign=str(SIGNS[one.state])) for one in found]


def spoken(env: Mapping[str, str] | None = None) -> str:
    """The language of the machine, as its locale says; where that says none, the house's own."""
    source = os.environ if env is None else env
    said = next((source[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if source.get(name)), "")
    code = said.partition(".")[0].partition("_")[0].lower()
    return i18n.LANGUAGES[0] if code in ("", "c", "posix") else code if code in i18n.LANGUAGES else "en"


def _asked(app: Plaza, name: str) -> list[Finding]:
    if name in _needs_database and _dead(app):
        return []
    return _safely(name, lambda: list(_checks[name](app.extensions["plaza.settings"])))


def _dead(app: Plaza) -> bool:
    if "plaza.dead" not in app.extensions:
        try:
            db.session.execute(select(1))
            app.extensions["plaza.dead"] = False
        except Exception:
            app.extensions["plaza.dead"] = True
        db.session.rollback()
    return bool(app.extensions["plaza.dead"])


def _asked_of_shops(app: Plaza, name: str) -> list[Finding]:
    def ask() -> list[Finding]:
        found = []
        for tenant_id, slug in db.session.execute(select(tenancy.Tenant.id, tenancy.Tenant.slug)).all():
            with tenancy.use(tenant_id):
                one_by_one = _of_shops[name](app.extensions["plaza.settings"])
                found += [Finding(one.check, one.state, f"{slug}: {one.told}", one.mend) for one in one_by_one]
        return found

    return _safely(name, ask)


def _safely(name: str, ask: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return ask() or [Finding(name, "ok", "")]
    except Exception as error:
        told = (str(error).strip().splitlines() or [""])[0][:200]
        return [Finding(name, "wrong", f"{type(error).__name__}: {told}", _("Look at the message; try again."))]
    finally:
        db.session.rollback()


def told(found: list[Finding], *, as_json: bool = False) -> str:
    """The findings to read: what is wrong first; or for programs."""
    if as_json:
        return json.dumps([{name: getattr(one, name) for name in FIELDS} for one in found], indent=1)
    order = sorted(found, key=lambda one: ("wrong", "care", "ok").index(one.state))
    return "\n".join(_line(one) for one in order)


def _line(one: Finding) -> str:
    sentence = f"{one.sign or one.state:<6} {one.check}" + (f": {one.told}" if one.told else "")
    return sentence + (f"\n       → {one.mend}" if one.mend else "")


def unknown_words(env: Any = None) -> list[str]:
    """Settings in the environment that Plaza does not know."""
    source = os.environ if env is None else env
    known = {f"PLAZA_{name.upper()}" for name in Settings.__annotations__}
    return sorted(name for name in source if name.startswith("PLAZA_") and name not in known)
