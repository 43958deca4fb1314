"""The companies that files of people name: joined by name, made where there is none, and taken back with the file."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from crm import companies, company_contacts
from crm.companies import LONGEST, Company, Told
from crm.company_contacts import CompanyContact
from kernel.db import db, upsert
from kernel.folding import fold

QUIET = {"synchronize_session": False}


def read(cell: str) -> list[str]:
    """The companies of a cell: several have semicolons between them."""
    names = (" ".join(part.split())[:LONGEST].strip() for part in cell.split(";"))
    return list({fold(name): name for name in reversed(list(names)) if name}.values())[::-1]


def fresh(names: Iterable[str], known: set[str]) -> list[str]:
    """Those for which somebody does not act yet; `known`: folded."""
    return [name for name in names if fold(name) not in known]


def known(ids: Sequence[int]) -> dict[int, set[str]]:
    """For which companies these people act, by their folded names."""
    return {contact: {fold(name) for name in names} for contact, names in company_contacts.names_of(ids).items()}


def join(told: Sequence[tuple[int, Sequence[str]]]) -> list[dict[str, list[int]]]:
    """Have each of these people act for the companies that are called so; which each joined, and which were made."""
    there = _there({fold(name) for _contact, names in told for name in names})
    found: list[dict[str, list[int]]] = []
    rows: list[dict[str, Any]] = []
    for contact, names in told:
        made = {fold(name): companies.add(Told(name), by=None) for name in names if fold(name) not in there}
        there |= made
        ids = [there[fold(name)].id for name in names]
        found.append({"companies": ids} | ({"firms": [one.id for one in made.values()]} if made else {}))
        rows += [{"contact_id": contact, "company_id": one, "role": "", "main": False} for one in ids]
    if rows:
        db.session.execute(upsert(CompanyContact).on_conflict_do_nothing(), rows)
    for company_id in {row["company_id"] for row in rows}:
        company_contacts.fill_main(company_id)
    return found


def _there(wanted: Collection[str]) -> dict[str, Company]:
    """The companies that are called so, folded; of several the one known longest."""
    rows = select(Company).where(Company.sort_name.in_(wanted)).order_by(Company.id.desc())
    return {one.sort_name: one for one in db.session.scalars(rows)} if wanted else {}


def of(contact_id: int) -> set[int]:
    """The ids of the companies for which somebody acts."""
    mine = CompanyContact.contact_id == contact_id
    return set(db.session.scalars(select(CompanyContact.company_id).where(mine)))


def leave(contact_id: int, undo: Mapping[str, Any]) -> None:
    """Somebody acts no more for those that a file named."""
    ids = undo.get("companies", [])
    if not ids:
        return
    mine = CompanyContact.contact_id == contact_id, CompanyContact.company_id.in_(ids)
    db.session.execute(delete(CompanyContact).where(*mine), execution_options=QUIET)
    for company_id in ids:
        company_contacts.fill_main(company_id)


def drop(undo: Mapping[str, Any]) -> None:
    """The companies that a line made go again, where nobody wrote anything of them or refers to them since."""
    for company in db.session.scalars(select(Company).where(Company.id.in_(undo.get("firms", [])))).all():
        if any(getattr(company, name) for name in companies.PLAIN if name != "name") or company.address or company.tags:
            continue
        try:
            with db.session.begin_nested():
                db.session.execute(delete(Company).where(Company.id == company.id), execution_options=QUIET)
        except IntegrityError:
            continue
        db.session.expunge(company)
