"""Languages: words of shoppers with fallback, addresses by language, and nothing of ours left untold in Spanish."""

import re
import tomllib

import pytest
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, Optional

from kernel import countries, forms, i18n, journal, memberships, permissions, translating
from kernel.db import db
from kernel.i18n import pick, words_html
from kernel.menu import _entries, _sections
from kernel.today import _lines
from tests.shop.pages import form

WORDS = {"es": "Café", "en": "Coffee"}


class Wanted(forms.Form):
    """A form that says nothing of its own about an empty field."""

    name = StringField(validators=[DataRequired()])
    count = IntegerField(validators=[Optional()])


@pytest.mark.parametrize(("spoken", "empty"), [("es", "Complete este dato."), ("en", "Fill this in.")])
def test_every_form_says_the_same_of_an_empty_field(app, spoken, empty):
    with i18n.speak(spoken):
        form = Wanted(MultiDict({"name": "", "count": "x"}))
        assert not form.validate()
        assert form.name.errors == [empty]
        assert form.count.errors != [empty]  # what else is wrong has WTForms' own words


@pytest.mark.parametrize(
    ("words", "wanted", "told"),
    [
        (WORDS, "es", "Café"), (WORDS, "en", "Coffee"), (WORDS, "de", "Café"), ({"en": "Coffee"}, "es", "Coffee"),
        ({"es": "", "en": "Coffee"}, "es", "Coffee"), ({"fr": "Café noir"}, "es", "Café noir"), ({}, "es", ""),
        (None, "es", ""), ("plain", "es", "plain"),
    ],
)  # fmt: skip
def test_words_fall_back_field_by_field(words, wanted, told):
    assert pick(words, wanted) == told


def test_a_fallback_says_its_language_and_is_escaped(app):
    with i18n.speak("de"):
        assert words_html({"es": "<b>Café</b>"}) == '<span lang="es">&lt;b&gt;Café&lt;/b&gt;</span>'
    with i18n.speak("es"):
        assert words_html({"es": "<b>"}) == "&lt;b&gt;"


def test_the_shops_language_has_bare_addresses_and_others_a_prefix(shop):
    spoken = {path: shop.client.get(path).get_data(as_text=True)[:200] for path in ("/cart", "/en/cart")}
    assert 'lang="es"' in spoken["/cart"]
    assert 'lang="en"' in spoken["/en/cart"]


@pytest.mark.parametrize("path", ["/en/", "/en/search?q=cafe", "/p/cafe-uno"])
def test_who_answers_the_banner_stays_in_their_language(shop, path):
    shop.product("Café Uno")
    sent = form(shop.client.get(path), "consent")
    assert shop.client.post("/consent", data=sent).location == path
    assert shop.client.get("/de/cart").status_code == 404  # not one of the shop's
    assert shop.client.get("/es/cart").status_code in {301, 308, 404}  # one address a page


def test_what_a_letter_speaks_is_put_back_afterwards(app):
    with i18n.speak("en", "US"):
        assert (i18n.language(), str(gettext("Cart"))) == ("en", "Cart")
        with i18n.speak("es", "CR"):
            assert (i18n.language(), str(gettext("Cart"))) == ("es", "Carrito")
        assert i18n.language() == "en"


def labels():
    """Every label of the countries' address forms."""
    for path in sorted(countries.HERE.glob("*.toml")):
        for line in tomllib.loads(path.read_text(encoding="utf-8"))["address"]:
            yield line["label"]
    yield from (line.label_id for line in countries._GENERIC_ADDRESS)


def spanish():
    return i18n.merged(sorted((i18n.SOURCES / "es").glob("*.po")), "es")


def test_every_line_of_an_address_has_spanish_words():
    known = spanish()
    assert known.get("Province").string == "Provincia"
    assert [label for label in labels() if not (known.get(label) and known.get(label).string)] == []


def test_every_registered_word_has_spanish_words(app):
    """What is registered is often lazy and made of data, so no search of the code finds it."""
    told = [known.label for known in permissions._table.values()]
    told += [known.label for registry in (_entries, _sections, _lines) for known in registry.values()]
    ours = (known for endpoint, known in _sections.items() if endpoint != "shop_admin.settings_payments")
    told += [known.hint for known in ours if known.hint]  # that one names a transfer as the tenant's country does
    told += [*journal._sentences.values(), *memberships.ROLE_LABELS.values(), *memberships.ROLE_SENTENCES.values()]
    with i18n.speak("en"):
        english = [str(label) for label in told]
    known = spanish()
    assert [text for text in english if not (known.get(text) and known.get(text).string)] == []


def test_spanish_has_one_kind_of_quotation_marks():
    said = [one.string for one in spanish() if one.id]
    told = [text for one in said for text in ([one] if isinstance(one, str) else one)]
    assert [text for text in told if "«" in text]
    assert [text for text in told if re.search("[“”]", text)] == []


@pytest.mark.parametrize("planted", ["_('Nobody translated this %(name)s')", "f'{_(\"Nobody said this\")} {count}'"])
def test_the_finder_finds_a_planted_text(tmp_path, planted):
    folder = tmp_path / "kernel"
    folder.mkdir()
    (folder / "x.py").write_text(planted)
    found = list(translating.compare(translating.texts(tmp_path), spanish()))
    assert "no words in es" in found[0]


def test_words_in_two_parts_are_told(tmp_path):
    parts = [tmp_path / "a.po", tmp_path / "b.po"]
    for part, word in zip(parts, ("Para", "Hasta"), strict=True):
        part.write_text(f'msgid ""\nmsgstr ""\n\nmsgid "To"\nmsgstr "{word}"\n', encoding="utf-8")
    assert list(translating.twice(parts)) == ["b.po: translated in a.po too: 'To'"]
    assert list(translating.twice(parts[:1])) == []


def test_a_hole_may_have_any_name_and_is_escaped_on_pages_only(app):
    said, page = (
        i18n.lazy_gettext("%(text)s · %(one)s", text="<b>", one="100%"),
        '{{ _("%(text)s · %(one)s", text=t, one="%") }}',
    )
    with app.test_request_context(), i18n.speak("es"):
        assert str(said) == "<b> · 100%"
        assert app.jinja_env.from_string(page).render(t="<b>") == "&lt;b&gt; · %"
        assert (
            app.jinja_env.from_string('{{ _("Cart") }} {{ ngettext("%(num)s", "%(num)s!", 2, many="") }}').render()
            == "Carrito 2!"
        )


def test_a_shop_speaks_where_nobody_wrote_down_how_its_language_is_written(shop):
    shop.tenant.language, shop.tenant.country = "en", "BR"
    assert shop.tenant.locale == "en"
    shop.tenant.language, shop.tenant.country = "es", "CR"
    assert shop.tenant.locale == "es_CR"
    db.session.rollback()


def test_a_text_that_is_counted_elsewhere_is_told_by_itself_too(app):
    with i18n.speak("es"):
        assert i18n.gettext("booked and did not come") == "reservaron y no vinieron"
        assert i18n.gettext("no such text of ours") == "no such text of ours"
