"""Settings: the shop's address and languages, closing for holidays, practising."""

from typing import Any

from flask import Flask, flash, redirect, request, url_for

from kernel import i18n, menu, shop_names, tenancy, web
from kernel import settings as install
from kernel.forms import choices
from kernel.i18n import _, _l
from kernel.web import needs
from shop import days, holidays, practice, settings, storefront
from shop.forms import holidays as holiday_forms
from shop.forms import settings as forms
from shop.forms import words
from shop.views import admin, frame
from shop.views.settings import page, saved


@admin.get("/settings/shop", endpoint="settings_shop")
@needs("settings.shop")
def show() -> Any:
    """Everything about the shop itself."""
    return page_of()


def page_of(status: int = 200, **told: Any) -> Any:
    """The page, with a form as it was sent (`form`, `closed`) when something in it is wrong."""
    tenant, now = tenancy.tenant(), holidays.now()
    known = words.shown("message", dict(now.message if now else storefront.of().closed_message))
    closed = told.get("closed") or holiday_forms.made(until=now.until if now else None, **known)
    return page(
        "shop", status, form=told.get("form") or _form(), closed=closed, host=install.current().host,
        until=days.told(now.until, weekday=True) if now else "", plans=[_planned(one) for one in holidays.coming()],
        practising=tenant.practice, rehearsals=practice.count(), possible=practice.possible(),
        former=shop_names.former(tenant),
    )  # fmt: skip


def _planned(one: holidays.Holiday) -> dict[str, str]:
    return {"told": frame.closing(one), "message": i18n.pick(one.message), "planned": one.planned}


def _form(posted: Any = None) -> forms.ShopForm:
    tenant = tenancy.tenant()
    form = forms.ShopForm(
        posted, slug=tenant.slug, language=tenant.language, languages=tenant.languages, treatment=tenant.treatment,
        show_cents=storefront.of().show_cents,
    )  # fmt: skip
    form.language.choices = choices((code, i18n.NAMES[code]) for code in i18n.LANGUAGES)
    return form


@admin.post("/settings/shop", endpoint="settings_shop_save")
@needs("settings.shop")
def save() -> Any:
    """Keep address, languages and manners; a new address leads the browser along."""
    form, tenant = _form(request.form), tenancy.tenant()
    if not form.validate():
        return page_of(422, form=form)
    spoken = [form.language.data, *(code for code in form.languages.data or [] if code != form.language.data)]
    settings.put(tenant, {"language": form.language.data, "languages": spoken, "treatment": form.treatment.data})
    settings.put(settings.front(), {"show_cents": bool(form.show_cents.data)})
    shop_names.rename(tenant, form.slug.data or "")
    return saved("shop", ".settings_shop", tenant=tenant.slug)


@admin.post("/settings/shop/practice", endpoint="settings_shop_practise")
@needs("settings.shop")
def practise() -> Any:
    """Switch practice mode on, off, or take the rehearsals out."""
    wish, by = request.form.get("do"), web.person()
    if wish == "begin":
        practice.begin(by=by)
        flash(_("You practise now: nobody is charged, nothing leaves the shelf."), "message")
    elif wish == "end":
        practice.end(by=by)
        flash(_("From now on you sell in earnest."), "message")
    else:
        flash(_("%(count)s practice orders are gone.", count=practice.wipe(by=by)), "message")
    return redirect(url_for(".settings_shop"), 303)


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        70, _l("Shop"), "shop_admin.settings_shop", icon="store", group="shop", permission="settings.shop",
        hint=_l("Address, languages, holidays, practice"),
    )  # fmt: skip
