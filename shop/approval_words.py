"""What the letters of a booking that the shop has to say yes to say, to who asked and to the shop."""

from kernel.i18n import _l
from shop.letter_words import Words

BUYER = {
    "asked": Words(
        _l("We have your request (%(number)s)"),
        _l("We have your request"),
        _l("It is not confirmed yet: we answer by %(answer)s at the latest. Nothing is charged before that, and your "
           "time is kept for you meanwhile."),
        _l("See your request"),
    ),
    "approved": Words(
        _l("We said yes: %(number)s"),
        _l("We said yes to your request"),
        _l("Now pay %(due)s to confirm it. We keep your time until %(until)s."),
        _l("Pay now"),
    ),
    "accepted": Words(
        _l("We said yes: %(number)s"),
        _l("Your booking is confirmed"),
        _l("We said yes to your request: we expect you."),
    ),
    "refused": Words(
        _l("We cannot take your request %(number)s"),
        _l("This time we cannot receive you"),
        _l("We are sorry. You owe nothing."),
        _l("See your request"),
    ),
    "unanswered": Words(
        _l("Your request %(number)s ended without an answer"),
        _l("We could not answer you in time"),
        _l("We are sorry. Your booking is not confirmed, and you owe nothing."),
        _l("See your request"),
    ),
}  # fmt: skip
SHOP = {
    "asked": Words(
        _l("Answer %(name)s: request %(number)s"),
        _l("Somebody waits for your yes"),
        _l("%(name)s asks for a booking of %(total)s. Answer by %(answer)s: after that the time is free again and the "
           "request ends by itself."),
        _l("Answer the request"),
    ),
}  # fmt: skip
