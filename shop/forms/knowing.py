"""What guests should know, as one writes it: a text in each language of the shop, and whether it has to be ticked."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField

from kernel import blocks
from kernel.forms import Form
from kernel.i18n import _, _l
from shop import knowing
from shop.forms import words

TITLE = _l("What guests should know")


def fields() -> dict[str, Any]:
    """The fields by name, for a form of its own or a larger one."""
    hint = _l("Their booking then keeps the text as it was, and when they ticked it.")
    tick = BooleanField(_l("Who books ticks that they read it"), description=hint)
    return {**words.fields("know", TITLE, knowing.MOST, area=True), "know_read": tick}


def dressed(form: Any) -> Any:
    """The form, its texts with the tools for bold, lists and links."""
    for language in words.languages():
        area = form[words.name_of("know", language)]
        area.render_kw = {**area.render_kw, "data-prose": _("Bold|Italic|List|Numbered list|Link|Plain text")}
    return form


def made(posted: Any, values: Mapping[str, Any] | None = None) -> Any:
    """The form of the shop's own text."""
    return dressed(type("KnowForm", (Form,), fields())(posted, data=dict(values or {})))


def read(form: Any) -> dict[str, Any]:
    """The columns, as a service and the storefront have them."""
    told = words.read(form, "know")
    kept = {spoken: blocks.clean(text) if "<" in text else text for spoken, text in told.items()}
    return {"know": {spoken: text for spoken, text in kept.items() if text.strip()},
            "know_read": bool(form.know_read.data)}  # fmt: skip
