"""All questions about a product, and asking one: without an account, answered by e-mail or WhatsApp."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from crm import visitors
from crm.contacts import Contact
from crm.views import asking
from kernel import i18n, limits, tenancy, web
from kernel.i18n import _, pick
from kernel.refusal import Missing
from shop import catalog, questions, slugs
from shop.catalog import Product
from shop.forms.questions import QuestionForm, StrangerForm
from shop.views import frame, question_part, store, visitor

FROM_ONE_PLACE = "5/10minute;30/day"
TO_ONE_ADDRESS = "10/hour;20/day"


@store.get("/p/<slug>/questions", endpoint="questions")
def listed(slug: str) -> Any:
    """What was asked and answered, one page of it, and the form."""
    product = _product(slug)
    if product is None:
        former = slugs.former("product", slug)
        moved = next(iter(catalog.of_ids([former])), None) if former else None
        if moved is None or moved.slug == slug:
            raise Missing()
        return redirect(url_for("shop.questions", slug=moved.slug), 301)
    return _page(product, _form(_known()))


@store.post("/p/<slug>/questions", endpoint="question_ask")
def ask(slug: str) -> Any:
    """Keep the question and tell the shop."""
    product, contact = _product(slug), _known()
    if product is None:
        raise Missing(_("That product is not here any more."))
    form = _form(contact, request.form)
    if not form.validate():
        return _page(product, form), 422
    who = questions.Asked(email=contact.email or "") if contact else _who(form)
    limits.check("question", f"{tenancy.current()}:{limits.network(request.remote_addr)}", FROM_ONE_PLACE)
    limits.check("question-to", f"{tenancy.current()}:{(who.email or who.phone).lower()}", TO_ONE_ADDRESS)
    if not request.form.get("website"):  # nobody sees that field: who fills it in is a program
        row = questions.ask(product, form.words.data or "", contact, who=who, language=i18n.language())
        if row is not None and row.contact is not None:
            visitors.attribute(asking.visitor(), row.contact)
    flash(_("Thank you. We answer you at %(address)s.", address=who.email or request.form["phone"].strip()), "message")
    return redirect(url_for("shop.product", slug=product.slug), 303)


def _product(slug: str) -> Product | None:
    found = catalog.slugged(slug)
    return found if found is not None and found.live and found.open_to(visitor.group()) else None


def _known() -> Contact | None:
    """Who is logged in and can be answered without asking anything more."""
    contact = asking.contact()
    return contact if contact is not None and contact.email else None


def _form(contact: Contact | None, sent: Any = None) -> Any:
    if contact is not None:
        return QuestionForm(sent)
    form = StrangerForm(sent)
    form.country = tenancy.tenant().country
    return form


def _who(form: Any) -> questions.Asked:
    return questions.Asked(form.name.data or "", form.email.data or "", form.phone.data or "")


def _page(product: Product, form: Any) -> str:
    pages = max(1, -(-product.question_count // questions.PAGE))
    number = min(web.page_asked(), pages)
    rows = questions.page(product, questions.PAGE, (number - 1) * questions.PAGE)
    here, contact = frame.path("shop.questions", slug=product.slug), _known()
    return render_template(
        "shop/questions/list.html", product=product, name=pick(product.name), form=form,
        rows=map(question_part.row, rows),
        email=contact.email if contact else "", page=number, pages=pages,
        before=f"{here}?page={number - 1}" if number > 1 else "",
        after=f"{here}?page={number + 1}" if number < pages else "",
    )  # fmt: skip
