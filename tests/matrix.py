"""Every route of the house and what fills its address: a route without a line here fails tests/test_matrix.py.

The word beside an endpoint names a thing of a shop (see `things`); "" has nothing to fill in; OPEN is filled with what
belongs to nobody or to the whole install, so there is nothing of a neighbour's to ask for.
"""

import tempfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select

from campaigns import automation_letters, enrolments, own_automations
from crm import goals, logins
from kernel import accounts, clock, domains, files, invitations, memberships, signing, tenancy, tokens
from kernel.db import db
from kernel.letters import Letter
from kernel.money import Money
from kernel.views import letter_frame
from shop import (
    amends,
    ask_rows,
    booking_targets,
    card_accounts,
    card_disputes,
    card_events,
    card_notices,
    card_sessions,
    closures,
    discounts,
    downloads,
    drawers,
    exemptions,
    gift_letters,
    imports,
    invoices,
    invoicing,
    issuing,
    outside_calendars,
    pages,
    proofs,
    questions,
    refunds,
    resources,
    review_pictures,
    reviewable,
    reviews,
    saved,
    stock_waits,
    store_credit,
    subscription_rows,
    taxes,
    time_waits,
    waits,
)
from shop import bin as rubbish
from shop.amends_rows import Terms
from shop.discounts import Discount
from shop.invoice_bundles import InvoiceBundle
from shop.occupations import Span
from shop.pricing import PriceBreak
from shop.return_rows import Return, ReturnLine, ReturnPicture
from shop.stock_wait_rows import StockWait
from shop.time_wait_rows import TimeWait, Wish
from shop.views import exemptions as exemption_views
from shop.views import pages as page_views
from shop.views import special_days, tax_rates, tax_rules, zones
from tests import people_things, segment_things
from tests.campaigns.posted import posted
from tests.shop import proposal_things

