"""What a change of a booking comes to, as its pages show it before anything happens: what was, what would be, money."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.i18n import _, ngettext, pick
from kernel.refusal import Refusal
from shop import booking_list, booking_story, changed_letters, receipts, wants
from shop.booking_forecasts import Forecast
from shop.booking_worth import Wish
from shop.bookings import Booking
from shop.forms import booking_changes as forms
from shop.forms import wrong
from shop.resources import ResourceUnit


def verb(booking: Booking) -> str:
    """What its pages and the links to them are called."""
    return _("Change the stay") if booking.service.kind == "nights" else _("Change how many come")


def people(booking: Booking, sent: Mapping[str, str]) -> list[dict[str, Any]]:
    """The fields of people."""
    return [
        {"id": id_, "name": name, "value": value[:12], "label": _kind(kind) if kind else _("People"),
         "min": 0 if kind else 1, "most": booking.service.capacity if kind else None}
        for id_, name, kind, value in forms.fields(booking, sent)
    ]  # fmt: skip


def _kind(variant: Any) -> str:
    return ", ".join(pick(one["value"]) for one in wants.options(variant)) or _("People")


def labels(fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What each field is called, for the list of what is wrong."""
    mine = {"arrive": _("Arrival"), "leave": _("Departure"), "where": _("Where")}
    return mine | {one["id"]: one["label"] for one in fields}


def errors(refusal: Refusal | None) -> dict[str, str]:
    """Why each field cannot stay as it is."""
    return wrong.of(refusal) if refusal else {}


def told(booking: Booking, wish: Wish, found: Forecast, *, units: Sequence[ResourceUnit] = ()) -> dict[str, Any]:
    """The change as plain words: rows of (label, before, after; '' where it stays), and what follows for the money."""
    order = booking.order
    assert order is not None
    balance = order.balance + found.difference
    minor = found.difference.minor
    return {
        "rows": _rows(booking, wish, units), "minor": minor, "other": found.other,
        "costs": bool(found.before or found.after),
        "before": receipts.shown(found.before), "after": receipts.shown(found.after),
        "difference": receipts.shown(found.difference), "fee": receipts.shown(found.fee) if found.fee else "",
        "money": changed_letters.money(order, found.difference, balance),
        "beyond": minor < 0 and balance.minor < 0, "owed": minor > 0 and balance.minor > 0,
        "left": receipts.shown(balance),
    }  # fmt: skip


def _rows(booking: Booking, wish: Wish, units: Sequence[ResourceUnit]) -> list[tuple[str, str, str]]:
    service, rows = booking.service, []
    if service.kind == "nights":
        was, shall = forms.days(booking), forms.days(wish.span)
        rows = [(label, receipts.day(old), receipts.day(new))
                for label, old, new in zip((_("Arrival"), _("Departure")), was, shall, strict=True)]  # fmt: skip
        rows.append((_("Nights"), str((was[1] - was[0]).days), str((shall[1] - shall[0]).days)))
    else:
        rows.append((_("When"), booking_story.when(booking), booking_story.when(booking)))
    chosen = {unit.resource_id for unit in units}
    taken = [unit.name for unit in booking_list.units_taken(booking) if unit.resource_id in chosen]
    was_at, shall_at = pick(booking.name), pick(wish.service.product.name)
    shall_at = was_at if wish.service.id == booking.service_id else shall_at
    labelled = ", ".join([was_at, *taken]), ", ".join([shall_at, *(unit.name for unit in units)])
    rows.append((_("Where") if service.kind == "nights" else _("What"), *labelled))
    rows.append((_("People"), ", ".join(booking_story.people(booking)), _people(wish)))
    return [(label, old, "" if old == new else new) for label, old, new in rows]


def _people(wish: Wish) -> str:
    if wish.people and any(wants.options(variant) for variant in wish.people):
        return ", ".join(f"{count} × {_kind(variant)}" for variant, count in wish.people.items())
    return ngettext("%(num)s person", "%(num)s people", wish.places)
