"""The filters of the list of people: what is asked for, as chips that go away again, and what can be chosen."""

from typing import Any

from flask import request, url_for
from sqlalchemy import select

from crm import people, sources, spending
from crm import tags as labels
from crm.segments import Segment
from kernel import countries, i18n
from kernel.db import db
from kernel.i18n import _, pick

NAMES = ("group", "tag", "country", "language", "stage", "source", "allows", "segment")
ALIKE = ("country", "language")  # nothing to choose while all have the same
MANY = 6  # groups, and as many tags, that are offered at once


def asked() -> tuple[dict[str, str], str]:
    """(the filter, the text) of the address: of a form, what it carries along."""
    chosen = {name: request.values.get(name, "")[:80] for name in NAMES}
    chosen["show"] = "bin" if request.values.get("show") == "bin" else ""
    chosen["sort"] = sort if (sort := request.values.get("sort", "")) in spending.SORTS else ""
    return chosen, request.values.get("q", "").strip()[:120]


def segment(code: str) -> Segment | None:
    """The kept segment with that code."""
    return db.session.scalar(select(Segment).where(Segment.code == code))


def chips(chosen: dict[str, str], text: str) -> list[dict[str, Any]]:
    """Everybody, what is chosen (to take away), what is often asked for, the bin."""
    kept = {name: value for name, value in {**chosen, "q": text}.items() if value}
    anything = any(chosen[name] for name in (*NAMES, "show"))
    whole = {"q": text, "sort": chosen["sort"]}
    found: list[dict[str, Any]] = [{"label": _("All"), "url": _url(whole), "active": not anything}]
    found += [
        {"label": _label(name, chosen[name]), "url": _url({**kept, name: ""}), "active": True, "gone": True}
        for name in NAMES if chosen[name]
    ]  # fmt: skip
    offered = ("allows", _allowing()), ("group", people.by_group()[:MANY]), ("tag", labels.counted(MANY))
    for name, values in (*offered, ("country", _lands())):
        if not chosen[name]:
            found += [
                {"label": _label(name, value), "url": _url({**kept, name: value}), "active": False, "count": count}
                for value, count in values
            ]
    if not chosen["tag"] and len(offered[-1][1]) == MANY:
        found.append({"label": _("All tags"), "url": url_for(".tags"), "active": False})
    return [*found, {"label": _("In the bin"), "url": _url({"show": "bin", **whole}), "active": bool(chosen["show"])}]


def sorts() -> dict[str, str]:
    """In which order people can be shown, by the code of the address."""
    return {
        "": _("Changed last"), "spent": _("Paid most"), "orders": _("Ordered most often"), "last": _("Ordered last"),
        "name": _("Name"),
    }  # fmt: skip


def heads(chosen: dict[str, str], text: str) -> dict[str, str]:
    """The address that sorts by each column, of those that are not sorted by now."""
    kept = {**chosen, "q": text}
    return {name: _url({**kept, "sort": name}) for name in spending.SORTS if name != chosen["sort"]}


def _allowing() -> list[tuple[str, int]]:
    """To how many one may write."""
    many = people.count(people.query(allows="yes"))
    return [("yes", many)] if many else []


def _lands() -> list[tuple[str, int]]:
    lands = people.by("country")
    return lands[:MANY] if len(lands) > 1 else []


def _url(args: dict[str, Any]) -> str:
    told: dict[str, Any] = {name: value for name, value in args.items() if value}
    return url_for(".people", **told)


def _label(name: str, value: str) -> str:
    if name == "tag":
        return f"#{value}"
    if name == "segment":
        kept = segment(value)
        return pick(kept.name) if kept else value
    return dict(_values(name)).get(value, value)


def _values(name: str) -> list[tuple[str, str]]:
    """What can be chosen of one kind, and what it is called."""
    if name == "allows":
        return [("yes", _("Letters allowed")), ("no", _("No letters"))]
    if name == "segment":
        rows = db.session.scalars(select(Segment).order_by(Segment.id))
        return [(row.code, pick(row.name) or row.code) for row in rows]
    if name == "tag":
        return [(tag, tag) for tag, _count in labels.counted()]
    return [(value, _called(name, value)) for value, _count in people.by(name)]


def _called(name: str, value: str) -> str:
    if name == "country":
        return countries.country_name(value, i18n.language())
    if name == "source":
        return sources.named(value)
    return i18n.NAMES.get(value, value) if name == "language" else value


def choices(chosen: dict[str, str]) -> list[dict[str, Any]]:
    """The selects of all filters; those with nothing to choose are left out."""
    labelled = {
        "segment": _("Segment"), "group": _("Group"), "tag": _("Tag"), "country": _("Country"),
        "language": _("Language"), "stage": _("Stage"), "source": _("How they came"), "allows": _("Mailings"),
    }  # fmt: skip
    found = [
        {"name": name, "label": label, "values": _values(name), "value": chosen[name]}
        for name, label in labelled.items()
    ]
    return [one for one in found if len(one["values"]) > (one["name"] in ALIKE)]
