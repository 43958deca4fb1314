"""The ways to the page of what can be booked when: its form on other pages, and a line where chosen dates are full."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import url_for

from kernel import i18n
from kernel.i18n import _
from shop import openings
from shop.availability import Time
from shop.forms import bookings as booking_forms
from shop.forms.bookings import Draft
from shop.forms.openings import PEOPLE, Asked
from shop.occupations import Span
from shop.openings import STAYS, TIMES, Kinds
from shop.views import frame, goods, visitor

MOST_TYPED = 99  # people that the stepper goes up to; more can be typed


def kinds(category_ids: Collection[int] = ()) -> Kinds:
    """What this visitor may book on these shelves, of none anywhere: asked once until the shop is edited."""
    group, asked = visitor.group(), tuple(category_ids)
    found: Kinds = frame.note(("openings", group, asked), lambda: openings.kinds(group, asked))
    return found


def people() -> list[dict[str, str]]:
    """The kinds of person that the form asks for apart, asked once until the shop is edited; none: for all of them."""
    group = visitor.group()
    found: list[dict[str, str]] = frame.note(("people of openings", group), lambda: openings.people(group))
    return found


def form(known: Kinds, asked: Asked | None = None) -> dict[str, Any] | None:
    """The fields of the form as far as this shop needs them; None where nothing is booked."""
    stays, times = openings.count(known, STAYS), openings.count(known, TIMES)
    if not stays and not times:
        return None
    told = asked or Asked({})
    arrive = _("Arrival") if not times else _("Arrival or day") if stays else _("Day")
    leave = _field(told, "leave", _("Departure"), _("Only to stay overnight") if times else "")
    return {
        "dates": [_field(told, "arrive", arrive), *([leave] if stays else [])], "min": goods.today().isoformat(),
        "people": _steppers(told), "error": told.errors.get("people", ""), "most": MOST_TYPED,
    }  # fmt: skip


def _steppers(told: Asked) -> list[dict[str, Any]]:
    """A number for each kind of person, or one for everybody."""
    kinds = [i18n.pick(one) for one in people()] or [_("People")]
    least = 0 if len(kinds) > 1 else 1
    asked = any(told.typed.get(name) for name in PEOPLE)
    return [
        {
            "name": name,
            "label": label,
            "least": least,
            "value": told.typed.get(name) or str(int(not place and not asked)),
        }
        for place, (name, label) in enumerate(zip(PEOPLE, kinds, strict=False))
    ]


def _field(told: Asked, name: str, label: str, hint: str = "") -> dict[str, str]:
    """A day; as plain text where it is none, or the browser would show nothing of what was typed."""
    value, error = told.typed.get(name, ""), told.errors.get(name, "")
    kind = "date" if not value or booking_forms.day_of(value) else "text"
    return {"name": name, "label": label, "hint": hint, "value": value, "error": error, "kind": kind}


def above(known: Kinds) -> dict[str, Any] | None:
    """The form above a list of goods: only where there is a choice."""
    return form(known) if openings.count(known, (*STAYS, *TIMES)) > 1 else None


def others(draft: Draft, times: Sequence[Time], stay: Span | None) -> str:
    """Where to see what else is free while what was chosen is full; '' while it is not, or there is nothing else."""
    full = stay is not None or (bool(times) and not any(one.free for one in times))
    if draft.moving or not full or openings.count(kinds(), STAYS if draft.nights else TIMES) < 2:
        return ""
    day = draft.said("arrive") if draft.nights else draft.said("day")
    leave = draft.said("leave") if draft.nights else None
    return url_for("shop.openings", arrive=day, leave=leave, people=booking_forms.counted(draft))
