"""Policies to begin with: a text per kind and language, with the laws of the country by name; owners adapt them."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kernel import blocks, i18n, tenancy
from kernel.i18n import _l
from shop import pages, storefront
from shop.pages import Page

HERE = Path(__file__).parent / "starting_texts"
DAYS = 8  # to return what one bought, until the owner writes otherwise
LAWS = {  # (of consumers, of personal data)
    "CR": ("la Ley 7472", "la Ley 8968"),
    "GT": ("el Decreto 006-2003", "la ley"),
    "HN": ("el Decreto 24-2008", "la ley"),
    "MX": ("la Ley Federal de Protección al Consumidor",
           "la Ley Federal de Protección de Datos Personales en Posesión de los Particulares"),
    "PA": ("la Ley 45 de 2007", "la Ley 81 de 2019"),
    "SV": ("la Ley de Protección al Consumidor", "la Ley para la Protección de Datos Personales"),
}  # fmt: skip
PLAIN = {"es": ("la ley", "la ley"), "en": ("the law", "the law")}


@dataclass(frozen=True)
class Kind:
    """A policy that every shop should have."""

    slug: str
    label: Any
    hint: Any
    also: tuple[str, ...] = ()  # what its page is called too

    def among(self, written: Iterable[Page]) -> Page | None:
        """The page that is this policy, if it is among them."""
        return next((page for page in written if page.slug in (self.slug, *self.also)), None)


KINDS = (
    Kind("terms", _l("Terms and conditions"), _l("What holds when somebody orders; accepted with each order."),
         ("terminos", "condiciones", "terminos-y-condiciones")),
    Kind("returns", _l("Returns and exchanges"), _l("What happens when something does not fit or arrives broken."),
         ("devoluciones", "cambios", "cambios-y-devoluciones")),
    Kind("privacy", _l("Privacy"), _l("What you keep of people and what for; the privacy banner leads here."),
         ("privacidad", "aviso-de-privacidad")),
    Kind("delivery", _l("Delivery"), _l("How long it takes and what happens when nobody is at home."),
         ("entregas", "entrega", "envios")),
)  # fmt: skip
PRIVACY = KINDS[2]


@lru_cache
def _texts(language: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads((HERE / f"{language}.toml").read_text(encoding="utf-8"))
    return found


def text(slug: str, language: str) -> tuple[str, str]:
    """(title, text) of a policy to begin with, for the current shop."""
    tenant, told = tenancy.tenant(), _texts(language)[slug]
    consumers, privacy = PLAIN[language] if language != "es" else LAWS.get(tenant.country, PLAIN["es"])
    contact = storefront.of().email or tenant.email or tenant.phone
    filled = told["text"].strip()
    for mark, value in (
        ("shop", tenant.name), ("contact", contact), ("days", str(DAYS)), ("consumers", consumers),
        ("privacy", privacy),
    ):  # fmt: skip
        filled = filled.replace(f"{{{mark}}}", value)
    return told["title"], filled


def begin(kind: Kind) -> Page:
    """Write the draft of a policy from our text, in each language of the shop that we have one in."""
    spoken = [code for code in i18n.languages_of(tenancy.tenant()) if code in PLAIN] or ["es"]
    told = {code: text(kind.slug, code) for code in spoken}
    block = blocks.blank("text")
    block["data"] = {"title": {}, "text": {code: words for code, (_title, words) in told.items()}}
    made = pages.make(
        {code: title for code, (title, _words) in told.items()}, kind="policy", slug=kind.slug, blocks=[block]
    )
    made.position = [one.slug for one in KINDS].index(kind.slug)
    return made
