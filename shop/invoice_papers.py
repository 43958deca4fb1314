"""Invoices on paper: what one says, as it was issued, in the order's language and with the country's own words."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from kernel import countries, i18n, money, pdf, qr, tenancy, web
from kernel.countries import papers
from kernel.i18n import _, pick
from shop import invoice_lines, invoice_parts, invoices, invoicing, receipts, storefront, themes
from shop import papers as of_orders
from shop.invoice_lines import InvoiceLine
from shop.invoice_rows import Invoice
from shop.orders import Order
from shop.tax_rules import TAX


def of(row: Invoice, language: str = "") -> dict[str, Any]:
    """What the paper's template needs, as plain words; the shop's own copy is in its `language`, not the buyer's."""
    front, country = storefront.of(), str(row.issuer["country"])
    theme = themes.Theme(front.preset, front.primary, front.accent, front.surface)
    language = language or row.language
    with of_orders.spoken(language):
        return {
            "told": told(row), "language": language, "shop": _issuer(row), "size": receipts.paper_size(country),
            "qr": qr.address(url(row)),
            "page_url": url(row).split("://", 1)[-1], "footer": pick(invoicing.of().footer),
            "face": themes.PRESETS[theme.whole().preset].file, "ink": themes.palette(theme)["brand"],
        }  # fmt: skip


def printed(row: Invoice, language: str = "") -> bytes:
    """The paper as PDF: as its buyer reads it, or in the `language` of the shop's copy."""
    data = of(row, language)
    with of_orders.spoken(data["language"]):
        return pdf.render("pdf/invoice.html", **data)


def url(row: Invoice) -> str:
    """The public page on which anybody can check it."""
    return web.shop_url("shop.invoice", token=row.token, language=row.language)


def told(row: Invoice) -> dict[str, Any]:
    """The paper as plain words, in the current language."""
    lines = invoice_lines.of(row.id)
    corrected = invoices.corrected(row)
    return {
        "number": row.number, "title": title(row), "issued": receipts.day_and_time(row.issued_at),
        "buyer": row.buyer, "fiscal": fiscal(row, lines), "lines": [_line(row, line) for line in lines],
        "codes": any(line.fiscal for line in lines), "sums": sums(row, lines), "total": _shown(row, row.gross_minor),
        "taxes": taxes(row, lines), "order": row.order.number, "reason": row.reason, "practice": row.practice,
        "corrects": corrected.number if corrected else "", "currency": row.currency,
        "corrects_day": receipts.day_and_time(corrected.issued_at) if corrected else "",
        "notice": notice(row), "legend": pick(_words(row).legend) if _authorised(row) else "", "hash": row.hash,
        "discounts": any(line.discount_minor for line in lines),
    }  # fmt: skip


def _words(row: Invoice) -> papers.Papers:
    return papers.of(str(row.issuer["country"]))


def _authorised(row: Invoice) -> bool:
    return bool(row.fiscal.get("authorisation"))


def _issuer(row: Invoice) -> dict[str, Any]:
    label = row.issuer.get("label")
    return {**row.issuer, "tax_id": f"{label} {row.issuer['tax_id']}" if label else row.issuer["tax_id"]}


def _shown(row: Invoice, minor: int) -> str:
    """An amount; all of a paper with cents when one has some, so that columns stand below each other."""
    whole = 10 ** money.digits(row.currency)
    cents = storefront.of().show_cents or any(
        value % whole for value in (row.gross_minor, row.net_minor, row.tax_minor, minor)
    )
    return row.money(minor).format(str(i18n.locale()), cents=None if cents else False)


def title(row: Invoice) -> str:
    """What it calls itself: the country's word, never more than it is."""
    return pick(_words(row).title(row.kind, authorised=_authorised(row)))


def notice(row: Invoice) -> str:
    """What it is not, where the law asks for more."""
    return pick(_words(row).says(authorised=_authorised(row)))


def fiscal(row: Invoice, lines: Sequence[InvoiceLine] = ()) -> list[tuple[str, str]]:
    """The authority's number, its range and its last day, and what else was kept of shop and buyer."""
    found, words = row.fiscal, _words(row)
    rows = []
    if found.get("authorisation"):
        rows.append((pick(words.authorisation), str(found["authorisation"])))
    if found.get("from"):
        rows.append((_("Authorised range"), _("%(first)s to %(last)s", first=found["from"], last=found["to"])))
    for name, label in (("on", _("Authorised on")), ("until", pick(words.until))):
        if found.get(name):
            rows.append((label, _day(str(found[name]))))
    return rows + _kept(row) + _exemptions(lines)


