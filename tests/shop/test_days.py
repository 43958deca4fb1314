"""Days in words: the weekday is written out, as a short one may be another word."""

from datetime import date

import pytest
import time_machine

from kernel import i18n
from shop import days, receipts


@pytest.mark.parametrize(("language", "said"), [("es", "martes 8 de diciembre"), ("en", "Tuesday, December 8")])
def test_the_weekday_is_a_whole_word(shop, language, said):
    with shop.app.test_request_context("/"), i18n.speak(language):
        assert days.told(date(2026, 12, 8), weekday=True) == said
        assert days.told(date(2026, 12, 8)) in said
    assert days.told(None, weekday=True) == ""


def test_a_day_of_another_year_reads_as_one_of_this(shop):
    with shop.app.test_request_context("/"), i18n.speak("es"), time_machine.travel("2026-11-29"):
        assert receipts.day(date(2026, 12, 14)) == "lunes 14 de diciembre"
        assert receipts.day(date(2027, 1, 13)) == "miércoles 13 de enero de 2027"
