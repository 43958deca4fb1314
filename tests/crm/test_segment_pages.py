"""The pages of segments: a builder that works as a plain form, a list with counts, why somebody is in or out."""

import re

import pytest

from crm import contacts, rule_drafts, segments, tags
from crm.segments import Segment
from kernel.db import db

HERE = "/admin/cafe/segments"
TICOS = {"rule.join": "all", "rule.0.word": "country", "rule.0.was": "country", "rule.0.country": ["CR", "GT"]}


@pytest.fixture
def people(shop):
    """Three people, of whom one likes nothing."""
    contacts.known(email="ana@example.com", name="Ana", country="CR", tags=["feria"])
    contacts.known(email="beto@example.com", name="Beto", country="GT")
    contacts.known(email="carl@example.com", name="Carl", country="US", language="en")
    db.session.commit()
    return shop


def _kept(shop, code, rule, name="Ticos"):
    db.session.add(Segment(code=code, name={"es": name}, rule=rule))
    db.session.commit()


def _page(answer, status=200):
    assert answer.status_code == status, answer.status_code
    return answer.get_data(as_text=True)


def test_a_segment_is_made_without_scripts_step_by_step(people):
    admin = people.admin
    first = _page(admin.post(f"{HERE}/new", data={**TICOS, "name": "Vecinos", "rule-do": "group rule"}))
    assert 'name="rule.1.join"' in first
    assert "Vecinos" in first
    assert db.session.scalar(db.select(Segment.id)) is None
    inner = {"rule.1.join": "none", "rule.1.0.word": "tag", "rule.1.0.was": "tag", "rule.1.0.tag": ["feria"]}
    kept = admin.post(f"{HERE}/new", data={**TICOS, **inner, "name": "Vecinos"})
    assert kept.headers["Location"].endswith(f"{HERE}/vecinos")
    row = segments.by_code("vecinos")
    assert row.rule == {"all": [{"country": ["CR", "GT"]}, {"not": {"any": [{"tag": ["feria"]}]}}]}
    shown = _page(admin.get(f"{HERE}/vecinos"))
    assert "Beto" in shown
    assert "Ana" not in shown
    goes_on(admin, shown)
    assert "mailings/new" not in _page(admin.get(f"{HERE}/new"))  # there is nobody yet


def goes_on(admin, shown):
    """From the segment to all of its people, and to a letter for them."""
    assert 'href="/admin/cafe/people?segment=vecinos"' in shown
    assert 'href="/admin/cafe/mailings/new?segment=vecinos"' in shown
    listed = _page(admin.get("/admin/cafe/people?segment=vecinos"))
    assert ("Beto" in listed, "Ana" in listed) == (True, False)
    new = _page(admin.get("/admin/cafe/mailings/new?segment=vecinos"))
    assert re.search(r'<option selected value="vecinos">|<option value="vecinos" selected', new)


def test_the_words_of_a_condition_change_with_it_and_what_was_typed_stays(people):
    changed = {
        **TICOS,
        "rule.0.word": "orders",
        "rule.1.word": "city",
        "rule.1.was": "city",
        "rule.1.city.more": "Cot, Tres Ríos",
    }
    page = _page(people.admin.post(f"{HERE}/draft", data=changed))
    assert 'name="rule.0.days"' in page
    assert 'value="Tres Ríos"' in page
    assert 'name="rule.0.country"' not in page


def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(people):
    bad = {**TICOS, "rule.1.word": "spent", "rule.1.was": "spent", "rule.1.least": "mucho", "rule.1.currency": "CRC",
           "rule.2.word": "orders", "rule.2.was": "orders", "rule.2.least": "0", "rule.2.days": "30"}  # fmt: skip
    page = _page(people.admin.post(f"{HERE}/new", data={**bad, "name": ""}), 422)
    assert 'value="mucho"' in page
    assert 'value="0"' in page
    assert page.count('aria-invalid="true"') == 3
    assert db.session.scalar(db.select(Segment.id)) is None


def test_a_deleted_tag_is_named_and_the_segment_still_opens(people):
    _kept(people, "de-feria", {"all": [{"tag": ["feria"]}]})
    ana = contacts.by_email("ana@example.com")
    tags.remove([ana.id], "feria")
    db.session.commit()
    page = _page(people.admin.get(f"{HERE}/de-feria"))
    assert "«feria»" in page
    form = {"name": "De feria", "rule.join": "all", "rule.0.word": "tag", "rule.0.was": "tag", "rule.0.tag": "feria"}
    _page(people.admin.post(f"{HERE}/de-feria", data=form), 422)
    assert "feria" in _page(people.admin.get(HERE))


