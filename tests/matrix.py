"""Every route of the house and what fills its address: a route without a line here fails tests/test_matrix.py.

The word beside an endpoint names a thing of a shop (see `things`); "" has nothing to fill in; OPEN is filled with what
belongs to nobody or to the whole install, so there is nothing of a neighbour's to ask for.
"""

from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy import select

from crm import logins
from kernel import accounts, clock, files, invitations, memberships, signing, tenancy, tokens
from kernel.db import db
from kernel.letters import Letter
from kernel.views import letter_frame
from shop import bin as rubbish
from shop import downloads, pages, proofs
from shop.views import pages as page_views
from shop.views import tax_rates, zones

OPEN = "open"
LINES: dict[str, str] = {
    **dict.fromkeys(
        ["kernel_install." + name for name in (
            ["home", "account", "account_keep", "confirm_again", "email_change", "password_change", "sessions_end", "alive", "speak", "login", "enter", "logout", "figures", "ready", "reset", "reset_ask", "reset_asked", "shops", "new_shop", "open_shop", "welcome"])], ""),
    **dict.fromkeys(
        ["kernel_install." + name for name in (
            ["email_confirm", "email_done", "confirm", "confirm_done", "invitation", "invitation_accept", "reset_choose", "reset_done"]
        )], OPEN),
    **dict.fromkeys(
        ["kernel_admin." + name for name in ["jobs", "run_job", "journal", "letters", "staff", "staff_invite"]], ""),
    **dict.fromkeys(["kernel_admin.letter", "kernel_admin.send_letter"], "letter"),
    **dict.fromkeys(["kernel_admin.staff_remove", "kernel_admin.staff_role"], "member"),
    "kernel_admin.staff_return": "gone_member",
    **dict.fromkeys(["kernel_admin.invitation_again", "kernel_admin.invitation_withdraw"], "invitation"),
    **dict.fromkeys(
        ["shop_admin." + name for name in (
            ["today", "bin", "categories", "category_new", "category_make", "categories_order", "orders", "orders_csv", "pages", "page_new", "page_make", "pages_order", "products", "products_bulk", "product_new", "product_make", "pulse", "sale_make", "sale_draft", "sale_new", "search", "settings", "settings_brand", "settings_brand_save", "settings_brand_preview", "settings_contact", "settings_contact_save", "settings_delivery", "settings_delivery_new", "settings_delivery_make", "zone_new", "zone_make", "setup", "settings_payments", "settings_payments_new", "settings_payments_make", "settings_policies", "settings_shop", "settings_shop_save", "settings_shop_close", "settings_shop_open", "settings_shop_practise", "settings_taxes", "settings_taxes_firm", "settings_taxes_make", "setup_hide", "setup_show", "stock", "stock_adjust"])], ""),
    **dict.fromkeys(["shop_admin." + name for name in (
        ["order", "order_cancel", "order_deliver", "order_note", "order_packing", "order_pay", "order_pay_undo", "order_prepare", "order_ready", "order_receipt", "order_refund", "order_ship", "order_undo"])], "order"),
    **dict.fromkeys(["shop_admin.proof_approve", "shop_admin.proof_file", "shop_admin.proof_refuse"], "proof"),
    **dict.fromkeys(["shop_admin." + name for name in ["category", "category_save", "category_bin", "category_move"]],
                    "category"),
    **dict.fromkeys(["shop_admin." + name for name in (
        ["page", "page_save", "page_bin", "page_discard", "page_draft", "page_move", "page_settings", "page_undiscard", "page_withdraw"])],
        "page"),
    **dict.fromkeys(["shop_admin." + name for name in (
        ["product", "product_save", "product_bin", "product_publish", "product_quick", "product_withdraw"])], "product"),
    "shop_admin.bin_undo": "bin_ticket", "shop_admin.products_undo": "states_ticket",
    **dict.fromkeys(["shop_admin.settings_delivery_" + name for name in ["edit", "save", "away", "back"]], "delivery"),
    **dict.fromkeys(["shop_admin.settings_payments_" + name for name in ["edit", "save", "away", "back"]], "payment"),
    **dict.fromkeys(["shop_admin." + name for name in ["zone", "zone_save", "zone_away"]], "zone"),
    "shop_admin.zone_back": "zone_ticket",
    **dict.fromkeys(["shop_admin." + name for name in ["rate", "rate_save", "rate_away", "rate_prefer"]], "rate"),
    "shop_admin.rate_back": "rate_ticket",
    **dict.fromkeys(["shop_admin.settings_policies_begin", "shop_admin.settings_policies_publish"], OPEN),
    **dict.fromkeys(["crm." + name for name in ["account", "account_save", "login", "login_ask", "logout", "consent"]], ""),
    **dict.fromkeys(["crm.login_link", "crm.login_enter"], "login"),
    **dict.fromkeys(["shop." + name for name in (
        ["home", "cart", "cart_add",  "cart_seen", "checkout", "checkout_place", "contact", "robots", "search", "sitemap"])], ""),
    "shop.category": "category", "shop.product": "product", "shop.page": "page", "shop.policy": "policy",
    "shop.cart_change": "cart_line", **dict.fromkeys(["shop.cart_shared", "shop.cart_take"], OPEN),
    **dict.fromkeys(["shop.download_page", "shop.download"], "download"), "shop.download_file": "download_file",
    "shop.media": "media", "shop.shop_card": "shop_card", "shop.card": "card", "shop.theme": OPEN,
    **dict.fromkeys(["shop." + name for name in ["order", "order_cancel", "pay", "pay_card", "proof", "receipt"]], "bought"),
    **dict.fromkeys(["crm_admin." + name for name in ["people", "people_csv", "person_new", "person_make"]], ""),
    **dict.fromkeys(
        ["crm_admin." + name for name in ["person", "person_save", "person_bin", "person_copy", "person_erase"]], "person"
    ),
    "crm_admin.person_back": "gone_person",
    "shop.preview": "preview", **dict.fromkeys(["shop.preview_brand", "shop.preview_brand_css"], "brand_preview"),
    "kernel.letter_frame": "letter_frame",
}  # fmt: skip


