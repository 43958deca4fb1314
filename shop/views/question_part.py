"""Questions and answers on a product's page: the first few, and the way to all of them and to ask.

Search engines are told nothing of them: QAPage is for pages whose visitors answer, FAQPage for pages of nothing else.
"""

from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from kernel import i18n, tenancy
from shop import questions
from shop.catalog import Product
from shop.questions import Told
from shop.views import frame


def of(product: Product) -> list[dict[str, Any]]:
    """What a product's page tells at once; nothing is asked where there is nothing."""
    return list(map(row, questions.page(product, questions.FIRST)))


def row(one: Told) -> dict[str, Any]:
    """One of them in words."""
    zone = ZoneInfo(frame.once("timezone", lambda: tenancy.tenant().timezone))
    day = one.answered_at.astimezone(zone).date()
    return {
        "told": one.told, "answer": one.answer, "iso": day.isoformat(),
        "language": one.language if one.language != i18n.language() else "",
        "when": format_date(day, "d MMM y", locale=str(i18n.locale())),
    }  # fmt: skip
