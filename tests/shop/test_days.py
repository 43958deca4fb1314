"""Days in words: the weekday is written out, as a short one may be another word."""

from datetime import date

import pytest

from kernel import i18n
from shop import days


@pytest.mark.parametrize(("language", "said"), [("es", "martes 8 de diciembre"), ("en", "Tuesday, December 8")])
def test_the_weekday_is_a_whole_word(shop, language, said):
    with shop.app.test_request_context("/"), i18n.speak(language):
        assert days.told(date(2026, 12, 8), weekday=True) == said
        assert days.told(date(2026, 12, 8)) in said
    assert days.told(None, weekday=True) == ""
