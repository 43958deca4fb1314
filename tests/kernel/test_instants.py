"""Days and instants as people read them."""

from datetime import timedelta

from kernel import clock, i18n, instants


def test_a_short_day_is_told_one_way_in_each_language(shop):
    here = clock.today(shop.tenant.timezone)
    day = here.replace(month=12, day=8)
    for language, name in (("es", "dic"), ("en", "Dec")):
        with i18n.speak(language, "CR"):
            told = instants.day(day)
            assert told.split()[1:] == ["8", name], "without a comma: “mar, 8 dic” speaks of the sea"
            assert instants.day(day, month=False) == " ".join(told.split()[:2])
            assert instants.day(day + timedelta(days=366)).split()[-1] == str(here.year + 1)
