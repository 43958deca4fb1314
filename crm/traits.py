"""Traits: the words of the rule language for what somebody is: where from, how sorted, what they like and allowed."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, func, select

from crm import consent, rules, sources, tags, tastes
from crm.contacts import Contact
from crm.rules import Field, Person, either
from crm.tags import ContactTag
from crm.tastes import Taste
from kernel import countries, i18n, tenancy
from kernel.db import db
from kernel.folding import ACCENTS
from kernel.i18n import _, _l

MANY = 300  # values of people that a form offers
LEVELS = ((1, _l("a little")), (30, _l("quite")), (60, _l("a lot")))
ALLOWED = {
    "marketing": _l("letters with news"), "whatsapp": _l("news by WhatsApp"),
    "behaviour": _l("that we remember what they look at"),
}  # fmt: skip


def _known(column: Any) -> Callable[[], list[tuple[str, str]]]:
    def options() -> list[tuple[str, str]]:
        rows = db.session.scalars(select(column).where(column != "").distinct().limit(MANY))
        return [(one, one) for one in sorted(rows)]

    return options


def _places(column: Any) -> Callable[[], list[tuple[str, str]]]:
    """The places of people, each once however it is spelled, as most of them do."""

    def options() -> list[tuple[str, str]]:
        many = func.count(Contact.id)
        rows = select(column, many).where(column != "").group_by(column).order_by(many.desc(), column).limit(MANY)
        found: dict[str, str] = {}
        for one, _count in db.session.execute(rows):
            found.setdefault(plain(one), one)
        return [(one, one) for _same, one in sorted(found.items())]

    return options


def _ways() -> list[tuple[str, str]]:
    return [(one, sources.named(one)) for one, _same in _known(Contact.source)()]


def _lands() -> list[tuple[str, str]]:
    there = set(db.session.scalars(select(Contact.country).where(Contact.country != "").distinct()))
    named = [(code, countries.country_name(code, i18n.language())) for code in countries.all_codes()]
    return sorted(named, key=lambda pair: (pair[0] not in there, pair[1]))


def _spoken() -> list[tuple[str, str]]:
    return list(i18n.NAMES.items())


def _tags() -> list[tuple[str, str]]:
    return [(tag, tag) for tag, _count in tags.counted(MANY)]


def interests() -> list[tuple[str, str]]:
    """What the shop's people can like, by code."""
    return [(one.code, i18n.pick(one.name) or one.code) for one in tastes.interests()]


def plain(text: str) -> str:
    """A place as it is compared: small letters without the accents of Spanish, as the database reads it too."""
    spread = "".join(ACCENTS.get(sign, sign) for sign in text)
    return "".join(sign.lower() if sign.isascii() else sign for sign in spread)


def _folded(column: Any) -> Any:
    for accented, bare in ACCENTS.items():
        column = func.replace(column, accented, bare)
    return func.lower(column.collate("C") if db.engine.dialect.name == "postgresql" else column)


def _column(column: Any, key: str) -> dict[str, Any]:
    return {
        "sql": lambda value: column.in_(value),
        "python": lambda person, value: (getattr(person.contact, key) if person.contact else "") in value,
    }


def _place(column: Any, key: str) -> dict[str, Any]:
    def python(person: Person, value: list[str]) -> bool:
        here = plain(getattr(person.contact, key)) if person.contact else ""
        return here in {plain(one) for one in value}

    return {"sql": lambda value: _folded(column).in_([plain(one) for one in value]), "python": python}


def _country(person: Person, value: list[str]) -> bool:
    told = person.contact.country if person.contact else ""
    return (told or person.country or (person.visitor.country if person.visitor else "")) in value


def _language(person: Person, value: list[str]) -> bool:
    told = person.contact.language if person.contact else person.visitor.language if person.visitor else ""
    return (person.language or told) in value


def _has_tag(person: Person, value: list[str]) -> bool:
    mine = person.recall("tags", lambda one: set(one.contact.tags if one.contact else ()))
    return bool(mine & set(value))


def _likes(value: Any) -> Select[Any]:
    fitting = Taste.code.in_(value["code"]), Taste.weight >= value.get("least", 1), Taste.contact_id.is_not(None)
    return select(Taste.contact_id).where(*fitting)


def _is_liked(person: Person, value: Any) -> bool:
    mine = person.recall("tastes", lambda one: {taste.code: taste.weight for taste in tastes.of(who(one))})
    return any(mine.get(code, 0) >= value.get("least", 1) for code in value["code"])


def who(person: Person) -> Any:
    """Whose rows are meant: the contact's, else the browser's."""
    return person.contact or person.visitor


def _allows(person: Person, purpose: str) -> bool:
    return bool(person.recall(f"allows {purpose}", lambda one: consent.allows(who(one), purpose)))


def _lands_of(value: list[str]) -> str:
    return either([countries.country_name(one, i18n.language()) if one else _("an unknown country") for one in value])


def _says_region(value: list[str]) -> str:
    return _says_place(value, _region_of, _("an unknown state or province"))


def _says_city(value: list[str]) -> str:
    return _says_place(value, lambda place: _("the city of %(place)s", place=place), _("an unknown city"))