def forms(known: dict[str, dict[str, Any]]) -> dict[str, dict[str, str]]:
    """What is sent where a thing is named in the form, not in the address."""
    product, page, shelf = known["product"], known["page"], known["category"]
    return {
        "shop.cart_add": {"product": product["slug"], "quantity": "1"},
        "shop_admin.stock_adjust": {"sku": product["sku"], "units": "3", "was": "9"},
        "shop_admin.products_bulk": {"slug": product["slug"], "do": "bin"},
        "shop_admin.sale_draft": {"add": product["sku"]},
        "shop_admin.categories_order": {"slug": shelf["slug"]},
        "shop_admin.pages_order": {"slug": page["slug"]},
        "kernel_admin.staff_role": {"role": "manager"},
    }


def picture_bytes() -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "PNG")
    return out.getvalue()


def things(world: Any) -> dict[str, dict[str, Any]]:
    """One of everything that a shop has, as addresses name it."""
    shelf = world.category(f"Estante {world.slug}")
    picture = files.store(picture_bytes(), name="foto.webp")
    vase = world.product(f"Florero {world.slug}", category_id=shelf.id, picture_id=picture.id)
    manual = files.keep(files.make(f"manual {world.slug}".encode(), kinds=("download",)), private=True)
    book = world.product(f"Libro {world.slug}", kind="digital", stock=None, download_id=manual.id)
    order = world.bought(vase, email=f"ana@{world.slug}.example.com")
    read = world.bought(book, paid=True)
    proof = proofs.send(order, files.make(f"%PDF-1.4 {world.slug}".encode(), kinds=("pdf",)))
    page, policy = (
        pages.make({"es": f"Nosotros {world.slug}"}),
        pages.make({"es": f"Datos {world.slug}"}, kind="policy"),
    )
    for one in (page, policy):
        pages.publish(one)
    db.session.commit()
    got = downloads.of(read)[0]
    cart = world.cart(vase)
    return {
        **_papers(world, order), **_tickets(world, vase, page, order),
        "order": {"number": order.number}, "bought": {"token": order.token}, "product": {"slug": vase.slug, "sku": vase.sku},
        "proof": {"number": order.number, "token": proof.token}, "category": {"slug": shelf.slug},
        "page": {"slug": page.slug}, "policy": {"slug": policy.slug}, "cart_line": {"line": cart.lines[0].token},
        "download": {"token": got.token}, "media": {"tenant": world.slug, "sha": picture.sha256, "width": 8},
        "download_file": {"token": got.token, "ticket": signing.make("download", [world.tenant_id, got.id])},
        "card": {"tenant": world.slug, "slug": vase.slug, "digest": "x"},
        "shop_card": {"tenant": world.slug, "digest": "x"}, OPEN: {},
    }  # fmt: skip


