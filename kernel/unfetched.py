"""Unfetched: why nothing could be had from an address, in words that say what to do; none of them names the address."""

from kernel.i18n import _l
from kernel.refusal import Refusal


class Unfetched(Refusal):
    """Nothing could be had from there; `code` is what is kept of it."""

    code = "away"
    message = _l("Nobody answers at that address. It is tried again by itself.")


class NoAddress(Unfetched):
    """That is no address of the web."""

    code = "address"
    message = _l("Copy the whole address, with https:// in front and without a name or password in it.")


class Inside(Unfetched):
    """It leads into a network that is not everybody's."""

    code = "inside"
    message = _l("That address is not on the public internet: copy the one that the other place gives you.")


class NoName(Unfetched):
    """Its host is not known."""

    code = "name"
    message = _l("There is no such place on the internet: look at the address letter by letter.")


class Untrusted(Unfetched):
    """Its certificate is not good for that name."""

    code = "certificate"
    message = _l("That place cannot prove who it is (its certificate is not valid). Ask whoever runs it.")


class Slow(Unfetched):
    """It takes too long."""

    code = "slow"
    message = _l("That place answers too slowly. It is tried again by itself.")


class Large(Unfetched):
    """It is more than anybody's calendar."""

    code = "large"
    message = _l("What stands there is too large for a calendar. Copy the address that ends in .ics.")


class Lost(Unfetched):
    """It sends on and on, or from a safe place to an unsafe one."""

    code = "moved"
    message = _l("That address only leads to other ones. Copy it once more from where you got it.")


class NotThere(Unfetched):
    """404, 410."""

    code = "gone"
    message = _l("Nothing stands at that address any more. Copy the new one from the other place.")


class Denied(Unfetched):
    """401, 403."""

    code = "denied"
    message = _l("That place does not let us read it. Copy the secret address for sharing, not the page's own.")


class Wrong(Unfetched):
    """Another answer than what was asked for."""

    code = "answer"
    message = _l("That place answers with an error. It is tried again by itself.")