CARD_KEYS = "sk_test_1234567890abcdef", "whsec_1234567890"  # and no page shows them
OPEN = "open"
LINES: dict[str, str] = {
    **dict.fromkeys(
        ["kernel_install." + name for name in (
            ["home", "account", "account_keep", "confirm_again", "domain_known", "email_change", "password_change", "sessions_end", "alive", "speak", "login", "enter", "logout", "figures", "ready", "reset", "reset_ask", "reset_asked", "second_step", "second_step_taken", "steps", "steps_begin", "steps_codes", "steps_confirm", "steps_off", "passkey_ask", "passkey_enter", "passkeys_page", "passkey_begin", "passkey_add", "shops", "new_shop", "open_shop", "welcome"])], ""),
    **dict.fromkeys(
        ["kernel_install." + name for name in (
            ["email_back", "email_back_done", "email_confirm", "email_done", "confirm", "confirm_done", "invitation", "invitation_accept", "reset_choose", "reset_done", "passkey_name", "passkey_remove", "passkey_return", "two_steps_asked", "proof", "proof_taken", "proof_lost"]
        )], OPEN),
    **dict.fromkeys(
        ["kernel_admin." + name for name in ["jobs", "run_job", "journal", "letters", "staff", "staff_invite", "staff_two_steps", "staff_two_steps_off", "abilities"]], ""),
    **dict.fromkeys(["kernel_admin.letter", "kernel_admin.send_letter"], "letter"),
    **dict.fromkeys(["kernel_admin.staff_remove", "kernel_admin.staff_role"], "member"),
    "kernel_admin.staff_return": "gone_member",
    **dict.fromkeys(["kernel_admin.invitation_again", "kernel_admin.invitation_withdraw"], "invitation"),
    **dict.fromkeys(
        ["shop_admin." + name for name in (
            ["today", "bin", "categories", "category_new", "category_make", "categories_order", "tags", "tags_save", "orders", "orders_csv", "orders_xlsx", "orders_plan", "orders_plan_paper", "pages", "page_new", "page_make", "pages_order", "products", "products_bulk", "product_new", "product_make", "pulse", "sale_make", "sale_draft", "sale_times", "sale_new", "search", "settings", "settings_brand", "settings_brand_save", "settings_brand_preview", "settings_contact", "settings_contact_save", "settings_delivery", "settings_delivery_new", "settings_delivery_make", "zone_new", "zone_make", "setup", "settings_payments", "settings_plans", "settings_plans_save", "settings_absences", "settings_absences_save", "settings_know", "settings_know_save", "settings_payments_new", "settings_payments_make", "settings_policies", "settings_shop", "settings_shop_save", "settings_shop_close", "settings_shop_open", "settings_shop_call_off", "settings_shop_practise", "settings_domains", "settings_domains_add", "cards", "settings_cards", "settings_taxes", "settings_taxes_firm", "settings_taxes_make", "settings_taxes_delivery", "settings_taxes_exempt", "settings_taxes_sample", "setup_hide", "setup_show", "stock", "stock_adjust", "stock_waits"])], ""),
    **dict.fromkeys(["shop_admin." + name for name in (
        ["order", "order_approve", "order_approve_undo", "order_refuse", "order_cancel", "order_deliver", "order_delivery", "order_delivery_keep", "order_goods", "order_goods_draft", "order_goods_keep", "order_email", "order_letters", "order_note", "order_packing", "order_pay", "order_pay_undo", "order_plan", "order_plan_end", "order_prepare", "order_ready", "order_receipt", "order_refund", "order_refund_forecast", "order_return", "order_ship", "order_undo", "sale_undo", "order_account_ask"])], "order"),
    **dict.fromkeys(["shop.order_account", "shop.order_account_keep"], "bought"),
    **dict.fromkeys(["shop_admin.proposals", "shop_admin.proposal_new", "shop_admin.proposal_draft", "shop_admin.proposal_make"], ""),
    **dict.fromkeys(["shop_admin.proposal" + name for name in ["", "_edit", "_save", "_send", "_withdraw", "_extend", "_accept", "_copy", "_paper"]], "proposal"),
    **dict.fromkeys(["shop.quote" + name for name in ["", "_paper", "_accept", "_decline"]], "proposal"), "shop_admin.proposal_discard": "proposal_draft",
    "shop_admin.order_plan_day": "part", "shop_admin.order_asks": "",
    **dict.fromkeys(["shop_admin.order_ask_new", "shop_admin.order_ask_make"], "order"),
    **dict.fromkeys(["shop_admin.order_ask_" + name for name in ["cancel", "refuse", "seen"]], "ask"), "shop_admin.order_ask_refund": "refund_ask",
    **dict.fromkeys(["shop_admin.proof_approve", "shop_admin.proof_file", "shop_admin.proof_refuse"], "proof"),
    **dict.fromkeys(["shop_admin." + name for name in ["category", "category_save", "category_bin", "category_move"]],
                    "category"),
    **dict.fromkeys(["shop_admin." + name for name in (
        ["page", "page_save", "page_bin", "page_discard", "page_draft", "page_move", "page_settings", "page_undiscard", "page_unpublish", "page_withdraw", "page_block_back"])],
        "page"),
    **dict.fromkeys(["shop_admin.page_version", "shop_admin.page_version_back"], "page_version"),
    **dict.fromkeys(["shop_admin." + name for name in (
        ["product", "product_save", "product_bin", "product_copy", "product_publish", "product_quick", "product_withdraw"])], "product"),
    **dict.fromkeys(["shop_admin.refund_" + name for name in ["as_credit", "bounce", "by_hand", "retry"]], "refund"),
    **dict.fromkeys(["shop_admin.return_" + name for name in ["accept", "picture", "receive", "refund", "refuse"]], "return"),
    **dict.fromkeys(["shop_admin.settings_cards_" + name for name in ["save", "use", "remove"]], OPEN),
    "shop_admin.settings_cards_release": "",
    "shop_admin.card_notice_seen": "card_notice", "shop_hooks.stripe": OPEN,
    **dict.fromkeys(["shop.card_begin", "shop.card_check"], "bought"),
    **dict.fromkeys(["shop_admin.settings_returns", "shop_admin.settings_returns_save"], ""),
    **dict.fromkeys(["shop.order_returns", "shop.order_returns_ask"], "bought"), "shop.order_return_leave": "own_return",
    **dict.fromkeys(["shop_admin." + name for name in (
        ["discounts", "discount_new", "discount_make", "discount_draft", "price_lists", "price_list_make"])], ""),
    **dict.fromkeys(["shop_admin." + name for name in (
        ["discount", "discount_save", "discount_pause", "discount_resume", "discount_bin"])], "discount"),
    "shop_admin.discount_back": "gone_discount",
    **dict.fromkeys(["shop_admin.price_list", "shop_admin.price_list_save", "shop_admin.price_list_fill",
                     "shop_admin.price_list_csv", "shop_admin.price_list_xlsx", "shop_admin.price_list_file", "shop_admin.price_list_file_read",
                     "shop_admin.price_list_file_keep"], "price_list"),
    **dict.fromkeys(["shop_admin.product_prices", "shop_admin.product_prices_save"], "product"), "shop.cart_code": "",
    **dict.fromkeys(["shop_admin." + name for name in (
        ["bookings", "bookings_week", "bookings_month", "bookings_units", "bookings_short", "bookings_list", "bookings_feeds", "walk_in",
         "walk_in_make", "closure_new", "closure_make", "bookings_came", "bookings_came_undo", "people_hints"])], ""),
    **dict.fromkeys(["shop_admin.booking" + name for name in (
        ["", "_came", "_kept", "_missed", "_absence_back", "_undo", "_note", "_answer", "_move", "_move_make", "_change", "_change_make", "_change_undo", "_cancel", "_rest", "_rest_cancel"])], "booking"),
    **dict.fromkeys(["shop_admin.departure" + name for name in ["", "_places", "_sale", "_cancel", "_missed", "_missed_undo"]], "departure"),
    **dict.fromkeys(["shop_admin.closure", "shop_admin.closure_open"], "closure"),
    "shop_admin.bookings_feed_renew": "unit", "shop.calendar_feed": "feed", "shop_admin.bookings_outside_add": "unit",
    **dict.fromkeys([f"shop_admin.settings_domains_{verb}" for verb in ("check", "lead", "remove")], "domain"),
    **dict.fromkeys(["shop_admin.bookings_outside_read", "shop_admin.bookings_outside_remove"], "outside"),
    "shop_admin.bookings_outside_back": "gone_outside",
    "shop_admin.bin_undo": "bin_ticket", "shop_admin.products_undo": "states_ticket",
    **dict.fromkeys(["shop_admin.settings_delivery_" + name for name in ["edit", "save", "away", "back"]], "delivery"),
    **dict.fromkeys(["shop_admin.settings_payments_" + name for name in ["edit", "save", "away", "back"]], "payment"),
    **dict.fromkeys(["shop_admin." + name for name in ["zone", "zone_save", "zone_away"]], "zone"),
    "shop_admin.zone_back": "zone_ticket",
    **dict.fromkeys(["shop_admin." + name for name in (
        ["invoices", "invoice_books", "invoice_bundles", "settings_invoices", "settings_invoices_save", "settings_invoices_accounts"])], ""),
    **dict.fromkeys(["shop_admin." + name for name in (
        ["invoice_tax_book", "invoice_tax_book_xlsx", "invoice_journal", "invoice_journal_xlsx", "invoice_bundle_make", "settings_invoices_series"])], OPEN),
    "shop_admin.invoice_bundle": "bundle",
    **dict.fromkeys(["shop_admin.invoice", "shop_admin.invoice_pdf", "shop_admin.invoice_send"], "invoice"),
    **dict.fromkeys(["shop_admin.invoice_issue", "shop_admin.invoice_credit"], "order"),
    "shop.invoice": "invoice_page", "shop.order_invoice": "paper",
    **dict.fromkeys(["shop_admin." + name for name in (
        ["rate", "rate_save", "rate_away", "rate_prefer", "rate_part", "rate_change", "rate_place"])], "rate"),
    "shop_admin.rate_back": "rate_ticket", "shop_admin.rate_rule_away": "rate_rule",
    "shop_admin.rate_rule_back": "rule_ticket", "shop_admin.exemption_away": "exemption",
    "shop_admin.exemption_back": "exemption_ticket", "shop_admin.person_exempt": "person",
    **dict.fromkeys(["shop_admin.settings_policies_begin", "shop_admin.settings_policies_publish"], OPEN),
    **dict.fromkeys(["crm." + name for name in ["account", "account_save", "account_address", "login", "login_ask", "logout", "consent", "account_data", "account_copy", "account_erase", "subscribe", "subscribe_ask", "contact_send", "contact_sent"]], ""),
    **dict.fromkeys(["crm." + name for name in ["tastes", "tastes_say", "tastes_rate", "tastes_forget", "tastes_learning"]], ""),
    **dict.fromkeys(["crm.login_link", "crm.login_enter"], "login"),
    **dict.fromkeys(["crm.subscribe_link", "crm.subscribe_confirm"], "sign_up"),
    **dict.fromkeys(["crm.preferences", "crm.preferences_save"], "person"),
    **dict.fromkeys(["shop." + name for name in (
        ["home", "booking_hold", "booking_hold_looked", "booking_month", "cart", "cart_add",  "cart_seen", "checkout", "checkout_place", "contact", "openings", "robots", "sign", "search", "sitemap"])], ""),
    **dict.fromkeys(["shop.saved", "shop.saved_keep", "shop.saved_share"], ""), "shop.saved_shared": "handed_on",
    **dict.fromkeys(["shop.search_hints", "shop_admin.searches", "shop_admin.synonym_keep", "shop_admin.synonym_drop"], ""),
    **dict.fromkeys(["shop.subscription", "shop.subscription_step", "shop_admin.subscription", "shop_admin.subscription_step"], "subscribed"),
    **dict.fromkeys([f"{side}.subscription_{what}" for side in ("shop", "shop_admin") for what in ("delivery", "deliver")], "subscribed"),
    **dict.fromkeys(["shop_admin.subscriptions" + name for name in ["", "_csv", "_xlsx"]], ""),
    **dict.fromkeys(["shop.subscription_card" + name for name in ["", "_begin", "_check", "_off"]], "subscribed"),
    "shop_admin.subscription_card_off": "subscribed",
    "shop.back_ask": "", **dict.fromkeys(["shop.back", "shop.back_leave"], "wait"),
    "shop.category": "category", "shop.product": "product", "shop.page": "page", "shop.policy": "policy",
    **dict.fromkeys(["shop.booking", "shop.booking_calendar", "shop.booking_code", "shop.booking_gift", "shop.booking_move", "shop.booking_move_take", "shop.booking_change", "shop.booking_change_make", "shop.booking_cancel", "shop.booking_rest", "shop.booking_rest_cancel"], "booking"),
    **dict.fromkeys(["shop.booking_choice", "shop.booking_choice_take", "shop_admin.booking_choose", "shop_admin.booking_choose_take"], "amends"),
    "shop_admin.booking_arrive": "booking", "shop.wait_ask": "", "shop_admin.bookings_waiting": "", "shop_admin.bookings_requests": "", **dict.fromkeys(["shop.waits", "shop.wait_leave"], "time_wait"),
    "shop.cart_change": "cart_line", "shop.booking_again": "cart_line", "shop.booking_series": "cart_line", **dict.fromkeys(["shop.cart_shared", "shop.cart_take"], OPEN),
    **dict.fromkeys(["shop.download_page", "shop.download"], "download"), "shop.download_file": "download_file",
    "shop.media": "media", "shop.shop_card": "shop_card", "shop.card": "card", "shop.theme": OPEN,
    **dict.fromkeys(["shop.practice_page", "shop.practice_pay"], "practice_page"), "shop.practice_style": "",
    **dict.fromkeys(["shop." + name for name in ["order", "order_again", "order_cancel", "order_delivery", "order_delivery_keep", "balance_ask", "pay", "proof", "receipt"]], "bought"),
    **dict.fromkeys(["crm_admin." + name for name in ["people", "people_csv", "people_xlsx", "people_forms", "people_forms_save", "tags", "tags_save", "tags_drop", "birthdays", "people_many", "person_new", "person_make"]], ""),
    **dict.fromkeys(
        ["crm_admin." + name for name in ["person", "person_save", "person_bin", "person_copy", "person_erase", "person_same", "person_withdraw", "person_letters_again"]], "person"
    ),
    **dict.fromkeys(["crm_admin." + name for name in ["segments", "segment_new", "segment_make", "segment_draft"]], ""),
    **dict.fromkeys(["crm_admin." + name for name in ["segment", "segment_save", "segment_bin"]], "segment"),
    "crm_admin.segment_back": "gone_segment", "crm_admin.segment_why": "segment_why",
    **dict.fromkeys(["crm_admin.person_note_" + name for name in ["edit", "save", "bin"]], "note"),
    **dict.fromkeys(["crm_admin.companies", "crm_admin.companies_csv", "crm_admin.companies_xlsx", "crm_admin.company_new", "crm_admin.company_make"], ""),
    **dict.fromkeys(["crm_admin.company" + name for name in ["", "_save", "_bin", "_note", "_contact_new", "_contact_make"]], "company"),
    **dict.fromkeys(["crm_admin.company_contact" + name for name in ["", "_save", "_remove", "_back"]], "company_contact"),
    **dict.fromkeys(["crm_admin.company_note_" + name for name in ["edit", "save", "bin"]], "company_note"),
    "crm_admin.company_note_back": "gone_company_note", "crm_admin.company_back": "gone_company",
    **dict.fromkeys(["crm_admin.person_company", "crm_admin.person_company_new"], "person"),
    "crm_admin.person_note": "person", "crm_admin.person_note_back": "gone_note",
    **dict.fromkeys(["crm_admin.tasks", "crm_admin.tasks_csv", "crm_admin.tasks_xlsx", "crm_admin.tasks_calendar", "crm_admin.tasks_calendar_renew", "crm_admin.people_tasks", "crm_admin.task_new", "crm_admin.task_make"], ""),
    **dict.fromkeys(["crm_admin.task" + name for name in ["", "_save", "_do", "_undo", "_bin"]], "task"),
    "crm.tasks_feed": "tasks_feed", "crm_admin.task_back": "gone_task", "crm_admin.deal_back": "gone_deal",
    **dict.fromkeys(["crm_admin.deals", "crm_admin.deals_csv", "crm_admin.deals_xlsx", "crm_admin.deals_forecast", "crm_admin.deal_new", "crm_admin.deal_make"], ""),
    **dict.fromkeys(["crm_admin.deal" + name for name in ["", "_save", "_move", "_undo", "_bin"]], "deal"),
    **dict.fromkeys(["crm_admin.custom_fields", "crm_admin.custom_field_new", "crm_admin.custom_field_make", "crm_admin.custom_fields_order"], ""),
    **dict.fromkeys(["crm_admin.custom_field" + name for name in ["", "_save", "_move", "_away"]], "custom_field"), "crm_admin.custom_field_back": "gone_field",
    "crm_admin.person_back": "gone_person", "crm_admin.people_undo": "people_change",
    **dict.fromkeys(["crm_admin.imports", "crm_admin.import_make", "crm_admin.duplicates"], ""),
    **dict.fromkeys(["crm_admin.duplicate", "crm_admin.duplicate_merge", "crm_admin.duplicate_two", "crm_admin.duplicate_unsure"], "two_people"),
    **dict.fromkeys(["crm_admin." + name for name in (
        ["import", "import_progress", "import_columns", "import_run", "import_stop", "import_undo", "import_csv", "import_xlsx"])], "people_file"),
    **dict.fromkeys(["shop_admin.products_csv", "shop_admin.products_xlsx", "shop_admin.imports", "shop_admin.import_make"], ""),
    **dict.fromkeys(["shop_admin.import" + name for name in (
        ["", "_progress", "_columns", "_run", "_stop", "_undo", "_csv", "_xlsx", "_refused", "_refused_xlsx", "_pictures_again"])], "product_file"),
    "shop.preview": "preview", **dict.fromkeys(["shop.preview_brand", "shop.preview_brand_css"], "brand_preview"),
    "kernel.letter_frame": "letter_frame",
    **dict.fromkeys(["shop.gift_card_balance", "shop.gift_card_check", "shop_admin.gift_cards", "shop_admin.gift_card_new",
                     "shop_admin.gift_card_make"], ""),
    **dict.fromkeys(["shop.gift_card", "shop.gift_card_paper"], "gift_secret"), "shop_admin.credit_move": "person",
    **dict.fromkeys(["shop_admin.gift_card" + name for name in ["", "_move", "_void", "_unvoid", "_send"]], "gift"),
    **dict.fromkeys(["shop_admin." + name for name in (
        ["resources", "resource_new", "resource_make", "resource_example", "special_days", "special_days_save", "special_days_gone"])], ""),
    **dict.fromkeys(["shop_admin.resource" + name for name in ["", "_save", "_away", "_back", "_example_gone"]], "resource"),
    **dict.fromkeys(["shop_admin.product_booking", "shop_admin.product_booking_save"], "service"),
    "shop_admin.special_days_back": "special_ticket",
    **dict.fromkeys(["campaigns.unsubscribe" + name for name in ["", "_done", "_undo"]], "posted"),
    **dict.fromkeys(["campaigns_admin.mailings_returned", "campaigns_admin.mailings_returned_read"], ""),
    "campaigns.letter_link": "followed", "campaigns.letter_picture": "posted",
    "campaigns.letter_view": "posted", "campaigns.letter_preview": "letter_preview", "shop.letter_picture": "media",
    **dict.fromkeys(["campaigns_admin." + name for name in (
        ["mailings", "mailing_new", "mailing_make", "settings_letters", "settings_letters_save"])], ""),
    **dict.fromkeys(["campaigns_admin.mailing" + name for name in (
        ["", "_save", "_copy", "_bin", "_send", "_recall", "_pause", "_resume", "_stop", "_again", "_progress", "_people", "_people_tag", "_orders", "_subjects", "_winner", "_follow", "_repeat", "_dates"])],
        "mailing"),
    **dict.fromkeys(["campaigns_admin.mailing_series_" + name for name in ["pause", "on", "skip", "unskip", "end"]], "repeating"),
    "campaigns_admin.mailing_back": "gone_mailing",
    **dict.fromkeys(["campaigns_admin.letter_" + name for name in ["edit", "save", "draft", "start", "block_back"]], "mailing"),
    "campaigns_admin.letter_sent": "posted",
    **dict.fromkeys(["campaigns_admin.letter_version", "campaigns_admin.letter_version_back"], "letter_version"),
    **dict.fromkeys(["campaigns_admin.automations", "campaigns_admin.automation_begin", "campaigns_admin.automation_new",
                     "campaigns_admin.automation_make"], ""),
    **dict.fromkeys(["campaigns_admin.automation" + name for name in ["_edit", "_save", "_copy", "_bin"]], "own_automation"),
    "campaigns_admin.automation_back": "gone_automation",
    **dict.fromkeys(["campaigns_admin.automation" + name for name in ["", "_on", "_off", "_audience", "_before", "_letter_add", "_letter_back"]],
                    "automation"),
    **dict.fromkeys(["campaigns_admin.automation" + name for name in ["_delay", "_letter_out", "_letter_move"]], "automation_step"),
    **dict.fromkeys(["crm_admin.indicators", "crm_admin.indicator_new", "crm_admin.indicator_make"], ""),
    **dict.fromkeys(["crm_admin.indicator" + name for name in ["", "_save", "_value", "_away"]], "goal"),
    "crm_admin.indicator_back": "gone_goal",
    **dict.fromkeys(["shop_admin." + name for name in ["drawer", "drawer_open", "drawer_move", "drawer_count", "drawer_draft", "drawer_close", "drawers", "drawers_csv", "drawers_xlsx", "settings_drawer", "settings_drawer_save"]], ""),
    **dict.fromkeys(["shop_admin.drawer_" + name for name in ["report", "csv", "xlsx", "paper", "why", "correct"]], "drawer"),
    **dict.fromkeys(["shop_admin.takings", "shop_admin.takings_csv", "shop_admin.takings_xlsx"], ""),
    **dict.fromkeys(["shop_admin.reviews", "shop_admin.settings_reviews", "shop_admin.settings_reviews_save"], ""),
    **dict.fromkeys(["shop_admin.review_" + name for name in ["show", "hide", "back", "answer"]], "review"),
    **dict.fromkeys(["shop.order_review", "shop.order_review_write", "shop.account_review", "shop.account_review_write"],
                    "reviewed"),
    **dict.fromkeys(["shop.order_review_picture", "shop.account_review_picture"], "review_picture_own"),
    **dict.fromkeys(["shop_admin.review_picture_hide", "shop_admin.review_picture_show"], "review_picture"),
    **dict.fromkeys(["shop.questions", "shop.question_ask"], "product"), "shop_admin.questions": "",
    **dict.fromkeys(["shop_admin.question_" + name for name in ["answer", "back", "show", "hide", "bin"]], "question"),
    "shop_admin.question_return": "gone_question",
    "shop_admin.review_picture": "review_photo", "shop.review_picture": "review_seen", "shop.review_photo": "review_public",
    **dict.fromkeys(["shop_admin.figure", "shop_admin.figure_csv", "shop_admin.figure_xlsx"], OPEN),
}  # fmt: skip


