"""Sign-up forms: the page to share, the code for the counter, what to paste into another site, what more is asked."""

from typing import Any

from babel.dates import get_month_names
from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from wtforms import BooleanField

from crm import sign_up_asks
from crm.views import admin
from kernel import i18n, phones, qr, tenancy, web
from kernel.forms import Form
from kernel.i18n import _, _l
from kernel.web import needs


class AsksForm(Form):
    """What the shop asks of its people besides their address."""

    birthday = BooleanField(
        _l("The birthday, without the year"), description=_l("In the sign-up form, also in the one for another site.")
    )
    whatsapp = BooleanField(
        _l("Whether you may send news by WhatsApp"),
        description=_l("At the checkout, in their account and preferences. Each answer is kept with its proof."),
    )


@admin.get("/people/forms", endpoint="people_forms")
@needs("people.edit")
def show() -> str:
    """How people sign up: the page, a block of any page of the shop, and what to paste into another site."""
    address, counter = web.shop_url("crm.subscribe"), web.shop_url("crm.subscribe", source=_("counter"))
    shop, asks, site = tenancy.tenant(), sign_up_asks.of(), request.args.get("site", "").strip()[:80]
    said = _("Sign up for the news of %(shop)s: %(address)s", shop=shop.name, address=address)
    return render_template(
        "crm/desk/people/forms.html", address=address, paste=paste(site, birthday=asks.birthday), shop=shop, site=site,
        code=qr.inline(counter), code_file=qr.address(counter, border=3, scale=8), chat=phones.whatsapp(said),
        form=AsksForm(birthday=asks.birthday, whatsapp=asks.whatsapp),
    )  # fmt: skip


@admin.post("/people/forms", endpoint="people_forms_save")
@needs("settings.edit")
def save() -> Any:
    """Ask for these from now on."""
    form = AsksForm(request.form)
    by = web.person()
    sign_up_asks.change(birthday=bool(form.birthday.data), whatsapp=bool(form.whatsapp.data), by=by)
    flash(_("Saved."))
    return redirect(url_for(".people_forms"), 303)


def paste(site: str, *, birthday: bool) -> str:
    """A form for a foreign site: it brings what was typed to our page, and only there something is asked for."""
    lines = [
        Markup('<form action="{}" method="get">').format(web.shop_url("crm.subscribe")),
        Markup("  <p><strong>{}</strong></p>").format(_("News of %(shop)s", shop=tenancy.tenant().name)),
        Markup('  <label>{} <input type="email" name="email" required autocomplete="email"></label>').format(
            _("E-mail")
        ),
        Markup('  <label>{} ({}) <input name="name" maxlength="160" autocomplete="name"></label>').format(
            _("Name"), _("optional")
        ),
        *(_born() if birthday else []),
        Markup('  <input type="hidden" name="source" value="{}">').format(site or _("my other site")),
        Markup("  <button>{}</button>").format(_("Sign up")),
        Markup("  <p><small>{}</small></p>").format(
            _("We send you an e-mail first: only if you press its button do we write again.")
        ),
        "</form>",
    ]
    return "\n".join(str(line) for line in lines)


def _born() -> list[Markup]:
    names = get_month_names("wide", "stand-alone", locale=i18n.locale())
    months = Markup("").join(Markup('<option value="{}">{}</option>').format(*one) for one in names.items())
    return [
        Markup("  <fieldset><legend>{} ({})</legend>").format(_("Birthday"), _("optional")),
        Markup('    <label>{} <input type="number" name="bday_day" min="1" max="31"></label>').format(_("Day")),
        Markup('    <label>{} <select name="bday_month"><option value="">—</option>{}</select></label>').format(
            _("Month"), months
        ),
        Markup("  </fieldset>"),
    ]
