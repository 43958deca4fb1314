"""Settings: whether buyers may write reviews, whether somebody reads them first, whether one may ask."""

from typing import Any

from flask import Flask, request

from kernel import menu
from kernel.i18n import _l
from kernel.web import needs
from shop import settings, storefront
from shop.forms.reviews import WayForm
from shop.views import admin
from shop.views.settings import page, saved


@admin.get("/settings/reviews", endpoint="settings_reviews")
@needs("settings.edit")
def show() -> Any:
    """The shop's way."""
    return page("reviews", form=WayForm(reviews=storefront.of().reviews, questions=storefront.of().questions))


@admin.post("/settings/reviews", endpoint="settings_reviews_save")
@needs("settings.edit")
def save() -> Any:
    """Keep it; what was written stays whatever is chosen."""
    form = WayForm(request.form)
    if not form.validate():
        return page("reviews", 422, form=form)
    row = settings.front()
    row.reviews, row.questions = form.reviews.data, form.questions.data
    return saved("reviews", ".settings_reviews")


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        66, _l("Reviews and questions"), "shop_admin.settings_reviews", icon="star", permission="settings.edit",
        group="selling", hint=_l("Who may write, and who reads it first"),
    )  # fmt: skip