DRAWER = {
    "shop_admin.drawer_open": {"total": "5000"},
    "shop_admin.drawer_move": {"way": "bank", "amount": "1000"},
    "shop_admin.drawer_close": {"total": "4000"},
    "shop_admin.drawer_why": {"why": "Vuelto"},
    "shop_admin.drawer_correct": {"total": "6000", "reason": "Un billete más"},
}


QUOTE = {
    "qty": "1",
    "own": "",
    "reach": "cotiza@example.com",
    "name": "Eva",
    "until": (clock.now() + timedelta(days=9)).date().isoformat(),
}
PLAIN = {  # the same whoever's it is
    "shop_admin.synonym_keep": {"word": "jarrón", "meaning": "Florero"},
    "shop_admin.synonym_drop": {"word": "jarrón"},
    "shop_admin.settings_taxes_sample": {"code": "exento"},
    "shop_admin.page_unpublish": {"number": "1"},
    "kernel_admin.staff_role": {"role": "manager"},
    "shop_admin.order_email": {"email": "bien@example.com"},
    "shop_admin.order_ask_make": {"kind": "cancel", "reason": "¿Lo cancela?"},
    "kernel_admin.staff_two_steps": {"days": "7"},
    "shop_admin.settings_domains_add": {"host": "www.tazas.example"},
    "shop.booking_choice_take": {"way": "date"},
    "shop_admin.proposal_extend": {"until": QUOTE["until"]},
    **{f"{name}_accept": {"version": "1", "payment": "transfer"} for name in ("shop.quote", "shop_admin.proposal")},
    "shop_admin.booking_choose_take": {"way": "date"},
    "shop_admin.review_hide": {"reason": "spam"},
    "shop_admin.review_picture_hide": {"reason": "spam"},
}


