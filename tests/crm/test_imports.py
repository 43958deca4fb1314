"""Files of people: every line is accounted for, nobody is overwritten or resurrected, and all of it can be taken back."""

import random
from collections import Counter

import pytest
from sqlalchemy import select, text, update

from crm import consent, contacts, facts, import_rows, import_steps, imports, people, sources, tags
from crm.contacts import Contact
from crm.imports import ContactImport, ContactImportPart
from kernel import jobs, suppression, table_files
from kernel.db import db
from kernel.jobs import Job
from kernel.refusal import Refusal
from tests.crm import people_files as files

PLAIN = (
    "Nombre;Apellidos;Correo;Teléfono;País;Etiquetas;Permite correos;Fecha de consentimiento;Color\n"
    "Ana;Núñez;ana@example.com;8312 3456;Costa Rica;vip, feria;sí;2025-01-02;azul\n"
    "Beto;Ek;beto@example.com;no tiene;Guatemala;;sí;;rojo\n"
    "Eva;Sol;eva@@example;;;;no;;\n"
    ";;;;;vip;;;\n"
    "Ana;Otra;ANA@example.com;;Atlántida;;;;\n"
    "Rosa;Luz;;8888 7777;;;no;;\n"
)


def _brought(shop, told, name="gente.csv", **more):
    sheet, encoding = imports.opened(told.encode() if isinstance(told, str) else told, more.pop("encoding", ""))
    row = imports.begin(sheet, name, encoding=encoding, by=shop.owner)
    imports.choose(row, row.mapping, **more)
    db.session.commit()
    return row.token


def _row(shop, token):
    shop.enter()
    return imports.named(token)


def _drained(shop, token):
    db.session.commit()
    jobs.run_due()
    return _row(shop, token)


def _checked(shop, token):
    import_steps.check(_row(shop, token))
    return _drained(shop, token)


def _done(shop, token):
    row = _row(shop, token)
    if row.state == "draft":
        row = _checked(shop, token)
    import_steps.run(row, by=shop.owner)
    return _drained(shop, token)


def _undone(shop, token):
    import_steps.undo(_row(shop, token), by=shop.owner)
    return _drained(shop, token)


def _outcomes(row):
    return [tuple(one[:2]) + tuple(note[0] for note in one[3]) for part in imports.parts(row) for one in part.outcomes]


def _everything(shop):
    """All rows of people, but of files and what staff did."""
    db.session.commit()
    aside = {"contact_import", "contact_import_part", "journal"}
    with db.engine.connect() as bare:
        return {
            table: sorted(map(repr, bare.execute(text(f"SELECT * FROM {table} WHERE tenant_id = {shop.tenant_id}"))))
            for table in ("contact", "contact_tag", "contact_source", "consent", "suppression", "fact")
            if table not in aside
        }


def test_a_dry_run_says_of_every_line_what_would_become_of_it_and_changes_nobody(shop):
    contacts.known(email="beto@example.com", name="Beto Ek")
    token = _brought(shop, PLAIN)
    before = _everything(shop)
    row = _checked(shop, token)
    assert row.state == "checked"
    assert _outcomes(row) == [
        (2, "new"), (3, "filled", "phone", "no_proof"), (4, "refused", "email"), (5, "refused", "unreachable"),
        (6, "same", "country"), (7, "new"),
    ]  # fmt: skip
    assert row.counts == {"new": 2, "filled": 1, "refused": 2, "same": 1}
    assert sum(row.counts.values()) == row.total == 6
    assert _everything(shop) == before


def test_the_real_run_does_what_the_dry_one_said_and_says_from_where_it_knows(shop):
    contacts.known(email="beto@example.com", name="Beto Ek")
    token = _brought(shop, PLAIN, tag="Feria 2026")
    dry = _outcomes(_checked(shop, token))
    row = _done(shop, token)
    assert (row.state, row.seen, row.percent) == ("done", 6, 100)
    assert _outcomes(row) == dry
    ana, beto = contacts.by_email("ana@example.com"), contacts.by_email("beto@example.com")
    assert (ana.name, ana.phone, ana.country, ana.tags) == (
        "Ana Núñez",
        "+50683123456",
        "CR",
        ["vip", "feria", "feria 2026"],
    )
    assert (beto.name, beto.country, beto.tags) == ("Beto Ek", "GT", ["feria 2026"])
    assert {name: one.source for name, one in sources.of(beto).items()} == {"country": f"import:{token}"}
    proof = consent.newest(ana, "marketing")
    assert (proof.given, proof.at.date().isoformat(), proof.form) == (True, "2025-01-02", f"import:{token}")
    assert consent.newest(beto, "marketing") is None
    assert contacts.by_phone("+50688887777").name == "Rosa Luz"
    left = [line for part in imports.parts(row) for line in part.lines]
    assert [line for line, _cells in left] == [4, 5]  # of whoever came in, the file keeps no line


