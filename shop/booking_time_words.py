"""The words of letters about the time that a booking is kept for its money: put off, over, paid too late."""

from kernel.i18n import _l
from shop.letter_words import Words

BUYER = {
    "kept": Words(
        _l("%(number)s: kept until %(until)s"),
        _l("We keep your booking until %(until)s"),
        _l("Pay %(due)s by then; without it the booking ends, and others can have the time."),
        _l("Pay now"),
    ),
    "late_nights": Words(
        _l("We received your payment of %(number)s too late"),
        _l("Your payment came too late"),
        _l("We received %(amount)s for what you had added, but it is no longer free. The shop returns it to you."),
    ),
}
SHOP = {
    "late_nights": Words(
        _l("Late payment of %(number)s"),
        _l("Money to return"),
        _l(
            "%(amount)s came for what %(name)s had added to a booking; it is no longer free."
            " What does not go back by itself you return on the order's page."
        ),
        _l("Open the order"),
    ),
}