def forms(known: dict[str, dict[str, Any]]) -> dict[str, dict[str, str]]:
    """What is sent where a thing is named in the form, not in the address."""
    product, page, shelf = known["product"], known["page"], known["category"]
    return {
        "shop.cart_add": {"product": product["slug"], "quantity": "1"},
        "shop.saved_keep": {"save": product["slug"]},
        **{name: {"do": "pause"} for name in ("shop.subscription_step", "shop_admin.subscription_step")},
        **{f"{side}.order_delivery_keep": {"shipping": "retiro", "name": "Eva"} for side in ("shop", "shop_admin")},
        **{f"{side}.subscription_deliver": {"shipping": "retiro"} for side in ("shop", "shop_admin")},
        "shop.wait_ask": {**known["time_wanted"], "email": "espera@example.com"},
        "shop.back_ask": {"sku": known["wait"]["sku"], "email": "espera@example.com"},
        "shop_admin.stock_adjust": {"sku": product["sku"], "units": "3", "was": "9"},
        "shop_admin.products_bulk": {"slug": product["slug"], "do": "bin"},
        "shop_admin.sale_draft": {"add": product["sku"]},
        "shop_admin.proposal_draft": {"add": product["sku"]},
        **{f"shop_admin.proposal_{name}": QUOTE | {"sku": product["sku"]} for name in ("make", "save")},
        "shop_admin.sale_times": {"key": "k" * 22, "drop_time": known["booking"]["token"]},
        "shop_admin.categories_order": {"slug": shelf["slug"]},
        "shop_admin.pages_order": {"slug": page["slug"]},
        "shop_admin.booking_kept": {"day": clock.today("America/Costa_Rica").isoformat()},
        "crm_admin.company_make": {"name": "Cafetería"},
        "crm_admin.company_save": {"name": "Cafetería"},
        "crm_admin.company_note": {"text": "Pagan a 30 días"},
        "crm_admin.company_note_save": {"text": "Pagan a 15 días"},
        "crm_admin.company_contact_make": {"person": known["person"]["token"], "role": "compras"},
        "crm_admin.company_contact_save": {"role": "pagos"},
        "crm_admin.person_company": {"company": "Cafetería"},
        "crm_admin.deal_make": {"title": "Tazas", "person": known["person"]["token"]},
        "crm_admin.deal_move": {"stage": "talking"},
        "crm_admin.tags_save": {**known["people_tag"], "new": "nueva"},
        "crm_admin.tags_drop": known["people_tag"],
        "crm_admin.custom_field_make": {"label": "Alergias", "kind": "text"},
        "crm_admin.custom_field_save": {"label": "Talla"},
        "crm_admin.custom_fields_order": {"slug": known["custom_field"]["code"]},
        "crm_admin.people_many": {"do": "task", "token": known["person"]["token"]},
        "crm_admin.people_tasks": {"text": "Llamar", "when": "today", "token": known["person"]["token"]},
        "crm_admin.task_make": {"text": "Llamar", "when": "today", "person": known["person"]["token"]},
        **_campaigns(known["repeating"]["day"]),
        "shop.question_ask": {"words": "¿Cabe?", "name": "Eva", "email": "eva@example.com"},
        "shop_admin.question_answer": {"answer": "Sí", "told": "¿Cabe?"},
        "shop_admin.bookings_outside_add": {"name": "Airbnb", "address": "https://calendars.example/new.ics"},
        **DRAWER,
        **PLAIN,
        "shop_admin.bookings_came": {"tokens": known["booking"]["token"]},
        "shop_admin.bookings_came_undo": {"tokens": known["booking"]["token"]},
    }


