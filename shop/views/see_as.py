"""See as: whose eyes a preview is looked at with: a person, a country, a language, somebody new or somebody known."""

from datetime import timedelta
from typing import Any

from flask import g, request

from crm import people
from crm.contacts import Contact
from crm.segments import Person
from crm.visitors import Visitor
from kernel import clock, countries, i18n, tenancy, web
from kernel.db import db

VISITS = ("first", "back")
UNKNOWN = "-"  # a country that no browser told
NAMES = ("as-who", "as-country", "as-language", "as-visit")
AWAY = timedelta(days=30)  # when somebody known was here first
SHOWN = 40  # people who are offered by name


def asked() -> dict[str, str]:
    """What the controls beside a preview say, as far as it means something."""
    told = {name: " ".join(request.values.get(name, "").split())[:160] for name in NAMES}
    good = {
        "as-country": told["as-country"] in {UNKNOWN, *countries.all_codes()}, "as-visit": told["as-visit"] in VISITS,
        "as-language": told["as-language"] in i18n.languages_of(tenancy.tenant()), "as-who": web.may("people.view"),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value and good[name]}


def told() -> dict[str, Any]:
    """The same for the signed address of a preview."""
    said, who = asked(), _found()
    language = said.get("as-language") or (who.language if who else "")
    return {
        "who": who.id if who else None, "country": _country(said, who), "visit": said.get("as-visit", ""),
        "language": language if language in i18n.languages_of(tenancy.tenant()) else "",
    }  # fmt: skip


def _country(said: dict[str, str], who: Contact | None) -> str:
    """Where they come from: what is asked, else what is known of the person, else where the shop is; "" unknown."""
    return said.get("as-country", "" if who else tenancy.tenant().country).replace(UNKNOWN, "")


def _found() -> Contact | None:
    """Whom the text means: the person with that address, else the first that matches."""
    text = asked().get("as-who", "").rpartition("<")[2].rstrip(">").strip()
    return db.session.scalars(people.query(text).limit(1)).first() if text else None


def controls() -> dict[str, Any]:
    """What the part beside the preview needs."""
    spoken, who = i18n.language(), _found()
    rows = db.session.scalars(people.query().limit(SHOWN)).all() if web.may("people.view") else []
    lands = sorted((countries.country_name(code, spoken), code) for code in countries.all_codes())
    wanted = asked()
    return {
        "values": {**dict.fromkeys(NAMES, ""), **wanted, "as-country": _country(wanted, who)}, "countries": lands,
        "may": web.may("people.view"),
        "people": [f"{one.called} <{one.email}>" if one.email else one.called for one in rows],
        "languages": [(code, i18n.NAMES.get(code, code)) for code in i18n.languages_of(tenancy.tenant())],
        "who": who.called if who else "", "unknown": bool(wanted.get("as-who")) and who is None,
    }  # fmt: skip


def put_on(told: dict[str, Any]) -> None:
    """Look at what is drawn now with those eyes; no cookie is read, and nothing is counted."""
    contact = db.session.get(Contact, told["who"]) if told.get("who") else None
    browser = None
    if contact is None and told.get("visit") == "back":  # nobody's: no row has this id
        browser = Visitor(id=-1, arm="shown", first_seen=clock.now() - AWAY, country="", language="", referrer="")
    g.preview_group = contact.group if contact else ""
    g.fitted_person = Person(
        contact=contact, visitor=browser, language=i18n.language(), country=str(told.get("country") or ""),
        now=clock.now(),
    )  # fmt: skip
