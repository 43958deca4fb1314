"""Pages of people that are found by words, though neither the rail nor the settings name them."""

from typing import Any

from flask import Flask

from kernel import menu
from kernel.i18n import _l

PAGES: dict[str, tuple[Any, Any]] = {
    "tasks": (_l("Follow-ups"), _l("tasks, to do, reminders, pending")),
    "task_new": (_l("New follow-up"), _l("task, reminder")),
    "deals": (_l("Opportunities"), _l("prospects, pipeline, board, leads")),
    "deal_new": (_l("New opportunity"), _l("prospect, lead")),
    "deals_forecast": (_l("Forecast"), _l("report, expected sales, prospects, pipeline")),
    "companies": (_l("Companies"), _l("firms, accounts, business customers, legal name, tax id")),
    "company_new": (_l("New company"), _l("firm, account, business customer")),
    "segments": (_l("Segments"), _l("groups, audiences, lists, filters")),
    "birthdays": (_l("Birthdays"), _l("greetings, congratulate")),
    "duplicates": (_l("Kept twice?"), _l("duplicates, merge, repeated contacts")),
    "imports": (_l("Bring people in"), _l("CSV, Excel, spreadsheet, upload, contacts")),
    "people_forms": (_l("Sign-up forms"), _l("newsletter, sign-up form, embed, WhatsApp, consent, birthday")),
    "person_new": (_l("New person"), _l("add contact, customer, client")),
}  # fmt: skip


def init_app(_app: Flask) -> None:
    """Let them be found by their words."""
    for name, (label, words) in PAGES.items():
        menu.page(label, f"crm_admin.{name}", words)
    menu.words("crm_admin.people", _l("customers, clients, contacts, prospects, buyers, database"))
    menu.words("crm_admin.indicators", _l("report, goals, targets, KPI, statistics, metrics"))
