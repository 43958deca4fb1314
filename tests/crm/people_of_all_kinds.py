"""A world of many people, and rules thrown by dice from every word that is registered: for what must agree on both."""

from datetime import date, timedelta

from crm import companies, consent, contacts, custom_fields, custom_values, rules
from crm.company_contacts import CompanyContact
from crm.consent import Consent
from crm.contacts import Contact
from crm.segments import Segment
from crm.sums import LIFETIME, ContactDay
from crm.tags import ContactTag
from crm.tastes import Interest, Taste
from crm.visitors import Visitor
from kernel import clock, signing
from kernel.db import db

LANDS = ["CR", "GT", "HN", "MX", "US", ""]
CITIES = ["San José", "san jose", "Heredia", "São Paulo", "CÓRDOBA", "Cordoba", ""]
WORDS = ["vip", "feria", "prensa", "ex"]
LIKES = ["espresso", "te", "regalos", "aves"]
KINDS = ["ordered", "paid", "refunded", "viewed", "booked"]
HOSTS = ["instagram.com", "www.instagram.com", "notinstagram.com", "google.com", ""]
BLANK = {"all": []}


def world(dice, count=220):
    """So many people, some of whom did much, some nothing; with their browsers, and four kept segments."""
    for code in LIKES:
        db.session.add(Interest(code=code, name={"es": code}))
    people = [_person(dice, number) for number in range(count)]
    db.session.add_all(people)
    db.session.flush()
    asked = _fields()
    for one in people:
        _belongings(dice, one)
        _custom(dice, one, asked)
    _firms(dice, people)
    db.session.flush()
    kept = [{"country": "CR"}, {"not": {"tag": "vip"}}, {"segment": "s0"}, BLANK]
    db.session.add_all(
        Segment(code=f"s{place}", name={"es": f"S{place}"}, rule=rule) for place, rule in enumerate(kept)
    )
    db.session.commit()
    return people


def _person(dice, number):
    ago = dice.choice([timedelta(minutes=3), timedelta(minutes=29), timedelta(days=2), timedelta(days=400)])
    email = f"p{number}@example.com" if dice.random() < 0.8 else None
    return Contact(
        token=signing.token(), email=email, email_norm=contacts.normal_email(email), name=f"P {number}",
        country=dice.choice(LANDS), city=dice.choice(CITIES), region=dice.choice(CITIES), address={},
        language=dice.choice(["es", "en", "pt"]), group=dice.choice(["", "mayorista", "hotel"]),
        stage=dice.choice(["", "prospecto", "cliente"]), source=dice.choice(["", "feria", "pedido"]),
        created_at=clock.now() - ago,
    )  # fmt: skip


def _belongings(dice, one):
    add = db.session.add_all
    add(ContactTag(contact_id=one.id, tag=tag) for tag in dice.sample(WORDS, dice.choice([0, 0, 1, 3])))
    liked = dice.sample(LIKES, dice.choice([0, 1, 2]))
    add(Taste(contact_id=one.id, code=code, weight=dice.choice([0, 1, 29, 30, 60, 100])) for code in liked)
    answers = [(purpose, dice.random() < 0.6) for purpose in consent.PURPOSES for _ in range(dice.randint(0, 2))]
    add(Consent(contact_id=one.id, purpose=purpose, given=given) for purpose, given in answers)
    for _ in range(dice.choice([0, 0, 1, 2])):
        _browser(dice, one)
    whole = {}
    for kind, currency, day in sorted({_sum_key(dice) for _ in range(dice.choice([0, 0, 1, 3, 8]))}):
        times, minor = dice.randint(0, 4), dice.choice([-5_000, 100, 5_000, 20_000])
        add([_sum(one, kind, currency, day, times, minor)])
        before = whole.get((kind, currency), (0, 0))
        whole[kind, currency] = before[0] + times, before[1] + minor
    add(_sum(one, kind, currency, LIFETIME, *both) for (kind, currency), both in whole.items())


TEXTS = ["Ñandú 100%", "nandu 100%", "NANDÚ", "a_b", "aXb", 'O\'Hara \\ "x"', "ﷺ" * 40, "™", "\u0301", "İ"]
LONGS = ["Alérgica\nal  maní", "al mani", "x" * 1900 + " fin"]
NUMBERS = [-1_500, 0, 38_000, 38_500, 10**15]
DAYS = [date(1999, 12, 31), date(2026, 2, 28), date(2024, 2, 29), date(2026, 3, 1), date(2030, 1, 1),
        date(2026, 11, 25), date(1980, 11, 26), date(2026, 12, 3)]  # fmt: skip


