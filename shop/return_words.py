"""The words of letters about returns: asked for, accepted or not."""

from kernel.i18n import _l
from shop.letter_words import Words

BUYER = {
    "return_asked": Words(
        _l("We have your wish to return something of %(number)s"),
        _l("We have your request"),
        _l("The shop looks at it and writes to you. Send nothing back before that."),
    ),
    "return_accepted": Words(
        _l("Your return of %(number)s is accepted"),
        _l("You can bring it back"),
        _l("When we have it, we return your money."),
    ),
    "return_refused": Words(
        _l("Your return of %(number)s was not accepted"),
        _l("We cannot take it back"),
        _l("Look at what the shop wrote. If you see it otherwise, answer this e-mail."),
    ),
}
SHOP = {
    "return_asked": Words(
        _l("%(name)s wants to return something of %(number)s"),
        _l("A return was asked for"),
        _l("Look at it and answer: the buyer waits."),
        _l("Open the order"),
    ),
}