def _kept(row: Invoice) -> list[tuple[str, str]]:
    """What the tax office wants to know of shop and buyer, as it was kept on that day."""
    profile, found = countries.profile(str(row.issuer["country"])), []
    for whose, on in (("shop", "tenant"), ("buyer", "customer")):
        told = row.fiscal.get(whose) or {}
        fields = [one for one in profile.fiscal_fields(on) if told.get(one.code)]
        found += [(one.label, str(told[one.code])) for one in fields]
    return found


def _exemptions(lines: Sequence[InvoiceLine]) -> list[tuple[str, str]]:
    papers_ = {str(part["exempt"]) for line in lines for part in line.components if part.get("exempt")}
    return [(_("Exemption"), ", ".join(sorted(papers_)))] if papers_ else []


def _day(iso: str) -> str:
    value = date.fromisoformat(iso)
    return f"{value:%d/%m/%Y}"


def _line(row: Invoice, line: InvoiceLine) -> dict[str, Any]:
    code = next((str(value) for value in line.fiscal.values() if isinstance(value, str) and value), "")
    return {
        "name": pick(line.name), "sku": line.sku, "code": code, "quantity": line.quantity or "",
        "chosen": [f"{pick(one['name'])}: {pick(one['value'])}" for one in line.options],
        "unit": _shown(row, line.unit_minor) if line.quantity else "",
        "amount": _shown(row, line.priced_minor),
        "discount": _shown(row, -line.discount_minor) if line.discount_minor else "",
    }  # fmt: skip


def sums(row: Invoice, lines: Sequence[InvoiceLine]) -> list[tuple[str, str]]:
    """What the total consists of: goods and delivery, then the taxes that come on top."""
    goods = sum(line.priced_minor for line in lines if line.kind != "delivery")
    rows = [(_("Products"), goods), (_("Delivery"), sum(line.priced_minor for line in lines) - goods)]
    shown = [(label, _shown(row, minor)) for label, minor in rows if minor]
    added = (tax for tax in collected(lines) if tax["tax"] and not tax["included"])
    shown += [(str(tax["name"]), _shown(row, tax["tax"])) for tax in added]
    return shown if len(shown) > 1 else []


def taxes(row: Invoice, lines: Sequence[InvoiceLine]) -> list[dict[str, str]]:
    """Bases and taxes by rate, and what bears none."""
    rows = [(str(tax["name"]), tax["net"], tax["tax"]) for tax in collected(lines) if tax["tax"] or tax["taxing"]]
    free = sum(invoice_lines.exempt(line) for line in lines)
    if free:
        rows.append((_("Exempt"), free, 0))
    beyond = sum(invoice_lines.beyond(line) for line in lines)
    if beyond:
        rows.append((_("Not subject to tax"), beyond, 0))
    return [{"name": name, "net": _shown(row, net), "tax": _shown(row, tax)} for name, net, tax in rows]


def collected(lines: Iterable[InvoiceLine]) -> list[dict[str, Any]]:
    """The taxes of some lines, added up by rate."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for part in (part for line in lines for part in line.components):
        key = (
            part["code"],
            part["rate_bp"],
            part.get("included", True),
            part.get("kind", TAX),
            invoice_parts.taxing(part),
        )
        name = receipts.rated(pick(part["name"]), part["rate_bp"])
        kept = found.setdefault(key, {"code": part["code"], "name": name, "rate_bp": part["rate_bp"],
                                      "included": key[2], "kind": key[3], "taxing": key[4],
                                      "net": 0, "tax": 0})  # fmt: skip
        kept["net"] += part["net_minor"]
        kept["tax"] += part["tax_minor"]
    return list(found.values())


def state(row: Invoice) -> tuple[str, str]:
    """Where it stands, as word and shape: valid, taken back in part or whole."""
    if row.kind == "credit_note":
        return _("Issued"), "good"
    left = invoices.left(row).minor
    if left == row.gross_minor:
        return _("Valid"), "good"
    return (_("Credited in part"), "care") if left else (_("Credited in full"), "off")


def initials(name: str) -> str:
    """All that a public page says of a person: `Ana Mora` → `A. M.`"""
    return " ".join(f"{word[0].upper()}." for word in name.split()[:4] if word[0].isalnum())


def link(row: Invoice) -> dict[str, str]:
    """What a letter says of it: its number, its name, where to download it."""
    tenant = tenancy.tenant()
    with i18n.speak(row.language, tenant.country):
        where = web.shop_url("shop.order_invoice", token=row.order.token, number=row.number, language=row.language)
        return {"number": row.number, "title": title(row), "url": where}


def of_order(order: Order) -> dict[str, str]:
    """What a letter says of the order's invoice, the latest where there are several; nothing when it has none yet."""
    rows = invoices.billed(order)
    return link(rows[-1]) if rows else {}
