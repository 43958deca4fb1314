"""What somebody wants to receive: a page behind a link, without logging in; only its button changes anything."""

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from crm import chat_consent, consent, preferences, tastes
from crm.contacts import Contact
from crm.forms import Born
from crm.preferences import NEVER, OFTEN, Wish
from crm.views import store
from kernel import i18n, limits, tenancy
from kernel.i18n import _, pick

FROM_ONE_PLACE = "20/10minute"


@store.get("/preferences/<token>", endpoint="preferences")
def show(token: str) -> Response:
    """What was chosen so far."""
    contact = preferences.whose(token)
    often = contact.letters_every if preferences.written_to(contact) else NEVER
    said = consent.newest(contact, chat_consent.PURPOSE)
    likes, chats = tuple(one.code for one in tastes.of(contact)), said.given if said else None
    kept = Wish(often, contact.language, likes, whatsapp=chats)
    return _page(contact, token, kept, Born())


def _page(contact: Contact, token: str, wish: Wish, born: Born) -> Response:
    """With what is kept or, where something of it is wrong, with what was chosen."""
    page = render_template(
        "crm/preferences.html", token=token, address=hidden(contact.email or ""), born=born,
        birthday=bool(contact.birthday), chats=_chats(contact), whatsapp=wish.whatsapp,
        often=[(days, label, days == wish.often) for days, label in [*OFTEN.items(), (NEVER, _("No e-mails at all"))]],
        likes=[(one.code, pick(one.name), one.code in wish.likes) for one in tastes.interests()],
        languages=[(code, i18n.NAMES.get(code, code), code == wish.language) for code in _languages(contact)],
    )  # fmt: skip
    answer = Response(page, 422 if born.errors else 200, content_type="text/html; charset=utf-8")
    answer.headers["Cache-Control"], answer.headers["Referrer-Policy"] = "private, no-store", "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _languages(contact: Contact) -> list[str]:
    return list(dict.fromkeys([*i18n.languages_of(tenancy.tenant()), contact.language]))


def _chats(contact: Contact) -> str:
    """What the page asks about WhatsApp: "ask", "refused" where only their account can say yes again, "" nothing."""
    if not contact.phone or not chat_consent.asked(contact):
        return ""
    return "refused" if chat_consent.refused(contact) else "ask"


def hidden(email: str) -> str:
    """Enough of an address to know it by: letters are handed on."""
    name, _sign, host = email.partition("@")
    return f"{name[:1]}•••@{host}" if host else ""


@store.post("/preferences/<token>", endpoint="preferences_save")
def save(token: str) -> Any:
    """Keep what was chosen."""
    ip = request.remote_addr or ""
    limits.check("preferences", f"{tenancy.current()}:{limits.network(ip)}", FROM_ONE_PLACE)
    contact, form = preferences.whose(token), request.form
    often = int(form["often"]) if form.get("often", "") in {str(days) for days in (*OFTEN, NEVER)} else 0
    spoken = form.get("language", "")
    language = spoken if spoken in _languages(contact) else contact.language
    born, likes = Born(form), tuple(form.getlist("likes")[:24])
    chats = {"yes": True, "no": False}.get(form.get("whatsapp", "")) if _chats(contact) else None
    wish = Wish(often, language, likes, forget_birthday=form.get("forget_birthday") == "1", whatsapp=chats)
    if not born.validate() and born.errors:
        return _page(contact, token, wish, born)
    asks = preferences.change(contact, replace(wish, birthday=born.birthday or 0), ip=ip)
    flash(_("Kept. To write to you again we ask back by e-mail: press its button.") if asks else _("Saved."), "message")
    return redirect(url_for("crm.preferences", token=token), 303)
