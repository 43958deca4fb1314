"""A time of a sale as staff choose it: for what, how many of each kind and nights, from which day on it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from kernel import clock, tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_list, booking_prices, booking_targets, booking_times, local_times, rates, resources, services
from shop import walk_ins as desk
from shop.departures import Full
from shop.forms import bookings as fields
from shop.forms import walk_ins as forms
from shop.forms import wrong
from shop.forms.sales import Draft
from shop.forms.wrong import Wrong, beside
from shop.occupations import JustTaken, Span
from shop.services import Service
from shop.walk_ins import Visit


class NoService(Refusal):
    """What was named is not sold at times any more."""

    message = _l("That is no longer in your products: choose again.")


@dataclass(frozen=True)
class Choosing:
    """A service with what was typed for it; nothing of it was held yet."""

    service: Service
    posted: Mapping[str, Any]

    @property
    def people(self) -> dict[str, str]:
        """How many of each kind as it was typed; {} before anything was, and after another service was tapped."""
        new = self.posted.get("pick")
        return {} if new else {name: text for name, text in self.posted.items() if name.startswith(fields.PEOPLE)}

    @property
    def nights(self) -> int:
        """For how many nights one looks."""
        typed = str(self.posted.get("nights") or "")[:4]
        count = int(typed) if typed.isascii() and typed.isdigit() else self.service.nights_min
        return min(max(count, 1), self.service.nights_max)

    @property
    def day(self) -> date:
        """The first day that is shown: today when none was said."""
        said = (fields.day_of(str(self.posted.get(name) or "")) for name in ("go_day", "pick_day"))
        return next((one for one in said if one), clock.today(tenancy.tenant().timezone))

    def counts(self, errors: dict[str, str]) -> dict[str, int]:
        """How many of each kind by SKU, or under ''; see forms.walk_ins."""
        return forms.counts(self.service, self.people, errors)

    def span(self, at: datetime) -> Span:
        """From then as long as it lasts; of nights from check-in to check-out."""
        if self.service.kind != "nights":
            return Span(at, at + self.service.length)
        arrive = local_times.day(at, tenancy.tenant().timezone)
        return booking_times.between(self.service, arrive, arrive + timedelta(days=self.nights))

    def visit(self, to: str) -> Visit:
        """What is wanted at the time that was tapped, `20261204T133000Z unit`; raises Wrong or another Refusal."""
        moment, _blank, token = to.partition(" ")
        starts_at = booking_targets.moment(moment)
        slot = booking_list.slot(self.service, starts_at) if self.service.kind == "departure" else None
        if self.service.kind == "departure" and slot is None:
            raise booking_times.NotOffered()
        unit = resources.unit(token) if token else None
        errors: dict[str, str] = {}
        span, counts = self.span(starts_at), self.counts(errors)
        if self.service.kind == "nights" and "short" not in self.posted:  # staff may sell fewer, knowingly
            wrong.tried(errors, "nights", rates.refuse_short, self.service, booking_prices.days(span))
        if errors:
            raise Wrong(errors)
        with beside("n-1"):
            found = desk.visit(self.service, span, counts, [unit.id] if unit else [])
        if slot is not None and slot.called_off:
            raise JustTaken()
        if slot is not None and found.places > slot.left:
            raise Full(left=slot.left) if slot.left else JustTaken()
        return found


def choosing(draft: Draft) -> Choosing | None:
    """What is being given a time, if anything is; raises NoService."""
    if not draft.picked:
        return None
    service = services.of_slug(draft.picked)
    if service is None or not service.product.live:
        raise NoService()
    return Choosing(service, draft.posted)
