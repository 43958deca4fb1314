"""Writing to the shop by the form of its pages."""

from typing import Any

from flask import Flask, redirect, render_template, request, url_for

from crm import messages, visitors
from crm.forms import MessageForm
from crm.views import asking, store
from kernel import blocks, i18n, limits, tenancy
from kernel.blocks import Field
from kernel.i18n import _l

FROM_ONE_PLACE = "5/10minute;30/day"
Data = dict[str, Any]


@store.post("/contact")
def contact_send() -> Any:
    """Bring the message to the shop."""
    form = MessageForm(request.form)
    if not form.validate():
        return render_template("crm/contact/form.html", form=form), 422
    limits.check("message", f"{tenancy.current()}:{limits.network(request.remote_addr)}", FROM_ONE_PLACE)
    if not request.form.get("website"):  # nobody sees that field: who fills it in is a program
        known = messages.write(
            form.text.data or "", email=form.email.data or "", name=form.name.data or "", language=i18n.language()
        )
        visitors.attribute(asking.visitor(), known)
    return redirect(url_for("crm.contact_sent"), 303)


@store.get("/contact/sent")
def contact_sent() -> str:
    """Say that it arrived."""
    return render_template("crm/contact/sent.html")


def drawn(data: Data) -> Data:
    """A block with a form: one signs up for letters by it, or writes to the shop."""
    asks = "contact" if data.get("what") == "contact" else "subscribe"
    return {"title": i18n.words_html(data.get("title")), "text": i18n.words_html(data.get("text")), "asks": asks}


def init_app(_app: Flask) -> None:
    """Let pages have forms."""
    options = (("subscribe", _l("Sign up for e-mails")), ("contact", _l("Write to the shop")))
    fields = (
        Field("title", _l("Title"), "words"), Field("text", _l("Text"), "words"),
        Field("what", _l("What it is for"), "choice", options=options),
    )  # fmt: skip
    blocks.kind("form", _l("Form"), fields, web="crm/blocks/form.html", prepare=drawn, icon="mail")