def _campaigns(day: str) -> dict[str, dict[str, str]]:
    """The same of campaigns; `day`: one of a letter that repeats."""
    return {
        "campaigns_admin.automation_begin": {"trigger": "welcome"},
        "campaigns_admin.automation_make": {"name": "Propia", "happens": "first", "segment": "", "often": "once"},
        "campaigns_admin.automation_save": {"name": "Propia", "happens": "tag", "tag": "vip", "often": "once"},
        "campaigns_admin.automation_letter_move": {"to": "down"},
        "campaigns_admin.mailing_people_tag": {"why": "sent", "tag": "visto"},
        "campaigns_admin.mailing_subjects": {"subject_b": "Otro", "share": "20", "hours": "4"},
        "campaigns_admin.mailing_winner": {"arm": "b"},
        "campaigns_admin.mailing_follow": {"who": "unopened"},
        "campaigns_admin.mailing_repeat": {
            "unit": "week",
            "days": "0",
            "gap": "1",
            "at": "09:00",
            "begins": "2026-11-30",
            "ends": "never",
        },
        "campaigns_admin.mailing_series_skip": {"day": day},
        "campaigns_admin.mailing_series_unskip": {"day": day},
        "campaigns_admin.automation_delay": {"much": "5", "unit": "hours"},
    }


