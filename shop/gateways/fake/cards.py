"""The test cards: the only numbers that the fake takes; what a card does is all that is remembered of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """What a test number does; `code` is the word that the page sends in its stead."""

    code: str
    number: str
    does: str  # pays | declines | asks | waits
    fails: str = ""  # the decline code
    later: str = ""  # the decline code when it was kept and is charged while nobody is there
    brand: str = "visa"
    shown: bool = True  # among the buttons of the page
    kept: bool = False  # shown only where the card will be kept

    @property
    def last4(self) -> str:
        """What may be shown of it."""
        return self.number[-4:]


ASKED = "authentication_required"
CARDS = (
    Card("pays", "4242424242424242", "pays"),
    Card("declined", "4000000000000002", "declines", "generic_decline"),
    Card("no_funds", "4000000000009995", "declines", "insufficient_funds"),
    Card("asks", "4000002500003155", "asks", "authentication_required"),
    Card("waits", "6200000000000047", "waits", brand="unionpay"),
    Card("waits_fails", "6200000000000005", "waits", "generic_decline", brand="unionpay"),
    Card("later_declined", "4000000000000341", "pays", later="generic_decline", kept=True),
    Card("expired", "4000000000000069", "declines", "expired_card", shown=False),
    Card("wrong_cvc", "4000000000000127", "declines", "incorrect_cvc", shown=False),
    Card("asks_always", "4000000000003220", "asks", ASKED, ASKED, shown=False),
    Card("later_no_funds", "4000000000009235", "pays", later="insufficient_funds", shown=False),
    Card("later_expired", "4000000000000084", "pays", later="expired_card", shown=False),
    Card("mastercard", "5555555555554444", "pays", brand="mastercard", shown=False),
    Card("disputed", "4000000000000259", "pays", shown=False),
    Card("refund_fails", "4000000000005126", "pays", shown=False),
)
BY_CODE = {card.code: card for card in CARDS}
BY_NUMBER = {card.number: card for card in CARDS}


def chosen(number: str, code: str) -> Card | None:
    """The card that was typed, else the one that was tapped; None for every number that is not listed."""
    typed = number.replace(" ", "").replace("-", "")
    return BY_NUMBER.get(typed) if typed else BY_CODE.get(code)