def _fields():
    """A field of each kind and one more that is sensitive, in which people have what others have elsewhere."""
    more = {"options": {}, "more": ("Rojo", "Verde, claro", "Azul")}
    kinds = [*custom_fields.KINDS, "text"]
    return [
        custom_fields.add(
            custom_fields.Told(f"F {kind} {place}", kind, sensitive=place == len(kinds) - 1, **more), by=None
        )
        for place, kind in enumerate(kinds)
    ]


def _firms(dice, people):
    """Five companies, one of them in the bin, for some of which some act."""
    words = dice.choices([*WORDS, ""], k=5)
    firms = [companies.add(companies.Told(f"Firma {place}", tags=word), by=None) for place, word in enumerate(words)]
    firms[4].binned_at = clock.now()
    for one in people:
        acting = dice.sample(firms, dice.choice([0, 0, 0, 1, 2]))
        db.session.add_all(
            CompanyContact(company_id=firm.id, contact_id=one.id, role="", main=False) for firm in acting
        )


def _custom(dice, one, asked):
    codes = [code for code, _label in asked[5].offered]
    ways = {"text": TEXTS, "long": LONGS, "number": NUMBERS, "day": DAYS, "yes": ["yes", "no"], "choice": codes}
    told = {
        field: sorted(dice.sample(codes, dice.choice([1, 2]))) if field.kind == "several" else dice.choice(ways[field.kind])
        for field in asked if dice.random() < 0.6
    }  # fmt: skip
    custom_values.keep(one, told, "staff")


def _browser(dice, one):
    first = clock.now() - dice.choice([timedelta(minutes=5), timedelta(days=3)])
    seen = Visitor(token_hash=signing.digest(signing.token()), contact_id=one.id, first_seen=first,
                   referrer=dice.choice(HOSTS), country=dice.choice(LANDS), language="es")  # fmt: skip
    db.session.add(seen)


def _sum_key(dice):
    today = clock.today("America/Costa_Rica")
    ago = dice.choice([0, 1, 6, 7, 29, 30, 31, 59, 60, 61, 200, 365])
    return dice.choice(KINDS), dice.choice(["CRC", "USD"]), today - timedelta(days=ago)


def _sum(one, kind, currency, day, *told):
    """A row as crm.sums writes them, the sums of all time beside those of each day."""
    return ContactDay(contact_id=one.id, kind=kind, currency=currency, day=day, count=told[0], amount_minor=told[1])


SPECIAL = {
    "city": CITIES, "region": CITIES, "referrer": ["instagram.com", "google.com", "example.org"],
    "company_tag": [*WORDS, "nobody has it"], "stage": ["prospecto", "cliente"], "source": ["feria", "pedido"], "tag": [*WORDS, "nobody has it"],
    "group": ["", "mayorista", "hotel"], "country": LANDS, ("custom_text", "text"): [*TEXTS, *LONGS[:2], "n", "%"],
    ("custom_empty", "field"): ["f_text_0", "f_several_6", "f_text_7", "gone"],
}  # fmt: skip


def value(dice, term):
    """A value of that word, as its fields say."""
    told = {place.name: _field(dice, term.name, place) for place in term.form.fields}
    told = {name: one for name, one in told.items() if one is not None}
    if term.form.lacking(told):
        return value(dice, term)
    return told if len(term.form.fields) > 1 else next(iter(told.values()), True)


def _field(dice, name, place):
    if not place.needed and dice.random() < 0.4:
        return None
    if place.kind == "decimal":
        return dice.choice(NUMBERS)
    if place.kind == "date":
        return dice.choice(DAYS).isoformat()
    if place.kind in {"choice", "choices", "currency", "text"}:
        options = SPECIAL.get((name, place.name)) or SPECIAL.get(name) or list(place.labels()) or ["x"]
        if place.kind == "choices":
            return dice.sample(options, min(len(options), dice.choice([1, 1, 2])))
        return dice.choice(options)
    if place.kind == "amount":
        return dice.choice([1, 100, 5_000, 25_000])
    if place.kind == "time":
        return dice.choice(["00:00", "06:00", "12:00", "20:00", "24:00"])
    if place.kind == "day":
        return dice.choice(["01-06", "02-29", "06-15", "11-26", "12-10"])
    return dice.choice([n for n in (0, 1, 2, 7, 30, 31, 60, 365) if place.least <= n <= place.most])


def rule(dice, depth=0):
    """A rule of any words, not deeper than four."""
    kind = dice.choice(["all", "any", "not", "word", "word", "word"]) if depth < 4 else "word"
    if kind in {"all", "any"}:
        return {kind: [rule(dice, depth + 1) for _ in range(dice.choice([0, 1, 2, 2, 3]))]}
    if kind == "not":
        return {"not": rule(dice, depth + 1)}
    term = dice.choice(sorted(rules.terms().values(), key=lambda one: one.name))
    return {term.name: value(dice, term)}
