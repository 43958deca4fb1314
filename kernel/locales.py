"""Locales: how a language is written in a country, as far as anybody wrote it down."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=200)
def of(spoken: str, country: str) -> Locale:
    """The language as that country writes it; the language alone where nobody wrote that down (English in Mexico)."""
    try:
        return Locale(spoken, country or None)
    except (ValueError, UnknownLocaleError):
        return Locale(spoken)
