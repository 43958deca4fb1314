"""The words of the rule language for companies: who acts for which one, and who for one of a kind."""

from typing import Any

from sqlalchemy import Select, or_, select

from crm import companies, company_contacts, rules
from crm.companies import Company, CompanyTag
from crm.company_contacts import CompanyContact
from crm.contacts import Contact
from crm.rules import Field, Person, either
from kernel.db import db
from kernel.i18n import _, _l


def _options() -> list[tuple[str, str]]:
    rows = select(Company.token, Company.name).order_by(Company.sort_name, Company.id).limit(companies.OFFERED)
    return list(db.session.execute(rows).all())


def _named(tokens: list[str]) -> dict[str, str]:
    rows = select(Company.token, Company.name).where(Company.token.in_(tokens))
    return dict(db.session.execute(rows).all())


def _there(tokens: list[str]) -> set[str]:
    return set(_named(tokens))


def _tags() -> list[tuple[str, str]]:
    return [(tag, tag) for tag, _count in companies.tags_counted()]


def _mine(person: Person) -> list[Company]:
    return list(person.recall("companies", lambda one: company_contacts.companies(one.contact)))


def _sql(value: list[str]) -> Any:
    """Who acts for one of those; without a name among the values, who acts for nobody."""
    acting = company_contacts.acting()
    theirs = Contact.id.in_(acting.where(Company.token.in_(value)))
    return or_(theirs, Contact.id.not_in(acting)) if "" in value else theirs


def _python(person: Person, value: list[str]) -> bool:
    mine = _mine(person)
    return any(one.token in value for one in mine) or ("" in value and not mine)


def _says(value: list[str]) -> str:
    names = _named(value)
    told = [names.get(one, one) for one in value if one]
    if not told:
        return _("buy for no company")
    both = [*told, _("no company")] if "" in value else told
    return _("are contacts of %(company)s", company=either(both))


def _denied(value: list[str]) -> str:
    if value == [""]:
        return _("are contacts of a company")
    return _("are not among those who %(what)s", what=_says(value))


def _tagged(value: list[str]) -> Select[Any]:
    tagged = select(CompanyTag.company_id).where(CompanyTag.tag.in_(value))
    return company_contacts.acting().where(CompanyContact.company_id.in_(tagged))


def _is_tagged(person: Person, value: list[str]) -> bool:
    return any(set(one.tags) & set(value) for one in _mine(person))


def init_app(_app: object) -> None:
    """Teach the language these words."""
    rules.term(
        "company", _l("are contacts of the company"), sql=_sql, python=_python, says=_says, contrary=_denied,
        form=(Field("company", _l("Company"), "choices", _options, blank=_l("none"), known=_there, named=_named),),
        offered=companies.any_at_all,
    )  # fmt: skip
    rules.term(
        "company_tag", _l("are contacts of a company with the tag"), sql=_tagged, python=_is_tagged,
        form=(Field("tag", _l("Tag of the company"), "choices", _tags, closed=True),),
        says=lambda value: _("are contacts of a company with the tag %(tag)s",
                             tag=either([_("“%(name)s”", name=one) for one in value])),
        offered=lambda: bool(companies.tags_counted(1)),
    )  # fmt: skip