@pytest.mark.parametrize(
    "rule", [{"nothing": 1}, {"all": [{"segment": "gone"}]}, {}, {"all": 3}, {"orders": {"least": "x"}}]
)
def test_a_rule_that_cannot_be_read_still_opens(people, rule):
    _kept(people, "roto", rule)
    _page(people.admin.get(f"{HERE}/roto"))
    _page(people.admin.get(HERE))


def test_a_segment_made_of_itself_is_refused_and_typed_again(people):
    _kept(people, "a", {"all": [{"country": ["CR"]}]})
    form = {"name": "A", "rule.join": "all", "rule.0.word": "segment", "rule.0.was": "segment", "rule.0.segment": "a"}
    _page(people.admin.post(f"{HERE}/a", data=form), 422)
    assert segments.by_code("a").rule == {"all": [{"country": ["CR"]}]}


def test_why_somebody_is_out_says_each_condition(people):
    _kept(people, "vecinos", {"all": [{"country": ["CR", "US"]}, {"not": {"language": ["en"]}}]})
    carl = contacts.by_email("carl@example.com")
    page = _page(people.admin.get(f"{HERE}/vecinos/people/{carl.token}"))
    assert page.count("state-off") == 2
    assert page.count("state-good") == 1
    assert carl.token in _page(people.admin.get(f"{HERE}/vecinos?q=carl"))


def test_into_the_bin_and_back_and_a_copy(people):
    _kept(people, "vecinos", {"all": [{"country": ["CR"]}]})
    admin = people.admin
    admin.post(f"{HERE}/vecinos/bin")
    assert segments.by_code("vecinos") is None
    assert "Ticos" in _page(admin.get(f"{HERE}?show=bin"))
    admin.post(f"{HERE}/vecinos/back")
    assert segments.by_code("vecinos").rule == {"all": [{"country": ["CR"]}]}
    assert "CR" in _page(admin.get(f"{HERE}/new?from=vecinos"))


def test_a_clerk_makes_no_segments(people):
    assert people.staff("clerk").get(HERE).status_code in {403, 404}


def test_a_rule_goes_into_the_form_and_comes_back_the_same(shop):
    rules = [
        {"all": [{"any": [{"country": ["CR"]}, {"not": {"orders": {"least": 2, "days": 30}}}]}, {"allows": "marketing"}]},
        {"not": {"all": [{"first_visit": True}, {"local_time": {"first": "20:00", "last": "06:00"}}]}},
        {"not": {"any": [{"spent": {"least": 1250050, "currency": "CRC", "days": 90}}, {"season": {"first": "12-10", "last": "01-06"}}]}},
        {"all": [{"last_order": {"least": 60}}, {"booking_within": 7}, {"did": {"kind": "viewed", "least": 3, "days": 7}}]},
    ]  # fmt: skip
    for rule in rules:
        assert rule_drafts.rule_of(rule_drafts.of(rule)) == rule


HINT = "data-rule-unsure>Quien no tiene un lugar conocido también queda fuera."  # not hidden


def test_the_builder_says_that_an_unknown_place_is_left_out_and_offers_it(people):
    plain = _page(people.admin.post(f"{HERE}/draft", data=TICOS))
    assert HINT not in plain
    assert 'name="rule.0.country" value=""' in plain
    for turned in ({"rule.0.not": "1"}, {"rule.join": "none"}):
        page = _page(people.admin.post(f"{HERE}/draft", data={**TICOS, **turned}))
        assert HINT in page
        assert "están en un país conocido distinto de Costa Rica" in page
    both = _page(people.admin.post(f"{HERE}/draft", data={**TICOS, "rule.0.not": "1", "rule.join": "none"}))
    assert HINT not in both
    unknown = _page(people.admin.post(f"{HERE}/draft", data={**TICOS, "rule.0.country": [""]}))
    assert "están en un país desconocido" in unknown


def test_a_condition_of_which_nothing_was_chosen_is_not_complete(people):
    asked = {"rule.join": "all", "rule.0.word": "bought", "rule.0.was": "bought", "rule.0.least": "1"}
    page = _page(people.admin.post(f"{HERE}/new", data={**asked, "name": "Compradores"}), 422)
    assert "Producto o Categoría: elija al menos" in page
    assert segments.by_code("compradores") is None
    draft = _page(people.admin.post(f"{HERE}/draft", data=asked))
    assert "compraron —" not in draft
    assert "elija al menos" not in draft