def _counted(world: Any) -> dict[str, dict[str, Any]]:
    """A drawer that was closed with something lacking."""
    row = drawers.begin(drawers.Count(5_000_00), by=world.owner)
    drawers.close(row, drawers.Count(4_000_00), by=world.owner)
    db.session.commit()
    return {"drawer": {"token": row.token}}


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
    invoicing.number("invoice", prefix=world.slug[:8], following=1, digits=4)
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
        **_wanted(world, order, read), **_papers(world, order), **_counted(world), **_invoices(read), **_tickets(world, vase, page, order), **_back(world, read), **_cards(world, read),
        **_gift(world), **_reviewed(world, read, book), **_services(world), **_proposals(world), **_watched(world), **_automated(world), **posted(world), **_waited(world), **_asked(world, vase), "handed_on": _handed_on(world, vase), "subscribed": _subscribed(world),
        "part": {"number": order.number, "position": 0}, "order": {"number": order.number}, "bought": {"token": order.token}, "product": {"slug": vase.slug, "sku": vase.sku},
        "proof": {"number": order.number, "token": proof.token}, "category": {"slug": shelf.slug},
        "page": {"slug": page.slug}, "page_version": {"slug": page.slug, "number": 1}, "policy": {"slug": policy.slug}, "cart_line": {"line": cart.lines[0].token},
        "download": {"token": got.token}, "media": {"tenant": world.slug, "sha": picture.sha256, "width": 8},
        "download_file": {"token": got.token, "ticket": signing.make("download", [world.tenant_id, got.id])},
        "card": {"tenant": world.slug, "slug": vase.slug, "digest": "x"},
        "shop_card": {"tenant": world.slug, "digest": "x"}, OPEN: {},
    }  # fmt: skip


def _wanted(world: Any, order: Any, paid: Any) -> dict[str, Any]:
    """What somebody asks for of an order, and of one that is paid."""
    rows = {
        "ask": ask_rows.make(order, "cancel", by=world.owner, reason=f"dos veces {world.slug}"),
        "refund_ask": ask_rows.make(paid, "refund", by=world.owner, reason=f"de más {world.slug}"),
    }
    db.session.commit()
    return {name: {"number": row.order.number, "token": row.token} for name, row in rows.items()}


def _handed_on(world: Any, product: Any) -> dict[str, Any]:
    """A list of saved things that somebody shows to others."""
    mine, _secret = saved.begin(world.contact(f"lista@{world.slug}.example.com"))
    saved.keep(mine, product)
    token = saved.hand_on(mine, "Lista")
    db.session.commit()
    return {"token": token}


def _subscribed(world: Any) -> dict[str, Any]:
    """Somebody gets something again and again."""
    order = world.bought(world.product(f"Cada mes {world.slug}", kind="subscription", every="1m"))
    return {"token": subscription_rows.of_order(order)[0].token}


def _waited(world: Any) -> dict[str, dict[str, Any]]:
    """Somebody waits for what is sold out."""
    gone = world.product(f"Agotado {world.slug}", stock=0).variants[0]
    contact = stock_waits.ask(gone, email=f"espera@{world.slug}.example.com")
    db.session.commit()
    return {"wait": {"token": waits.open_of(StockWait, contact.id)[0].token, "sku": gone.sku}}


def _asked(world: Any, product: Any) -> dict[str, dict[str, Any]]:
    """Somebody asks about a product, and asked something that is in the bin."""
    who = questions.Asked("Eva", f"pregunta@{world.slug}.example.com")
    row, gone = (questions.ask(product, f"¿{word} {world.slug}?", who=who) for word in ("Cabe", "Ya no"))
    assert row is not None
    assert gone is not None
    questions.put_away(gone, by=world.owner)
    db.session.commit()
    return {"question": {"token": row.token}, "gone_question": {"token": gone.token}}


