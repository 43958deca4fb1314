"""What an invoice is called in each country, what it is not, and what an authority's number is called there."""

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Papers:
    """The words of a country's invoices, each as Words; `authorised` ones hold once a range of numbers is entered."""

    invoice: dict[str, str]
    credit_note: dict[str, str]
    notice: dict[str, str] = field(default_factory=dict)  # what it is not, while no authority gave its numbers
    consumer: dict[str, str] = field(default_factory=dict)  # a buyer who gave no tax id
    authorised_invoice: dict[str, str] = field(default_factory=dict)
    authorised_notice: dict[str, str] = field(default_factory=dict)
    authorisation: dict[str, str] = field(default_factory=dict)  # what the authority's number is called
    until: dict[str, str] = field(default_factory=dict)
    legend: dict[str, str] = field(default_factory=dict)  # a sentence that the law wants on authorised ones
    prefixes: tuple[str, str] = ("F", "NC")
    number: str = ""  # how authorised numbers look there

    def title(self, kind: str, *, authorised: bool) -> dict[str, str]:
        """What a paper of that kind calls itself."""
        if kind == "credit_note":
            return self.credit_note
        return (self.authorised_invoice if authorised else {}) or self.invoice

    def says(self, *, authorised: bool) -> dict[str, str]:
        """What it says about itself at its foot."""
        return self.authorised_notice if authorised and self.authorised_invoice else self.notice


@lru_cache
def of(country: str) -> Papers:
    """The words of that country; plain ones where it has none of its own."""
    told = _told()
    return Papers(**{**told["plain"], **told.get(country.upper(), {})})


@lru_cache
def _told() -> dict[str, dict[str, Any]]:
    known = tomllib.loads((HERE / "papers.toml").read_text(encoding="utf-8"))
    for words in known.values():
        if "prefixes" in words:
            words["prefixes"] = tuple(words["prefixes"])
    return known