def _says_place(value: list[str], named: Callable[[str], str], lost: str) -> str:
    """San José is a city and a province: which one is meant is said."""
    there = [one for one in value if one]
    told = [*([named(either(there))] if there else []), *([lost] if "" in value else [])]
    return _("live in %(place)s", place=either(told))


def _region_of(place: str) -> str:
    """As the shop's country calls its parts."""
    line = countries.profile(tenancy.tenant().country).field("region")
    kind = line.label_id if line else ""
    if kind == "Province":
        return _("the province of %(place)s", place=place)
    if kind == "Department":
        return _("the department of %(place)s", place=place)
    if kind == "State":
        return _("the state of %(place)s", place=place)
    return _("the region of %(place)s", place=place)


def _other_land(value: list[str]) -> str:
    if not value:
        return _("are in a known country")
    return _("are in a known country other than %(place)s", place=_lands_of(value))


def _other_region(value: list[str]) -> str:
    if not value:
        return _("live in a known state or province")
    return _("live in a known state or province other than %(place)s", place=either(value))


def _other_city(value: list[str]) -> str:
    return _("live in a known city other than %(place)s", place=either(value)) if value else _("live in a known city")


def _says_likes(value: Any) -> str:
    names, least = dict(interests()), value.get("least", 1)
    liked = either([names.get(one, one) for one in value["code"]])
    if least <= 1:
        return _("like %(what)s", what=liked)
    level = next((str(label) for weight, label in reversed(LEVELS) if weight == least), "")
    return _("like %(what)s %(much)s", what=liked, much=level or _("with %(least)s of 100", least=least))


def _says_group(value: list[str]) -> str:
    return _("are of the group %(group)s", group=either([one or _("none") for one in value]))


def init_app(_app: object) -> None:
    """Teach the language these words."""
    many, lost = "choices", _l("not known")
    rules.term(
        "group", _l("are of the group"), **_column(Contact.group, "group"), says=_says_group,
        form=(Field("group", _l("Group"), many, _known(Contact.group), blank=_l("none")),),
    )  # fmt: skip
    rules.term(
        "country", _l("are in"), sql=lambda value: Contact.country.in_(value), python=_country,
        says=lambda value: _("are in %(place)s", place=_lands_of(value)), elsewhere=_other_land,
        form=(Field("country", _l("Country"), many, _lands, closed=True, blank=lost),), unknown=True,
    )  # fmt: skip
    rules.term(
        "region", _l("live in the state or province"), **_place(Contact.region, "region"),
        says=_says_region, elsewhere=_other_region, unknown=True,
        form=(Field("region", _l("State or province"), many, _places(Contact.region), blank=lost, same=plain),),
    )  # fmt: skip
    rules.term(
        "city", _l("live in the city"), **_place(Contact.city, "city"),
        says=_says_city, elsewhere=_other_city,
        form=(Field("city", _l("City"), many, _places(Contact.city), blank=lost, same=plain),), unknown=True,
    )  # fmt: skip
    rules.term(
        "language", _l("read in"), sql=lambda value: Contact.language.in_(value), python=_language,
        form=(Field("language", _l("Language"), many, _spoken, closed=True),),
        says=lambda value: _("read %(language)s", language=either([i18n.NAMES.get(one, one) for one in value])),
    )  # fmt: skip
    _sorting(many)
    rules.term(
        "interest", _l("like"), sql=_likes, python=_is_liked, says=_says_likes, family="like",
        form=(Field("code", _l("What they like"), many, interests, closed=True),
              Field("least", _l("At least how much"), "number", _levels, needed=False, most=100)),
    )  # fmt: skip
    rules.term(
        "allows", _l("allow"), sql=consent.allowing, python=_allows,
        says=lambda value: _("allow %(what)s", what=ALLOWED.get(value, value)),
        form=(Field("purpose", _l("Consent"), "choice", _purposes, closed=True),),
    )  # fmt: skip


def _sorting(many: str) -> None:
    rules.term(
        "stage", _l("are at the stage"), **_column(Contact.stage, "stage"),
        form=(Field("stage", _l("Stage"), many, _known(Contact.stage)),),
        says=lambda value: _("are at the stage %(stage)s", stage=either(value)),
    )  # fmt: skip
    rules.term(
        "tag", _l("have the tag"), python=_has_tag,
        sql=lambda value: select(ContactTag.contact_id).where(ContactTag.tag.in_(value)),
        form=(Field("tag", _l("Tag"), many, _tags, closed=True),),
        says=lambda value: _("have the tag %(tag)s", tag=either([_("“%(name)s”", name=one) for one in value])),
    )  # fmt: skip
    rules.term(
        "source", _l("came by"), **_column(Contact.source, "source"),
        form=(Field("source", _l("How they came"), many, _ways),),
        says=lambda value: _("came by %(source)s", source=either([sources.named(one) for one in value])),
    )  # fmt: skip


def _levels() -> list[tuple[str, str]]:
    return [(str(weight), str(label)) for weight, label in LEVELS]


def _purposes() -> list[tuple[str, str]]:
    return [(purpose, str(ALLOWED[purpose])) for purpose in consent.PURPOSES]
