"""Answers of a booking: what its service asks, by the label that the shop's people read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel import i18n, journal, tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop.bookings import Booking
from shop.services import Service

if TYPE_CHECKING:
    from kernel.accounts import Account

LONGEST = 300  # signs


class TooLong(Refusal):
    """An answer for which there is no room."""

    message = _l("There is room for %(most)s characters.")


def label(asked: Mapping[str, Any]) -> str:
    """Under what its answers are kept: as it reads in the shop's own language."""
    return i18n.pick(asked.get("label"), tenancy.tenant().language) or str(asked["code"])


def open_to(booking: Booking, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """What staff can write down: `code`, `label`, the `text` that is there or was just typed and if it is too long;
    also what its guest left out."""
    asked = [(str(one["code"]), label(one)) for one in _asked(booking.service)]
    told = [(code, name, typed.get(code, booking.answers.get(name, ""))) for code, name in asked]
    return [{"code": code, "label": name, "text": text, "long": len(text) > LONGEST} for code, name, text in told]


def write(booking: Booking, told: Mapping[str, str], *, by: "Account | None") -> None:
    """Have these answers by the code of their question; what is asked no more stays as it was. Raises TooLong."""
    asked = _read(booking.service, told)
    if any(len(text) > LONGEST for text in asked.values()):
        raise TooLong(most=LONGEST)
    now = {**booking.answers, **asked}
    booking.answers = {name: text for name, text in now.items() if text}
    number = booking.order.number if booking.order else ""
    journal.write("bookings.answered", about=booking, by=by, data={"number": number})


def kept(service: Service, told: Mapping[str, str]) -> dict[str, str]:
    """The answers that were given, by code, as a new booking keeps them."""
    return {name: text for name, text in _read(service, told).items() if text}


def _read(service: Service, told: Mapping[str, str]) -> dict[str, str]:
    return {label(one): " ".join(told.get(str(one["code"]), "").split()) for one in _asked(service)}


def _asked(service: Service) -> list[dict[str, Any]]:
    return list(service.questions)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.answered", _l("Wrote down what the guests of %(number)s answered"))
