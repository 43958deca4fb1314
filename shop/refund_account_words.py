"""What the letter says that asks a buyer where their money shall go."""

from kernel.i18n import _l
from shop.letter_words import Words

SAY = _l("Say where it goes")
BUYER = {
    "account_asked": Words(
        _l("Where shall we return the money of %(number)s?"),
        _l("Where shall we return your money?"),
        _l("Tell us the telephone or the account on this page, never by answering this e-mail. Only who returns the "
           "money at the shop sees it."),
        SAY,
    ),
}  # fmt: skip
