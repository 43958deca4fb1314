"""Folding: text without accents and capitals, so that people find what they type as they type it."""

import unicodedata
from typing import Any

from sqlalchemy import func

ACCENTS = dict(zip("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunaeiouun", strict=True))


def fold(text: str) -> str:
    """Lower case without accents: `Café Ñandú` → `cafe nandu`."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in spread if not unicodedata.combining(sign))


def column(name: Any) -> Any:
    """The column in lower case without the accents of Spanish, on every database."""
    for accented, plain in ACCENTS.items():
        name = func.replace(name, accented, plain)
    return func.lower(name)


def digits(text: str) -> str:
    """The digits of a text."""
    return "".join(sign for sign in text if sign.isdigit())