def test_taking_a_file_back_leaves_every_row_as_it_was(shop):
    beto = contacts.known(email="beto@example.com", name="Beto Ek", learned="staff")
    tags.add([beto.id], "vip")
    consent.record(contacts.known(email="luis@example.com"), "marketing", True, form="checkout")
    tokens = [_brought(shop, PLAIN, tag="vip"), _brought(shop, files.LEFT + files.left("otro@example.com"))]
    before = _everything(shop)
    for token in tokens:
        _done(shop, token)
    assert _everything(shop) != before
    ends = [(row.state, row.counts) for row in (_undone(shop, token) for token in reversed(tokens))]
    after = _everything(shop)
    for table, kept in before.items():
        if table != "contact":
            assert after[table] == kept, table
    people_now = {one.email: (one.name, one.phone, one.country) for one in db.session.scalars(select(Contact))}
    assert people_now == {"beto@example.com": ("Beto Ek", None, ""), "luis@example.com": ("", None, "")}
    assert ends == [("undone", {"back": 1}), ("undone", {"gone": 2, "back": 1})]


def test_who_moved_on_since_stays_when_a_file_is_taken_back(shop):
    token = _brought(shop, PLAIN)
    _done(shop, token)
    ana, rosa = contacts.by_email("ana@example.com"), contacts.by_phone("+50688887777")
    facts.record("wrote", contact=ana)
    people.change(rosa, {"city": "Heredia"}, by=shop.owner)
    beto = contacts.by_email("beto@example.com")
    beto.country = "MX"
    db.session.commit()
    row = _undone(shop, token)
    assert row.counts == {"stays": 3}
    assert contacts.by_email("ana@example.com").name == "Ana Núñez"
    assert contacts.by_email("beto@example.com").country == "MX"