def _papers(world: Any, order: Any) -> dict[str, dict[str, Any]]:
    letter = db.session.scalars(select(Letter).where(Letter.about_id == order.id)).first()
    assert letter is not None
    invitations.invite(f"new@{world.slug}.example.com", "clerk", by=world.owner)
    member, gone = joined(world, "clerk2"), joined(world, "gone")
    memberships.remove(gone, by=world.owner)
    contact = world.contact(f"log@{world.slug}.example.com")
    away = world.contact(f"away@{world.slug}.example.com", name="Ida")
    away.binned_at = clock.now()
    told = {"contact": contact.token, "next": ""}
    secret = tokens.make(logins.PURPOSE, email=contact.email, tenant_id=world.tenant_id, data=told)
    db.session.commit()
    return {
        "letter": {"token": letter.token}, "letter_frame": {"token": letter_frame.token(letter)},
        "invitation": {"name": invitations.open_ones()[0].name}, "member": {"token": member},
        "gone_member": {"token": gone}, "login": {"token": secret},
        "person": {"token": contact.token}, "gone_person": {"token": away.token},
    }  # fmt: skip


def _tickets(world: Any, vase: Any, page: Any, order: Any) -> dict[str, dict[str, Any]]:
    zone, way = world.zone(f"zona-{world.slug}"), world.delivery(f"envio-{world.slug}")
    rate, pay = world.tax(f"iva-{world.slug}"), world.transfer(f"banco-{world.slug}")
    own = {"tenant": tenancy.current()}
    look = {**own, "by": world.owner_id, "name": "x", "preset": "horno", "tagline": {}}
    return {
        "zone": {"code": zone.code}, "delivery": {"code": way.code}, "payment": {"code": pay.code},
        "rate": {"code": rate.code}, "bin_ticket": {"ticket": rubbish.ticket("product", [vase.id])},
        "states_ticket": {"ticket": signing.make("states", [world.tenant_id, "live", [vase.id]])},
        "zone_ticket": {"token": signing.make(zones.UNDO, {**own, "code": "z", "name": {}, "country": "CR", "regions": []})},
        "rate_ticket": {"token": signing.make(
            tax_rates.UNDO, {**own, "code": "r", "name": "r", "rate_bp": 1, "included": True, "is_default": False})},
        "preview": {"token": page_views.preview_token("page", page, world.owner)},
        "brand_preview": {"token": signing.make("preview-brand", look)},
    }  # fmt: skip


def joined(world: Any, role: str) -> str:
    """Somebody who works there; the token that names them."""
    account = accounts.create(email=f"{role}@{world.slug}.example.com", name=role)
    return memberships.join(account, world.tenant_id, "clerk").token