def _cards(world: Any, order: Any) -> dict[str, dict[str, Any]]:
    """Keys, a page that was paid, an event, a dispute and something to look at."""
    told = {
        "id": f"acct_{world.slug}",
        "charges_enabled": True,
        "country": "US",
        "business_profile": {"name": world.slug},
    }
    card_accounts.keep("test", *CARD_KEYS, told, by=world.owner)
    row = card_sessions.CardSession(
        order_id=order.id, payment_id=order.payments[-1].id, mode="test", stripe_id=f"cs_{world.slug}", state="paid",
        amount_minor=100, currency=order.currency, units=100, intent=f"pi_{world.slug}", expires_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    dispute = {"id": f"dp_{world.slug}", "amount": 100, "currency": order.currency, "status": "needs_response"}
    card_disputes.told(row, dispute)
    card_notices.write("differs", f"pi_{world.slug}", order=order, words=["amount"])
    event = {
        "id": f"evt_{world.slug}",
        "type": "refund.created",
        "created": 1,
        "livemode": False,
        "data": {"object": {"id": "re_1", "object": "refund", "payment_intent": "pi_other", "status": "pending"}},
    }
    card_events.receive(event, "test")
    db.session.commit()
    return {
        "practice_page": {"session": f"cs_test_{world.slug}"},
        "card_notice": {"token": db.session.scalars(select(card_notices.CardNotice)).one().token},
    }


def _watched(world: Any) -> dict[str, dict[str, Any]]:
    """A figure that is watched, and one no longer."""
    told = {"unit": "percent", "direction": "more", "target": 9000}
    goal = goals.make({"es": f"A tiempo {world.slug}"}, **told, corrective={"es": f"Apurar {world.slug}"})
    goals.type_in(goal, goals.former(clock.today(world.tenant.timezone)), 5000, note=f"acta {world.slug}", by="Dueña")
    gone = goals.make({"es": f"Ya no {world.slug}"}, **told)
    gone.binned_at = clock.now()
    db.session.commit()
    return {"goal": {"code": goal.code}, "gone_goal": {"code": gone.code}}


def _automated(world: Any) -> dict[str, dict[str, Any]]:
    """Letters that go by themselves, and somebody who waits for the next."""
    row = automation_letters.begin("cart", by=world.owner)
    row.code = f"carrito-{world.slug}"
    enrolments.enrol(row, world.contact(), "cart:1", since=clock.now())
    kept, gone = (own_automations.make(own_automations.Told({"es": f"{word} {world.slug}"}, "tag", tag="vip"),
                                       by=world.owner) for word in ("Propia", "Ida"))  # fmt: skip
    own_automations.put_away(gone, by=world.owner)
    db.session.commit()
    return {
        "automation": {"code": row.code}, "automation_step": {"code": row.code, "position": 0},
        "own_automation": {"code": kept.code}, "gone_automation": {"code": gone.code},
    }  # fmt: skip


def _reviewed(world: Any, order: Any, book: Any) -> dict[str, dict[str, Any]]:
    """What somebody says of a book whose file they have."""
    said = reviews.Said(4, f"Muy claro {world.slug}", "Ana M.", "es")
    row = reviews.write(order.contact, reviewable.line(order.contact, book.slug), said)
    review_pictures.change(row, made=[files.make(picture_bytes())])
    reviews.decide(row, "shown", by=world.owner)
    db.session.commit()
    [picture], at = row.pictures, {"token": order.token, "slug": book.slug}
    return {
        "review": {"token": row.token}, "reviewed": at, "review_picture": {"token": picture.token},
        "review_picture_own": {**at, "picture": picture.token}, "review_photo": {"token": picture.token, "width": 320},
        "review_seen": {"token": picture.token, "slug": book.slug},
        "review_public": {"tenant": world.slug, "token": picture.token, "width": 320},
    }  # fmt: skip


def _gift(world: Any) -> dict[str, dict[str, Any]]:
    """A gift card and somebody's credit."""
    told = {"recipient": f"Lucía {world.slug}", "message": f"Feliz {world.slug}", "once": signing.token()}
    card = issuing.by_hand(Money(500_00, world.tenant.currency), by=world.owner, reason=f"regalo {world.slug}", **told)
    store_credit.add(world.contact(), Money(100_00, world.tenant.currency), key="matrix", by=world.owner)
    db.session.commit()
    return {"gift": {"token": card.token}, "gift_secret": {"secret": gift_letters.secret(card)}}


def _back(world: Any, order: Any) -> dict[str, dict[str, Any]]:
    """A refund that did not go through, and a return with a picture."""
    [refund] = refunds.give(order, amount=order.money(1), key="matrix", by=world.owner)
    refund.state, refund.error = "failed", f"cerrada {world.slug}"
    row = Return(order_id=order.id, key="matrix", reason=f"roto {world.slug}", by_buyer=True)
    db.session.add(row)
    db.session.flush()
    picture = files.store(picture_bytes(), name="roto.webp", private=True)
    line = order.lines[0]
    db.session.add(ReturnPicture(return_id=row.id, order_id=order.id, file_id=picture.id))
    db.session.add(ReturnLine(return_id=row.id, order_id=order.id, line_id=line.id, quantity=1, paid_minor=1))
    db.session.commit()
    at = {"number": order.number, "token": row.token, "file": picture.token}
    own = {"token": order.token, "back": row.token}
    return {"return": at, "own_return": own, "refund": {"number": order.number, "token": refund.token}}


def _services(world: Any) -> dict[str, dict[str, Any]]:
    """Something that is booked, what it occupies, and a day that was closed."""
    boat = world.resource(f"Bote {world.slug}")
    row = world.service(f"Paseo {world.slug}", resource=boat)
    told = [world.tenant_id, "", [[world.day(9).isoformat(), world.day(9).isoformat(), [], f"feria {world.slug}"]]]
    return {
        "resource": {"token": boat.token}, "service": {"slug": row.product.slug}, **_bookings(world, row),
        "special_ticket": {"ticket": signing.make(special_days.UNDO, told)},
    }  # fmt: skip


def _bookings(world: Any, service: Any) -> dict[str, dict[str, Any]]:
    """A booking of it, its departure, and a unit that is closed for a while."""
    unit = resources.units([world.resource(f"Sala {world.slug}").id])[0]
    begins = world.when(20)
    closed = closures.close([unit], Span(begins, begins + timedelta(hours=2)), reason=f"obra {world.slug}")
    booking = world.booked(service, world.when(8))
    off = world.booked(service, world.when(9))
    amends.begin([off], Terms(("date",), world.day(5)), by=world.owner, reason=f"lluvia {world.slug}")
    wish = Wish(Span(booking.starts_at, booking.ends_at))
    waiting = time_waits.ask(service, wish, email=f"espera@{world.slug}.example.com")
    outside, gone = (outside_calendars.add(unit, f"lejos {world.slug}", f"https://x.example/{name}") for name in "ab")
    outside_calendars.put_away(gone)
    domain = domains.add(f"www.{world.slug}.example")
    db.session.commit()
    return {
        "time_wait": {"token": waits.open_of(TimeWait, waiting.id)[0].token},
        "time_wanted": {"product": service.product.slug, "day": world.day(8).isoformat(), "at": "09:00"},
        "domain": {"host": domain.host},
        "outside": {"token": outside.token}, "gone_outside": {"token": gone.token},
        "booking": {"token": booking.token}, "amends": {"token": off.token}, "closure": {"token": closed.token}, "unit": {"token": unit.token},
        "feed": {"feed": unit.feed},
        "departure": {"slug": service.product.slug, "at": booking_targets.stamp(booking.starts_at)},
    }  # fmt: skip


def _proposals(world: Any) -> dict[str, dict[str, Any]]:
    """A quote that was sent, and a draft."""
    told = [proposal_things.offered(world, free=[(f"obra {world.slug}", 100_00)], sent=sent, email=f"{name}@{world.slug}.example.com")
            for name, sent in (("cotiza", True), ("borra", False))]  # fmt: skip
    return {name: {"token": row.token} for name, row in zip(("proposal", "proposal_draft"), told, strict=True)}


def _bundle(row: Any) -> InvoiceBundle:
    """A ZIP that is ready, whatever is in it."""
    with tempfile.NamedTemporaryFile(delete=False) as made:
        made.write(b"PK")
    file = files.keep_written(Path(made.name), "application/zip", name="facturas.zip")
    kept = InvoiceBundle(month="2026-11", papers=1, ready_at=clock.now(), file_id=file.id)
    db.session.add(kept)
    db.session.flush()
    return kept


def _invoices(order: Any) -> dict[str, dict[str, Any]]:
    row = invoices.of(order)
    assert row is not None
    return {
        "invoice": {"number": row.number}, "invoice_page": {"token": row.token},
        "paper": {"token": order.token, "number": row.number},
        "bundle": {"token": _bundle(row).token},
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
        "product_file": _product_file(world), **people_things.of(world, contact), **segment_things.of(world, contact),
    }  # fmt: skip


def _product_file(world: Any) -> dict[str, Any]:
    """A file of products that waits for its columns."""
    sheet, _encoding = imports.opened(f"SKU,Nombre,Precio\nFL-1,Florero {world.slug},500\n".encode())
    row = imports.begin(sheet, f"productos {world.slug}.csv", encoding="utf-8", by=world.owner)
    db.session.commit()
    return {"token": row.token}


def _tickets(world: Any, vase: Any, page: Any, order: Any) -> dict[str, dict[str, Any]]:
    zone, way = world.zone(f"zona-{world.slug}"), world.delivery(f"envio-{world.slug}")
    rate, pay = world.tax(f"iva-{world.slug}"), world.transfer(f"banco-{world.slug}")
    own = {"tenant": tenancy.current()}
    rule = taxes.ruled(rate, {"code": "inguat", "name": f"INGUAT {world.slug}", "rate_bp": 1000})
    db.session.add(rule)
    paper = exemptions.grant({"number": f"EX-{world.slug}", "customer_group": "mayorista"})
    db.session.commit()
    told_rule = {**own, "rate": rate.code, "code": "x", "name": "x", "rate_bp": 1}
    told_paper = {**own, "person": "", "customer_group": "x", "tax_kind": "", "number": "x", "codes": [], "until": None}
    look = {**own, "by": world.owner_id, "name": "x", "preset": "horno", "tagline": {}}
    return {
        **_discounts(world, vase),
        "zone": {"code": zone.code}, "delivery": {"code": way.code}, "payment": {"code": pay.code},
        "rate_rule": {"code": rate.code, "token": rule.token}, "exemption": {"token": paper.token},
        "rule_ticket": {"token": signing.make(tax_rules.UNDO, told_rule)},
        "exemption_ticket": {"token": signing.make(exemption_views.UNDO, told_paper)},
        "rate": {"code": rate.code}, "bin_ticket": {"ticket": rubbish.ticket("product", [vase.id])},
        "states_ticket": {"ticket": signing.make("states", [world.tenant_id, "live", [vase.id]])},
        "zone_ticket": {"token": signing.make(zones.UNDO, {**own, "code": "z", "name": {}, "country": "CR", "regions": []})},
        "rate_ticket": {"token": signing.make(
            tax_rates.UNDO, {**own, "code": "r", "name": "r", "rate_bp": 1, "included": True, "is_default": False})},
        "preview": {"token": page_views.preview_token("page", page, world.owner)},
        "brand_preview": {"token": signing.make("preview-brand", look)},
    }  # fmt: skip


def _discounts(world: Any, vase: Any) -> dict[str, dict[str, Any]]:
    kept, gone = (
        discounts.keep(Discount(kind="percent", percent_bp=100, label={"es": f"Oferta {n} {world.slug}"}), by=None)
        for n in range(2)
    )
    discounts.put_away(gone, by=None)
    db.session.add(PriceBreak(product_id=vase.id, customer_group=f"mayor-{world.slug}", price_minor=1))
    db.session.commit()
    return {
        "discount": {"token": kept.token}, "gone_discount": {"token": gone.token},
        "price_list": {"group": f"mayor-{world.slug}"},
    }  # fmt: skip


def joined(world: Any, role: str) -> str:
    """Somebody who works there; the token that names them."""
    account = accounts.create(email=f"{role}@{world.slug}.example.com", name=role)
    return memberships.join(account, world.tenant_id, "clerk").token