def test_a_file_is_stopped_in_the_middle_taken_up_again_and_nobody_comes_twice(shop, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    lines = "".join(f"p{number}@example.com,P{number}\n" for number in range(9))
    token = _brought(shop, "correo,nombre\n" + lines)
    row = _checked(shop, token)
    import_steps.run(row, by=shop.owner)
    db.session.commit()
    jobs.run(jobs.claim())
    row = _row(shop, token)
    import_steps.stop(row, by=shop.owner)
    row = _drained(shop, token)
    assert (row.state, row.seen, row.percent, row.counts) == ("stopped", 2, 22, {"new": 2})
    assert people.count(people.query()) == 2
    import_steps.run(row, by=shop.owner)
    row = _drained(shop, token)
    assert (row.state, row.counts, people.count(people.query())) == ("done", {"new": 9}, 9)


def test_what_came_in_before_it_was_stopped_can_be_taken_back(shop, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    token = _brought(shop, "correo\n" + "".join(f"p{number}@example.com\n" for number in range(5)))
    import_steps.run(_checked(shop, token), by=shop.owner)
    db.session.commit()
    jobs.run(jobs.claim())
    import_steps.stop(_row(shop, token), by=shop.owner)
    _drained(shop, token)
    row = _undone(shop, token)
    assert (row.state, row.counts, people.count(people.query())) == ("undone", {"gone": 2}, 0)


def test_a_step_whose_worker_died_before_its_end_left_nothing_and_runs_again(shop):
    token = _brought(shop, PLAIN)
    import_steps.run(_checked(shop, token), by=shop.owner)
    db.session.commit()
    claimed = jobs.claim()
    shop.enter()
    import_steps.step(_row(shop, token).id)
    db.session.rollback()  # the worker was killed
    shop.enter()
    assert people.count(people.query()) == 0
    db.session.execute(update(Job).where(Job.id == claimed.id).values(state="waiting", lease_until=None))
    row = _drained(shop, token)
    assert (row.state, people.count(people.query())) == ("done", 3)


def test_mailchimp_subscribers_allow_letters_only_where_the_file_proves_it(shop):
    told = (
        files.MAILCHIMP
        + files.subscribed("ana@example.com")
        + files.subscribed("joao@example.com", confirm="", first="João")
    )
    token = _brought(shop, told, name="subscribed_members_export.csv")
    row = _done(shop, token)
    assert (row.profile, row.counts) == ("mailchimp", {"new": 2})
    ana, joao = contacts.by_email("ana@example.com"), contacts.by_email("joao@example.com")
    proof = consent.newest(ana, "marketing")
    assert (proof.given, proof.ip, proof.text_version, proof.at.isoformat()) == (
        True, "192.0.2.11", "mailchimp", "2024-03-14T09:14:00+00:00",
    )  # fmt: skip
    assert (ana.name, ana.tags, ana.country, ana.address["street"]) == (
        "Ana Mora", ["vip", "cafe"], "CR", "Avenida Central 1 San Jose 10101 CR",
    )  # fmt: skip
    assert consent.newest(joao, "marketing") is None
    assert _outcomes(row)[1] == (3, "new", "no_proof")
    assert not ana.phone_vouched


@pytest.mark.parametrize(("make", "head"), [(files.left, files.LEFT), (files.cleaned, files.CLEANED)])
def test_a_file_of_those_who_left_makes_nobody_and_stops_letters(shop, make, head):
    luis = contacts.known(email="luis@example.com", name="")
    consent.record(luis, "marketing", True, form="checkout")
    luis_answered = consent.newest(luis, "marketing")
    luis_answered.at = luis_answered.at.replace(year=2023)
    token = _brought(shop, head + make("luis@example.com") + make("nadie@example.com") + make("NADIE@example.com"))
    row = _done(shop, token)
    assert row.counts == {"stopped": 2, "same": 1}
    assert contacts.by_email("nadie@example.com") is None
    luis = contacts.by_email("luis@example.com")
    assert (luis.name, consent.allows(luis, "marketing")) == ("", False)
    assert all(suppression.blocks(one, "marketing") for one in ("luis@example.com", "nadie@example.com"))
    assert not suppression.blocks("nadie@example.com")


def test_no_file_makes_a_yes_of_a_no(shop):
    no = contacts.known(email="no@example.com")
    consent.record(no, "marketing", False, form="account")
    suppression.add("left@example.com", "marketing", "letter 4")
    told = files.MAILCHIMP + files.subscribed("no@example.com") + files.subscribed("left@example.com")
    row = _done(shop, _brought(shop, told))
    assert [one[2] for one in _outcomes(row)] == ["kept_no", "kept_no"]
    assert not consent.allows(contacts.by_email("no@example.com"), "marketing")
    assert consent.newest(contacts.by_email("left@example.com"), "marketing") is None


def test_a_plain_no_in_a_file_is_said_before_it_takes_a_yes_back(shop):
    ana = contacts.known(email="ana@example.com", name="Ana")
    consent.record(ana, "marketing", True, form="checkout")
    token = _brought(shop, "correo,ciudad,acepta correos\nana@example.com,Heredia,no\nnueva@example.com,,no\n")
    assert _outcomes(_checked(shop, token)) == [(2, "filled", "stopped"), (3, "new")]
    token = _brought(shop, "correo,acepta correos\nana@example.com,no\n")  # nothing is filled in by it
    row = _done(shop, token)
    assert (_outcomes(row), row.counts) == ([(2, "said_no", "stopped")], {"said_no": 1})
    assert _undone(shop, token).counts == {"back": 1}
    assert consent.allows(contacts.by_email("ana@example.com"), "marketing")


def test_a_newer_yes_here_outlives_an_old_goodbye_there(shop):
    luis = contacts.known(email="luis@example.com")
    consent.record(luis, "marketing", True, form="subscribe")
    row = _done(shop, _brought(shop, files.LEFT + files.left("luis@example.com")))
    assert _outcomes(row) == [(2, "same", "newer")]
    assert consent.allows(contacts.by_email("luis@example.com"), "marketing")


def test_whoever_is_in_the_bin_or_was_forgotten_does_not_come_back_by_a_file(shop):
    binned, forgotten = contacts.known(email="bin@example.com"), contacts.known(email="gone@example.com", name="Gone")
    people.put_away(binned, by=shop.owner)
    people.erase(forgotten, by=shop.owner)
    db.session.commit()
    row = _done(shop, _brought(shop, "correo\nbin@example.com\nGone@example.com\nnueva@example.com\n"))
    assert _outcomes(row) == [(2, "refused", "bin"), (3, "refused", "erased"), (4, "new")]


@pytest.mark.parametrize(
    ("data", "encoding", "separator"),
    [
        ("correo,nombre\nana@example.com,Núñez\n".encode(), "utf-8", ","),
        ("correo;nombre\nana@example.com;Núñez\n".encode("cp1252"), "cp1252", ";"),
        ("correo\tnombre\nana@example.com\tNúñez\n".encode("utf-16"), "utf-16", "\t"),
        ("correo\tnombre\nana@example.com\tNúñez\n".encode("utf-16-le"), "utf-16-le", "\t"),
        (b"\xef\xbb\xbfsep=;\ncorreo;nombre\nana@example.com;N\xc3\xba\xc3\xb1ez\n", "utf-8", ";"),
        ("ana@example.com,Núñez\n".encode(), "utf-8", ","),
    ],
)
def test_encoding_and_separator_are_found_and_said(shop, data, encoding, separator):
    sheet, found = imports.opened(data)
    assert (found, sheet.separator, sheet.rows[0][1]) == (encoding, separator, ["ana@example.com", "Núñez"])


@pytest.mark.parametrize(
    ("data", "chosen"),
    [
        ("correo\nNúñez\n".encode("cp1252"), "utf-8"), (b"PK\x03\x04" + b"x" * 90, ""),
        (b"%PDF-1.7\n1 0 obj, x\n2 0 obj\n", ""), (b"%!PS-Adobe-3.0 EPSF-3.0\na,b\n1,2\n", "cp1252"),
        (b"\xc5\xd0\xd3\xc6 \x01\x02,b\n1,2\n", ""), (b"{\\rtf1 a\nb\n", ""),
        (b"a,b\n1,2\0\n", ""),
        (b"", ""), (b"correo,nombre\n", ""), (b'correo\n"ana', ""), (("a," * 300 + "\n").encode() * 2, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_in_a_sentence_and_nothing_is_kept(shop, data, chosen):
    with pytest.raises(Refusal) as told:
        imports.opened(data, chosen)
    assert len(str(told.value)) > 20
    assert db.session.scalars(select(ContactImport)).all() == []


def test_more_lines_than_a_file_may_have_are_refused(shop, monkeypatch):
    monkeypatch.setattr(imports, "MOST", 3)
    with pytest.raises(table_files.TooLong):
        imports.opened(b"correo\n" + b"a@example.com\n" * 5)


def test_a_file_without_a_way_to_reach_anybody_is_not_looked_through(shop):
    with pytest.raises(imports.Unreachable):
        _brought(shop, "nombre,color\nAna,azul\n")


def test_an_erased_person_stands_in_no_line_that_waits_or_was_refused(shop):
    token = _brought(shop, "correo,nombre\nana@example.com,Ana Núñez\nmal@,ANA NUNEZ\notra@example.com,Otra\n")
    ana = contacts.known(email="ana@example.com", name="Ana Núñez")
    people.erase(ana, by=shop.owner)
    db.session.commit()
    kept = [cells for part in imports.parts(_row(shop, token)) for _line, cells in part.lines]
    assert kept == [[], [], ["otra@example.com", "Otra"]]
    assert sum(_done(shop, token).counts.values()) == 3


def test_lines_of_any_shape_are_all_accounted_for(shop):
    dice = random.Random(7)
    cells = [
        "ana@example.com",
        "Ana",
        "=1+1",
        "ñ" * 3000,
        "",
        " ",
        "8312 3456",
        "@",
        "\u202eevil",
        "Σ" * 90,
        "'--",
        "CR",
    ]
    lines = "".join(",".join(dice.choice(cells) for _ in range(dice.randint(1, 5))) + "\n" for _ in range(120))
    told = "correo,nombre,telefono,pais\n" + lines
    row = _done(shop, _brought(shop, told))
    blank = sum(not line.replace(",", "").strip() for line in lines.splitlines())
    assert sum(row.counts.values()) == row.total == 120 - blank
    assert Counter(one[1] for one in _outcomes(row)) == Counter(row.counts)
    assert db.session.scalars(select(ContactImportPart)).first().state == "done"


def test_taking_a_file_back_leaves_what_somebody_said_since(shop):
    row = _done(shop, _brought(shop, files.LEFT + files.left("luis@example.com")))
    suppression.add("luis@example.com", "marketing", "erased")
    db.session.commit()
    _undone(shop, row.token)
    assert suppression.blocks("luis@example.com", "marketing")


@pytest.mark.parametrize("text", ["1", "12", "10:30", "March 2024", "3/4"])
def test_no_moment_is_guessed_of_half_a_date(text):
    assert import_rows.moment(text) is None
